// What this browser remembers. Storage may be full or forbidden; then it is not remembered, and nothing else changes.

/** @template Value @param {string} name @param {Value} otherwise @returns {Value} */
export function recall(name, otherwise) {
    try {
        const text = localStorage.getItem(`sluice.${name}`);
        return text === null ? otherwise : JSON.parse(text);
    } catch {
        return otherwise;
    }
}

/** @param {string} name @param {unknown} value */
export function remember(name, value) {
    try {
        localStorage.setItem(`sluice.${name}`, JSON.stringify(value));
    } catch {
        // Private windows and full disks refuse; the setting then lasts as long as the page.
    }
}

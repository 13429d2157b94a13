// Shortcuts. Single keys are silent inside fields and can be switched off (WCAG 2.1.4).

import { recall, remember } from './settings.js';

/** @typedef {(event: KeyboardEvent) => boolean | void} Handler Returns false where the key was not for it. */

/** @type {Map<string, Handler>[]} The last layer is asked first. */
const layers = [];
let singleKeys = recall('singleKeys', true);

export const singleKeysOn = () => singleKeys;

/** @param {boolean} on */
export function setSingleKeys(on) {
    singleKeys = on;
    remember('singleKeys', on);
}

/**
 * @param {Record<string, Handler>} bindings by names as "Ctrl+Enter", "s", "Alt+ArrowLeft"
 * @returns {() => void} takes them away
 */
export function bind(bindings) {
    const layer = new Map(Object.entries(bindings));
    layers.push(layer);
    return () => { if (layers.includes(layer)) layers.splice(layers.indexOf(layer), 1); };
}

/** @param {Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>} event */
export function nameOf(event) {
    const printed = event.key.length === 1;
    const shift = event.shiftKey && (!printed || event.ctrlKey || event.metaKey);
    const key = event.key === ' ' ? 'Space' : printed ? event.key.toLowerCase() : event.key;
    return `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${shift ? 'Shift+' : ''}${key}`;
}

/** @param {EventTarget | null} target */
function isField(target) {
    return target instanceof HTMLElement && (target.isContentEditable
        || target.matches('textarea, select, input:not([type=checkbox], [type=radio], [type=range], [type=button])'));
}

/** @param {KeyboardEvent} event */
function pressed(event) {
    if (event.defaultPrevented || event.isComposing) return;
    const name = nameOf(event);
    const single = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (single && event.key !== ' ' && !singleKeys) return;
    const typing = isField(event.target) && !event.ctrlKey && !event.metaKey && event.key !== 'Escape';
    if (typing || (isField(event.target) && ['Ctrl+a', 'Ctrl+z'].includes(name))) return;
    const modal = document.querySelector('dialog:modal');
    for (const layer of [...layers].reverse()) {
        if (modal && !layer.has('modal')) continue;
        const handler = layer.get(name);
        if (handler && handler(event) !== false) return event.preventDefault();
    }
}

addEventListener('keydown', pressed);

// Which pictures of a list are chosen: one by one, by range from the last one touched, or all. Pure.

export class Selection {
    constructor() {
        /** @type {Set<number>} */
        this.ids = new Set();
        /** @type {number | null} Where a range begins. */
        this.anchor = null;
    }

    get size() { return this.ids.size; }

    /** @param {number} id */
    has(id) { return this.ids.has(id); }

    /** @param {number[]} list @param {number} index */
    toggle(list, index) {
        const id = list[index];
        if (!this.ids.delete(id)) this.ids.add(id);
        this.anchor = id;
    }

    /**
     * Adds all from the anchor to here.
     * @param {number[]} list
     * @param {number} index
     */
    extend(list, index) {
        const from = this.anchor === null ? -1 : list.indexOf(this.anchor);
        if (from < 0) return this.toggle(list, index);
        for (let i = Math.min(from, index); i <= Math.max(from, index); i += 1) this.ids.add(list[i]);
        return undefined;
    }

    /** @param {number[]} list */
    all(list) {
        for (const id of list) this.ids.add(id);
    }

    /** @param {number} id */
    drop(id) {
        this.ids.delete(id);
        if (this.anchor === id) this.anchor = null;
    }

    clear() {
        this.ids.clear();
        this.anchor = null;
    }
}

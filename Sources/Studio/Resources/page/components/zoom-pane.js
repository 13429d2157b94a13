// Panes that look at the same place: wheel, pinch, drag and double click in one move them all.

import { h } from '../dom.js';
import { fitScale, kept, panned, placement, zoomed } from './zoom-geometry.js';

/** One look for all panes of a comparison. */
export class Looks {
    /** @param {() => void} changed */
    constructor(changed) {
        this.changed = changed;
        /** @type {import('./zoom-geometry.js').Look} */
        this.look = { scale: 1, x: 0.5, y: 0.5 };
        this.fitted = true;
        /** @type {Set<ZoomPane>} */
        this.panes = new Set();
    }

    get ratio() { return devicePixelRatio || 1; }

    /** @param {import('./zoom-geometry.js').Look} look @param {boolean} [fitted] */
    set(look, fitted = false) {
        this.look = look;
        this.fitted = fitted;
        this.place();
        this.changed();
    }

    place() {
        for (const pane of this.panes) pane.place();
    }

    /** @returns {ZoomPane | undefined} */
    get first() { return this.panes.values().next().value; }

    fit() {
        const pane = this.first;
        if (!pane || pane.extent.width === 0) return;
        const height = Math.max(...[...this.panes].map(each => each.tallest));
        this.set({ scale: fitScale({ width: pane.picture.width, height }, pane.extent, this.ratio), x: 0.5, y: 0.5 }, true);
    }

    /** One picture pixel on one device pixel. */
    pixels() {
        const pane = this.first;
        if (pane) this.set(kept({ ...this.look, scale: 1 }, pane.picture, pane.extent, this.ratio));
    }

    /** @param {number} factor */
    zoom(factor) {
        const pane = this.first;
        if (pane) this.set(zoomed(this.look, factor, { x: pane.extent.width / 2, y: pane.extent.height / 2 }, pane.picture, pane.extent,
            this.ratio));
    }

    end() {
        for (const pane of this.panes) pane.end();
        this.panes.clear();
    }
}

/** A window on one or more layers of the same place. */
export class ZoomPane {
    /** @param {Looks} looks @param {Picture} picture sets the scale @param {{element: HTMLElement, width: number, height: number}[]} layers */
    constructor(looks, picture, layers) {
        this.looks = looks;
        this.picture = { width: picture.width, height: picture.height };
        this.layers = layers;
        this.extent = { width: 0, height: 0 };
        this.sheets = layers.map(({ element }) => h('div', { class: 'sheet' }, element));
        this.element = h('div', { class: 'pane' }, this.sheets);
        looks.panes.add(this);
        this.observer = new ResizeObserver(() => this.measure());
        this.observer.observe(this.element);
        this.listen();
    }

    end() { this.observer.disconnect(); }

    /** Of the layers, each as wide as the picture. */
    get tallest() { return Math.max(...this.layers.map(({ width, height }) => height * this.picture.width / width)); }

    measure() {
        this.extent = { width: this.element.clientWidth, height: this.element.clientHeight };
        if (this.looks.fitted) this.looks.fit(); else this.place();
    }

    place() {
        const { ratio, look } = this.looks;
        for (const { element, width, height } of this.layers) {
            // A layer of another size is brought to the size of the picture, so that both show the same place.
            const factor = this.picture.width / width;
            const { x, y, scale } = placement({ ...look, scale: look.scale * factor }, { width, height }, this.extent, ratio);
            element.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
            element.classList.toggle('pixelated', look.scale * factor > 1);
        }
    }

    /** @param {{clientX: number, clientY: number}} event */
    pointIn({ clientX, clientY }) {
        const { left, top } = this.element.getBoundingClientRect();
        return { x: clientX - left, y: clientY - top };
    }

    listen() {
        const { element, looks } = this;
        /** @type {Map<number, PointerEvent>} */
        const down = new Map();
        element.addEventListener('wheel', event => {
            event.preventDefault();
            looks.set(zoomed(looks.look, Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.002)), this.pointIn(event),
                this.picture, this.extent, looks.ratio));
        }, { passive: false });
        element.addEventListener('pointerdown', event => {
            if (event.target instanceof Element && event.target.closest('input, button')) return;
            element.setPointerCapture(event.pointerId);
            down.set(event.pointerId, event);
        });
        element.addEventListener('pointermove', event => {
            const before = down.get(event.pointerId);
            if (!before) return;
            const other = [...down.values()].find(each => each.pointerId !== event.pointerId);
            if (other) this.pinch(before, event, other);
            else looks.set(panned(looks.look, event.clientX - before.clientX, event.clientY - before.clientY, this.picture, this.extent,
                looks.ratio));
            down.set(event.pointerId, event);
        });
        for (const name of /** @type {const} */ (['pointerup', 'pointercancel'])) element.addEventListener(name,
            event => { down.delete(event.pointerId); });
        element.addEventListener('dblclick', () => { if (looks.fitted) looks.pixels(); else looks.fit(); });
    }

    /** @param {PointerEvent} before @param {PointerEvent} now @param {PointerEvent} other */
    pinch(before, now, other) {
        const length = (/** @type {PointerEvent} */ event) => Math.hypot(event.clientX - other.clientX, event.clientY - other.clientY) || 1;
        const middle = this.pointIn({ clientX: (now.clientX + other.clientX) / 2, clientY: (now.clientY + other.clientY) / 2 });
        const { looks } = this;
        const moved = panned(looks.look, (now.clientX - before.clientX) / 2, (now.clientY - before.clientY) / 2, this.picture, this.extent,
            looks.ratio);
        looks.set(zoomed(moved, length(now) / length(before), middle, this.picture, this.extent, looks.ratio));
    }
}

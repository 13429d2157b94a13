// The gallery: only the rows in sight are in the document, whatever the number of pictures.

import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { day, dayNumber } from '../format.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { emptyLayout, extend, moved, rowOf, visibleRows } from './grid-layout.js';

const gap = 10, heading = 46, longPress = 450;

/**
 * @typedef {object} GridEvents
 * @property {(index: number) => void} open
 * @property {(index: number, event: {shiftKey: boolean}) => void} choose
 * @property {(id: number) => boolean} isChosen
 * @property {() => boolean} isChoosing
 * @property {() => void} nearEnd
 */

export class Grid {
    /** @param {GridEvents} events */
    constructor(events) {
        this.events = events;
        /** @type {Picture[]} */
        this.items = [];
        this.active = 0;
        this.element = h('div', { class: 'grid', role: 'grid', 'aria-multiselectable': 'true', 'aria-label': t('history.grid') });
        /** @type {Map<number, HTMLElement>} */
        this.drawn = new Map();
        this.layout = emptyLayout(800, this.least(), gap, heading);
        this.frame = 0;
        this.onScroll = () => { this.frame ||= requestAnimationFrame(() => { this.frame = 0; this.draw(); }); };
        addEventListener('scroll', this.onScroll, { passive: true });
        this.observer = new ResizeObserver(() => { if (this.element.clientWidth !== this.width) this.relay(); });
        this.observer.observe(this.element);
        this.width = 0;
        this.element.addEventListener('click', event => this.clicked(event));
        this.element.addEventListener('focusin', event => { const index = indexOf(event.target); if (index !== null) this.activate(index,
            false); });
        this.watchTouch();
    }

    end() {
        removeEventListener('scroll', this.onScroll);
        this.observer.disconnect();
        cancelAnimationFrame(this.frame);
    }

    least() { return innerWidth < 600 ? 104 : 172; }

    /** @param {Picture[]} items @param {boolean} grown only by pictures at the end */
    show(items, grown) {
        this.items = items;
        this.active = Math.max(0, Math.min(this.active, items.length - 1));
        if (!grown) return this.relay();
        extend(this.layout, this.days());
        this.draw();
        return undefined;
    }

    days() { return this.items.map(item => dayNumber(item.createdAt)); }

    relay() {
        this.width = this.element.clientWidth;
        if (this.width === 0) return;
        this.layout = emptyLayout(this.width, this.least(), gap, heading);
        extend(this.layout, this.days());
        this.element.style.setProperty('--side', `${this.layout.side}px`);
        this.element.setAttribute('aria-colcount', String(this.layout.columns));
        this.forget();
        this.draw();
    }

    forget() {
        for (const row of this.drawn.values()) row.remove();
        this.drawn.clear();
    }

    /** Draws what is in sight and a screen around it. */
    draw() {
        this.element.style.height = `${this.layout.height}px`;
        this.element.setAttribute('aria-rowcount', String(this.layout.rows.length));
        const top = -this.element.getBoundingClientRect().top;
        const { first, end } = visibleRows(this.layout, top - innerHeight * 0.7, top + innerHeight * 1.7);
        const keep = document.activeElement instanceof HTMLElement && this.element.contains(document.activeElement)
            ? rowOf(this.layout, this.active) : -1;
        for (const [i, row] of this.drawn) {
            if ((i < first || i >= end) && i !== keep) { row.remove(); this.drawn.delete(i); }
        }
        for (let i = first; i < end; i += 1) {
            const { count } = this.layout.rows[i];
            const row = this.drawn.get(i);
            if (row && Number(row.dataset.count) === count) continue;
            row?.remove();
            this.place(i);
        }
        if (top + innerHeight * 2.5 > this.layout.height) this.events.nearEnd();
    }

    /**
     * Rows stand in the document in their order, for those who read it in order.
     * @param {number} i
     */
    place(i) {
        const row = this.build(i);
        const after = [...this.drawn.entries()].filter(([other]) => other > i).sort((a, b) => a[0] - b[0])[0];
        this.drawn.set(i, row);
        this.element.insertBefore(row, after?.[1] ?? null);
    }

    /** @param {number} i */
    build(i) {
        const { y, start, count, day: headed } = this.layout.rows[i];
        const row = h('div', { role: 'row', class: headed === null ? 'grid-row' : 'grid-day', 'aria-rowindex': i + 1, 'data-count': count },
            headed !== null ? h('div', { role: 'rowheader', 'aria-colspan': this.layout.columns }, day(this.items[start].createdAt))
                : Array.from({ length: count }, (_, column) => this.cell(start + column, column)));
        row.style.transform = `translateY(${y}px)`;
        return row;
    }

    /** @param {number} index @param {number} column */
    cell(index, column) {
        const picture = this.items[index];
        const related = picture.parent != null || (picture.children?.length ?? 0) > 0;
        return h('div', { role: 'gridcell', class: 'cell', tabindex: index === this.active ? 0 : -1, 'data-index': index,
            'aria-colindex': column + 1, 'aria-selected': String(this.events.isChosen(picture.id)), 'aria-label': this.label(picture),
            title: picture.prompt },
            picture.missing ? h('span', { class: 'missing' }, t('picture.missing'))
                : h('img', { src: api.thumbAddress(picture), alt: '', loading: 'lazy', decoding: 'async', draggable: 'false' }),
            h('span', { class: 'check', 'data-check': '' }, icon('check')),
            h('span', { class: 'badges' }, picture.starred && icon('star', 'on'), related && icon('compare')));
    }

    /** @param {Picture} picture */
    label(picture) {
        return [picture.prompt || t('queue.noPrompt'), picture.starred && t('picture.starred'),
            picture.parameters.steps != null && t('fact.steps', { count: picture.parameters.steps })].filter(Boolean).join(', ');
    }

    /** Draws again what changed without moving. */
    refresh() {
        for (const cell of this.element.querySelectorAll('.cell')) {
            const index = indexOf(cell);
            if (index !== null && this.items[index]) cell.setAttribute('aria-selected', String(this.events.isChosen(this.items[index].id)));
        }
        this.element.classList.toggle('choosing', this.events.isChoosing());
    }

    /** @param {number} index */
    redraw(index) {
        const old = this.element.querySelector(`[data-index="${index}"]`);
        if (!old) return;
        const focused = document.activeElement === old;
        const cell = this.cell(index, Number(old.getAttribute('aria-colindex')) - 1);
        old.replaceWith(cell);
        if (focused) cell.focus();
    }

    /** @param {number} index @param {boolean} [focus] */
    activate(index, focus = true) {
        if (index !== this.active) {
            this.element.querySelector(`[data-index="${this.active}"]`)?.setAttribute('tabindex', '-1');
            this.active = index;
        }
        if (focus) this.reveal(index);
        const cell = this.element.querySelector(`[data-index="${index}"]`);
        cell?.setAttribute('tabindex', '0');
        if (focus && cell instanceof HTMLElement) cell.focus({ preventScroll: true });
    }

    /**
     * Scrolls the least that brings the row into sight.
     * @param {number} index
     */
    reveal(index) {
        const row = this.layout.rows[rowOf(this.layout, index)];
        if (!row) return;
        const origin = this.element.getBoundingClientRect().top;
        const above = 150, below = 90;
        if (origin + row.y < above) scrollBy(0, origin + row.y - above);
        else if (origin + row.y + row.height > innerHeight - below) scrollBy(0, origin + row.y + row.height - innerHeight + below);
        this.draw();
    }

    /** @param {string} key */
    move(key) {
        this.activate(moved(this.layout, this.active, key));
        return this.active;
    }

    get isFocused() { return this.element.contains(document.activeElement); }

    /** @param {MouseEvent} event */
    clicked(event) {
        const index = indexOf(event.target);
        if (index === null || !(event.target instanceof Element)) return;
        if (this.pressedLong) { this.pressedLong = false; return; }
        const check = event.target.closest('[data-check]');
        if (event.shiftKey || event.ctrlKey || event.metaKey || check || this.events.isChoosing()) this.events.choose(index, event);
        else this.events.open(index);
        this.activate(index, false);
    }

    /** A long touch begins choosing, as the check mark does for a mouse. */
    watchTouch() {
        let timer = 0;
        this.pressedLong = false;
        const stop = () => clearTimeout(timer);
        this.element.addEventListener('pointerdown', event => {
            this.pressedLong = false;
            const index = indexOf(event.target);
            if (event.pointerType !== 'touch' || index === null) return;
            timer = window.setTimeout(() => { this.pressedLong = true; this.events.choose(index, { shiftKey: false }); }, longPress);
        });
        for (const name of ['pointerup', 'pointercancel', 'pointerleave']) this.element.addEventListener(name, stop);
        this.element.addEventListener('contextmenu', event => { if (this.pressedLong) event.preventDefault(); });
    }

    clear() {
        this.forget();
        replace(this.element);
    }
}

/** @param {EventTarget | null} target */
function indexOf(target) {
    const cell = target instanceof Element ? target.closest('.cell') : null;
    return cell instanceof HTMLElement ? Number(cell.dataset.index) : null;
}

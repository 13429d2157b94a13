// Where the time went. Every instant is computing, else copying, else waiting, so the bar adds up to the wall time; copies behind computing
// have a lane of their own.

import { freshName, h, replace, s } from '../dom.js';
import { percent, seconds } from '../format.js';
import { named, t } from '../i18n.js';
import { shares } from './chart-geometry.js';

/** @typedef {{name: string, wait: number, compute: number, copy: number}} Part */
/** @typedef {{wait: number, compute: number, copy: number, hiddenCopy: number | null, parts: Part[]}} Times */

const classes = /** @type {const} */ (['compute', 'copy', 'wait']);

/** @param {Report} report @returns {Times} */
export function timesOf({ time, streaming }) {
    const parts = time.phases.map(phase => ({
        name: phase.name, wait: phase.waitSeconds, compute: phase.computeSeconds, copy: phase.copySeconds,
    }));
    const sum = (/** @type {'wait' | 'compute' | 'copy'} */ name) => parts.reduce((total, part) => total + part[name], 0);
    const compute = sum('compute'), copy = sum('copy');
    return {
        compute, copy, wait: Math.max(sum('wait'), time.totalSeconds - compute - copy), parts,
        hiddenCopy: streaming ? Math.max(0, streaming.fillSeconds - streaming.exposedSeconds) : null,
    };
}

/** @param {TimeSplit} split @returns {Times} */
export function timesNow(split) {
    return { wait: split.wait, compute: split.compute, copy: split.copy, hiddenCopy: split.hiddenCopy, parts: [] };
}

/** @param {Pick<Times, 'wait' | 'compute' | 'copy'>} times */
export const wallSeconds = times => times.wait + times.compute + times.copy;

/**
 * One bar over `width`.
 * @param {Record<'wait' | 'compute' | 'copy', number>} times
 * @param {number} whole
 * @param {number} y
 * @param {number} height
 */
function bar(times, whole, y, height) {
    return shares(classes.map(name => times[name]), whole).map(({ start, length }, i) => s('rect', {
        x: start * 1000, y, width: Math.max(0, length * 1000), height, class: `time-${classes[i]}`,
    }));
}

/** @param {string} name */
function hatch(name) {
    return s('defs', {}, s('pattern', { id: name, width: 8, height: 8, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
        s('rect', { width: 8, height: 8, class: 'time-copy', opacity: 0.3 }), s('rect', { width: 4, height: 8, class: 'time-copy' })));
}

/** A chart that is drawn anew with `show`. */
export class TimeBar {
    constructor() {
        this.pattern = freshName('hatch');
        this.element = h('figure', { class: 'time-bar', hidden: true });
        this.shown = '';
        this.tableOpen = false;
    }

    /** @param {Times | null} times */
    show(times) {
        const now = JSON.stringify(times);
        if (now === this.shown) return;
        this.shown = now;
        this.element.hidden = !times || wallSeconds(times) <= 0;
        if (times && !this.element.hidden) this.draw(times);
    }

    /** @param {Times} times */
    draw(times) {
        const whole = wallSeconds(times);
        const hidden = times.hiddenCopy ?? 0;
        const title = freshName('time-title');
        const summary = classes.map(name => `${t(`time.${name}`)} ${percent(times[name] / whole)}`).join(', ');
        replace(this.element,
            h('figcaption', { id: title }, h('span', { class: 'eyebrow' }, t('time.title')), h('b', { class: 'figure' }, seconds(whole))),
            s('svg', { viewBox: '0 0 1000 34', preserveAspectRatio: 'none', role: 'img', 'aria-labelledby': title, class: 'time-chart' },
                s('title', {}, t('time.title')), s('desc', {}, summary), hatch(this.pattern),
                ...bar(times, whole, 0, 22),
                hidden > 0 && s('rect', { x: 0, y: 26, width: Math.min(1, hidden / whole) * 1000, height: 8,
                    fill: `url(#${this.pattern})` })),
            this.legend(times, whole), times.parts.length > 0 && this.table(times));
    }

    /** @param {Times} times @param {number} whole */
    legend(times, whole) {
        const entry = (/** @type {string} */ name, /** @type {number} */ value) => h('li', {},
            h('i', { class: `swatch ${name}` }), t(`time.${name}`), ' ', h('b', { class: 'figure' }, percent(value / whole)),
            h('span', { class: 'quiet figure' }, seconds(value)));
        return h('ul', { class: 'legend' }, classes.map(name => entry(name, times[name])),
            times.hiddenCopy !== null && times.hiddenCopy > 0 && entry('hiddenCopy', times.hiddenCopy));
    }

    /** @param {Times} times */
    table(times) {
        const cell = (/** @type {number} */ value) => h('td', {}, seconds(value));
        const longest = Math.max(...times.parts.map(wallSeconds));
        const rows = times.parts.map(part => h('tr', {}, h('th', { scope: 'row' }, named('phase', part.name)),
            h('td', { class: 'wide' }, s('svg', { viewBox: '0 0 1000 10', preserveAspectRatio: 'none', class: 'row-chart',
                'aria-hidden': 'true' }, ...bar(part, longest, 0, 10))),
            cell(part.compute), cell(part.copy), cell(part.wait), cell(wallSeconds(part))));
        const details = h('details', { open: this.tableOpen, ontoggle: () => { this.tableOpen = details.open; } },
            h('summary', {}, t('time.byPhase')),
            h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('time.byPhase') }, h('table', { class: 'data' },
                h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('time.phase')), h('td', {}),
                    classes.map(name => h('th', { scope: 'col' }, t(`time.${name}`))), h('th', { scope: 'col' }, t('time.wall')))),
                h('tbody', {}, rows))));
        return details;
    }
}

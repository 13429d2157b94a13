// Four ways to see two pictures at once: beside each other, under a slider, in turns, and what differs.

import * as api from '../api.js';
import { h, setText } from '../dom.js';
import { number, percent } from '../format.js';
import { t } from '../i18n.js';
import { differenceOf } from './difference.js';
import { ZoomPane } from './zoom-pane.js';

/** @typedef {{picture: Picture, letter: string, kind: string}} Side */
/** @typedef {{element: HTMLElement, blink?: (on: boolean) => void, end?: () => void}} Mode */

export const modeNames = /** @type {const} */ (['side', 'slider', 'blink', 'difference']);

/** @param {Side} side */
function layer({ picture }) {
    const { width, height } = picture;
    return { element: h('img', { src: api.fileAddress(picture), alt: t('stage.picture', { prompt: picture.prompt }), width, height,
        draggable: 'false' }), width, height };
}

/** @param {Side} side */
function label({ picture, letter, kind }) {
    return h('span', { class: `pane-label ${kind}` }, h('b', {}, letter), ` #${picture.id}`);
}

/** @param {import('./zoom-pane.js').Looks} looks @param {Side[]} sides @returns {Mode} */
function sideBySide(looks, sides) {
    const panes = sides.map(side => {
        const pane = new ZoomPane(looks, sides[0].picture, [layer(side)]);
        pane.element.append(label(side));
        return pane.element;
    });
    return { element: h('div', { class: 'panes', 'data-count': sides.length }, panes) };
}

/** @param {import('./zoom-pane.js').Looks} looks @param {Side} a @param {Side} b @returns {Mode} */
function slider(looks, a, b) {
    const pane = new ZoomPane(looks, a.picture, [layer(a), layer(b)]);
    const handle = h('input', { type: 'range', class: 'wipe', min: 0, max: 100, step: 0.5, value: 50, 'aria-label': t('compare.wipe'),
        oninput: () => wipe() });
    const edge = h('span', { class: 'edge', 'aria-hidden': 'true' });
    const wipe = () => {
        pane.sheets[1].style.clipPath = `inset(0 0 0 ${handle.value}%)`;
        edge.style.left = `${handle.value}%`;
    };
    const right = label(b);
    right.classList.add('right');
    pane.element.append(edge, label(a), right);
    wipe();
    return { element: h('div', { class: 'panes one' }, pane.element, handle) };
}

/** @param {import('./zoom-pane.js').Looks} looks @param {Side} a @param {Side} b @returns {Mode} */
function inTurns(looks, a, b) {
    const pane = new ZoomPane(looks, a.picture, [layer(a), layer(b)]);
    const labels = [label(a), label(b)];
    pane.element.append(...labels);
    const show = (/** @type {boolean} */ second) => {
        pane.sheets[1].hidden = !second;
        labels[0].hidden = second;
        labels[1].hidden = !second;
    };
    const hold = h('button', { type: 'button', class: 'plain', onpointerdown: () => show(true), onpointerup: () => show(false),
        onpointerleave: () => show(false) }, t('compare.hold'));
    let timer = 0, second = false;
    const auto = h('input', { type: 'checkbox', onchange: () => {
        clearInterval(timer);
        show(false);
        if (auto.checked) timer = window.setInterval(() => show(second = !second), 700);
    } });
    show(false);
    return {
        element: h('div', { class: 'panes one' }, pane.element,
            h('div', { class: 'mode-tools' }, hold, h('label', { class: 'switch' }, auto, t('compare.auto')))),
        blink: show, end: () => clearInterval(timer),
    };
}

/** @param {import('./zoom-pane.js').Looks} looks @param {Side} a @param {Side} b @returns {Mode} */
function difference(looks, a, b) {
    const { width, height } = a.picture;
    if (width !== b.picture.width || height !== b.picture.height) return { element: h('p', { class: 'empty quiet' }, t('compare.sizes')) };
    const canvas = h('canvas', { width, height, role: 'img', 'aria-label': t('compare.difference') });
    const pane = new ZoomPane(looks, a.picture, [{ element: canvas, width, height }]);
    const told = h('p', { class: 'quiet figure', role: 'status' });
    const gain = h('input', { type: 'range', min: 0, max: 6, step: 1, value: 3, 'aria-label': t('compare.gain'), oninput: () => draw() });
    const shown = h('b', { class: 'figure' });
    /** @type {{paint: (gain: number) => void, mean: number, most: number, share: number} | null} */
    let found = null;
    const draw = () => {
        setText(shown, `×${number(2 ** Number(gain.value))}`);
        found?.paint(2 ** Number(gain.value));
    };
    differenceOf(canvas, api.fileAddress(a.picture), api.fileAddress(b.picture)).then(difference => {
        found = difference;
        setText(told, difference.most === 0 ? t('compare.identical')
            : t('compare.differs', { share: percent(difference.share, 1), mean: number(difference.mean, 2),
            most: number(difference.most) }));
        draw();
    });
    draw();
    return { element: h('div', { class: 'panes one' }, pane.element,
        h('div', { class: 'mode-tools' }, h('label', { class: 'switch' }, t('compare.gain'), gain), shown, told)) };
}

/**
 * @param {typeof modeNames[number]} name
 * @param {import('./zoom-pane.js').Looks} looks
 * @param {Side[]} sides
 * @param {number} other which of them stands against the first
 * @returns {Mode}
 */
export function buildMode(name, looks, sides, other) {
    const [a, b] = [sides[0], sides[other]];
    switch (name) {
        case 'slider': return slider(looks, a, b);
        case 'blink': return inTurns(looks, a, b);
        case 'difference': return difference(looks, a, b);
        default: return sideBySide(looks, sides);
    }
}

// Buttons as all views have them.

import { h } from '../dom.js';
import { icon } from '../icons.js';

/**
 * A button that is an icon: its label is its name and its tip.
 * @param {string} sign
 * @param {string} label
 * @param {() => void} run
 * @param {import('../dom.js').Attributes} [attributes]
 */
export function iconButton(sign, label, run, attributes = {}) {
    return h('button', { type: 'button', class: 'bare', 'aria-label': label, title: label, onclick: run, ...attributes }, icon(sign));
}

/**
 * A button with words: `strong` asks to be pressed, `plain` is there.
 * @param {'strong' | 'plain' | 'plain danger'} kind
 * @param {string} label
 * @param {() => void} run
 * @param {string} [sign]
 */
export function button(kind, label, run, sign) {
    return h('button', { type: 'button', class: kind, onclick: run }, sign && icon(sign), label);
}

// One polite voice for screen readers: the latest that was to be said, every few seconds at most.

import { h, setText } from './dom.js';

const pause = 4000;
const region = h('div', { role: 'status', 'aria-live': 'polite', class: 'unseen' });
let last = -Infinity;
let waiting = '';
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

export const announcer = region;

/** @param {string} text */
export function announce(text) {
    waiting = text;
    clearTimeout(timer);
    timer = setTimeout(() => {
        last = performance.now();
        setText(region, waiting);
    }, Math.max(50, last + pause - performance.now()));
}

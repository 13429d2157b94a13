// Short messages at the foot of the page, with one thing to do about them.

import { h } from '../dom.js';
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { announce } from '../announce.js';

export const toasts = h('div', { class: 'toasts', role: 'region' });
const shown = 10000;

/**
 * @param {string} text
 * @param {{kind?: 'plain' | 'error', action?: {label: string, run: () => void}}} [options]
 */
export function toast(text, options = {}) {
    const { kind = 'plain', action } = options;
    toasts.setAttribute('aria-label', t('messages'));
    let timer = 0;
    const close = () => { clearTimeout(timer); element.remove(); };
    const wait = () => { clearTimeout(timer); timer = window.setTimeout(close, shown); };
    const element = h('div', { class: `toast ${kind}`, onpointerenter: () => clearTimeout(timer), onpointerleave: wait,
        onfocusin: () => clearTimeout(timer), onfocusout: wait },
        kind === 'error' && icon('warning'), h('p', {}, text),
        action && h('button', { type: 'button', class: 'link', onclick: () => { close(); action.run(); } }, action.label),
        h('button', { type: 'button', class: 'bare', 'aria-label': t('close'), onclick: close }, icon('cross')));
    toasts.append(element);
    while (toasts.children.length > 4) toasts.firstElementChild?.remove();
    announce(text);
    wait();
    return close;
}

// Before the studio opens: the server wants a token, or does not answer.

import { login } from '../api.js';
import { h, setText } from '../dom.js';
import { explain } from '../errors.js';
import { bestLanguage, loadLanguage, t } from '../i18n.js';
import { recall } from '../settings.js';

/**
 * Resolves when it is worth asking again.
 * @param {import('../api.js').StudioError} error
 * @param {number} wait in milliseconds
 */
export async function showGate(error, wait) {
    document.documentElement.lang = await loadLanguage(recall('language', '') || bestLanguage(navigator.languages));
    return error.status === 401 ? askForToken() : waitAWhile(explain(error), wait);
}

/** @param {string} why @param {number} wait */
async function waitAWhile(why, wait) {
    const gate = h('main', { class: 'gate', role: 'alert' }, h('h1', {}, 'Sluice'), h('p', {}, why));
    document.body.append(gate);
    await new Promise(resolve => setTimeout(resolve, wait));
    gate.remove();
}

/** @returns {Promise<void>} */
function askForToken() {
    return new Promise(resolve => {
        const token = h('input', { type: 'password', autocomplete: 'current-password', id: 'token', required: true });
        const problem = h('p', { class: 'problem', role: 'alert' });
        const enter = async (/** @type {Event} */ event) => {
            event.preventDefault();
            try {
                await login(token.value.trim());
                gate.remove();
                resolve();
            } catch {
                setText(problem, t('login.wrong'));
                token.select();
            }
        };
        const gate = h('main', { class: 'gate' }, h('h1', {}, 'Sluice'), h('form', { onsubmit: enter },
            h('p', {}, t('login.why')), h('label', { for: 'token' }, t('login.token')), token, problem,
            h('button', { type: 'submit', class: 'strong' }, t('login.enter'))));
        document.body.append(gate);
        token.focus();
    });
}

// Starts the page: language, capabilities, the event stream, then the shell with one view in it.

import './theme.js';
import * as api from './api.js';
import { announcer } from './announce.js';
import { App } from './app.js';
import { bestLanguage, loadLanguage } from './i18n.js';
import { Feed } from './events.js';
import { Shell } from './shell.js';
import { recall } from './settings.js';
import { Store } from './store.js';
import { toasts } from './components/toast.js';

const store = new Store(work => {
    // A hidden tab draws no frames, but its title and its list go on.
    if (document.hidden) setTimeout(work, 200); else requestAnimationFrame(work);
});

/** A token comes behind the address and is erased from it. */
async function enterByToken() {
    const token = new URLSearchParams(location.hash.slice(1)).get('token');
    if (token === null) return;
    history.replaceState(null, '', location.pathname + location.search);
    await api.login(token).catch(refuse);
}

/** @param {unknown} error */
function refuse(error) {
    if (!(error instanceof api.StudioError)) throw error;
}

/**
 * Asked until the server answers.
 * @returns {Promise<Capabilities>}
 */
async function capabilities() {
    for (let wait = 150; ; wait = Math.min(8000, wait * 2)) {
        try {
            return await api.capabilities();
        } catch (error) {
            refuse(error);
            const { showGate } = await import('./components/gate.js');
            await showGate(/** @type {api.StudioError} */ (error), wait);
        }
    }
}

async function start() {
    await enterByToken();
    const [known] = await Promise.all([capabilities(), loadLanguage(recall('language', '') || bestLanguage(navigator.languages))]);
    const app = new App(store, known);
    document.body.append(announcer, toasts);
    new Shell(app).show();
    new Feed(store, () => location.reload()).start();
}

start();

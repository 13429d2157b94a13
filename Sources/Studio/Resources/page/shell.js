// The frame around the views: name, navigation, language, colours, help, and the memory that is always in sight.

import { acceptDrops } from './components/drop.js';
import { Watermark } from './components/watermark.js';
import { h, replace, setText, style } from './dom.js';
import { percent } from './format.js';
import { currentLanguage, languages, loadLanguage, t } from './i18n.js';
import { icon } from './icons.js';
import { bind } from './keys.js';
import { addressOf, go, routeOf } from './router.js';
import { remember } from './settings.js';
import { doneShare, runningJob } from './store.js';
import { currentTheme, setTheme, themes } from './theme.js';
import { GenerateView } from './views/generate.js';

/** @typedef {{element: HTMLElement, end: () => void, keys?: Record<string, import('./keys.js').Handler>, route?: (ids: number[]) => void}} View */

const names = /** @type {const} */ (['generate', 'history', 'compare']);
const themeIcons = { system: 'system', light: 'sun', dark: 'moon' };

export class Shell {
    /** @param {import('./app.js').App} app */
    constructor(app) {
        this.app = app;
        this.root = h('div', { class: 'shell' });
        document.body.append(this.root);
        /** @type {View | null} */
        this.view = null;
        this.viewName = '';
        this.request = 0;
        /** @type {() => void} */
        this.endDrops = () => {};
        /** @type {() => void} */
        this.unbindView = () => {};
        /** @type {{close: () => void} | null} */
        this.panel = null;
        addEventListener('hashchange', () => this.route());
        bind(this.keys());
        app.store.watch(state => this.update(state));
    }

    /** Builds everything anew, as after a change of language. */
    show() {
        this.panel?.close();
        this.endView();
        this.endDrops();
        this.viewName = '';
        document.documentElement.lang = currentLanguage();
        const drops = acceptDrops(file => this.app.readSettings(file), () => this.app.refuseFile());
        this.app.choosePicture = drops.choose;
        this.endDrops = drops.end;
        this.watermark = new Watermark(() => this.togglePanel());
        this.main = h('main', { id: 'main', tabindex: -1 });
        this.links = names.map(name => h('a', { href: addressOf(name), 'data-view': name }, t(`view.${name}`)));
        this.banner = h('p', { class: 'banner', role: 'alert', hidden: true });
        replace(this.root,
            h('button', { type: 'button', class: 'skip', onclick: () => this.main?.focus() }, t('skip')),
            h('header', { class: 'top' },
                h('a', { class: 'brand', href: addressOf('generate'), 'aria-label': 'Sluice' }, mark(), h('span', {}, 'Sluice')),
                h('nav', { 'aria-label': t('navigation') }, this.links), this.tools(), this.watermark.element),
            this.banner, this.main, ...drops.elements);
        this.update(this.app.store.state);
        this.route();
    }

    tools() {
        const other = languages.find(language => language.tag !== currentLanguage()) ?? languages[0];
        const language = h('button', { type: 'button', class: 'bare word', lang: other.tag, 'data-tool': 'language',
            onclick: () => this.speak(other.tag) }, other.name);
        const theme = h('button', { type: 'button', class: 'bare', 'data-tool': 'theme' });
        const label = () => {
            const now = /** @type {keyof typeof themeIcons} */ (currentTheme());
            replace(theme, icon(themeIcons[now]));
            theme.title = t(`theme.${now}`);
            theme.setAttribute('aria-label', t(`theme.${now}`));
        };
        theme.addEventListener('click', () => { setTheme(themes[(themes.indexOf(currentTheme()) + 1) % themes.length]); label(); });
        label();
        return h('div', { class: 'tools' }, language, theme,
            h('button', { type: 'button', class: 'bare word', 'aria-label': t('help.title'), title: t('help.title'), 'data-tool': 'help',
                onclick: () => this.help() }, '?'));
    }

    /** @param {string} tag */
    async speak(tag) {
        remember('language', await loadLanguage(tag));
        this.show();
        const button = this.root.querySelector('[data-tool=language]');
        if (button instanceof HTMLElement) button.focus();
    }

    async help() {
        const { openHelp } = await import('./components/help.js');
        openHelp();
    }

    async togglePanel() {
        if (this.panel) return this.panel.close();
        const { openMemoryPanel } = await import('./components/memory-panel.js');
        if (this.panel) return undefined;
        this.watermark?.opened(true);
        this.panel = openMemoryPanel(this.app, this.root, () => {
            this.panel = null;
            this.watermark?.opened(false);
            this.watermark?.element.focus();
        });
        return undefined;
    }

    async route() {
        const route = routeOf(location.hash);
        for (const link of this.links ?? []) {
            if (link.dataset.view === route.view) link.setAttribute('aria-current', 'page'); else link.removeAttribute('aria-current');
        }
        if (route.view === this.viewName) return this.view?.route?.(route.ids);
        const request = this.request += 1;
        const view = await this.build(route);
        if (request !== this.request) return view.end();
        const moved = this.viewName !== '';
        this.endView();
        this.view = view;
        this.viewName = route.view;
        if (view.keys) this.unbindView = bind(view.keys);
        replace(/** @type {HTMLElement} */ (this.main), view.element);
        this.title();
        if (moved) this.main?.focus({ preventScroll: true });
        scrollTo(0, 0);
    }

    endView() {
        this.view?.end();
        this.view = null;
        this.unbindView();
        this.unbindView = () => {};
    }

    /** @param {import('./router.js').Route} route @returns {Promise<View>} */
    async build({ view, ids }) {
        if (view === 'history') {
            const [{ HistoryView }] = await Promise.all([import('./views/history.js'), style('./css/history.css', import.meta.url)]);
            return new HistoryView(this.app, ids);
        }
        if (view === 'compare') {
            const [{ CompareView }] = await Promise.all([import('./views/compare.js'), style('./css/compare.css', import.meta.url),
                style('./css/charts.css', import.meta.url)]);
            return new CompareView(this.app, ids);
        }
        return new GenerateView(this.app);
    }

    /** @param {import('./store.js').State} state */
    update(state) {
        this.watermark?.show(state);
        if (this.banner) {
            this.banner.hidden = state.link !== 'lost';
            setText(this.banner, state.link === 'lost' ? t('link.lost') : '');
        }
        this.title();
    }

    title() {
        const { progress } = this.app.store.state;
        const running = runningJob(this.app.store.state);
        const view = this.viewName ? `${t(`view.${this.viewName}`)} · Sluice` : 'Sluice';
        document.title = running && progress?.job === running.id ? `${percent(doneShare(progress))} · ${view}` : view;
    }

    /** @returns {Record<string, import('./keys.js').Handler>} */
    keys() {
        return {
            'Ctrl+Enter': () => { this.app.generate(false); }, 'Ctrl+Shift+Enter': () => { this.app.generate(true); },
            'Ctrl+.': () => this.app.stopRunning(),
            'Ctrl+z': () => { if (this.app.trashed.length === 0) return false; this.app.undo(); return true; },
            1: () => go('generate'), 2: () => go('history'), 3: () => go('compare'), '?': () => { this.help(); },
            Escape: () => { if (!this.panel) return false; this.panel.close(); return true; },
        };
    }
}

function mark() {
    return h('img', { src: new URL('./icon.svg', import.meta.url).href, alt: '', width: 28, height: 28 });
}

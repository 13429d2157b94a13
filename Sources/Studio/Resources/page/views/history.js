// Every picture ever kept: search, choose, star, delete, download, compare.

import { button } from '../components/buttons.js';
import * as api from '../api.js';
import { announce } from '../announce.js';
import { filterPanel } from '../components/filter-panel.js';
import { Grid } from '../components/grid.js';
import { isFiltering, matches, queryOf } from '../components/picture-filter.js';
import { Selection } from '../components/select.js';
import { toast } from '../components/toast.js';
import { h, replace, setText } from '../dom.js';
import { explain } from '../errors.js';
import { dayNumber, number } from '../format.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { go } from '../router.js';

const typingPause = 250, comparable = 4;

export class HistoryView {
    /** @param {import('../app.js').App} app @param {number[]} ids one to open */
    constructor(app, ids) {
        this.app = app;
        /** @type {api.Filter} */
        this.filter = {};
        /** @type {import('../components/picture-filter.js').PictureFilter} */
        this.parameters = {};
        /** @type {Picture[]} */
        this.items = [];
        /** @type {Set<number>} */
        this.known = new Set();
        /** @type {string | null | undefined} undefined before the first page, null after the last */
        this.cursor = undefined;
        /** @type {AbortController | null} */
        this.loading = null;
        this.failed = false;
        /** A click chooses instead of opening. */
        this.choosing = false;
        this.selection = new Selection();
        this.grid = new Grid({
            open: index => app.details(this.items[index], this.items), choose: (index, event) => this.choose(index, event.shiftKey),
            isChosen: id => this.selection.has(id), isChoosing: () => this.choosing || this.selection.size > 0, nearEnd: () => this.more(),
        });
        this.count = h('p', { class: 'quiet figure', role: 'status' });
        this.foot = h('p', { class: 'grid-foot quiet' });
        this.bar = h('div', { class: 'selection-bar', role: 'toolbar', 'aria-label': t('history.selection'), hidden: true });
        this.search = h('input', { type: 'search', placeholder: t('history.search'), 'aria-label': t('history.search'),
            oninput: () => this.typed() });
        this.element = h('div', { class: 'history-view' }, h('h1', { class: 'unseen' }, t('view.history')), this.filters(),
            this.grid.element, this.foot, this.bar);
        this.unwatch = app.store.watch((state,
            before) => { if (state.lastImageEvent !== before.lastImageEvent) this.changed(state.lastImageEvent?.data); });
        this.begin();
        this.route(ids);
    }

    end() {
        this.unwatch();
        this.loading?.abort();
        this.grid.end();
    }

    /** @param {number[]} ids */
    async route([id]) {
        if (id === undefined) return;
        const picture = await this.app.act(api.image(id));
        if (picture) this.app.details(/** @type {Picture} */ (picture), this.items);
    }

    filters() {
        const seed = h('input', { type: 'text', inputmode: 'numeric', class: 'seed-filter', placeholder: t('form.seed'),
            'aria-label': t('history.seed'), oninput: () => this.typed() });
        this.seed = seed;
        const flag = (/** @type {'starred' | 'trashed'} */ name, /** @type {string} */ sign) => {
            const button = h('button', { type: 'button', class: 'chip', 'aria-pressed': 'false', onclick: () => {
                this.filter = { ...this.filter, [name]: !this.filter[name] };
                button.setAttribute('aria-pressed', String(Boolean(this.filter[name])));
                this.begin();
            } }, icon(sign), t(`history.${name}`));
            return button;
        };
        const panel = filterPanel(this.app.capabilities, filter => { this.parameters = filter; this.begin(); });
        const more = h('button', { type: 'button', class: 'chip', 'aria-expanded': 'false', onclick: () => {
            panel.hidden = !panel.hidden;
            more.setAttribute('aria-expanded', String(!panel.hidden));
        } }, icon('plus'), t('history.more'));
        return h('div', { class: 'filters', role: 'search' }, h('div', { class: 'search-box' }, icon('search'), this.search), seed,
            flag('starred', 'star'), flag('trashed', 'trash'), more, this.chooser(), this.count, panel);
    }

    /** For those who have no keyboard to choose with. */
    chooser() {
        const button = h('button', { type: 'button', class: 'chip', 'aria-pressed': 'false', onclick: () => {
            this.choosing = !this.choosing;
            button.setAttribute('aria-pressed', String(this.choosing));
            this.grid.refresh();
        } }, icon('check'), t('history.choose'));
        return button;
    }

    typed() {
        clearTimeout(this.timer);
        this.timer = window.setTimeout(() => {
            const seed = this.seed?.value.trim() ?? '';
            this.filter = { ...this.filter, q: this.search.value.trim(), seed: /^\d+$/.test(seed) ? seed : '' };
            this.begin();
        }, typingPause);
    }

    /** From the first page, as after a change of the filter. */
    begin() {
        this.loading?.abort();
        this.loading = null;
        this.items = [];
        this.known.clear();
        this.cursor = undefined;
        this.selection.clear();
        this.showBar();
        this.more();
    }

    async more() {
        if (this.loading || this.cursor === null || this.failed) return;
        const loading = this.loading = new AbortController();
        const first = this.cursor === undefined;
        try {
            const page = await api.images({ ...this.filter, ...queryOf(this.parameters) }, this.cursor ?? null, loading.signal);
            if (loading.signal.aborted) return;
            this.loading = null;
            const fresh = page.images.filter(image => !this.known.has(image.id));
            for (const image of fresh) this.known.add(image.id);
            this.items.push(...fresh);
            this.cursor = page.next;
            this.grid.show(this.items, !first);
            this.showCount();
            if (first) announce(this.count.textContent ?? '');
        } catch (error) {
            if (loading.signal.aborted) return;
            if (!(error instanceof api.StudioError)) throw error;
            this.loading = null;
            this.failed = true;
            replace(this.foot, explain(error), ' ', button('plain', t('again'), () => { this.failed = false; this.more(); }));
        }
    }

    showCount() {
        const all = this.cursor === null;
        setText(this.count, t(all ? 'history.all' : 'history.loaded', { count: this.items.length, shown: number(this.items.length) }));
        const filtered = Object.values(this.filter).some(Boolean) || isFiltering(this.parameters);
        replace(this.foot, this.items.length === 0 && all ? t(filtered ? 'history.none' : 'history.empty') : all ? t('history.end')
            : t('history.loading'));
    }

    /** @param {(Picture & {gone?: boolean}) | undefined} image */
    changed(image) {
        if (!image) return;
        const index = this.items.findIndex(each => each.id === image.id);
        const belongs = !image.gone && this.belongs(image);
        if (index >= 0 && belongs) {
            this.items[index] = { ...this.items[index], ...image };
            return this.grid.redraw(index);
        }
        if (index >= 0) {
            this.items.splice(index, 1);
            this.known.delete(image.id);
            this.selection.drop(image.id);
        } else if (belongs && this.cursor !== undefined && this.isNewest(image)) {
            this.items.unshift(image);
            this.known.add(image.id);
        } else if (belongs && this.cursor !== undefined) {
            this.insert(image);
        } else return undefined;
        this.grid.show(this.items, false);
        this.showCount();
        this.showBar();
        return undefined;
    }

    /** @param {Picture} image */
    isNewest(image) {
        return this.items.length === 0 || image.createdAt >= this.items[0].createdAt;
    }

    /**
     * Back where it was, as after an undo.
     * @param {Picture} image
     */
    insert(image) {
        const place = this.items.findIndex(each => each.createdAt < image.createdAt
            || (each.createdAt === image.createdAt && each.id < image.id));
        if (place < 0 && this.cursor !== null) return;
        this.items.splice(place < 0 ? this.items.length : place, 0, image);
        this.known.add(image.id);
    }

    /**
     * Whether a picture of the events is one of the list.
     * @param {Picture} image
     */
    belongs(image) {
        const { q = '', seed, starred, trashed } = this.filter;
        if (Boolean(trashed) !== Boolean(image.trashedAt)) return false;
        if (starred && !image.starred) return false;
        if (seed && String(image.seed) !== seed) return false;
        if (!matches(image, this.parameters, dayNumber(image.createdAt))) return false;
        const prompt = image.prompt.toLocaleLowerCase();
        return q.toLocaleLowerCase().split(/\s+/).every(word => prompt.includes(word));
    }

    get ids() { return this.items.map(item => item.id); }

    /** @param {number} index @param {boolean} range */
    choose(index, range) {
        if (range) this.selection.extend(this.ids, index); else this.selection.toggle(this.ids, index);
        this.showBar();
    }

    get chosen() { return this.items.filter(item => this.selection.has(item.id)); }

    /** What a key is about: the chosen ones, or the one that has the focus. */
    get subjects() {
        if (this.selection.size > 0) return this.chosen;
        const active = this.items[this.grid.active];
        return this.grid.isFocused && active ? [active] : [];
    }

    showBar() {
        const { size } = this.selection;
        this.grid.refresh();
        this.bar.hidden = size === 0;
        if (size === 0) return;
        const chosen = this.chosen;
        const starred = chosen.every(picture => picture.starred);
        const act = (/** @type {string} */ sign, /** @type {string} */ label, /** @type {() => void} */ run, kind = 'plain',
            disabled = false) =>
            h('button', { type: 'button', class: kind, disabled, 'aria-label': label, title: label, onclick: run }, icon(sign),
                h('span', {}, label));
        replace(this.bar, h('b', { class: 'figure' }, t('history.chosen', { count: size, shown: number(size) })),
            act('compare', t('history.compare'), () => this.compare(), 'strong', size < 2 || size > comparable),
            act('download', t('history.zip'), () => this.download()),
            act('star', t(starred ? 'history.unstar' : 'history.star'), () => this.app.star(chosen, !starred)),
            this.filter.trashed ? act('restore', t('picture.restore'), () => this.app.restore(chosen))
                : act('trash', t('picture.trash'), () => this.app.trash(chosen), 'plain danger'),
            act('cross', t('history.clear'), () => { this.selection.clear(); this.showBar(); }));
        announce(t('history.chosen', { count: size, shown: number(size) }));
    }

    compare() {
        const chosen = this.subjects;
        if (chosen.length < 2 || chosen.length > comparable) return toast(t('compare.howMany'));
        return go('compare', chosen.map(picture => picture.id).reverse());
    }

    async download() {
        const blob = await this.app.act(api.zip(this.chosen.map(picture => picture.id)));
        if (!(blob instanceof Blob)) return;
        const address = URL.createObjectURL(blob);
        h('a', { href: address, download: 'sluice-pictures.zip' }).click();
        setTimeout(() => URL.revokeObjectURL(address), 60000);
    }

    /** @returns {Record<string, import('../keys.js').Handler>} */
    get keys() {
        /** @type {Record<string, import('../keys.js').Handler>} */
        const keys = {
            '/': () => { this.search.focus(); },
            'Ctrl+a': () => { this.selection.all(this.ids); this.showBar(); },
            Escape: () => { if (this.selection.size === 0) return false; this.selection.clear(); this.showBar(); return true; },
            Delete: () => { const pictures = this.subjects; if (pictures.length === 0
                || this.filter.trashed) return false; this.app.trash(pictures); return true; },
            s: () => { const pictures = this.subjects; if (pictures.length > 0) this.app.star(pictures,
                !pictures.every(each => each.starred)); },
            c: () => { this.compare(); },
            Enter: () => { if (!this.grid.isFocused) return false; this.app.details(this.items[this.grid.active],
                this.items); return true; },
            Space: () => { if (!this.grid.isFocused) return false; this.choose(this.grid.active, false); return true; },
        };
        for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End']) {
            keys[key] = () => { if (!this.grid.isFocused) return false; this.grid.move(key); return true; };
            keys[`Shift+${key}`] = () => {
                if (!this.grid.isFocused) return false;
                if (this.selection.anchor === null) this.choose(this.grid.active, false);
                this.choose(this.grid.move(key), true);
                return true;
            };
        }
        return keys;
    }
}

// Two to four pictures against each other: to see, and in figures.

import { button, iconButton } from '../components/buttons.js';
import * as api from '../api.js';
import { buildMode, modeNames } from '../components/compare-modes.js';
import { change } from '../components/change.js';
import { channels, histogram } from '../components/histogram.js';
import { legend, lineChart } from '../components/line-chart.js';
import { Looks } from '../components/zoom-pane.js';
import { h, replace, setText } from '../dom.js';
import { explain } from '../errors.js';
import { bytes, number, percent, plain, seconds, guidance, signed, signedPercent, size } from '../format.js';
import { named, t } from '../i18n.js';
import { icon } from '../icons.js';
import { go } from '../router.js';
import { heldBytes } from '../store.js';

const letters = ['A', 'B', 'C', 'D'];
const kinds = ['pic-a', 'pic-b', 'pic-c', 'pic-d'];

/** @type {{name: string, digits: number, of: (picture: ComparedPicture) => number | null | undefined, say?: (value: number) => string}[]} */
const measures = [
    { name: 'contrastRMS', digits: 3, of: picture => picture.metrics?.contrastRMS },
    { name: 'contrastLightness', digits: 1, of: picture => picture.metrics?.contrastLightness },
    { name: 'noise', digits: 2, of: picture => picture.metrics?.noise },
    { name: 'sharpness', digits: 1, of: picture => picture.metrics?.sharpness },
    { name: 'clippedShare', digits: 4, of: picture => picture.metrics?.clippedShare, say: value => percent(value, 1) },
    { name: 'seconds', digits: 2, of: picture => picture.seconds ?? picture.time?.totalSeconds, say: seconds },
    { name: 'peakBytes', digits: 0, of: picture => picture.peakBytes, say: bytes },
];

export class CompareView {
    /** @param {import('../app.js').App} app @param {number[]} ids */
    constructor(app, ids) {
        this.app = app;
        this.body = h('div', { class: 'compare-body' });
        this.element = h('div', { class: 'compare-view' }, h('h1', { class: 'unseen' }, t('view.compare')), this.body);
        this.looks = new Looks(() => this.showScale());
        this.scale = h('output', { class: 'figure' });
        /** @type {typeof modeNames[number]} */
        this.mode = 'side';
        this.other = 1;
        /** @type {import('../components/compare-modes.js').Mode | null} */
        this.built = null;
        /** @type {Comparison | null} */
        this.comparison = null;
        this.onlyDifferences = true;
        this.released = (/** @type {KeyboardEvent} */ event) => { if (event.key.toLowerCase() === 'b') this.built?.blink?.(false); };
        addEventListener('keyup', this.released);
        this.unwatch = app.store.watch((state, before) => { if ((this.ids ?? []).length < 2
            && state.pictures !== before.pictures) this.invite(); });
        this.route(ids);
    }

    end() {
        this.unwatch();
        removeEventListener('keyup', this.released);
        this.built?.end?.();
        this.looks.end();
    }

    /** @param {number[]} ids */
    async route(ids) {
        this.ids = ids;
        this.comparison = null;
        if (ids.length < 2) return this.invite();
        replace(this.body, h('p', { class: 'empty quiet' }, t('compare.loading')));
        try {
            const comparison = await api.compare(ids);
            if (this.ids !== ids) return undefined;
            this.comparison = comparison;
            this.other = Math.min(this.other, comparison.images.length - 1);
            this.build();
        } catch (error) {
            if (!(error instanceof api.StudioError)) throw error;
            replace(this.body, h('p', { class: 'empty danger' }, explain(error)));
        }
        return undefined;
    }

    /** Nothing chosen yet: pairs that belong together, and the way to the history. */
    invite() {
        const { pictures } = this.app.store.state;
        const pairs = pictures.flatMap(picture => {
            const draft = pictures.find(each => each.id === picture.parent);
            return draft ? [[draft, picture]] : [];
        }).slice(0, 6);
        const pair = (/** @type {Picture[]} */ [draft, final]) => h('li', {}, h('a', { href: `#/compare/${draft.id},${final.id}` },
            h('img', { src: api.thumbAddress(draft), alt: '' }), h('img', { src: api.thumbAddress(final), alt: '' }),
            h('span', {}, final.prompt || t('queue.noPrompt'))));
        replace(this.body, h('div', { class: 'invite' }, icon('compare'), h('h2', {}, t('compare.invite')),
            h('p', { class: 'quiet' }, t('compare.howMany')),
            h('a', { class: 'strong', href: '#/history' }, t('compare.toHistory')),
            pairs.length > 0 && [h('h3', { class: 'eyebrow' }, t('compare.pairs')), h('ul', { class: 'pairs' }, pairs.map(pair))]));
    }

    /** @returns {import('../components/compare-modes.js').Side[]} */
    get sides() {
        return (this.comparison?.images ?? []).map((picture, i) => ({ picture, letter: letters[i], kind: kinds[i] }));
    }

    build() {
        const { sides } = this;
        this.stage = h('div', { class: 'compare-stage' });
        this.picker = h('div', { class: 'chips', role: 'group', 'aria-label': t('compare.against') });
        this.tools = h('div', { class: 'chips', role: 'group', 'aria-label': t('compare.modes') }, modeNames.map(name =>
            h('button', { type: 'button', class: 'chip', 'data-mode': name, onclick: () => this.choose(name) },
                t(`compare.mode.${name}`))));
        replace(this.body, h('div', { class: 'compare-bar' }, this.tools, this.picker, this.zoomTools(),
            button('plain', t('compare.swap'), () => this.swap(), 'swap')),
        this.stage, this.heads(sides), h('div', { class: 'compare-figures' }, this.verdicts(), this.metrics(sides), this.parameters(sides),
            this.histograms(sides), this.curves(sides)));
        this.choose(this.mode);
    }

    zoomTools() {
        return h('div', { class: 'zoom-tools', role: 'group', 'aria-label': t('compare.zoom') },
            iconButton('minus', t('compare.out'), () => this.looks.zoom(1 / 1.5)), this.scale,
            iconButton('plus', t('compare.in'), () => this.looks.zoom(1.5)),
            button('plain', t('compare.fit'), () => this.looks.fit()),
            button('plain', t('compare.pixels'), () => this.looks.pixels()));
    }

    showScale() {
        setText(this.scale, percent(this.looks.look.scale));
    }

    /** @param {typeof modeNames[number]} mode @param {number} [other] */
    choose(mode, other = this.other) {
        this.mode = mode;
        this.other = other;
        const { sides } = this;
        this.built?.end?.();
        this.looks.end();
        this.built = buildMode(mode, this.looks, sides, other);
        if (this.stage) replace(this.stage, this.built.element);
        for (const chip of this.tools?.children ?? []) chip.setAttribute('aria-pressed', String(chip.getAttribute('data-mode') === mode));
        if (this.picker) {
            this.picker.hidden = mode === 'side' || sides.length < 3;
            replace(this.picker, sides.slice(1).map(({ letter }, i) => h('button',
                { type: 'button', class: 'chip', 'aria-pressed': String(i + 1 === other), onclick: () => this.choose(mode, i + 1) },
                `A | ${letter}`)));
        }
    }

    swap() {
        const ids = [...this.ids ?? []];
        [ids[0], ids[this.other]] = [ids[this.other], ids[0]];
        go('compare', ids);
    }

    /** @param {import('../components/compare-modes.js').Side[]} sides */
    heads(sides) {
        return h('ul', { class: 'heads' }, sides.map(({ picture, letter, kind }, i) => h('li', { class: kind },
            h('b', { class: 'letter' }, letter), h('div', {}, h('p', { class: 'head-prompt' }, picture.prompt),
                h('p', { class: 'quiet figure' }, [`#${picture.id}`, size(picture),
                    picture.parameters.steps != null && t('fact.steps', { count: picture.parameters.steps }),
                    picture.parameters.guidance != null && t('fact.guidance', { value: guidance(picture.parameters.guidance) }),
                    t('fact.seed', { value: plain(picture.seed) })].filter(Boolean).join(' · '))),
            i === 0 ? h('span', { class: 'tag' }, t('compare.baseline'))
                : button('plain', t('compare.makeBaseline'),
                    () => { const ids = (this.ids ?? []).filter(id => id !== picture.id); go('compare', [picture.id, ...ids]); }))));
    }

    /** Whether a change can be put down to one parameter, pair by pair. */
    verdicts() {
        const { sides } = this;
        const name = (/** @type {Difference} */ difference) => named('parameter', difference.name);
        return h('section', { class: 'verdicts' }, (this.comparison?.pairs ?? []).map(pair => {
            const other = sides.find(side => side.picture.id === pair.b);
            const names = pair.differences.map(name).join(t('list.and'));
            const text = pair.comparable ? t('compare.comparable', { name: names })
                : t(`compare.reason.${pair.reason ?? 'several'}`, { names });
            return h('div', { class: `verdict ${pair.comparable ? 'good' : 'poor'}` }, icon(pair.comparable ? 'check' : 'warning'),
                h('p', {}, h('b', {}, `A → ${other?.letter ?? ''} `), text),
                h('dl', { class: 'pair-figures' }, this.pairFigures(pair).map(([key, value]) => h('div', {}, h('dt', {}, t(key)),
                    h('dd', { class: 'figure' }, value)))));
        }));
    }

    /** @param {Pair} pair @returns {[string, string][]} */
    pairFigures(pair) {
        if (pair.identical) return [['compare.pixelsAre', t('compare.identical')]];
        if (pair.ssim == null) return [];
        return [['compare.ssim', number(pair.ssim, 4)],
            ['compare.psnr', pair.psnr == null ? t('compare.identical') : `${number(pair.psnr, 1)} dB`],
            ['compare.mean', pair.meanDifference == null ? '–' : number(pair.meanDifference, 4)]];
    }

    /** @param {import('../components/compare-modes.js').Side[]} sides */
    metrics(sides) {
        const rows = measures.map(({ name, digits, of, say = value => number(value, digits) }) => {
            const values = sides.map(side => of(side.picture));
            const first = values[0];
            return h('tr', {}, h('th', { scope: 'row', title: t(`metric.${name}.means`) }, t(`metric.${name}`)),
                values.map((value, i) => h('td', {},
                value == null ? '–' : say(value), name === 'noise' && sides[i].picture.metrics?.noiseReliable === false
                    && h('span', { class: 'quiet' }, ` (${t('metric.unreliable')})`),
                i > 0 && value != null && first != null && h('span', { class: 'change' }, this.changeOf(name, first, value, digits)))));
        });
        return h('section', {}, h('h2', {}, t('metric.title')), this.table(t('metric.title'), sides, rows),
            h('p', { class: 'quiet hint' }, t('metric.note')));
    }

    /** @param {string} name @param {number} a @param {number} b @param {number} digits */
    changeOf(name, a, b, digits) {
        const { difference, percent: share } = change(name, a, b);
        return share === null ? signed(difference, digits) : signedPercent(share);
    }

    /** @param {string} label @param {import('../components/compare-modes.js').Side[]} sides @param {HTMLElement[]} rows */
    table(label, sides, rows) {
        return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, h('table', { class: 'data' },
            h('thead', {}, h('tr', {}, h('td', {}), sides.map(({ letter, kind }) => h('th', { scope: 'col' },
                h('span', { class: `letter ${kind}` }, letter))))), h('tbody', {}, rows)));
    }

    /** @param {import('../components/compare-modes.js').Side[]} sides */
    parameters(sides) {
        const values = sides.map(({ picture }) => /** @type {Record<string, unknown>} */ ({ prompt: picture.prompt, seed: picture.seed,
            width: picture.width, height: picture.height, ...picture.parameters }));
        const names = [...new Set(values.flatMap(each => Object.keys(each)))];
        const differs = (/** @type {string} */ name) => values.some(each => JSON.stringify(each[name]) !== JSON.stringify(values[0][name]));
        const say = (/** @type {unknown} */ value, /** @type {string} */ name) => value == null ? '–' : typeof value === 'number'
            ? name.endsWith('Bytes') ? bytes(value) : name === 'guidance' ? guidance(value) : plain(value) : String(value);
        const holder = h('div', {});
        const draw = () => {
            const shown = names.filter(name => !this.onlyDifferences || differs(name));
            const rows = shown.map(name => h('tr', { class: differs(name) ? 'differs' : '' },
                h('th', { scope: 'row' }, named('parameter', name)),
                values.map(each => h('td', { class: 'word' }, say(each[name], name)))));
            replace(holder, rows.length > 0 ? this.table(t('compare.parameters'), sides, rows)
                : h('p', { class: 'quiet' }, t('compare.sameParameters')));
        };
        const only = h('input', { type: 'checkbox', checked: this.onlyDifferences,
            onchange: () => { this.onlyDifferences = only.checked; draw(); } });
        draw();
        return h('section', {}, h('header', {}, h('h2', {}, t('compare.parameters')),
            h('label', { class: 'switch' }, only, t('compare.onlyDifferences'))), holder);
    }

    /** @param {import('../components/compare-modes.js').Side[]} sides */
    histograms(sides) {
        const known = sides.filter(side => side.picture.metrics?.histograms);
        if (known.length === 0) return null;
        return h('section', { class: 'histograms' }, h('h2', {}, t('histogram.title')),
            h('div', { class: 'histogram-grid' }, channels.map(channel =>
            histogram(channel, known.map(({ letter, kind, picture }) => ({ letter, kind,
                bins: picture.metrics?.histograms?.[channel] ?? [] }))))),
        legend(known.map(({ letter, kind }) => ({ kind, name: letter }))));
    }

    /** @param {import('../components/compare-modes.js').Side[]} sides */
    curves(sides) {
        const lines = /** @type {ComparedPicture[]} */ (sides.map(side => side.picture)).map((picture, i) => ({
            name: sides[i].letter, kind: sides[i].kind, points: (picture.curve
                ?? []).map(point => ({ x: point.seconds, y: heldBytes(point) })),
        })).filter(line => line.points.length > 0);
        if (lines.length === 0) return null;
        const peak = (/** @type {{points: {y: number}[]}} */ line) => Math.max(...line.points.map(point => point.y));
        const most = Math.max(...lines.map(peak));
        const budgets = [...new Set(sides.map(side => side.picture.parameters.budgetBytes).filter(budget => budget != null
            && budget < most * 3))];
        const words = { title: t('compare.curves'), description: lines.map(line => t('compare.curveWords',
            { letter: line.name, peak: bytes(peak(line)) })).join(', '), x: seconds, y: bytes };
        return h('section', { class: 'curves' }, h('h2', {}, t('compare.curves')),
            lineChart(lines, budgets.map(budget => ({ name: t('memory.budget'), kind: 'budget', value: Number(budget) })), words),
            legend(lines.map(line => ({ kind: line.kind, name: line.name, value: bytes(peak(line)) }))));
    }

    /** @returns {Record<string, import('../keys.js').Handler>} */
    get keys() {
        const ready = (/** @type {() => void} */ run) => () => { if (!this.comparison) return false; run(); return true; };
        const turn = (/** @type {number} */ by) => ready(() => {
            const count = this.sides.length - 1;
            this.choose(this.mode, (this.other - 1 + by + count) % count + 1);
        });
        return {
            'Alt+ArrowLeft': turn(-1), 'Alt+ArrowRight': turn(1), '+': ready(() => this.looks.zoom(1.5)),
            '=': ready(() => this.looks.zoom(1.5)), '-': ready(() => this.looks.zoom(1 / 1.5)),
            0: ready(() => this.looks.fit()), 1: ready(() => this.looks.pixels()), x: ready(() => this.swap()),
            d: ready(() => this.choose(this.mode === 'difference' ? 'side' : 'difference')),
            b: ready(() => { if (this.mode !== 'blink') this.choose('blink'); this.built?.blink?.(true); }),
        };
    }
}

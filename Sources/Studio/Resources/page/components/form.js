// What to draw. Numbers have a slider and a field; the seed a die and a lock; every bound is the server's.

import { button, iconButton } from './buttons.js';
import { freshName, h, replace, setText } from '../dom.js';
import { plain, guidance } from '../format.js';
import { allowedSide, drawnSeed, problems, sliderEnds } from '../form-state.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { PlanLine } from './plan-line.js';

/** @typedef {import('../form-state.js').Form} Form */

export class FormPanel {
    /** @param {import('../app.js').App} app */
    constructor(app) {
        this.app = app;
        this.capabilities = app.capabilities;
        /** @type {(() => void)[]} */
        this.refreshers = [];
        /** @type {Map<string, {input: HTMLElement, note: HTMLElement}>} */
        this.notes = new Map();
        this.plan = new PlanLine(app, side => this.change({ width: side, height: side }));
        this.recalled = -1;
        this.element = this.build();
        this.refresh();
    }

    get form() { return this.app.form; }

    /** @param {Partial<Form>} change */
    change(change) {
        this.app.setForm({ ...this.form, ...change });
        this.refresh();
    }

    /** Shows what the form now holds. */
    refresh() {
        for (const refresher of this.refreshers) refresher();
        const found = problems(this.form, this.capabilities);
        for (const [field, { input, note }] of this.notes) {
            const problem = found.find(each => each.field === field);
            setText(note, problem ? t(problem.key, mapped(problem.values)) : '');
            note.hidden = !problem;
            input.setAttribute('aria-invalid', String(Boolean(problem)));
        }
        this.plan.ask(found.length === 0);
    }

    build() {
        const { model } = this.capabilities;
        const ends = sliderEnds(this.capabilities);
        this.prompt = this.promptField();
        return h('form', { class: 'form', novalidate: true,
            onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); this.app.generate(false); } },
            this.field('prompt', t('form.prompt'), this.prompt, 'tall'),
            this.paces(),
            this.range('steps', t('form.steps'), 1, ends.steps),
            this.range('guidance', t('form.guidance'), 0.1, ends.guidance, !model.guidance && t('form.noGuidance')),
            this.sizes(), this.seedAndCount(), this.advanced(),
            h('div', { class: 'send' }, this.plan.element,
                h('button', { type: 'submit', class: 'generate', 'aria-keyshortcuts': 'Control+Enter' }, icon('spark'),
                    h('span', {}, t('form.generate')), h('kbd', { 'aria-hidden': 'true' }, 'Ctrl ↵'))));
    }

    /** @param {string} name @param {string} label @param {HTMLElement} input @param {string} [kind] */
    field(name, label, input, kind = '') {
        input.id ||= freshName(name);
        const note = h('p', { class: 'problem', id: `${input.id}-problem`, hidden: true });
        input.setAttribute('aria-describedby', note.id);
        this.notes.set(name, { input, note });
        return h('div', { class: `field ${kind}` }, h('label', { for: input.id }, label), input, note);
    }

    promptField() {
        const area = h('textarea', {
            rows: 3, spellcheck: 'true', placeholder: t('form.promptHint'), 'aria-keyshortcuts': 'Alt+ArrowUp Alt+ArrowDown',
            oninput: () => { this.recalled = -1; this.change({ prompt: area.value }); },
            onkeydown: (/** @type {KeyboardEvent} */ event) => {
                if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
                event.preventDefault();
                this.recallPrompt(event.key === 'ArrowUp' ? 1 : -1);
            },
        });
        this.refreshers.push(() => { if (area.value !== this.form.prompt) area.value = this.form.prompt; });
        return area;
    }

    /** @param {number} by */
    recallPrompt(by) {
        const earlier = this.app.prompts.filter(prompt => this.recalled >= 0 || prompt !== this.form.prompt);
        const next = Math.min(earlier.length - 1, this.recalled + by);
        if (next < 0) return;
        this.recalled = next;
        this.change({ prompt: earlier[next] });
    }

    paces() {
        const { draft, final, model } = this.capabilities;
        const chip = (/** @type {string} */ name, /** @type {Pace} */ pace) => {
            const element = h('button', { type: 'button', class: 'chip',
                onclick: () => this.change(model.guidance ? { ...pace } : { steps: pace.steps }) },
                h('b', {}, t(`form.${name}`)), ' ', h('span', { class: 'figure' },
                    model.guidance ? `${plain(pace.steps)} · ${guidance(pace.guidance)}` : plain(pace.steps)));
            this.refreshers.push(() => {
                const on = this.form.steps === pace.steps && (!model.guidance || this.form.guidance === pace.guidance);
                element.setAttribute('aria-pressed', String(on));
            });
            return element;
        };
        return h('div', { class: 'chips paces', role: 'group', 'aria-label': t('form.pace') }, chip('draft', draft),
            chip('final', final));
    }

    /**
     * @param {'steps' | 'guidance' | 'trueGuidance'} name
     * @param {string} label
     * @param {number} step
     * @param {number} end of the slider; the field takes every allowed number
     * @param {string | false} [unavailable] why it has no effect
     */
    range(name, label, step, end, unavailable) {
        const [low, high] = name === 'trueGuidance' ? [1, end] : this.capabilities.bounds[name];
        const take = (/** @type {HTMLInputElement} */ input) => { if (input.value !== '') this.change({ [name]: Number(input.value) }); };
        const disabled = Boolean(unavailable);
        const slider = h('input', { type: 'range', min: low, max: end, step, disabled, oninput: () => take(slider), 'aria-label': label });
        const number = h('input', { type: 'number', min: low, max: high, step: step === 1 ? 1 : 'any', inputmode: 'decimal', disabled,
            oninput: () => take(number) });
        this.refreshers.push(() => {
            const value = this.form[name];
            if (Number(slider.value) !== value) slider.value = String(value);
            if (Number(number.value) !== value || number.value === '') number.value = String(value);
            slider.style.setProperty('--share', String(Math.min(1, (value - low) / (end - low || 1))));
        });
        return h('div', { class: 'ranged' }, this.field(name, label, number), slider,
            unavailable && h('p', { class: 'quiet hint' }, unavailable));
    }

    sizes() {
        const { bounds, sizes } = this.capabilities;
        const chips = sizes.map(size => {
            const chip = h('button', { type: 'button', class: 'chip size', onclick: () => this.change({ ...size }) }, shape(size),
                h('span', { class: 'figure' }, `${size.width}×${size.height}`));
            this.refreshers.push(() => chip.setAttribute('aria-pressed',
                String(size.width === this.form.width && size.height === this.form.height)));
            return chip;
        });
        const side = (/** @type {'width' | 'height'} */ name) => {
            const input = h('input', {
                type: 'number', min: bounds.side[0], max: bounds.side[1], step: bounds.sideMultiple, inputmode: 'numeric',
                oninput: () => { if (input.value !== '') this.change({ [name]: Number(input.value) }); },
                onchange: () => this.change({ [name]: allowedSide(Number(input.value), bounds) }),
            });
            this.refreshers.push(() => { if (Number(input.value) !== this.form[name]
                || input.value === '') input.value = String(this.form[name]); });
            return this.field(name, t(`form.${name}`), input);
        };
        return h('fieldset', { class: 'sizes' }, h('legend', {}, t('form.size'),
                h('span', { class: 'quiet hint' }, t('form.multiple', { multiple: bounds.sideMultiple }))),
                    h('div', { class: 'chips' }, chips),
            h('div', { class: 'sides' }, side('width'),
                iconButton('swap', t('form.turn'), () => this.change({ width: this.form.height, height: this.form.width })),
                side('height')));
    }

    seedAndCount() {
        const { bounds } = this.capabilities;
        const seed = h('input', {
            type: 'text', inputmode: 'numeric', autocomplete: 'off', placeholder: t('form.seedRandom'),
            oninput: () => {
                const digits = seed.value.trim();
                this.change(digits === '' ? { seed: null, locked: false }
                    : { seed: /^\d+$/.test(digits) ? Number(digits) : NaN, locked: true });
            },
        });
        const lock = h('button', { type: 'button', class: 'bare lock', onclick: () => this.change(this.form.locked
            ? { locked: false, seed: null } : { locked: true, seed: this.app.store.state.pictures[0]?.seed ?? drawnSeed() }) });
        this.refreshers.push(() => {
            const value = this.form.seed === null ? '' : String(this.form.seed);
            if (!Number.isNaN(this.form.seed) && seed.value !== value) seed.value = value;
            const label = t(this.form.locked ? 'form.locked' : 'form.unlocked');
            lock.setAttribute('aria-pressed', String(this.form.locked));
            lock.title = label;
            lock.setAttribute('aria-label', t('form.lock'));
            replace(lock, icon(this.form.locked ? 'lock' : 'unlock'));
        });
        const count = h('input', { type: 'number', min: bounds.count[0], max: bounds.count[1], step: 1, inputmode: 'numeric',
            oninput: () => { if (count.value !== '') this.change({ count: Number(count.value) }); } });
        this.refreshers.push(() => { if (Number(count.value) !== this.form.count) count.value = String(this.form.count); });
        return h('div', { class: 'seed-row' },
            h('div', { class: 'seed' }, this.field('seed', t('form.seed'), seed),
                iconButton('dice', t('form.dice'), () => this.change({ seed: drawnSeed(), locked: true })), lock),
            this.field('count', t('form.count'), count, 'count'));
    }

    advanced() {
        const { model, samplers, dtype } = this.capabilities;
        const parts = [];
        if (model.trueGuidance) parts.push(this.trueGuidance());
        return h('details', { class: 'advanced' }, h('summary', {}, t('form.advanced')), parts,
            h('dl', { class: 'facts' }, h('dt', {}, t('parameter.sampler')), h('dd', {}, samplers.join(', ')),
                h('dt', {}, t('parameter.dtype')), h('dd', {}, dtype),
                h('dt', {}, t('parameter.model')), h('dd', {}, model.name)),
            button('plain', t('drop.choose'), () => this.app.choosePicture(), 'file'),
            h('p', { class: 'quiet hint' }, t('drop.hint')));
    }

    trueGuidance() {
        const negative = h('textarea', { rows: 2, oninput: () => this.change({ negativePrompt: negative.value }) });
        this.refreshers.push(() => {
            if (negative.value !== this.form.negativePrompt) negative.value = this.form.negativePrompt;
            negative.disabled = this.form.trueGuidance <= 1;
        });
        return h('div', { class: 'true-guidance' }, this.range('trueGuidance', t('form.trueGuidance'), 0.1, 10),
            h('p', { class: 'quiet hint' }, t('form.twice')),
            this.field('negativePrompt', t('form.negativePrompt'), negative));
    }
}

/** @param {Record<string, string | number>} values */
function mapped(values) {
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === 'number' ? plain(value) : value]));
}

/**
 * The outline of a size.
 * @param {Size} size
 */
function shape({ width, height }) {
    const long = Math.max(width, height);
    const outline = h('i', { class: 'shape', 'aria-hidden': 'true' });
    outline.style.width = `${width / long * 14}px`;
    outline.style.height = `${height / long * 14}px`;
    return outline;
}

// One picture, large, with everything that is known of it.

import { button, iconButton } from './buttons.js';
import * as api from '../api.js';
import { h, replace, style } from '../dom.js';
import { bytes, dateTime, number, percent, plain, seconds, guidance, size } from '../format.js';
import { isFinal, settingsOf } from '../form-state.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { go } from '../router.js';
import { openDialog } from './dialog.js';
import { TimeBar, timesOf } from './time-bar.js';

/** @param {import('../app.js').App} app @param {Picture} picture @param {Picture[]} among */
export async function openDetails(app, picture, among) {
    await style('../css/details.css', import.meta.url);
    new Details(app, among).open(picture);
}

class Details {
    /** @param {import('../app.js').App} app @param {Picture[]} among */
    constructor(app, among) {
        this.app = app;
        this.among = among;
        this.image = h('img', { class: 'details-image', alt: '' });
        this.side = h('div', { class: 'details-side' });
        this.times = new TimeBar();
        this.measured = h('div', {});
        /** @type {Picture | null} */
        this.picture = null;
    }

    /** @param {Picture} picture */
    open(picture) {
        const { close, dialog } = openDialog({
            title: t('picture.details'), kind: 'details',
            content: [h('div', { class: 'details-frame' }, this.turn(-1), h('div', { class: 'checker' }, this.image), this.turn(1)),
                this.side],
            keys: {
                ArrowLeft: () => this.move(-1), ArrowRight: () => this.move(1), s: () => this.star(),
                Delete: () => { close(); this.trash(); },
                c: () => { close(); this.compare(); },
            },
            closed: () => unwatch(),
        });
        const unwatch = this.app.store.watch((state, before) => {
            const changed = state.lastImageEvent !== before.lastImageEvent ? state.lastImageEvent?.data : null;
            if (changed?.id === this.picture?.id && changed?.sha256) this.show({ ...this.picture, ...changed });
        });
        this.dialog = dialog;
        this.close = close;
        this.show(picture);
    }

    /** @param {number} by */
    turn(by) {
        return h('button', { type: 'button', class: 'turn', 'aria-label': t(by < 0 ? 'picture.previous' : 'picture.next'),
            onclick: () => this.move(by) }, icon(by < 0 ? 'left' : 'right'));
    }

    /** @param {number} by */
    move(by) {
        const next = this.among[this.among.findIndex(each => each.id === this.picture?.id) + by];
        if (next) this.show(next);
    }

    /** @param {Picture} picture */
    show(picture) {
        const another = this.picture?.id !== picture.id;
        this.picture = picture;
        this.image.width = picture.width;
        this.image.height = picture.height;
        if (!picture.missing && this.image.getAttribute('src') !== api.fileAddress(picture)) this.image.src = api.fileAddress(picture);
        this.image.alt = t('stage.picture', { prompt: picture.prompt });
        this.describe(picture);
        if (another) this.fetch(picture.id);
    }

    /** @param {number} id */
    async fetch(id) {
        this.times.show(null);
        replace(this.measured);
        const [whole, report] = await Promise.all([api.image(id).catch(() => null), api.report(id).catch(() => null)]);
        if (this.picture?.id !== id) return;
        if (whole) {
            this.picture = whole;
            this.describe(whole);
            this.measure(whole);
        }
        this.times.show(report ? timesOf(report) : null);
    }

    /** @param {Picture} picture */
    describe(picture) {
        const { parameters } = picture;
        /** @type {[string, string | null | undefined][]} */
        const facts = [
            ['size', size(picture)], ['steps', parameters.steps == null ? null : plain(parameters.steps)],
            ['guidance', parameters.guidance == null ? null : guidance(parameters.guidance)],
            ['seed', plain(picture.seed)], ['sampler', parameters.sampler], ['negativePrompt', parameters.negativePrompt],
            ['trueGuidance', parameters.trueGuidance == null ? null : guidance(parameters.trueGuidance)], ['model', parameters.model],
            ['dtype', parameters.dtype], ['device', parameters.device],
            ['seconds', picture.seconds == null ? null : seconds(picture.seconds)],
            ['peakBytes', picture.peakBytes == null ? null : bytes(picture.peakBytes)],
            ['byteCount', bytes(picture.byteCount)], ['createdAt', dateTime(picture.createdAt)],
        ];
        replace(this.side, h('p', { class: 'details-prompt' }, picture.prompt), this.actions(picture), this.relatives(picture),
            h('dl', { class: 'facts' }, facts.filter(([, value]) => value).map(([name, value]) => [h('dt', {}, t(`parameter.${name}`)),
                h('dd', { class: 'figure' }, value ?? '')])),
            this.times.element, this.measured);
    }

    /** @param {Picture} picture */
    actions(picture) {
        const settings = settingsOf(picture);
        const use = (/** @type {'all' | 'seed' | 'prompt'} */ part) =>
            button('plain', t(`reuse.${part}`), () => { this.close?.(); this.app.reuse(settings, part); });
        return h('div', { class: 'actions' },
            !isFinal(picture, this.app.capabilities) && button('strong', t('final.short'),
                () => { this.close?.(); go('generate'); this.app.finalise(picture); }, 'spark'),
            use('all'), use('seed'), use('prompt'),
            iconButton('star', t('picture.star'), () => this.star(), { 'aria-pressed': String(picture.starred) }),
            h('a', { class: 'bare', href: api.fileAddress(picture), download: `sluice-${picture.id}.png`,
                'aria-label': t('picture.download'), title: t('picture.download') }, icon('download')),
            picture.trashedAt
                ? button('plain', t('picture.restore'), () => { this.close?.(); this.app.restore([picture]); }, 'restore')
                : iconButton('trash', t('picture.trash'), () => { this.close?.(); this.trash(); }),
            h('a', { class: 'plain', href: `${api.fileAddress(picture)}?strip=1`, download: `sluice-${picture.id}.png` },
                t('picture.stripped')));
    }

    /** @param {Picture} picture */
    relatives(picture) {
        const others = [...(picture.parent == null ? [] : [{ id: picture.parent, role: 'parent' }]),
            ...(picture.children ?? []).map(id => ({ id, role: 'child' }))];
        if (others.length === 0) return null;
        return h('ul', { class: 'relatives' }, others.map(({ id, role }) => h('li', {},
            h('a', { class: 'plain', href: `#/compare/${role === 'parent' ? `${id},${picture.id}` : `${picture.id},${id}`}`,
                onclick: () => this.close?.() },
                icon('compare'), t(role === 'parent' ? 'final.compareDraft' : 'final.compareFinal'),
                h('span', { class: 'quiet figure' }, ` #${plain(id)}`)))));
    }

    /** @param {Picture} picture */
    measure({ metrics }) {
        if (!metrics) return replace(this.measured);
        /** @type {[string, string][]} */
        const values = [['contrastRMS', number(metrics.contrastRMS, 3)], ['contrastLightness', number(metrics.contrastLightness, 1)],
            ['noise', number(metrics.noise, 2) + (metrics.noiseReliable ? '' : ` (${t('metric.unreliable')})`)],
            ['sharpness', number(metrics.sharpness, 1)], ['clippedShare', percent(metrics.clippedShare, 1)]];
        replace(this.measured, h('h3', { class: 'eyebrow' }, t('metric.title')),
            h('dl', { class: 'facts' }, values.map(([name, value]) => [h('dt', {}, t(`metric.${name}`)),
                h('dd', { class: 'figure' }, value)])));
        return undefined;
    }

    star() {
        if (this.picture) this.app.star([this.picture], !this.picture.starred);
    }

    trash() {
        if (this.picture) this.app.trash([this.picture]);
    }

    compare() {
        if (!this.picture) return;
        const other = this.picture.parent ?? this.picture.children?.[0];
        go('compare', other == null ? [this.picture.id] : [other, this.picture.id]);
    }
}

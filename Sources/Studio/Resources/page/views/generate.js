// The first view: form, picture with what the engine does, queue, and the latest pictures.

import { button, iconButton } from '../components/buttons.js';
import * as api from '../api.js';
import { announce } from '../announce.js';
import { FormPanel } from '../components/form.js';
import { ProgressPanel, whereabouts } from '../components/progress.js';
import { QueuePanel } from '../components/queue.js';
import { TimeBar, timesOf } from '../components/time-bar.js';
import { h, replace } from '../dom.js';
import { bytes, percent, plain, seconds, guidance, size } from '../format.js';
import { isFinal, settingsOf } from '../form-state.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { go } from '../router.js';
import { doneShare, runningJob } from '../store.js';

/** @typedef {import('../store.js').State} State */

export class GenerateView {
    /** @param {import('../app.js').App} app */
    constructor(app) {
        this.app = app;
        this.form = new FormPanel(app);
        this.progress = new ProgressPanel(app.capabilities);
        this.queue = new QueuePanel(app);
        this.times = new TimeBar();
        this.image = h('img', { class: 'picture', alt: '', hidden: true, decoding: 'async' });
        this.empty = h('p', { class: 'empty-stage' }, h('b', {}, t('stage.empty')), h('span', {}, t('stage.emptyHint')));
        this.frame = h('div', { class: 'frame' }, this.empty, this.image);
        this.caption = h('div', { class: 'caption', hidden: true });
        this.strip = h('ul', { class: 'strip', 'aria-label': t('stage.latest') });
        /** @type {Map<number, Promise<Report>>} */
        this.reports = new Map();
        /** @type {number | null} A picture that the user put on the stage. */
        this.pinned = app.pinned;
        /** @type {Picture | null} */
        this.picture = null;
        /** @type {number | null} The picture that the time bar is about. */
        this.timed = null;
        this.captionFor = '';
        this.stage = h('section', { class: 'stage', 'aria-label': t('stage.title') }, this.frame, this.progress.element, this.caption,
            this.times.element, this.strip);
        this.element = h('div', { class: 'generate-view' }, h('h1', { class: 'unseen' }, t('view.generate')), this.form.element, this.stage,
            this.queue.element);
        this.unwatch = app.store.watch((state, before) => this.show(state, before));
        this.formChanged = () => this.form.refresh();
        app.formWatchers.add(this.formChanged);
        this.show(app.store.state, null);
    }

    end() {
        this.unwatch();
        this.app.formWatchers.delete(this.formChanged);
    }

    get keys() {
        return { '/': () => { this.form.prompt?.focus(); } };
    }

    /** @param {State} state @param {State | null} before */
    show(state, before) {
        const job = runningJob(state);
        if (job && (!before || runningJob(before)?.id !== job.id)) this.pin(null);
        if (before && state.jobs.some(each => each.pendingKey) && !before.jobs.some(each => each.pendingKey)) this.reveal();
        this.queue.show(state);
        this.progress.show(job, state.progress);
        if (!before || before.pictures !== state.pictures || before.preview !== state.preview
            || before.jobs !== state.jobs) this.showPicture(state, job);
        if (job && state.progress?.job === job.id) this.speak(state.progress);
    }

    /** On a phone the picture lies below the form. */
    reveal() {
        if (matchMedia('(max-width: 820px)').matches) this.stage.scrollIntoView({ behavior: 'smooth', block: 'start' });
    }

    /** @param {number | null} id */
    pin(id) {
        this.pinned = this.app.pinned = id;
    }

    /** @param {Progress} progress */
    speak(progress) {
        const share = doneShare(progress);
        announce(`${whereabouts(progress)}, ${percent(share)}`);
    }

    /**
     * The chosen picture, else the running one's preview, else the newest.
     * @param {State} state
     * @param {Job | null} job
     */
    showPicture(state, job) {
        this.showStrip(state);
        const chosen = state.pictures.find(each => each.id === this.pinned);
        const live = !chosen && job && state.preview?.job === job.id ? state.preview.dataURL : null;
        const ofJob = job ? state.pictures.find(each => each.job === job.id) : null;
        const picture = this.picture = chosen ?? ofJob ?? state.pictures[0] ?? null;
        const source = live ?? (picture && !picture.missing ? api.fileAddress(picture) : null);
        const shape = live && job ? job.request : picture;
        this.empty.hidden = source !== null;
        this.image.hidden = source === null;
        this.frame.classList.toggle('is-preview', live !== null);
        this.frame.classList.toggle('is-busy', job !== null && !chosen && live === null && !ofJob);
        if (shape?.width && shape.height) {
            this.image.width = shape.width;
            this.image.height = shape.height;
        }
        if (source !== null && this.image.getAttribute('src') !== source) this.image.src = source;
        this.image.alt = live ? t('stage.preview') : picture ? t('stage.picture', { prompt: picture.prompt }) : '';
        // While the next one is drawn, the picture before it is only a backdrop.
        const told = !job || chosen || (ofJob && !live) ? picture : null;
        this.showCaption(told, state);
        this.showTimes(told);
    }

    /** @param {Picture | null} picture @param {State} state */
    showCaption(picture, state) {
        const relatives = picture ? state.pictures.filter(each => each.parent === picture.id || each.id === picture.parent) : [];
        const key = picture ? JSON.stringify([picture.id, picture.starred, relatives.map(each => each.id)]) : '';
        if (key === this.captionFor) return;
        this.captionFor = key;
        this.caption.hidden = !picture;
        if (!picture) return;
        const { parameters } = picture;
        const facts = [size(picture), parameters.steps != null && t('fact.steps', { count: parameters.steps }),
            parameters.guidance != null && t('fact.guidance', { value: guidance(parameters.guidance) }),
            t('fact.seed', { value: plain(picture.seed) }),
            picture.seconds != null && seconds(picture.seconds), picture.peakBytes != null && bytes(picture.peakBytes)];
        const settings = () => settingsOf(picture);
        replace(this.caption,
            h('p', { class: 'caption-prompt' }, picture.prompt), h('p', { class: 'quiet figure' }, facts.filter(Boolean).join(' · ')),
            h('div', { class: 'actions' },
                !isFinal(picture, this.app.capabilities) && button('strong', this.finalLabel(), () => this.app.finalise(picture), 'spark'),
                this.relativeButton(picture, relatives),
                button('plain', t('reuse.all'), () => this.app.reuse(settings(), 'all'), 'reuse'),
                button('plain', t('reuse.seed'), () => this.app.reuse(settings(), 'seed')),
                iconButton('star', t('picture.star'), () => this.app.star([picture], !picture.starred),
                    { 'aria-pressed': String(picture.starred) }),
                h('a', { class: 'bare', href: api.fileAddress(picture), download: `sluice-${picture.id}.png`,
                    'aria-label': t('picture.download'), title: t('picture.download') }, icon('download')),
                iconButton('more', t('picture.details'), () => this.app.details(picture))));
    }

    finalLabel() {
        const { final, model } = this.app.capabilities;
        return t('final.make', { pace: model.guidance ? `${plain(final.steps)} · ${guidance(final.guidance)}` : plain(final.steps) });
    }

    /** @param {Picture} picture @param {Picture[]} relatives */
    relativeButton(picture, relatives) {
        const other = relatives[0]?.id ?? picture.parent ?? picture.children?.[0];
        if (other == null) return null;
        const isDraft = other !== picture.parent;
        return button('plain', t(isDraft ? 'final.compareFinal' : 'final.compareDraft'),
            () => go('compare', isDraft ? [picture.id, other] : [other, picture.id]), 'compare');
    }

    /** @param {Picture | null} picture */
    async showTimes(picture) {
        this.timed = picture?.id ?? null;
        if (!picture || picture.missing) return this.times.show(null);
        const { id } = picture;
        if (!this.reports.has(id)) this.reports.set(id, api.report(id));
        const report = await this.reports.get(id)?.catch(() => null);
        if (this.timed === id) this.times.show(report ? timesOf(report) : null);
    }

    /** @param {State} state */
    showStrip({ pictures }) {
        const key = pictures.map(each => `${each.id}${each.starred}`).join() + this.pinned;
        if (this.strip.dataset.key === key) return;
        this.strip.dataset.key = key;
        replace(this.strip, pictures.slice(0, 12).map(picture => h('li', {},
            h('button', {
                type: 'button', class: 'thumb', 'aria-current': this.pinned === picture.id ? 'true' : null,
                'aria-label': picture.prompt || t('queue.noPrompt'), title: picture.prompt,
                onclick: () => { this.pin(this.pinned === picture.id ? null : picture.id); this.showPicture(this.app.store.state,
                    runningJob(this.app.store.state)); },
                ondblclick: () => this.app.details(picture),
            }, picture.missing ? h('span', { class: 'missing' }, t('picture.missing'))
                : h('img', { src: api.thumbAddress(picture), alt: '', loading: 'lazy', width: 96, height: 96 })))));
        this.strip.hidden = pictures.length === 0;
    }
}

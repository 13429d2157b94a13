// What the page can do, whichever view asks for it.

import * as api from './api.js';
import { toast } from './components/toast.js';
import { explain } from './errors.js';
import { applied, finalOf, initialForm, problems, requestOf } from './form-state.js';
import { t } from './i18n.js';
import { go } from './router.js';
import { recall, remember } from './settings.js';
import { runningJob } from './store.js';

/** @typedef {import('./form-state.js').Form} Form */

const promptLimit = 100;

export class App {
    /** @param {import('./store.js').Store} store @param {Capabilities} capabilities */
    constructor(store, capabilities) {
        this.store = store;
        this.capabilities = capabilities;
        this.form = initialForm(capabilities, recall('form', null));
        /** @type {string[]} */
        this.prompts = recall('prompts', []);
        /** @type {number | null} */
        this.pinned = null;
        /** @type {Set<() => void>} */
        this.formWatchers = new Set();
        /** @type {Picture[]} */
        this.trashed = [];
        /** @type {() => void} */
        this.choosePicture = () => {};
        /**
         * Finals that this page asked for, by job.
         * @type {Map<number, number>}
         */
        this.finals = new Map();
        /**
         * Requests on their way.
         * @type {Set<Promise<Job>>}
         */
        this.sending = new Set();
        store.watch((state, before) => { if (state.pictures !== before.pictures) this.offerComparison(state.pictures); });
    }

    /** @param {Form} form @param {boolean} [fromElsewhere] than the form itself, which shows it then */
    setForm(form, fromElsewhere = false) {
        this.form = form;
        remember('form', form);
        if (fromElsewhere) for (const watcher of this.formWatchers) watcher();
    }

    /**
     * Tells what went wrong, if anything did.
     * @param {Promise<unknown>} work
     */
    async act(work) {
        try {
            return await work;
        } catch (error) {
            if (!(error instanceof api.StudioError)) throw error;
            toast(explain(error), { kind: 'error' });
            return undefined;
        }
    }

    /** @param {boolean} front of the queue */
    generate(front) {
        const problem = problems(this.form, this.capabilities)[0];
        if (problem) return toast(t('form.problem', { field: t(`form.${problem.field}`) }), { kind: 'error' });
        this.keepPrompt(this.form.prompt);
        return this.submit({ ...requestOf(this.form, this.capabilities), ...(front ? { front } : {}) });
    }

    /** @param {string} prompt */
    keepPrompt(prompt) {
        if (!prompt) return;
        this.prompts = [prompt, ...this.prompts.filter(each => each !== prompt)].slice(0, promptLimit);
        remember('prompts', this.prompts);
    }

    /**
     * In the list at once; the server's answer takes its place.
     * @param {JobRequest} request
     * @returns {Promise<Job | undefined>}
     */
    async submit(request) {
        const key = api.freshKey();
        this.store.apply({ type: 'pending', data: {
            id: -Number.parseInt(key.slice(0, 8), 16), status: 'queued', request, attempt: 0, lost: 0, createdAt: Date.now(),
            startedAt: null,
            endedAt: null, error: null, images: [], pendingKey: key,
        } });
        const sending = api.submit(request, key);
        this.sending.add(sending);
        try {
            const job = await sending;
            const known = [...this.store.state.jobs, ...this.store.state.recent].some(each => each.id === job.id);
            if (!known) this.store.apply({ type: 'job', data: job });
            return job;
        } catch (error) {
            if (!(error instanceof api.StudioError)) throw error;
            toast(explain(error), { kind: 'error' });
            return undefined;
        } finally {
            this.sending.delete(sending);
            this.store.apply({ type: 'dropPending', data: key });
        }
    }

    /**
     * A running job is told to stop; told again, the engine is ended with it.
     * @param {Job} job
     */
    async cancel(job) {
        if (job.cancelRequested) return this.act(api.cancelNow(job.id));
        if (job.status === 'running') this.store.apply({ type: 'job', data: { ...job, cancelRequested: true } });
        return this.act(api.cancel(job.id));
    }

    /** Also what has not arrived yet. */
    async cancelAll() {
        await Promise.allSettled(this.sending);
        await this.act(api.cancelAll());
    }

    stopRunning() {
        const job = runningJob(this.store.state);
        if (job) this.cancel(job);
        return job !== null;
    }

    /** @param {Picture} picture */
    async finalise(picture) {
        const job = await this.submit(finalOf(picture, this.capabilities));
        if (!job) return;
        this.finals.set(job.id, picture.id);
        this.offerComparison(this.store.state.pictures);
    }

    /** @param {Picture[]} pictures */
    offerComparison(pictures) {
        for (const picture of pictures) {
            const draft = picture.job === null ? undefined : this.finals.get(picture.job);
            if (draft === undefined || picture.job === null) continue;
            this.finals.delete(picture.job);
            toast(t('final.ready'), { action: { label: t('final.compareDraft'), run: () => go('compare', [draft, picture.id]) } });
        }
    }

    /** @param {Partial<FoundSettings>} settings @param {'all' | 'seed' | 'prompt'} part */
    reuse(settings, part) {
        this.setForm(applied(this.form, settings, this.capabilities, part), true);
        toast(t(`reuse.done.${part}`));
        go('generate');
    }

    /** @param {Picture[]} pictures @param {boolean} starred */
    star(pictures, starred) {
        return Promise.all(pictures.map(async picture => {
            if (await this.act(api.star(picture.id, starred))) this.store.apply({ type: 'image', data: { ...picture, starred } });
        }));
    }

    /** @param {Picture[]} pictures */
    async trash(pictures) {
        const gone = (await Promise.all(pictures.map(async picture => {
            const answer = await this.act(api.trash(picture.id));
            if (answer) this.store.apply({ type: 'image', data: { ...picture, trashedAt: Date.now() } });
            return answer ? picture : null;
        }))).filter(picture => picture !== null);
        if (gone.length === 0) return;
        this.trashed = /** @type {Picture[]} */ (gone);
        toast(t('picture.trashed', { count: gone.length }), { action: { label: t('undo'), run: () => this.undo() } });
    }

    /** Brings back what was deleted last. */
    async undo() {
        const pictures = this.trashed;
        this.trashed = [];
        await this.restore(pictures);
        return pictures.length > 0;
    }

    /** @param {Picture[]} pictures */
    restore(pictures) {
        return Promise.all(pictures.map(async picture => {
            if (await this.act(api.restore(picture.id))) this.store.apply({ type: 'image', data: { ...picture, trashedAt: null } });
        }));
    }

    /** @param {Picture} picture @param {Picture[]} [among] to go forth and back in */
    async details(picture, among = this.store.state.pictures) {
        const { openDetails } = await import('./components/details.js');
        openDetails(this, picture, among);
    }

    /** @param {File} file */
    async readSettings(file) {
        if (file.size > this.capabilities.uploadBytes) return this.refuseFile();
        const work = api.metadata(file).catch(error => {
            if (error.code !== 'invalid_request') throw error;
            toast(t('drop.nothing'), { kind: 'error' });
            return null;
        });
        const found = await this.act(work);
        if (!found) return undefined;
        const { openSettings } = await import('./components/found-settings.js');
        return openSettings(this, file, /** @type {FoundSettings} */ (found));
    }

    refuseFile() {
        toast(t('drop.refused'), { kind: 'error' });
    }
}

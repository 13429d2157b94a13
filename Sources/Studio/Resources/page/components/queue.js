// What runs, what waits and what went wrong; each with what can be done about it.

import { button, iconButton } from './buttons.js';
import * as api from '../api.js';
import { h, replace, setText } from '../dom.js';
import { explain, sideLabel, sideThatFits } from '../errors.js';
import { guidance as guidanceText, percent, plain, size } from '../format.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { doneShare } from '../store.js';

/** @param {JobRequest} request */
function brief({ width, height, steps, guidance, count }) {
    const parts = [];
    if (width && height) parts.push(size({ width, height }));
    if (steps) parts.push(t('fact.steps', { count: steps }));
    if (guidance !== undefined) parts.push(guidanceText(guidance));
    if (count && count > 1) parts.push(`×${plain(count)}`);
    return parts.join(' · ');
}

export class QueuePanel {
    /** @param {import('../app.js').App} app */
    constructor(app) {
        this.app = app;
        this.title = h('h2', {});
        this.hold = h('button', { type: 'button', class: 'plain', onclick: () => app.act(this.paused ? api.resume() : api.pause()) });
        this.all = button('plain danger', t('queue.cancelAll'), () => app.cancelAll());
        this.list = h('ol', { class: 'jobs' });
        this.note = h('p', { class: 'notice', hidden: true });
        this.element = h('section', { class: 'queue', 'aria-label': t('queue.title') },
            h('header', {}, this.title, this.hold, this.all), this.note, this.list);
        this.paused = false;
        /** @type {import('../store.js').State | null} */
        this.shown = null;
        this.dismissed = new Set();
    }

    /** @param {import('../store.js').State} state */
    show(state) {
        const before = this.shown;
        this.shown = state;
        if (before && before.progress !== state.progress) this.showShare(state);
        if (before && before.jobs === state.jobs && before.recent === state.recent && before.queue === state.queue
            && before.worker === state.worker) return;
        this.paused = state.queue.paused;
        setText(this.title, t('queue.count', { count: state.jobs.length }));
        replace(this.hold, icon(this.paused ? 'play' : 'pause'), t(this.paused ? 'queue.resume' : 'queue.pause'));
        this.all.hidden = state.jobs.length < 2;
        this.note.hidden = !this.noteOf(state);
        setText(this.note, this.noteOf(state));
        this.render(state);
        this.showShare(state);
    }

    /** @param {import('../store.js').State} state */
    noteOf({ worker, queue }) {
        if (worker && worker.state === 'restarting') return t('worker.restarting');
        if (worker && worker.state === 'down') return worker.message ? `${t('worker.down')} ${worker.message}` : t('worker.down');
        return queue.paused ? t('queue.isPaused') : '';
    }

    /**
     * Keeps the focus on the same button of the same job.
     * @param {import('../store.js').State} state
     */
    render(state) {
        const focused = document.activeElement?.closest('[data-act]');
        const mark = focused && this.list.contains(focused) ? [focused.closest('li')?.dataset.job, focused.getAttribute('data-act')] : null;
        const failed = state.recent.filter(job => job.status === 'failed' && !this.dismissed.has(job.id)).slice(0, 3);
        replace(this.list, state.jobs.map((job, i) => this.entry(job, state.jobs[i - 1])), failed.map(job => this.failure(job)),
            state.jobs.length + failed.length === 0 && h('li', { class: 'empty quiet' }, t('queue.empty')));
        if (mark) {
            const again = this.list.querySelector(`[data-job="${mark[0]}"] [data-act="${mark[1]}"]`);
            if (again instanceof HTMLElement) again.focus();
        }
    }

    /** @param {Job} job @param {Job | undefined} previous */
    entry(job, previous) {
        const name = job.request.prompt || t('queue.noPrompt');
        const running = job.status === 'running';
        const first = previous === undefined || previous.status === 'running';
        return h('li', { class: `job ${job.status}`, 'data-job': job.pendingKey ?? job.id },
            h('div', { class: 'job-text' }, h('p', { class: 'job-prompt', title: name }, name),
                h('p', { class: 'quiet figure' }, h('span', { class: 'job-state' }, this.stateOf(job)), brief(job.request))),
            h('div', { class: 'job-actions' },
                !running && !job.pendingKey && !first && this.button('front', 'up', t('queue.front', { name }), () => api.front(job.id)),
                !job.pendingKey && this.button('cancel', running ? 'stop' : 'cross',
                    job.cancelRequested ? t('queue.stopNow') : t(running ? 'queue.stop' : 'queue.cancel', { name }),
                    () => this.app.cancel(job))),
            running && h('div', { class: 'job-share' }, h('i')));
    }

    /** @param {Job} job */
    stateOf(job) {
        if (job.pendingKey) return t('queue.sending');
        if (job.cancelRequested) return t('queue.stopping');
        return job.status === 'running' ? t('queue.running') : t('queue.waiting');
    }

    /** @param {Job} job */
    failure(job) {
        const name = job.request.prompt || t('queue.noPrompt');
        const error = job.error ?? { code: 'unknown', message: '' };
        const side = sideThatFits(error);
        return h('li', { class: 'job failed', 'data-job': job.id },
            h('div', { class: 'job-text' }, h('p', { class: 'job-prompt', title: name }, name), h('p', { class: 'danger' }, explain(error)),
                side !== null && h('button', { type: 'button', class: 'plain', 'data-act': 'fit',
                    onclick: () => this.app.setForm({ ...this.app.form, prompt: job.request.prompt, width: side, height: side }, true) },
                    sideLabel(side))),
            h('div', { class: 'job-actions' },
                this.button('retry', 'again', t('queue.retry', { name }), () => api.retry(job.id)),
                this.button('dismiss', 'cross', t('queue.dismiss', { name }),
                    async () => { this.dismissed.add(job.id); if (this.shown) this.render(this.shown); })));
    }

    /** @param {string} act @param {string} sign @param {string} label @param {() => Promise<unknown>} run */
    button(act, sign, label, run) {
        return iconButton(sign, label, () => this.app.act(run()), { 'data-act': act });
    }

    /** @param {import('../store.js').State} state */
    showShare({ progress, jobs }) {
        const job = jobs[0];
        const row = this.list.querySelector('.job.running');
        if (!(row instanceof HTMLElement) || !progress || !job || progress.job !== job.id) return;
        const share = doneShare(progress);
        row.style.setProperty('--share', String(share));
        const text = row.querySelector('.job-state');
        if (text && !job.cancelRequested) setText(text, `${t('queue.running')} ${percent(share)}`);
    }
}

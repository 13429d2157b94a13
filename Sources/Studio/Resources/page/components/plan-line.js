// What the plan says of the form, before anything runs: time and peak, or what would fit.

import { button } from './buttons.js';
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { explain, sideLabel, sideThatFits } from '../errors.js';
import { bytes, seconds } from '../format.js';
import { requestOf } from '../form-state.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';

const pause = 250;

export class PlanLine {
    /** @param {import('../app.js').App} app @param {(side: number) => void} takeSide */
    constructor(app, takeSide) {
        this.app = app;
        this.takeSide = takeSide;
        this.element = h('div', { class: 'plan-line' });
        this.asked = '';
        /** @type {AbortController | null} */
        this.running = null;
        this.timer = 0;
    }

    /** @param {boolean} valid */
    ask(valid) {
        // A plan does not depend on these.
        const request = { ...requestOf(this.app.form, this.app.capabilities), prompt: this.app.form.prompt ? 'x' : '', seed: 0 };
        const key = valid ? JSON.stringify(request) : '';
        if (key === this.asked) return;
        this.asked = key;
        clearTimeout(this.timer);
        this.running?.abort();
        if (!valid) return replace(this.element);
        this.timer = window.setTimeout(() => this.fetch(request), pause);
    }

    /** @param {JobRequest} request */
    async fetch(request) {
        const running = this.running = new AbortController();
        try {
            this.show(await api.plan(request, running.signal), request);
        } catch (error) {
            if (running.signal.aborted) return;
            if (!(error instanceof api.StudioError)) throw error;
            this.refused(error);
        }
    }

    /** @param {PlanAnswer} plan @param {JobRequest} request */
    show(plan, request) {
        const parts = [];
        if (plan.stepSeconds != null) parts.push(t('plan.time',
            { time: seconds(plan.stepSeconds * (request.steps ?? 1) * (request.count ?? 1)) }));
        parts.push(t('plan.peak', { size: bytes(plan.predictedPeakBytes) }));
        if (plan.streamedBytesPerStep > 0) parts.push(t('plan.streams', { size: bytes(plan.streamedBytesPerStep) }));
        replace(this.element, icon('memory'), h('span', {}, `${t('plan.predicted')} `, h('span', { class: 'figure' }, parts.join(' · '))));
    }

    /** @param {import('../api.js').StudioError} error */
    refused(error) {
        const side = sideThatFits(error);
        replace(this.element, icon('warning', 'danger'), h('span', { class: 'danger' }, explain(error)),
            side !== null && button('plain', sideLabel(side), () => this.takeSide(side)));
    }
}

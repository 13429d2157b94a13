// The watermark opened: who held what over time, against budget and prediction, and what was streamed.

import { button, iconButton } from './buttons.js';
import * as api from '../api.js';
import { freshName, h, replace, style } from '../dom.js';
import { bytes, percent, seconds, signedPercent } from '../format.js';
import { named, t } from '../i18n.js';
import { levelWord, memoryLevel } from '../memory-level.js';
import { fragmentationOf, heldBytes, runningJob } from '../store.js';
import { bandChart, legend } from './line-chart.js';

/** From the ground up. */
const owners = /** @type {const} */ (['context', 'resident', 'ring', 'arenaHeld', 'kept']);

/** @param {import('../app.js').App} app @param {Element} place @param {() => void} closed */
export function openMemoryPanel(app, place, closed) {
    const panel = new MemoryPanel(app, () => close());
    const unwatch = app.store.watch((state, before) => panel.show(state, before));
    const close = () => { unwatch(); panel.element.remove(); closed(); };
    Promise.all([style('../css/charts.css', import.meta.url), style('../css/memory.css', import.meta.url)]).then(() => {
        place.append(panel.element);
        panel.show(app.store.state, null);
        panel.closeButton.focus();
    });
    return { close };
}

class MemoryPanel {
    /** @param {import('../app.js').App} app @param {() => void} close */
    constructor(app, close) {
        this.app = app;
        const heading = freshName('memory');
        this.state = h('p', { class: 'level' });
        this.figures = h('dl', { class: 'figures' });
        this.chart = h('div', { class: 'chart-box' });
        this.phases = h('div', {});
        this.closeButton = iconButton('cross', t('close'), close);
        this.element = h('div', { class: 'memory-panel', role: 'dialog', 'aria-labelledby': heading },
            h('div', { class: 'panel-head' }, h('h2', { id: heading }, t('memory.title')), this.closeButton), this.state, this.chart,
            this.figures, this.phases,
            h('div', { class: 'actions' }, button('plain', t('memory.release'), () => app.act(api.release()), 'memory'),
                button('plain', t('memory.pauseRelease'), () => app.act(api.pause().then(() => api.release())), 'pause')));
        /** @type {{id: number, report: Report | null} | null} */
        this.last = null;
        this.tableOpen = false;
    }

    /** @param {import('../store.js').State} state @param {import('../store.js').State | null} before */
    show(state, before) {
        if (before && before.memory === state.memory && before.pictures === state.pictures && before.worker === state.worker
            && before.jobs === state.jobs) return;
        const running = runningJob(state);
        const { level, reason } = memoryLevel(state.memory, state.worker, running ? null : state.recent[0] ?? null);
        this.state.dataset.level = level;
        replace(this.state, h('b', {}, t(levelWord({ level, reason }))), ' ', t(`memory.reason.${reason}`));
        if (!running) this.fetchLast(state);
        const live = running !== null && state.curve.points.length > 1;
        const report = live ? null : this.last?.report ?? null;
        this.draw(live ? state.curve.points : report?.memoryCurve ?? state.curve.points, state.memory, report);
        this.showFigures(state.memory, report);
        this.showPhases(report);
    }

    /**
     * The newest picture's report says what the last run measured.
     * @param {import('../store.js').State} state
     */
    async fetchLast(state) {
        const picture = state.pictures[0];
        if (!picture || picture.missing || this.last?.id === picture.id) return;
        this.last = { id: picture.id, report: null };
        const report = await api.report(picture.id).catch(() => null);
        if (this.last.id !== picture.id) return;
        this.last.report = report;
        this.show(this.app.store.state, null);
    }

    /** @param {CurvePoint[]} points @param {MemoryState | null} memory @param {Report | null} report */
    draw(points, memory, report) {
        const budget = report?.plan?.budgetBytes ?? memory?.budget ?? null;
        const predicted = report?.plan?.predictedPeakBytes ?? memory?.predicted ?? null;
        if (points.length < 2) return replace(this.chart, h('p', { class: 'quiet empty' }, t('memory.noCurve')));
        const levels = [
            ...(budget === null ? [] : [{ name: t('memory.budget'), kind: 'budget', value: budget }]),
            ...(predicted === null ? [] : [{ name: t('memory.predicted'), kind: 'predicted', value: predicted }]),
        ];
        // A budget far above what is held would flatten the curve; then it is told in figures only.
        const peak = Math.max(...points.map(heldBytes));
        const near = levels.filter(level => level.value < peak * 3);
        const words = {
            title: t('memory.curve'), description: t('memory.curveWords',
                { peak: bytes(peak), time: seconds(points[points.length - 1].seconds) }),
            x: seconds, y: bytes,
        };
        replace(this.chart, h('h3', {}, t('memory.curve')),
            bandChart(points, owners.map(owner => ({ kind: `owner-${owner}`, value: point => point[owner] })), near, words),
            legend(owners.map(owner => ({ kind: `owner-${owner}`, name: t(`owner.${owner}`),
                value: bytes(Math.max(...points.map(point => point[owner]))) }))), this.curveTable(points));
    }

    /**
     * The most each owner held in each phase.
     * @param {CurvePoint[]} points
     */
    curveTable(points) {
        const names = [...new Set(points.map(point => point.phase))];
        const most = (/** @type {string} */ phase, /** @type {(point: CurvePoint) => number} */ value) =>
            h('td', {}, bytes(Math.max(...points.filter(point => point.phase === phase).map(value))));
        const details = h('details', { open: this.tableOpen, ontoggle: () => { this.tableOpen = details.open; } },
            h('summary', {}, t('memory.curveTable')),
            h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('memory.curveTable') }, h('table', { class: 'data' },
                h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('time.phase')),
                    owners.map(owner => h('th', { scope: 'col' }, t(`owner.${owner}`))), h('th', { scope: 'col' }, t('memory.sum')))),
                h('tbody', {}, names.map(name => h('tr', {}, h('th', { scope: 'row' }, named('phase', name)),
                    owners.map(owner => most(name, point => point[owner])), most(name, heldBytes)))))));
        return details;
    }

    /** @param {MemoryState | null} memory @param {Report | null} report */
    showFigures(memory, report) {
        const fragmentation = report?.memory.fragmentationPeak ?? fragmentationOf(this.app.store.state.curve.points);
        const hidden = report?.streaming?.hiddenShare ?? memory?.hiddenShare ?? null;
        const streamed = report?.streaming?.streamedBytes ?? memory?.streamedBytes ?? null;
        /** @type {[string, string][]} */
        const figures = [
            ['memory.now', memory ? bytes(memory.now) : '–'], ['memory.peak', bytesOrDash(memory?.peak)],
            ['memory.predicted', bytesOrDash(memory?.predicted)], ['memory.budget', bytesOrDash(memory?.budget)],
            ['memory.fragmentation', fragmentation === null ? '–' : this.unused(fragmentation, report)], ['memory.streamed', bytesOrDash(streamed)],
            ['memory.hidden', hidden === null ? '–' : percent(hidden)], ['memory.freeOutside', bytesOrDash(memory?.freeOutside)],
            ['memory.rung', memory?.rung ? named('rung', memory.rung) : '–'],
            ['memory.source', named('source', memory?.source ?? 'ledger')],
        ];
        replace(this.figures, ...figures.map(([key, value]) => h('div', {}, h('dt', {}, t(key)), h('dd', { class: 'figure' }, value))));
    }

    /**
     * A share of few pages may be large: with what it is in bytes.
     * @param {number} share of the buffers @param {Report | null} report
     */
    unused(share, report) {
        const points = report?.memoryCurve ?? this.app.store.state.curve.points;
        return `${percent(share, 1)} · ${bytes(share * Math.max(0, ...points.map(point => point.arena)))}`;
    }

    /** @param {Report | null} report */
    showPhases(report) {
        const plan = report?.plan;
        const measured = report?.memory.phases ?? [];
        if (!plan) return replace(this.phases);
        const rows = plan.phases.map(phase => {
            const found = measured.find(each => each.name === phase.name)?.peakBytes;
            return h('tr', {}, h('th', { scope: 'row' }, named('phase', phase.name)), h('td', {}, bytes(phase.peakBytes)),
                h('td', {}, found === undefined ? '–' : bytes(found)),
                h('td', {}, found === undefined ? '–' : signedPercent((found - phase.peakBytes) / phase.peakBytes * 100)));
        });
        replace(this.phases, h('h3', {}, t('memory.planned')),
            h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('memory.planned') },
            h('table', { class: 'data' }, h('thead', {}, h('tr', {},
                ['time.phase', 'memory.plan', 'memory.measured', 'memory.difference'].map(key => h('th', { scope: 'col' }, t(key))))),
                h('tbody', {}, rows))));
        return undefined;
    }
}

/** @param {number | null | undefined} count */
const bytesOrDash = count => count == null ? '–' : bytes(count);

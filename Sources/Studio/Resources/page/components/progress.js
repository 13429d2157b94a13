// The running picture: where the engine is, in words and block by block, and how long it still takes.

import { h, replace, s, setText } from '../dom.js';
import { bytes, bytesOf, number, percent, seconds } from '../format.js';
import { named, t } from '../i18n.js';
import { TimeBar, timesNow } from './time-bar.js';
import { doneShare } from '../store.js';

/**
 * `step 7/20 · block 31/57 · single stream · attention`, or what moves in the other phases.
 * @param {Progress} progress
 */
export function whereabouts(progress) {
    const { step, steps, block, blocks, stream, layer, tile, tiles, bytesDone, bytesTotal } = progress;
    const parts = [];
    if (progress.phase !== 'denoise') parts.push(named('phase', progress.phase));
    if (progress.phase === 'denoise' && step != null && steps) parts.push(t('live.step',
        { number: number(step + 1), count: number(steps) }));
    if (block != null && blocks) parts.push(t('live.block', { number: number(block + 1), count: number(blocks) }));
    if (stream && progress.phase === 'denoise') parts.push(named('stream', stream));
    if (layer) parts.push(named('layer', layer));
    if (tile != null && tiles) parts.push(t('live.tile', { number: number(tile + 1), count: number(tiles) }));
    if (bytesTotal) parts.push(bytesOf(bytesDone ?? 0, bytesTotal));
    else if (bytesDone && progress.phase === 'load') parts.push(t('live.read', { size: bytes(bytesDone) }));
    return parts.length ? parts.join(' · ') : named('phase', progress.phase);
}

/** One cell per block: double-stream blocks as two, one for each stream. */
class BlockRibbon {
    /** @param {{double: number, single: number}} blocks */
    constructor({ double, single }) {
        this.count = double + single;
        const wide = 1000 / this.count;
        const gap = Math.min(4, wide / 4);
        const cell = (/** @type {number} */ i, /** @type {number} */ y, /** @type {number} */ height) =>
            s('rect', { x: i * wide + gap / 2, y, width: wide - gap, height, rx: 2 });
        this.cells = Array.from({ length: this.count }, (_, i) => s('g', { class: i < double ? 'double' : 'single' },
            i < double ? [cell(i, 0, 11), cell(i, 14, 11)] : [cell(i, 0, 25)]));
        this.element = s('svg', { class: 'ribbon', viewBox: '0 0 1000 25', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
            ...this.cells);
        this.at = -2;
    }

    /** @param {number} block the one that runs; -1 before the first, `count` after the last */
    show(block) {
        if (block === this.at) return;
        this.at = block;
        this.cells.forEach((cell, i) => cell.setAttribute('data-at', i < block ? 'done' : i === block ? 'now' : 'next'));
    }
}

export class ProgressPanel {
    /** @param {Capabilities} capabilities */
    constructor({ blocks }) {
        this.ribbon = new BlockRibbon(blocks);
        this.times = new TimeBar();
        this.where = h('p', { class: 'where' });
        this.bar = h('progress', { max: 1, value: 0, 'aria-label': t('live.progress') });
        this.share = h('b', { class: 'figure' });
        this.clock = h('span', { class: 'quiet figure' });
        this.picture = h('span', { class: 'quiet' });
        this.streams = h('p', { class: 'streams quiet', 'aria-hidden': 'true' },
            h('span', { class: 'double' }, t('live.doubleBlocks', { count: blocks.double })),
            h('span', { class: 'single' }, t('live.singleBlocks', { count: blocks.single })));
        this.element = h('section', { class: 'live', 'aria-label': t('live.title') },
            h('div', { class: 'live-head' }, this.where, this.picture), this.ribbon.element, this.streams,
            this.bar, h('div', { class: 'live-foot' }, this.share, this.clock), this.times.element);
    }

    /** @param {Job | null} job @param {Progress | null} progress */
    show(job, progress) {
        this.element.hidden = !job;
        if (!job) return;
        if (!progress || progress.job !== job.id) {
            setText(this.where, t(job.cancelRequested ? 'live.stopping' : 'live.starting'));
            replace(this.clock);
            this.ribbon.show(-1);
            this.bar.value = 0;
            this.times.show(null);
            return setText(this.share, '');
        }
        setText(this.where, job.cancelRequested ? t('live.stopping') : whereabouts(progress));
        setText(this.picture, progress.images > 1 ? t('live.picture', { number: progress.image + 1, count: progress.images }) : '');
        this.ribbon.show(progress.phase === 'denoise' ? progress.block ?? -1 : ['decode', 'measure', 'save'].includes(progress.phase)
            ? this.ribbon.count : -1);
        this.times.show(progress.time ? timesNow(progress.time) : null);
        const share = doneShare(progress);
        this.bar.value = share;
        setText(this.share, percent(share));
        const remaining = progress.remaining != null ? t('live.remaining', { time: seconds(progress.remaining) }) : '';
        setText(this.clock, [seconds(progress.elapsed), remaining].filter(Boolean).join(' · '));
    }
}

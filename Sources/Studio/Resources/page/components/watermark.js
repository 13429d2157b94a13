// Memory, always top right: held now, peak, predicted and budget, in colour, sign and words.

import { h, replace, s, setText } from '../dom.js';
import { bytes, bytesOf } from '../format.js';
import { t } from '../i18n.js';
import { levelWord, memoryLevel } from '../memory-level.js';
import { icon } from '../icons.js';

const signs = { green: 'check', yellow: 'warning', red: 'stop', idle: 'rest' };

export class Watermark {
    /** @param {() => void} toggled */
    constructor(toggled) {
        this.sign = h('span', { class: 'sign' });
        this.word = h('span', { class: 'word' });
        this.held = h('span', { class: 'held figure' });
        this.peak = h('span', { class: 'peak figure quiet' });
        this.fill = s('rect', { class: 'fill', y: 0, height: 8, width: 0 });
        this.mark = s('rect', { class: 'peak-mark', y: 0, height: 8, width: 6 });
        this.expected = s('rect', { class: 'expected', y: 0, height: 8, width: 3 });
        this.gauge = s('svg', { viewBox: '0 0 1000 8', preserveAspectRatio: 'none', class: 'gauge', 'aria-hidden': 'true' },
            s('rect', { class: 'ground', width: 1000, height: 8 }), this.fill, this.expected, this.mark);
        this.element = h('button', { class: 'watermark', type: 'button', 'aria-expanded': 'false', 'aria-haspopup': 'dialog',
            title: t('memory.open'), onclick: toggled },
            h('span', { class: 'watermark-line' }, this.sign, this.word, this.held), this.gauge, this.peak);
        this.level = '';
    }

    /** @param {import('../store.js').State} state */
    show({ memory, worker, recent, jobs }) {
        const { level, reason } = memoryLevel(memory, worker, jobs.some(job => job.status === 'running') ? null : recent[0] ?? null);
        if (this.level !== level) {
            this.level = level;
            this.element.dataset.level = level;
            replace(this.sign, icon(signs[level]));
        }
        setText(this.word, t(levelWord({ level, reason })));
        this.element.dataset.reason = reason;
        const budget = memory?.budget ?? null;
        setText(this.held, memory ? budget === null ? bytes(memory.now) : bytesOf(memory.now, budget) : t('memory.nothing'));
        setText(this.peak, memory ? t('memory.peakIs', { size: bytes(memory.peak) }) : '');
        const whole = budget ?? Math.max(memory?.peak ?? 0, memory?.predicted ?? 0, 1);
        const at = (/** @type {number} */ value) => Math.min(994, value / whole * 1000);
        this.fill.setAttribute('width', String(at(memory?.now ?? 0)));
        this.mark.setAttribute('x', String(at(memory?.peak ?? 0)));
        this.mark.classList.toggle('off', !memory?.peak);
        this.expected.setAttribute('x', String(at(memory?.predicted ?? 0)));
        this.expected.classList.toggle('off', !memory?.predicted);
    }

    /** @param {boolean} open */
    opened(open) {
        this.element.setAttribute('aria-expanded', String(open));
    }
}

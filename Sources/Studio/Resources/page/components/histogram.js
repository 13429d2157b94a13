// How often each value of a channel occurs, of several pictures in one chart, to one scale.

import { freshName, h, s } from '../dom.js';
import { t } from '../i18n.js';
import { highestBin, histogramPath } from './chart-geometry.js';

const width = 256, height = 96;

/** @typedef {'r' | 'g' | 'b' | 'y'} Channel */

export const channels = /** @type {Channel[]} */ (['r', 'g', 'b', 'y']);

/**
 * @param {Channel} channel
 * @param {{letter: string, kind: string, bins: number[]}[]} pictures
 */
export function histogram(channel, pictures) {
    const title = freshName('histogram'), description = freshName('histogram');
    // Pictures of different sizes are compared by share, so each is scaled to its own number of pixels.
    const totals = pictures.map(({ bins }) => bins.reduce((sum, count) => sum + count, 0) || 1);
    const normal = pictures.map(({ bins }, i) => bins.map(count => count / totals[i]));
    const most = Math.max(...normal.map(highestBin));
    const words = pictures.map(({ letter, bins }) => t('histogram.mean', { letter, value: Math.round(meanOf(bins)) })).join(', ');
    return h('figure', { class: `histogram channel-${channel}` },
        h('figcaption', {}, h('i', { class: 'swatch' }), t(`histogram.${channel}`)),
        s('svg', { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img',
            'aria-labelledby': `${title} ${description}` },
            s('title', { id: title }, t(`histogram.${channel}`)), s('desc', { id: description }, words),
            ...normal.map((bins, i) => s('path', { class: `outline ${pictures[i].kind}`, d: histogramPath(bins, width, height, most) }))));
}

/** @param {number[]} bins */
export function meanOf(bins) {
    const total = bins.reduce((sum, count) => sum + count, 0);
    return total ? bins.reduce((sum, count, value) => sum + count * value, 0) / total : 0;
}

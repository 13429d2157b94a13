// Lines and bands over time: memory by owner, or the memory of several pictures.

import { freshName, h, s } from '../dom.js';
import { bandPath, scale, stacked, stepPath, ticks } from './chart-geometry.js';

const width = 640, height = 240, left = 62, right = 12, top = 12, bottom = 26;

/**
 * @typedef {{name: string, kind: string, points: {x: number, y: number}[]}} Line
 * @typedef {{name: string, kind: string, value: number}} Level
 * @typedef {{title: string, description: string, x: (value: number) => string, y: (value: number) => string}} Words
 */

/** @param {number} mostX @param {number} mostY @param {Words} words @param {number} base of round numbers upwards */
function frame(mostX, mostY, words, base) {
    const rows = ticks(mostY, 4, base);
    const ceiling = rows[rows.length - 1] || 1;
    const x = scale([0, mostX || 1], [left, width - right]);
    const y = scale([0, ceiling], [height - bottom, top]);
    const columns = ticks(mostX, 5).filter(value => value <= mostX * 1.001);
    const grid = s('g', { class: 'grid-lines' },
        ...rows.map(value => s('g', {}, s('line', { x1: left, x2: width - right, y1: y(value), y2: y(value) }),
            s('text', { x: left - 8, y: y(value) + 4, 'text-anchor': 'end' }, words.y(value)))),
        ...columns.map(value => s('text', { x: x(value), y: height - 8, 'text-anchor': value === 0 ? 'start' : 'middle' },
            words.x(value))));
    return { x, y, grid };
}

/** @param {Words} words @param {(SVGElement | null | false)[]} parts */
function picture(words, parts) {
    const title = freshName('chart'), description = freshName('chart');
    return s('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-labelledby': `${title} ${description}` },
        s('title', { id: title }, words.title), s('desc', { id: description }, words.description), ...parts);
}

/** @param {Level[]} levels @param {(value: number) => number} y */
function levelLines(levels, y) {
    return s('g', { class: 'levels' }, ...levels.map(level => s('g', { class: level.kind },
        s('line', { x1: left, x2: width - right, y1: y(level.value), y2: y(level.value) }),
        level.kind === 'budget' ? s('text', { x: width - right, y: y(level.value) - 5, 'text-anchor': 'end' }, level.name)
            : s('text', { x: left + 6, y: y(level.value) - 5 }, level.name))));
}

/**
 * Bands on top of one another, with level lines across.
 * @template {{seconds: number}} Item
 * @param {Item[]} items
 * @param {{kind: string, value: (item: Item) => number}[]} bands from the ground up
 * @param {Level[]} levels
 * @param {Words} words
 */
export function bandChart(items, bands, levels, words) {
    const edges = stacked(items, bands.map(band => band.value));
    const most = Math.max(1, ...edges[edges.length - 1] ?? [], ...levels.map(level => level.value));
    const { x, y, grid } = frame(items[items.length - 1]?.seconds ?? 1, most * 1.02, words, 1024);
    const ground = items.map(item => ({ x: x(item.seconds), y: y(0) }));
    const paths = bands.map((band, i) => {
        const upper = items.map((item, j) => ({ x: x(item.seconds), y: y(edges[i][j]) }));
        const lower = i === 0 ? ground : items.map((item, j) => ({ x: x(item.seconds), y: y(edges[i - 1][j]) }));
        return s('path', { class: `band ${band.kind}`, d: bandPath(upper, lower) });
    });
    return picture(words, [s('g', {}, ...paths), grid, levelLines(levels, y)]);
}

/** @param {Line[]} lines @param {Level[]} levels @param {Words} words */
export function lineChart(lines, levels, words) {
    const all = lines.flatMap(line => line.points);
    const { x, y, grid } = frame(Math.max(0, ...all.map(point => point.x)),
        Math.max(1, ...all.map(point => point.y), ...levels.map(level => level.value)) * 1.02, words, 1024);
    const paths = lines.map(line => s('path', { class: `line ${line.kind}`,
        d: stepPath(line.points.map(point => ({ x: x(point.x), y: y(point.y) }))) }));
    return picture(words, [grid, levelLines(levels, y), s('g', {}, ...paths)]);
}

/**
 * What the colours mean.
 * @param {{kind: string, name: string, value?: string}[]} entries
 */
export function legend(entries) {
    return h('ul', { class: 'legend' }, entries.map(({ kind, name, value }) =>
        h('li', {}, h('i', { class: `swatch ${kind}` }), name, value !== undefined && h('b', { class: 'figure' }, value))));
}

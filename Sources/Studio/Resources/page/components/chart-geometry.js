// Where the lines of a chart go. Pure.

/** @typedef {{x: number, y: number}} Point */

/**
 * From values to places.
 * @param {[number, number]} domain
 * @param {[number, number]} range
 */
export function scale([from, to], [start, end]) {
    const span = to - from || 1;
    return (/** @type {number} */ value) => start + (value - from) / span * (end - start);
}

/**
 * Round values from 0 to at least `most`, about `count` of them; `base` 1024 keeps sizes round.
 * @param {number} most
 * @param {number} [count]
 * @param {number} [base]
 */
export function ticks(most, count = 4, base = 10) {
    if (!(most > 0)) return [0];
    const unit = base === 1024 ? 1024 ** Math.floor(Math.log(most) / Math.log(1024)) : 1;
    const rough = most / unit / count;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = ([1, 2, 2.5, 5, 10].find(factor => factor * power >= rough * 0.999) ?? 10) * power * unit;
    const values = [];
    for (let i = 0; (i - 1) * step < most * 0.999; i += 1) values.push(i * step);
    return values;
}

const short = (/** @type {number} */ value) => Number(value.toFixed(2));

/** @param {Point[]} points */
export function linePath(points) {
    return points.map(({ x, y }, i) => `${i ? 'L' : 'M'}${short(x)} ${short(y)}`).join('');
}

/**
 * A value holds until the next one.
 * @param {Point[]} points
 */
export function stepPath(points) {
    return points.map(({ x, y }, i) => i ? `H${short(x)}V${short(y)}` : `M${short(x)} ${short(y)}`).join('');
}

/**
 * Between a step line and the one under it.
 * @param {Point[]} upper
 * @param {Point[]} lower
 */
export function bandPath(upper, lower) {
    if (upper.length === 0) return '';
    const back = [...lower].reverse();
    let path = stepPath(upper) + `L${short(back[0].x)} ${short(back[0].y)}`;
    for (let i = 1; i < back.length; i += 1) path += `V${short(back[i].y)}H${short(back[i].x)}`;
    return `${path}Z`;
}

/**
 * Running sums: the upper edge of each band at each point, from the ground up.
 * @template Item
 * @param {Item[]} items
 * @param {((item: Item) => number)[]} parts
 * @returns {number[][]} by part, then item
 */
export function stacked(items, parts) {
    const ground = items.map(() => 0);
    return parts.map(part => items.map((item, i) => ground[i] += part(item)));
}

/**
 * Where each part of a bar begins and how long it is, as shares of the whole.
 * @param {number[]} values
 * @param {number} [whole]
 */
export function shares(values, whole = values.reduce((sum, value) => sum + value, 0)) {
    let start = 0;
    return values.map(value => {
        const length = whole > 0 ? value / whole : 0;
        start += length;
        return { start: start - length, length };
    });
}

/**
 * A histogram's outline over `width` × `height`; what is higher than `most` is cut.
 * @param {number[]} bins
 * @param {number} width
 * @param {number} height
 * @param {number} [most]
 */
export function histogramPath(bins, width, height, most = highestBin(bins)) {
    const wide = width / bins.length;
    const top = bins.map(count => height - Math.min(1, count / (most || 1)) * height);
    return `M0 ${height}` + top.map((y, i) => `V${short(y)}H${short((i + 1) * wide)}`).join('') + `V${height}Z`;
}

/**
 * The height of all but the few highest bins: flat and clipped colours heap up in those and would flatten the rest.
 * @param {number[]} bins
 */
export function highestBin(bins) {
    const sorted = [...bins].sort((a, b) => a - b);
    return Math.max(sorted[Math.floor(bins.length * 0.97)] * 1.25, sorted[sorted.length - 1] / 12);
}

// Which pictures of a page are wanted, by what their parameters say. The server searches prompts, seeds and stars; the rest is looked
// through here, page by page. Pure.

/**
 * @typedef {object} PictureFilter Bounds are inclusive; what is absent or null does not count.
 * @property {[number | null, number | null]} [steps]
 * @property {[number | null, number | null]} [guidance]
 * @property {Size | null} [size]
 * @property {[number | null, number | null]} [days] as `dayNumber` counts them
 */

/**
 * @param {number | null | undefined} value
 * @param {[number | null, number | null] | undefined} bounds
 */
function within(value, bounds) {
    const [low, high] = bounds ?? [null, null];
    if (low === null && high === null) return true;
    return value != null && (low === null || value >= low) && (high === null || value <= high);
}

/**
 * @param {Picture} picture
 * @param {PictureFilter} filter
 * @param {number} day of the picture
 */
export function matches({ parameters, width, height }, { steps, guidance, size, days }, day) {
    if (size && (size.width !== width || size.height !== height)) return false;
    return within(parameters.steps, steps) && within(parameters.guidance, guidance) && within(day, days);
}

/**
 * Whether it asks for anything.
 * @param {PictureFilter} filter
 */
export function isFiltering({ steps, guidance, size, days }) {
    return Boolean(size) || [steps, guidance, days].some(bounds => bounds?.some(bound => bound !== null));
}

/**
 * Pictures come newest first: whether those after one of this day are all too old.
 * @param {PictureFilter} filter
 * @param {number} day
 */
export function isPast({ days }, day) {
    return days?.[0] != null && day < days[0];
}

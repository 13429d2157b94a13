// Which pictures are wanted, by what their parameters say: as the server is asked for them, and for those that events tell of. Pure.

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
 * As parameters of the question for pictures; times in milliseconds.
 * @param {PictureFilter} filter
 * @returns {Record<string, number | null | undefined>}
 */
export function queryOf({ steps, guidance, size, days }) {
    const [first = null, last = null] = days ?? [];
    return {
        stepsFrom: steps?.[0], stepsTo: steps?.[1], guidanceFrom: guidance?.[0], guidanceTo: guidance?.[1],
        width: size?.width, height: size?.height,
        from: first === null ? null : startOfDay(first), to: last === null ? null : startOfDay(last + 1) - 1,
    };
}

/**
 * When a day begins in the reader's time zone.
 * @param {number} day as `dayNumber` counts them
 */
function startOfDay(day) {
    return new Date(1970, 0, 1 + day).getTime();
}

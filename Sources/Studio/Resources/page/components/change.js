// How a measured value went from one picture to another. Pure.

/**
 * Below these a percentage would say more than the measurement knows.
 * @type {Record<string, number>}
 */
const floors = { noise: 0.2, contrastRMS: 0.01, contrastLightness: 0.01 };

/**
 * @param {string} name
 * @param {number} a the baseline
 * @param {number} b
 * @returns {{difference: number, percent: number | null}}
 */
export function change(name, a, b) {
    const difference = b - a;
    const least = Math.abs(a);
    const counts = least > 0 && least >= (floors[name] ?? 0);
    return { difference, percent: difference === 0 ? 0 : counts ? 100 * difference / least : null };
}

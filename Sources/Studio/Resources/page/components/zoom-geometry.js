// Where a picture lies behind its pane. Pure. A look is a scale (device pixels per picture pixel) and the point of the picture, in
// shares of its sides, that lies in the pane's middle.

/** @typedef {{scale: number, x: number, y: number}} Look */
/** @typedef {{width: number, height: number}} Extent */

export const mostScale = 8;
export const leastScale = 0.05;

/**
 * The scale at which the whole picture is seen, up to 800 %.
 * @param {Extent} picture
 * @param {Extent} pane in CSS pixels
 * @param {number} ratio device pixels per CSS pixel
 */
export function fitScale(picture, pane, ratio) {
    return Math.max(leastScale, Math.min(mostScale, Math.min(pane.width / picture.width, pane.height / picture.height) * ratio));
}

/**
 * The picture does not leave the pane; where it is smaller than the pane, it stays in the middle.
 * @param {Look} look
 * @param {Extent} picture
 * @param {Extent} pane
 * @param {number} ratio
 * @returns {Look}
 */
export function kept(look, picture, pane, ratio) {
    const scale = Math.max(leastScale, Math.min(mostScale, look.scale));
    const within = (/** @type {number} */ share, /** @type {number} */ side, /** @type {number} */ room) => {
        const half = room / 2 / (side * scale / ratio);
        return half >= 0.5 ? 0.5 : Math.min(1 - half, Math.max(half, share));
    };
    return { scale, x: within(look.x, picture.width, pane.width), y: within(look.y, picture.height, pane.height) };
}

/**
 * Nearer or farther, with the picture's point under the pointer staying there.
 * @param {Look} look
 * @param {number} factor
 * @param {{x: number, y: number}} pointer from the pane's corner
 * @param {Extent} picture
 * @param {Extent} pane
 * @param {number} ratio
 */
export function zoomed(look, factor, pointer, picture, pane, ratio) {
    const scale = Math.max(leastScale, Math.min(mostScale, look.scale * factor));
    const offset = (/** @type {number} */ at, /** @type {number} */ room,
        /** @type {number} */ side) => (at - room / 2) * ratio / side * (1 / look.scale - 1 / scale);
    return kept({ scale, x: look.x + offset(pointer.x, pane.width, picture.width),
        y: look.y + offset(pointer.y, pane.height, picture.height) }, picture, pane, ratio);
}

/** @param {Look} look @param {number} dx in CSS pixels that the picture follows @param {number} dy @param {Extent} picture @param {Extent} pane @param {number} ratio */
export function panned(look, dx, dy, picture, pane, ratio) {
    return kept({ scale: look.scale, x: look.x - dx * ratio / look.scale / picture.width,
        y: look.y - dy * ratio / look.scale / picture.height }, picture, pane, ratio);
}

/**
 * Place and scale of the picture's upper left corner in the pane.
 * @param {Look} look
 * @param {Extent} picture
 * @param {Extent} pane
 * @param {number} ratio
 */
export function placement(look, picture, pane, ratio) {
    const scale = look.scale / ratio;
    return { x: pane.width / 2 - look.x * picture.width * scale, y: pane.height / 2 - look.y * picture.height * scale, scale };
}

// How far two pictures of one size are apart, pixel by pixel, by channel.

/** @param {string} address */
async function pixels(address) {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, canvas.width, canvas.height);
}

/**
 * Absolute differences of R, G and B in the order of the pixels.
 * @param {Uint8ClampedArray} a with alpha
 * @param {Uint8ClampedArray} b
 */
export function distances(a, b) {
    const values = new Uint8Array(a.length / 4 * 3);
    let sum = 0, most = 0, pixelsApart = 0;
    for (let from = 0, to = 0; from < a.length; from += 4) {
        let apart = 0;
        for (let channel = 0; channel < 3; channel += 1, to += 1) {
            const distance = values[to] = Math.abs(a[from + channel] - b[from + channel]);
            sum += distance;
            if (distance > apart) apart = distance;
        }
        if (apart > 0) pixelsApart += 1;
        if (apart > most) most = apart;
    }
    return { values, most, mean: sum / values.length, share: pixelsApart / (a.length / 4) };
}

/** @param {HTMLCanvasElement} canvas @param {string} first @param {string} second */
export async function differenceOf(canvas, first, second) {
    const [a, b] = await Promise.all([pixels(first), pixels(second)]);
    const { values, mean, most, share } = distances(a.data, b.data);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    const shown = context.createImageData(a.width, a.height);
    const paint = (/** @type {number} */ gain) => {
        for (let from = 0, to = 0; from < values.length; to += 4) {
            for (let channel = 0; channel < 3; channel += 1, from += 1) shown.data[to + channel] = values[from] * gain;
            shown.data[to + 3] = 255;
        }
        context.putImageData(shown, 0, 0);
    };
    return { paint, mean, most, share };
}

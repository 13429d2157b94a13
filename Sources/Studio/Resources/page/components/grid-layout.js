// Where the rows of the gallery are: a heading for each day, then its pictures. Pure; extended page by page.

/**
 * @typedef {{y: number, height: number, start: number, count: number, day: number | null}} Row A heading has no pictures and a day.
 * @typedef {{rows: Row[], count: number, height: number, columns: number, side: number, gap: number, heading: number}} Layout
 */

/**
 * As many columns as fit.
 * @param {number} width
 * @param {number} least side of a picture
 * @param {number} gap
 * @param {number} heading height of one
 * @returns {Layout}
 */
export function emptyLayout(width, least, gap, heading) {
    const columns = Math.max(2, Math.floor((width + gap) / (least + gap)));
    return { rows: [], count: 0, height: 0, columns, side: Math.floor((width - gap * (columns - 1)) / columns), gap, heading };
}

/**
 * Lays out the pictures that came since.
 * @param {Layout} layout
 * @param {number[]} days of all pictures, in order
 */
export function extend(layout, days) {
    const { rows, columns, side, gap, heading } = layout;
    let day = layout.count > 0 ? days[layout.count - 1] : null;
    for (let i = layout.count; i < days.length; i += 1) {
        const last = rows[rows.length - 1];
        if (days[i] !== day) {
            day = days[i];
            rows.push({ y: layout.height, height: heading, start: i, count: 0, day });
            layout.height += heading;
        } else if (last && last.count > 0 && last.count < columns) {
            last.count += 1;
            continue;
        }
        rows.push({ y: layout.height, height: side + gap, start: i, count: 1, day: null });
        layout.height += side + gap;
    }
    layout.count = days.length;
}

/**
 * The first row that ends below `y`.
 * @param {Layout} layout
 * @param {number} y
 */
export function rowAt({ rows }, y) {
    let low = 0, high = rows.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (rows[middle].y + rows[middle].height > y) high = middle; else low = middle + 1;
    }
    return low;
}

/** @param {Layout} layout @param {number} top @param {number} bottom */
export function visibleRows(layout, top, bottom) {
    const first = rowAt(layout, top);
    let end = first;
    while (end < layout.rows.length && layout.rows[end].y < bottom) end += 1;
    return { first, end };
}

/**
 * The row that holds a picture.
 * @param {Layout} layout
 * @param {number} index
 */
export function rowOf({ rows }, index) {
    let low = 0, high = rows.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (rows[middle].start + rows[middle].count > index) high = middle; else low = middle + 1;
    }
    return low;
}

/**
 * Where a key leads from a picture.
 * @param {Layout} layout
 * @param {number} index
 * @param {string} key
 */
export function moved(layout, index, key) {
    const last = layout.count - 1;
    if (key === 'ArrowLeft') return Math.max(0, index - 1);
    if (key === 'ArrowRight') return Math.min(last, index + 1);
    if (key === 'Home') return 0;
    if (key === 'End') return last;
    const by = key === 'ArrowUp' ? -1 : 1;
    const at = rowOf(layout, index);
    const column = index - layout.rows[at].start;
    for (let i = at + by; i >= 0 && i < layout.rows.length; i += by) {
        const { start, count } = layout.rows[i];
        if (count > 0) return start + Math.min(column, count - 1);
    }
    return index;
}

// Line icons on a 20-unit square, drawn in the colour of the text around them. They decorate: the words beside them or the label say it.

import { s } from './dom.js';

/** @type {Record<string, string>} */
const paths = {
    check: 'M4 10.5l4 4 8-9', warning: 'M10 3 18 17H2zM10 8v4M10 14.3v.2', stop: 'M6 6h8v8H6z', cross: 'M5 5l10 10M15 5 5 15',
    rest: 'M4 10h12',
    up: 'M10 16V4M5 9l5-5 5 5', again: 'M16 10a6 6 0 1 1-2-4.5M16 2.5v4h-4', pause: 'M7 5v10M13 5v10', play: 'M6 4l10 6-10 6z',
    dice: 'M4 4h12v12H4zM7.2 7.2v.1M12.8 12.8v.1M12.8 7.2v.1M7.2 12.8v.1M10 10v.1', lock: 'M5 9h10v8H5zM7 9V6a3 3 0 0 1 6 0v3',
    unlock: 'M5 9h10v8H5zM7 9V6a3 3 0 0 1 5.8-1', star: 'M10 2.5l2.3 4.9 5.2.7-3.8 3.7.9 5.2-4.6-2.5-4.6 2.5.9-5.2L2.5 8.1l5.2-.7z',
    download: 'M10 3v10M5.5 9 10 13.5 14.5 9M4 17h12', trash: 'M4 6h12M8 6V4h4v2M5.5 6l.7 11h7.6l.7-11',
    compare: 'M3 4h6v12H3zM11 4h6v12h-6z',
    sun: 'M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1 1M14.7 14.7l1 1M4.3 15.7l1-1M14.7 5.3l1-1',
    moon: 'M16 12.5A7 7 0 0 1 7.5 4a6.5 6.5 0 1 0 8.5 8.5z', system: 'M3 4h14v9H3zM7 17h6M10 13v4', swap: 'M4 7h11l-3-3M16 13H5l3 3',
    more: 'M4 10h.1M10 10h.1M16 10h.1',
    memory: 'M5 5h10v10H5zM8 2v3M12 2v3M8 15v3M12 15v3M2 8h3M2 12h3M15 8h3M15 12h3', reuse: 'M12 4H5v10M8 7h7v10H8z',
    spark: 'M10 3l1.7 5.3L17 10l-5.3 1.7L10 17l-1.7-5.3L3 10l5.3-1.7z',
    left: 'M12.5 4l-6 6 6 6', right: 'M7.5 4l6 6-6 6', search: 'M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4zM13 13l4 4', plus: 'M10 4v12M4 10h12',
    minus: 'M4 10h12', restore: 'M4 8h8a4 4 0 0 1 0 8H8M7 5 4 8l3 3',
    open: 'M4 12v4h4M16 8V4h-4M4 16l5-5M16 4l-5 5', file: 'M5 2.5h7l3.5 3.5v11.5H5zM12 2.5V6h3.5',
};

/** @param {string} name @param {string} [extra] class */
export function icon(name, extra = '') {
    return s('svg', { class: `icon ${extra}`, viewBox: '0 0 20 20', 'aria-hidden': 'true', focusable: 'false' },
        s('path', { d: paths[name] }));
}

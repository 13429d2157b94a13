// The filters beside the search: steps, guidance, size and days.

import { h } from '../dom.js';
import { t } from '../i18n.js';

const dayLength = 86400000;

/**
 * @param {Capabilities} capabilities
 * @param {(filter: import('./picture-filter.js').PictureFilter) => void} changed
 */
export function filterPanel({ sizes, bounds }, changed) {
    /** @type {Required<import('./picture-filter.js').PictureFilter>} */
    const filter = { steps: [null, null], guidance: [null, null], size: null, days: [null, null] };
    let timer = 0;
    const tell = () => { clearTimeout(timer); timer = window.setTimeout(() => changed({ ...filter }), 250); };
    const end = (/** @type {'steps' | 'guidance' | 'days'} */ name, /** @type {0 | 1} */ side) => {
        const isDate = name === 'days';
        const attributes = isDate ? { type: 'date' } : { type: 'number', min: bounds[name][0], max: bounds[name][1],
            step: name === 'steps' ? 1 : 'any', inputmode: 'decimal' };
        const input = h('input', { ...attributes, 'aria-label': t(side === 0 ? 'history.from' : 'history.to',
            { name: t(`history.${name}`) }), oninput: () => {
            filter[name][side] = input.value === '' ? null : isDate ? Math.round(input.valueAsNumber / dayLength) : Number(input.value);
            tell();
        } });
        return input;
    };
    const range = (/** @type {'steps' | 'guidance' | 'days'} */ name) => h('div',
        { class: 'filter-range', role: 'group', 'aria-label': t(`history.${name}`) },
        h('span', { class: 'eyebrow' }, t(`history.${name}`)), end(name, 0), h('span', { 'aria-hidden': 'true' }, '–'), end(name, 1));
    const size = h('select', { 'aria-label': t('parameter.size'),
        onchange: () => { filter.size = size.value === '' ? null : sizes[Number(size.value)]; tell(); } },
        h('option', { value: '' }, t('history.anySize')),
        sizes.map(({ width, height }, i) => h('option', { value: i }, `${width}×${height}`)));
    return h('div', { class: 'filter-panel', hidden: true }, range('steps'), range('guidance'),
        h('div', { class: 'filter-range' }, h('span', { class: 'eyebrow' }, t('parameter.size')), size), range('days'));
}

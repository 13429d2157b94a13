// Views by the address's fragment: #/generate, #/history, #/compare/12,13.

/** @typedef {{view: 'generate' | 'history' | 'compare', ids: number[]}} Route */

/** @param {string} fragment @returns {Route} */
export function routeOf(fragment) {
    const [name, list = ''] = fragment.replace(/^#\/?/, '').split('/');
    const ids = list.split(',').map(Number).filter(id => Number.isSafeInteger(id) && id > 0);
    if (name === 'history') return { view: 'history', ids };
    if (name === 'compare') return { view: 'compare', ids: [...new Set(ids)].slice(0, 4) };
    return { view: 'generate', ids };
}

/** @param {Route['view']} view @param {number[]} [ids] */
export function addressOf(view, ids = []) {
    return ids.length ? `#/${view}/${ids.join(',')}` : `#/${view}`;
}

/** @param {Route['view']} view @param {number[]} [ids] */
export function go(view, ids) {
    location.hash = addressOf(view, ids);
}

// Elements without markup strings: whatever text comes from a user or a file enters as a text node.

const svgNamespace = 'http://www.w3.org/2000/svg';
const properties = new Set(['value', 'checked', 'disabled', 'hidden', 'open', 'indeterminate', 'textContent']);

/** @typedef {Record<string, unknown>} Attributes Keys beginning with "on" are listeners; null, undefined and false leave an attribute out. */
/** @typedef {Node | string | number | null | undefined | false} Only */
/** @typedef {Only | Only[] | Only[][]} Child */

/**
 * @param {Element} element
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (name.startsWith('on')) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
        else if (properties.has(name)) Object.assign(element, { [name]: value ?? '' });
        else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
    }
    element.append(...present(children));
}

/** @param {Child[]} children */
function present(children) {
    return children.flat(2).filter(child => child !== null && child !== undefined && child !== false)
        .map(child => typeof child === 'number' ? String(child) : /** @type {Node | string} */ (child));
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    fill(element, attributes, children);
    return element;
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function s(tag, attributes = {}, ...children) {
    const element = document.createElementNS(svgNamespace, tag);
    fill(element, attributes, children);
    return element;
}

/**
 * @param {Element} element
 * @param {...Child} children
 */
export function replace(element, ...children) {
    element.replaceChildren(...present(children));
}

/**
 * Writes text only where it changed, so that selections and screen readers are left alone.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
    if (element.textContent !== text) element.textContent = text;
}

let lastName = 0;
/**
 * A name for `id`, `for` and `aria-labelledby`.
 * @param {string} stem
 */
export function freshName(stem) {
    lastName += 1;
    return `${stem}-${lastName}`;
}

/**
 * Loads a style sheet that the first view does without.
 * @param {string} address
 * @param {string} base
 */
export function style(address, base) {
    const href = new URL(address, base).href;
    if ([...document.querySelectorAll('link')].some(link => link.href === href)) return Promise.resolve();
    return new Promise((resolve, reject) => {
        document.head.append(h('link', { rel: 'stylesheet', href, onload: () => resolve(undefined), onerror: reject }));
    });
}

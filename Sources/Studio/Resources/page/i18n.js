// Texts by key. Both languages hold the same keys; Tests/Page/i18n.test.js compares them.

import { setLanguage } from './format.js';

/** @typedef {string | Record<string, string>} Message A text with {names}, or one per plural form of {count}. */

/** Each with the name that its own speakers know it by. */
export const languages = [
    { tag: 'en', name: 'English', load: () => import('./lang/en.js') },
    { tag: 'zh-CN', name: '中文', load: () => import('./lang/zh-CN.js') },
];

/** @type {Record<string, Message>} */
let messages = {};
let current = 'en';

export const currentLanguage = () => current;

/**
 * The first language of the list that there is a translation for.
 * @param {readonly string[]} wanted
 */
export function bestLanguage(wanted) {
    for (const tag of wanted) {
        const main = tag.toLowerCase().split('-')[0];
        const found = languages.find(language => language.tag.toLowerCase().split('-')[0] === main);
        if (found) return found.tag;
    }
    return 'en';
}

/** @param {string} tag */
export async function loadLanguage(tag) {
    const language = languages.find(each => each.tag === tag) ?? languages[0];
    messages = (await language.load()).default;
    current = language.tag;
    setLanguage(current);
    return current;
}

/**
 * Whether there is a text of this key: names that come from the engine may be newer than the page.
 * @param {string} key
 */
export const has = key => key in messages;

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values] `count` chooses the plural form
 * @returns {string}
 */
export function t(key, values = {}) {
    const message = messages[key];
    if (message === undefined) return key;
    return fillIn(typeof message === 'string' ? message : plural(message, Number(values.count)), values);
}

/**
 * The text of a name that the engine gave, or the name itself.
 * @param {string} prefix
 * @param {string} name
 */
export function named(prefix, name) {
    return has(`${prefix}.${name}`) ? t(`${prefix}.${name}`) : name;
}

/** @param {Record<string, string>} forms @param {number} count */
function plural(forms, count) {
    return forms[new Intl.PluralRules(current).select(count)] ?? forms.other;
}

/** @param {string} text @param {Record<string, string | number>} values */
function fillIn(text, values) {
    return text.replace(/\{(\w+)\}/g, (whole, name) => name in values ? String(values[name]) : whole);
}

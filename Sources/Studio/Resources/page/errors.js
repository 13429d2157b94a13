// What went wrong, in the reader's words, and the setting that would work.

import { bytes, plain } from './format.js';
import { has, named, t } from './i18n.js';

/** @param {unknown} value */
const countOf = value => typeof value === 'number' && Number.isFinite(value) ? value : null;

/** @param {{code: string, message: string, field?: string, facts?: Record<string, unknown> | null}} error */
export function explain({ code, message, facts }) {
    const needs = countOf(facts?.smallestBudgetBytes);
    if (code === 'does_not_fit' && needs !== null) {
        const phase = typeof facts?.bindingPhase === 'string' ? named('phase', facts.bindingPhase) : '';
        return phase ? t('error.doesNotFitPhase', { size: bytes(needs), phase }) : t('error.doesNotFit', { size: bytes(needs) });
    }
    return has(`error.${code}`) ? t(`error.${code}`, { message }) : message || t('error.unknown', { code });
}

/**
 * The largest square that fits, as the server found it.
 * @param {{code: string, facts?: Record<string, unknown> | null}} error
 */
export function sideThatFits({ code, facts }) {
    if (code !== 'does_not_fit') return null;
    const side = facts?.largestSide;
    return countOf(side);
}

/** @param {number} side */
export const sideLabel = side => t('error.useSide', { side: plain(side) });

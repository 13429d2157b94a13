import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picture, root } from './page.js';

const { isFiltering, matches, queryOf } = await import(new URL('components/picture-filter.js', root));
const { dayNumber } = await import(new URL('format.js', root));
const draft = picture(1, { parameters: { steps: 20, guidance: 2 }, width: 128, height: 96 });

test('bounds include their ends, and either may be absent', () => {
    assert.equal(matches(draft, { steps: [20, 20] }, 5), true);
    assert.equal(matches(draft, { steps: [21, null] }, 5), false);
    assert.equal(matches(draft, { steps: [null, 19] }, 5), false);
    assert.equal(matches(draft, { guidance: [null, 2], days: [5, 5] }, 5), true);
    assert.equal(matches(draft, { days: [6, null] }, 5), false);
});

test('a size is both sides', () => {
    assert.equal(matches(draft, { size: { width: 128, height: 96 } }, 5), true);
    assert.equal(matches(draft, { size: { width: 96, height: 128 } }, 5), false);
    assert.equal(matches(draft, { size: null }, 5), true);
});

test('a picture that does not say it is left out where it is asked for', () => {
    assert.equal(matches(picture(1, { parameters: {} }), { steps: [1, null] }, 5), false);
    assert.equal(matches(picture(1, { parameters: {} }), { steps: [null, null] }, 5), true);
});

test('an empty filter filters nothing', () => {
    assert.equal(isFiltering({ steps: [null, null], size: null, days: [null, null] }), false);
    assert.equal(isFiltering({ days: [null, 3] }), true);
    assert.deepEqual(Object.values(queryOf({})).filter(value => value != null), []);
});

test('days are asked for from their first to their last millisecond, in the reader\'s time zone', () => {
    const { from, to } = queryOf({ days: [20000, 20001] });
    assert.deepEqual([dayNumber(from - 1), dayNumber(from), dayNumber(to), dayNumber(to + 1)], [19999, 20000, 20001, 20002]);
});

test('each bound is asked for by its name', () => {
    assert.deepEqual(queryOf({ steps: [1, 2], guidance: [0, null], size: { width: 64, height: 32 } }),
        { stepsFrom: 1, stepsTo: 2, guidanceFrom: 0, guidanceTo: null, width: 64, height: 32, from: null, to: null });
});

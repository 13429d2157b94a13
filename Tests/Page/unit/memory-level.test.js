import assert from 'node:assert/strict';
import { test } from 'node:test';
import { job, root } from './page.js';

const { memoryLevel } = await import(new URL('memory-level.js', root));
const memory = changes => ({ now: 900, peak: 1000, predicted: 1000, budget: 2000, freeOutside: null, rung: 'streaming', ...changes });
const level = (changes, worker = null, ended = null) => { const { level: colour, reason } = memoryLevel(memory(changes), worker,
    ended); return `${colour} ${reason}`; };

test('a peak as predicted is green however close to the budget', () => {
    assert.equal(level({ budget: 1001 }), 'green fits');
    assert.equal(level({ peak: 1020 }), 'green fits');
});

test('above the prediction and within the budget is yellow', () => {
    assert.equal(level({ peak: 1021 }), 'yellow abovePrediction');
});

test('the lower rungs are yellow', () => {
    assert.equal(level({ rung: 'ringMinimum' }), 'yellow ringMinimum');
    assert.equal(level({ rung: 'evicting' }), 'yellow evicting');
});

test('less than 512 MiB left by others is yellow', () => {
    assert.equal(level({ freeOutside: 512 * 2 ** 20 - 1 }), 'yellow othersHold');
    assert.equal(level({ freeOutside: 512 * 2 ** 20 }), 'green fits');
});

test('over the budget is red', () => {
    assert.equal(level({ peak: 2001 }), 'red overBudget');
    assert.equal(level({ now: 2001 }), 'red overBudget');
});

test('without a prediction the share of the budget decides', () => {
    const share = peak => level({ predicted: null, budget: 1000, now: 0, peak });
    assert.deepEqual([850, 851, 970, 971].map(share), ['green fits', 'yellow tight', 'yellow tight', 'red nearBudget']);
    assert.equal(level({ predicted: null, budget: null }), 'green noBudget');
});

test('a lost engine is red, and so is a refused request until the next job begins', () => {
    assert.equal(level({}, { state: 'restarting', restarts: 1 }), 'red workerLost');
    assert.equal(level({}, null, job(1, { status: 'failed', error: { code: 'does_not_fit', message: '' } })), 'red refused');
    assert.equal(level({}, null, job(1, { status: 'failed', error: { code: 'worker_lost', message: '' } })), 'red workerLost');
    assert.equal(level({}, null, job(1, { status: 'failed', error: { code: 'disk_full', message: '' } })), 'green fits');
    assert.equal(level({}, null, job(1, { status: 'cancelled' })), 'green fits');
});

test('an engine that holds nothing is at rest', () => {
    assert.equal(memoryLevel(null, null, null).level, 'idle');
    assert.equal(level({ now: 0, peak: 0 }), 'idle idle');
});

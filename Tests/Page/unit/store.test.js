import assert from 'node:assert/strict';
import { test } from 'node:test';
import { job, picture, root } from './page.js';

const { applyEvent, applySnapshot, curveLimit, doneShare, fragmentationOf, heldBytes, initialState, Store,
    thinned } = await import(new URL('store.js', root));

const snapshot = (changes = {}) => ({
    eventId: '1-5', jobs: [], recent: [], progress: null, memory: null, worker: { state: 'ready', restarts: 0 },
    queue: { paused: false, depth: 0 }, lastImages: [],
    disk: { freeBytes: 1, minimumFreeBytes: 0 }, ...changes,
});
const ids = jobs => jobs.map(each => each.id);
const after = (state, ...events) => events.reduce((now, [type, data]) => applyEvent(now, { type, data }), state);

test('a snapshot puts the running job before the queued ones and keeps what this page has just sent', () => {
    const sent = job(-1, { pendingKey: 'k' });
    const state = applySnapshot({ ...initialState(), jobs: [sent] }, snapshot({ jobs: [job(3), job(2, { status: 'running' })] }));
    assert.deepEqual(ids(state.jobs), [2, 3, -1]);
    assert.equal(state.ready, true);
});

test('progress of a job that no longer runs does not outlive the snapshot', () => {
    assert.equal(applySnapshot(initialState(), snapshot({ progress: { job: 9, attempt: 1 } })).progress, null);
});

test('a job goes through queued, running and done, and ends up among the recent ones', () => {
    const queued = after(initialState(), ['job', job(1)], ['job', job(2)]);
    assert.deepEqual(ids(queued.jobs), [1, 2]);
    const running = after(queued, ['job', job(2, { status: 'running', attempt: 1 })]);
    assert.deepEqual(ids(running.jobs), [2, 1]);
    const done = after(running, ['progress', { job: 2, attempt: 1 }], ['job', job(2, { status: 'done' })]);
    assert.deepEqual(ids(done.jobs), [1]);
    assert.deepEqual(ids(done.recent), [2]);
    assert.equal(done.progress, null);
});

test('a retried job leaves the recent ones', () => {
    const state = after(initialState(), ['job', job(1, { status: 'failed' })], ['job', job(1)]);
    assert.deepEqual([ids(state.jobs), ids(state.recent)], [[1], []]);
});

test('a job moved to the front stands first among the queued, after the running one', () => {
    const state = after(initialState(), ['job', job(1, { status: 'running' })], ['job', job(2)], ['job', job(3)], ['job', job(4)],
        ['job', job(4, { position: 1 })]);
    assert.deepEqual(ids(state.jobs), [1, 4, 2, 3]);
});

test('an event about a queued job without its position leaves it where it is', () => {
    const state = after(initialState(), ['job', job(1)], ['job', job(2)], ['job', job(3)], ['job', job(2)]);
    assert.deepEqual(ids(state.jobs), [1, 2, 3]);
});

test('what was sent and not answered stays last, and goes when it is answered', () => {
    const state = after(initialState(), ['pending', job(-7, { pendingKey: 'k' })], ['job', job(1)]);
    assert.deepEqual(ids(state.jobs), [1, -7]);
    assert.deepEqual(ids(after(state, ['dropPending', 'k']).jobs), [1]);
});

test('that a job is being stopped is not forgotten by news about it', () => {
    const state = after(initialState(), ['job', job(1, { status: 'running', attempt: 1, cancelRequested: true })],
        ['job', job(1, { status: 'running', attempt: 1 })]);
    assert.equal(state.jobs[0].cancelRequested, true);
});

test('progress of an attempt before the present one is left out', () => {
    const state = after(initialState(), ['job', job(1, { status: 'running', attempt: 2 })], ['progress', { job: 1, attempt: 1 }]);
    assert.equal(state.progress, null);
});

test('pictures are newest first; starred ones change in place; trashed and deleted ones go', () => {
    let state = after(initialState(), ['image', picture(1)], ['image', picture(3)], ['image', picture(2)]);
    assert.deepEqual(ids(state.pictures), [3, 2, 1]);
    state = after(state, ['image', picture(2, { starred: true })]);
    assert.equal(state.pictures[1].starred, true);
    state = after(state, ['image', picture(3, { trashedAt: 5 })], ['image', { id: 1, gone: true }]);
    assert.deepEqual(ids(state.pictures), [2]);
});

const owners = { context: 1, resident: 2, ring: 3, arena: 9, arenaHeld: 4, kept: 5 };

test('the curve grows with the running job and begins again with the next', () => {
    const memory = { now: 15, peak: 15, predicted: null, budget: null, owners };
    let state = after(initialState(), ['job', job(1, { status: 'running' })], ['progress', { job: 1, attempt: 0, elapsed: 1, phase: 't5' }],
        ['memory', memory],
        ['progress', { job: 1, attempt: 0, elapsed: 2, phase: 'denoise' }], ['memory', memory]);
    assert.deepEqual(state.curve.points.map(point => [point.seconds, point.phase]), [[1, 't5'], [2, 'denoise']]);
    state = after(state, ['job', job(2, { status: 'running' })], ['progress', { job: 2, attempt: 0, elapsed: 0.5, phase: 'load' }],
        ['memory', memory]);
    assert.deepEqual(state.curve, { job: 2, points: [{ seconds: 0.5, phase: 'load', ...owners }] });
});

test('a curve is thinned to its limit, and its peak stays', () => {
    const points = Array.from({ length: curveLimit + 1 },
        (_, i) => ({ seconds: i, phase: 'denoise', ...owners, kept: i === 77 ? 1000 : i % 5 }));
    const kept = thinned(points);
    assert.ok(kept.length <= curveLimit);
    assert.equal(Math.max(...kept.map(heldBytes)), Math.max(...points.map(heldBytes)));
});

test('what is held counts the part of the arena in use, not the arena', () => {
    assert.equal(heldBytes(owners), 15);
});

test('the share done counts blocks within steps within pictures', () => {
    const at = changes => doneShare({ phase: 'denoise', image: 0, images: 1, step: 0, steps: 20, block: 0, blocks: 8, ...changes });
    assert.equal(at({}), 0);
    assert.equal(at({ step: 10 }), 0.5);
    assert.equal(at({ step: 10, block: 4 }), 0.525);
    assert.equal(at({ step: 10, image: 1, images: 2 }), 0.75);
    assert.equal(at({ phase: 'decode', step: null }), 1);
    assert.equal(at({ phase: 't5', step: null }), 0);
});

test('watchers are told once for many events, with what was before', () => {
    const later = [];
    const store = new Store(work => later.push(work));
    const told = [];
    const stop = store.watch((state, before) => told.push([before.jobs.length, state.jobs.length]));
    store.apply({ type: 'job', data: job(1) });
    store.apply({ type: 'job', data: job(2) });
    assert.equal(later.length, 1);
    later.shift()();
    assert.deepEqual(told, [[0, 2]]);
    stop();
    store.apply({ type: 'job', data: job(3) });
    later.shift()();
    assert.equal(told.length, 1);
});

test('an unknown event changes nothing', () => {
    const state = initialState();
    assert.equal(applyEvent(state, { type: 'ping', data: {} }), state);
});

test('fragmentation is of the peaks, not of a moment', () => {
    const at = (arena, arenaHeld) => ({ seconds: 0, phase: 'denoise', ...owners, arena, arenaHeld });
    assert.equal(fragmentationOf([at(100, 10), at(100, 80), at(50, 0)]), 1 - 80 / 100);
    assert.equal(fragmentationOf([at(0, 0)]), null);
    assert.equal(fragmentationOf([]), null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { root } from './page.js';

const { bandPath, highestBin, histogramPath, linePath, scale, shares, stacked, stepPath,
    ticks } = await import(new URL('components/chart-geometry.js', root));

test('a scale leads the ends to the ends, downwards too', () => {
    const y = scale([0, 10], [100, 0]);
    assert.deepEqual([0, 5, 10].map(y), [100, 50, 0]);
    assert.equal(scale([3, 3], [0, 1])(3), 0);
});

test('ticks are round and reach the top', () => {
    assert.deepEqual(ticks(9.3), [0, 2.5, 5, 7.5, 10]);
    assert.deepEqual(ticks(100), [0, 25, 50, 75, 100]);
    assert.deepEqual(ticks(0), [0]);
});

test('ticks of sizes are round in their unit', () => {
    const gibibyte = 2 ** 30;
    assert.deepEqual(ticks(22.3 * gibibyte, 4, 1024).map(value => value / gibibyte), [0, 10, 20, 30]);
    assert.deepEqual(ticks(85 * 2 ** 20, 4, 1024).map(value => value / 2 ** 20), [0, 25, 50, 75, 100]);
});

test('ticks of any height are equally spaced, few, and not below it', () => {
    for (let i = 1; i < 400; i += 1) {
        const most = 1.37 ** (i / 8) * i;
        const values = ticks(most, 4);
        const step = values[1];
        assert.ok(values[values.length - 1] >= most * 0.999 && values.length >= 3 && values.length <= 7, `${most}: ${values}`);
        values.forEach((value, j) => assert.ok(Math.abs(value - j * step) < step * 1e-9));
    }
});

test('the parts of a bar follow one another and fill the whole', () => {
    const parts = shares([3, 1, 0]);
    assert.deepEqual(parts, [{ start: 0, length: 0.75 }, { start: 0.75, length: 0.25 }, { start: 1, length: 0 }]);
    assert.deepEqual(shares([0, 0]), [{ start: 0, length: 0 }, { start: 0, length: 0 }]);
    assert.equal(shares([1, 1], 4)[1].start, 0.25);
});

test('bands stand on one another', () => {
    assert.deepEqual(stacked([{ a: 1, b: 2 }, { a: 3, b: 4 }], [item => item.a, item => item.b]), [[1, 3], [3, 7]]);
});

test('a value holds until the next one', () => {
    assert.equal(stepPath([{ x: 0, y: 5 }, { x: 10, y: 2.5 }]), 'M0 5H10V2.5');
    assert.equal(linePath([{ x: 0, y: 5 }, { x: 10, y: 2.5 }]), 'M0 5L10 2.5');
});

test('a band is closed along its lower edge, backwards', () => {
    assert.equal(bandPath([{ x: 0, y: 1 }, { x: 10, y: 2 }], [{ x: 0, y: 8 }, { x: 10, y: 9 }]), 'M0 1H10V2L10 9V8H0Z');
    assert.equal(bandPath([], []), '');
});

test('a histogram is as high as its highest bin, and no higher where bins are cut', () => {
    assert.equal(histogramPath([1, 2], 10, 4, 2), 'M0 4V2H5V0H10V4Z');
    assert.equal(histogramPath([1, 8], 10, 4, 2), 'M0 4V2H5V0H10V4Z');
});

test('one flat colour does not flatten the histogram of the rest', () => {
    const bins = Array.from({ length: 256 }, () => 10);
    bins[200] = 100;
    assert.equal(highestBin(bins), 12.5);
    assert.equal(highestBin(bins.map((_, i) => i === 7 ? 120 : 0)), 10);
});

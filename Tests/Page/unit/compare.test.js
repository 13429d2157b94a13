import assert from 'node:assert/strict';
import { test } from 'node:test';
import { root } from './page.js';

const { change } = await import(new URL('components/change.js', root));
const { distances } = await import(new URL('components/difference.js', root));
const { fitScale, kept, mostScale, panned, placement, zoomed } = await import(new URL('components/zoom-geometry.js', root));

test('a change is in percent of the baseline, whichever way it went', () => {
    assert.deepEqual(change('sharpness', 200, 210), { difference: 10, percent: 5 });
    assert.equal(change('sharpness', -4, -5).percent, -25);
});

test('an unchanged value has changed by exactly nothing', () => {
    assert.deepEqual(change('noise', 0.1, 0.1), { difference: 0, percent: 0 });
    assert.deepEqual(change('clippedShare', 0, 0), { difference: 0, percent: 0 });
});

test('below its floor a value has a difference and no percentage', () => {
    assert.equal(change('noise', 0.19, 0.4).percent, null);
    assert.equal(Math.round(change('noise', 0.2, 0.4).percent), 100);
    assert.equal(change('contrastRMS', 0.009, 0.5).percent, null);
    assert.equal(change('seconds', 0, 1).percent, null);
});

test('the difference map has the absolute distance of each channel', () => {
    const a = new Uint8ClampedArray([10, 20, 30, 255, 0, 0, 0, 255]), b = new Uint8ClampedArray([15, 10, 30, 255, 0, 0, 0, 255]);
    const { values, most, mean, share } = distances(a, b);
    assert.deepEqual([...values], [5, 10, 0, 0, 0, 0]);
    assert.deepEqual([most, mean, share], [10, 2.5, 0.5]);
});

const square = { width: 100, height: 100 }, pane = { width: 200, height: 150 };

test('a picture is fitted into its pane, up to 800 %', () => {
    assert.equal(fitScale(square, pane, 1), 1.5);
    assert.equal(fitScale(square, pane, 2), 3);
    assert.equal(fitScale({ width: 4, height: 4 }, pane, 1), mostScale);
});

test('what is under the pointer stays there when the zoom changes', () => {
    const pointer = { x: 40, y: 130 };
    const before = { scale: 4, x: 0.5, y: 0.5 };
    const at = look => { const { x, y, scale } = placement(look, square, pane, 1); return [(pointer.x - x) / scale,
        (pointer.y - y) / scale]; };
    const [x, y] = at(before), [x2, y2] = at(zoomed(before, 1.5, pointer, square, pane, 1));
    assert.ok(Math.abs(x - x2) < 1e-9 && Math.abs(y - y2) < 1e-9);
});

test('a picture follows the pointer that drags it, on any screen', () => {
    for (const ratio of [1, 2]) {
        const look = { scale: 8, x: 0.5, y: 0.5 };
        const before = placement(look, square, pane, ratio),
            after = placement(panned(look, 10, -7, square, pane, ratio), square, pane, ratio);
        assert.ok(Math.abs(after.x - before.x - 10) < 1e-9 && Math.abs(after.y - before.y + 7) < 1e-9);
    }
});

test('a picture does not leave its pane', () => {
    assert.deepEqual(kept({ scale: 1, x: 0.1, y: 0.9 }, square, pane, 1), { scale: 1, x: 0.5, y: 0.5 });
    const { x, y } = kept({ scale: 4, x: -3, y: 3 }, square, pane, 1);
    const { x: left, y: top } = placement({ scale: 4, x, y }, square, pane, 1);
    assert.equal(left, 0);
    assert.equal(top, pane.height - 400);
    assert.equal(kept({ scale: 99, x: 0.5, y: 0.5 }, square, pane, 1).scale, mostScale);
});

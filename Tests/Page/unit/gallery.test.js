import assert from 'node:assert/strict';
import { test } from 'node:test';
import { root } from './page.js';

const { emptyLayout, extend, moved, rowAt, rowOf, visibleRows } = await import(new URL('components/grid-layout.js', root));
const { Selection } = await import(new URL('components/select.js', root));

function laidOut(days, width = 330) {
    const layout = emptyLayout(width, 100, 10, 40);
    extend(layout, days);
    return layout;
}

test('as many columns as fit, at least two', () => {
    assert.deepEqual([emptyLayout(330, 100, 10, 40), emptyLayout(100, 100, 10, 40)].map(({ columns, side }) => [columns, side]),
        [[3, 103], [2, 45]]);
});

test('each day has a heading and rows of its own', () => {
    const { rows, height } = laidOut([9, 9, 9, 9, 8]);
    assert.deepEqual(rows.map(row => [row.day, row.start, row.count]), [[9, 0, 0], [null, 0, 3], [null, 3, 1], [8, 4, 0], [null, 4, 1]]);
    assert.equal(height, 2 * 40 + 3 * 113);
});

test('a page more gives the layout that all at once would have given', () => {
    let seed = 7;
    const days = Array.from({ length: 3000 }, () => (seed = seed * 16807 % 2147483647)).map((value,
        i) => 5000 - Math.floor(i / 37) - value % 2).sort((a, b) => b - a);
    const grown = emptyLayout(330, 100, 10, 40);
    for (let end = 60; end <= days.length; end += 60) extend(grown, days.slice(0, end));
    assert.deepEqual(grown, laidOut(days));
});

test('the rows in sight are found, also at the ends', () => {
    const layout = laidOut(Array.from({ length: 3000 }, () => 1));
    for (const top of [-500, 0, 39, 40, 152, 153, 5000, layout.height - 1]) {
        const { first, end } = visibleRows(layout, top, top + 600);
        const expected = layout.rows.map((row, i) => ({ ...row, i })).filter(row => row.y + row.height > top && row.y < top
            + 600).map(row => row.i);
        assert.deepEqual([first, end], [expected[0] ?? 0, (expected[expected.length - 1] ?? -1) + 1], `${top}`);
    }
    assert.equal(rowAt(layout, layout.height), layout.rows.length);
});

test('the row of a picture is found', () => {
    const layout = laidOut([9, 9, 9, 9, 8]);
    assert.deepEqual([0, 2, 3, 4].map(index => rowOf(layout, index)), [1, 1, 2, 4]);
});

test('arrows lead over headings and keep the column where they can', () => {
    const layout = laidOut([9, 9, 9, 9, 8, 8, 8]);
    assert.deepEqual([[1, 'ArrowDown'], [3, 'ArrowDown'], [6, 'ArrowUp'], [0, 'ArrowUp'], [6, 'ArrowDown'], [0, 'ArrowLeft'],
        [6, 'ArrowRight'], [2, 'ArrowRight'], [4, 'Home'], [0, 'End']].map(([index, key]) => moved(layout, index, key)),
        [3, 4, 3, 0, 6, 0, 6, 3, 0, 6]);
});

test('50 000 pictures are laid out in a blink', () => {
    const days = Array.from({ length: 50000 }, (_, i) => 20000 - Math.floor(i / 50));
    const start = performance.now();
    const layout = laidOut(days, 1400);
    for (let i = 0; i < 1000; i += 1) visibleRows(layout, i * layout.height / 1000, i * layout.height / 1000 + 900);
    assert.ok(performance.now() - start < 500);
    assert.equal(layout.count, 50000);
});

const list = [10, 20, 30, 40, 50];

test('pictures are chosen one by one and by range, in either direction', () => {
    const selection = new Selection();
    selection.toggle(list, 3);
    selection.extend(list, 1);
    assert.deepEqual([...selection.ids].sort(), [20, 30, 40]);
    selection.extend(list, 4);
    assert.deepEqual([...selection.ids].sort(), [20, 30, 40, 50]);
    selection.toggle(list, 2);
    assert.equal(selection.has(30), false);
});

test('a range without a beginning chooses one', () => {
    const selection = new Selection();
    selection.extend(list, 2);
    assert.deepEqual([...selection.ids], [30]);
});

test('a picture that goes away is no longer chosen nor the beginning of a range', () => {
    const selection = new Selection();
    selection.toggle(list, 0);
    selection.drop(10);
    assert.equal(selection.size, 0);
    selection.extend(list.slice(1), 2);
    assert.deepEqual([...selection.ids], [40]);
    selection.all(list);
    assert.equal(selection.size, 5);
    selection.clear();
    assert.equal(selection.size, 0);
});

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { root } from './page.js';

const format = await import(new URL('format.js', root));
afterEach(() => format.setLanguage('en'));

test('sizes take the unit that leaves at most four digits', () => {
    const said = [0, 1, 1023, 1024, 1536, 1023.9 * 1024, 1023.96 * 1024, 2 ** 30, 22.34 * 2 ** 30,
        3 * 2 ** 40].map(count => format.bytes(Math.round(count)));
    assert.deepEqual(said, ['0 B', '1 B', '1,023 B', '1.0 KiB', '1.5 KiB', '1,023.9 KiB', '1.0 MiB', '1.0 GiB', '22.3 GiB', '3.0 TiB']);
});

test('a part and its whole share a unit', () => {
    assert.equal(format.bytesOf(512 * 2 ** 20, 2 * 2 ** 30), '0.5 / 2.0 GiB');
});

test('spans go from milliseconds to hours', () => {
    const said = [0, 0.0031, 0.05, 0.16, 0.9996, 6.14, 59.96, 75, 3599.7, 3723].map(format.seconds);
    assert.deepEqual(said, ['0 s', '3.1 ms', '50 ms', '0.16 s', '1.0 s', '6.1 s', '1:00 min', '1:15 min', '1:00:00 h', '1:02:03 h']);
});

test('a change keeps its sign, and none has none', () => {
    assert.deepEqual([6.14, -11.3, 0].map(format.signedPercent), ['+6.1%', '-11.3%', '0.0%']);
});

test('guidance has one digit behind the point, two where they say something', () => {
    assert.deepEqual([2, 3.5, 3.75].map(format.guidance), ['2.0', '3.5', '3.75']);
});

test('seeds are digits alone, exact to the greatest', () => {
    assert.equal(format.plain(2 ** 53 - 1), '9007199254740991');
});

test('numbers and days follow the language', () => {
    const now = new Date(2026, 10, 23, 12).getTime(), dayLong = 86400000;
    assert.deepEqual([0, 1, 2, 8].map(days => format.day(now - days * dayLong, now)),
        ['Today', 'Yesterday', 'Saturday', 'November 15, 2026']);
    format.setLanguage('zh-CN');
    assert.deepEqual([0, 1, 2, 8].map(days => format.day(now - days * dayLong, now)), ['今天', '昨天', '星期六', '2026年11月15日']);
});

test('a picture of tomorrow, by a clock that was set back, is told by its date', () => {
    const now = new Date(2026, 10, 23, 12).getTime();
    assert.equal(format.day(now + 86400000, now), 'November 24, 2026');
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { root } from './page.js';

globalThis.addEventListener ??= () => {};
globalThis.localStorage ??= { getItem: () => null, setItem: () => {} };
const { addressOf, routeOf } = await import(new URL('router.js', root));
const { nameOf } = await import(new URL('keys.js', root));
const read = path => readFileSync(new URL(path, root), 'utf8');

test('addresses lead back to their views', () => {
    assert.deepEqual(routeOf(addressOf('compare', [12, 13])), { view: 'compare', ids: [12, 13] });
    assert.deepEqual(routeOf('#/history'), { view: 'history', ids: [] });
    assert.deepEqual(routeOf(''), { view: 'generate', ids: [] });
});

test('an address that is none leads to the first view, and numbers that are none are left out', () => {
    assert.equal(routeOf('#/<script>').view, 'generate');
    assert.deepEqual(routeOf('#/compare/1,1,x,-2,3,4,5,6').ids, [1, 3, 4, 5]);
});

test('keys have one name each, whatever the layout', () => {
    const key = (name, held = {}) => nameOf({ key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });
    assert.equal(key('Enter', { ctrlKey: true, shiftKey: true }), 'Ctrl+Shift+Enter');
    assert.equal(key('Enter', { metaKey: true }), 'Ctrl+Enter');
    assert.equal(key('?', { shiftKey: true }), '?');
    assert.equal(key('S', { shiftKey: true }), 's');
    assert.equal(key(' '), 'Space');
    assert.equal(key('ArrowUp', { shiftKey: true }), 'Shift+ArrowUp');
});

/** What a module and those it imports at once need. */
function imports(path, seen = new Set()) {
    if (seen.has(path)) return seen;
    seen.add(path);
    for (const [, found] of read(path).matchAll(/^(?:import|export)[^;(]*?'(\.[^']+)';/gm)) imports(new URL(found,
        new URL(path, 'x:/')).pathname.slice(1), seen);
    return seen;
}

test('the page announces every module of the first view, and no other', () => {
    const announced = [...read('index.html').matchAll(/modulepreload" href="\.\/([^"]+)"/g)].map(match => match[1]).sort();
    const needed = [...imports('main.js')].filter(path => path !== 'main.js').sort();
    assert.deepEqual(announced, needed);
});

test('the page has no inline script and no inline style, which its own policy would block', () => {
    const page = read('index.html');
    assert.doesNotMatch(page, /<script(?![^>]*\bsrc=)|\sstyle=|<style|\son\w+=/);
});

test('no module writes markup or evaluates text', () => {
    for (const path of [...imports('main.js'), 'views/history.js', 'views/compare.js', 'components/details.js',
        'components/memory-panel.js']) {
        assert.doesNotMatch(read(path),
            /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\('style'/, path);
    }
});

test('the page needs nothing that only a secure context has', () => {
    for (const path of imports('main.js')) assert.doesNotMatch(read(path),
        /navigator\.(locks|clipboard|serviceWorker)|crypto\.(randomUUID\(|subtle)/, path);
});

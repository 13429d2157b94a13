import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { root } from './page.js';

const { bestLanguage, has, languages, loadLanguage, named, t } = await import(new URL('i18n.js', root));
const tables = await Promise.all(languages.map(async ({ tag, load }) => ({ tag, messages: (await load()).default })));
const sources = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.js') && !(entry.parentPath ?? entry.path).endsWith('lang'))
    .map(entry => readFileSync(`${entry.parentPath ?? entry.path}/${entry.name}`, 'utf8'));

const forms = message => typeof message === 'string' ? [message] : Object.values(message);
const names = message => [...new Set(forms(message).flatMap(form => [...form.matchAll(/\{(\w+)\}/g)].map(match => match[1])))].sort();

test('all languages have the same keys', () => {
    const [first, ...others] = tables.map(({ messages }) => Object.keys(messages).sort());
    for (const other of others) assert.deepEqual(other, first);
});

test('a text takes the same values in all languages', () => {
    const [first, ...others] = tables;
    for (const { messages } of others) {
        for (const [key, message] of Object.entries(messages)) assert.deepEqual(names(message), names(first.messages[key]), key);
    }
});

test('texts with plural forms have those of their language', () => {
    for (const { tag, messages } of tables) {
        const wanted = new Intl.PluralRules(tag).resolvedOptions().pluralCategories.sort();
        for (const [key,
            message] of Object.entries(messages)) if (typeof message !== 'string') assert.deepEqual(Object.keys(message).sort(), wanted,
            `${tag} ${key}`);
    }
});

test('no text is empty, and every Chinese sentence is Chinese', () => {
    for (const { tag, messages } of tables) {
        for (const [key, message] of Object.entries(messages)) {
            assert.ok(forms(message).every(form => form.length > 0), `${tag} ${key}`);
            if (tag === 'zh-CN' && forms(tables[0].messages[key])[0].split(' ').length > 2) assert.match(forms(message)[0],
                /\p{Script=Han}/u, key);
        }
    }
});

// Keys that are put together from a name.
const built = ['phase', 'stream', 'layer', 'time', 'owner', 'rung', 'source', 'parameter', 'metric', 'histogram', 'error', 'problem',
    'theme', 'view', 'form', 'memory', 'history', 'reuse', 'help', 'compare', 'note'];
const isBuilt = key => built.some(prefix => sources.some(source => source.includes(`${prefix}.$\{`) || source.includes(`'${prefix}',`))
    && key.startsWith(`${prefix}.`));

test('every key that the page asks for exists', () => {
    const asked = sources.flatMap(source => [...source.matchAll(/\bt\(\s*'([^']+)'/g),
        ...source.matchAll(/\bt\([^'`()]*\? '([^']+)' : '([^']+)'/g)].flatMap(match => match.slice(1)));
    assert.ok(asked.length > 150);
    for (const key of asked) assert.ok(key in tables[0].messages, key);
});

test('every text is used', () => {
    const all = sources.join('\n');
    for (const key of Object.keys(tables[0].messages)) assert.ok(all.includes(`'${key}'`) || isBuilt(key), key);
});

test('texts are filled in, and the plural follows the count', async () => {
    await loadLanguage('en');
    assert.equal(t('live.step', { number: 7, count: 20 }), 'step 7/20');
    assert.equal(t('fact.steps', { count: 1 }), '1 step');
    assert.equal(t('fact.steps', { count: 20 }), '20 steps');
    await loadLanguage('zh-CN');
    assert.equal(t('fact.steps', { count: 1 }), '1 步');
    await loadLanguage('en');
});

test('a value that looks like a place to fill in is left alone', async () => {
    assert.equal(t('stage.picture', { prompt: '{prompt} $& {count}' }), 'Picture: {prompt} $& {count}');
});

test('a name of a newer engine is shown as it is', () => {
    assert.equal(named('phase', 'upscale'), 'upscale');
    assert.equal(named('phase', 'decode'), 'Decoding');
    assert.equal(has('phase.upscale'), false);
});

test('the best language is the first wanted one that there is', () => {
    assert.equal(bestLanguage(['fr', 'zh-TW', 'en']), 'zh-CN');
    assert.equal(bestLanguage(['en-GB', 'zh']), 'en');
    assert.equal(bestLanguage(['xx']), 'en');
});

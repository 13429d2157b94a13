import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capabilities, picture, root } from './page.js';

const { allowedSide, applied, drawnSeed, finalOf, initialForm, isFinal, problems, requestOf, settingsOf,
    sliderEnds } = await import(new URL('form-state.js', root));
const known = capabilities();
const twice = capabilities({ model: { ...known.model, trueGuidance: true } });
const form = changes => ({ ...initialForm(known, null), prompt: 'a cat', ...changes });

test('the form begins with the defaults of the model, or with what was saved', () => {
    assert.equal(initialForm(known, null).steps, 20);
    assert.equal(initialForm(known, { steps: 30, prompt: 'x', seed: 7 }).seed, 7);
    assert.equal(initialForm(known, { steps: '30', seed: 'x', other: 1 }).steps, 20);
});

test('what is out of bounds is found, field by field', () => {
    const fields = changes => problems(form(changes), known).map(problem => problem.field);
    assert.deepEqual(fields({}), []);
    assert.deepEqual(fields({ steps: 0, guidance: 101, count: 11 }), ['steps', 'guidance', 'count']);
    assert.deepEqual(fields({ steps: 2.5, width: 130, height: 8 }), ['steps', 'width', 'height']);
    assert.deepEqual(fields({ locked: true, seed: NaN }), ['seed']);
    assert.deepEqual(fields({ prompt: 'x'.repeat(32001) }), ['prompt']);
});

test('a seed is sent only when it is kept', () => {
    assert.equal(requestOf(form({ seed: 42, locked: true }), known).seed, 42);
    assert.equal('seed' in requestOf(form({ seed: 42, locked: false }), known), false);
});

test('guidance and the negative prompt go only where the model has them', () => {
    const schnell = capabilities({ model: { ...known.model, guidance: false } });
    assert.equal('guidance' in requestOf(form(), schnell), false);
    assert.equal('negativePrompt' in requestOf(form({ negativePrompt: 'rain', trueGuidance: 4 }), known), false);
    assert.equal(requestOf(form({ negativePrompt: 'rain', trueGuidance: 4 }), twice).negativePrompt, 'rain');
    assert.equal('negativePrompt' in requestOf(form({ negativePrompt: 'rain', trueGuidance: 1 }), twice), false);
});

test('sides come to the nearest multiple within the bounds', () => {
    assert.deepEqual([1000, 1, 9000, 136].map(side => allowedSide(side, known.bounds)), [1008, 16, 8192, 144]);
});

test('settings of a picture are taken over in part or whole, within the bounds', () => {
    const settings = { prompt: 'a fox', seed: 7, steps: 2000, guidance: 4, width: 1000, height: 500 };
    assert.deepEqual(applied(form(), settings, known, 'all'),
        form({ prompt: 'a fox', seed: 7, locked: true, steps: 1000, guidance: 4, width: 1008, height: 496 }));
    assert.deepEqual(applied(form(), settings, known, 'seed'), form({ seed: 7, locked: true }));
    assert.deepEqual(applied(form(), settings, known, 'prompt'), form({ prompt: 'a fox' }));
    assert.deepEqual(applied(form(), {}, known, 'all'), form());
});

test('a final keeps prompt, seed and size of its draft, and names it', () => {
    assert.deepEqual(finalOf(picture(9), known), { prompt: 'a cat', width: 128, height: 128, seed: 42, steps: 50, guidance: 3.5, count: 1,
        parentImage: 9 });
});

test('a picture at the final pace is final', () => {
    assert.equal(isFinal(picture(1), known), false);
    assert.equal(isFinal(picture(1, { parameters: { steps: 50, guidance: 3.5 } }), known), true);
    assert.equal(isFinal(picture(1, { parameters: { steps: 50, guidance: 2 } }), known), false);
});

test('reusing a picture asks for the same picture again', () => {
    const source = picture(1, { parameters: { steps: 33, guidance: 2.5 } });
    assert.deepEqual(requestOf(applied(form(), settingsOf(source), known, 'all'), known),
        { prompt: 'a cat', width: 128, height: 128, steps: 33, guidance: 2.5, seed: 42, count: 1 });
});

test('a rolled seed is below 2^32', () => {
    for (let i = 0; i < 100; i += 1) assert.ok(Number.isInteger(drawnSeed()) && drawnSeed() < 2 ** 32 && drawnSeed() >= 0);
});

test('sliders reach twice the final pace, or the bound', () => {
    assert.deepEqual(sliderEnds(known), { steps: 100, guidance: 7 });
    assert.equal(sliderEnds(capabilities({ bounds: { ...known.bounds, steps: [1, 60] } })).steps, 60);
});

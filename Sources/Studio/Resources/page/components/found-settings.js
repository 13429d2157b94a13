// What a picture's file says of itself, before the form takes it.

import { button } from './buttons.js';
import { h, style } from '../dom.js';
import { plain, guidance, size } from '../format.js';
import { has, named, t } from '../i18n.js';
import { openDialog } from './dialog.js';

/** @param {import('../app.js').App} app @param {File} file @param {FoundSettings} found */
export async function openSettings(app, file, found) {
    await style('../css/details.css', import.meta.url);
    const address = URL.createObjectURL(file);
    const { width, height } = found;
    /** @type {[string, string | null | undefined][]} */
    const facts = [
        ['size', width && height ? size({ width, height }) : null], ['steps', found.steps == null ? null : plain(found.steps)],
        ['guidance', found.guidance == null ? null : guidance(found.guidance)],
        ['seed', found.seed == null ? null : plain(found.seed)], ['sampler', found.sampler], ['model', found.model],
        ['negativePrompt', found.negativePrompt],
        ['trueGuidance', found.trueGuidance == null ? null : guidance(found.trueGuidance)],
    ];
    const take = (/** @type {'all' | 'seed' | 'prompt'} */ part) => () => { close(); app.reuse(found, part); };
    const { close } = openDialog({
        title: t('drop.title'), kind: 'found', closed: () => URL.revokeObjectURL(address),
        content: [
            h('img', { class: 'found-image', src: address, alt: file.name }),
            h('div', {}, h('p', { class: 'quiet' }, t('drop.source', { source: named('source', found.source) })),
                h('p', { class: 'details-prompt' }, found.prompt),
                h('dl', { class: 'facts' }, facts.filter(([, value]) => value).map(([name, value]) => [h('dt', {}, t(`parameter.${name}`)),
                    h('dd', { class: 'figure' }, value ?? '')])),
                (found.notes ?? []).length > 0 && h('ul', { class: 'notes quiet' },
                    (found.notes ?? []).map(note => h('li', {}, has(`note.${note}`) ? t(`note.${note}`) : note))),
                h('div', { class: 'actions' }, button('strong', t('drop.applyAll'), take('all')),
                    button('plain', t('reuse.prompt'), take('prompt')),
                    found.seed != null && button('plain', t('reuse.seed'), take('seed')))),
        ],
    });
}

// The keys, and the switch that silences the single ones.

import { h, style } from '../dom.js';
import { t } from '../i18n.js';
import { setSingleKeys, singleKeysOn } from '../keys.js';
import { openDialog } from './dialog.js';

/** @type {[string, [string[], string][]][]} */
const table = [
    ['everywhere', [[['Ctrl', 'Enter'], 'generate'], [['Ctrl', 'Shift', 'Enter'], 'generateFront'], [['Ctrl', '.'], 'stop'],
        [['1', '2', '3'], 'views'], [['/'], 'search'], [['?'], 'help'], [['Esc'], 'close'], [['Ctrl', 'Z'], 'undo']]],
    ['prompt', [[['Alt', '↑', '↓'], 'prompts']]],
    ['gallery', [[['←', '↑', '→', '↓'], 'move'], [['Home', 'End'], 'ends'], [['Space'], 'select'], [['Shift', '←', '→'], 'extend'],
        [['Ctrl', 'A'], 'all'], [['Enter'], 'open'], [['S'], 'star'], [['Delete'], 'trash'], [['C'], 'compare']]],
    ['compare', [[['Alt', '←', '→'], 'other'], [['+', '−'], 'zoom'], [['0'], 'fit'], [['1'], 'pixels'], [['B'], 'blink'],
        [['D'], 'difference'], [['X'], 'swap']]],
];

export async function openHelp() {
    await style('../css/details.css', import.meta.url);
    const single = h('input', { type: 'checkbox', checked: singleKeysOn(), onchange: () => setSingleKeys(single.checked) });
    openDialog({
        title: t('help.title'), kind: 'help',
        content: [
            h('div', { class: 'help-columns' }, table.map(([group, rows]) => h('section', {},
                h('h3', { class: 'eyebrow' }, t(`help.${group}`)),
                h('dl', {}, rows.map(([keys, name]) => h('div', {}, h('dt', {}, keys.map(key => h('kbd', {}, key))),
                    h('dd', {}, t(`help.key.${name}`)))))))),
            h('label', { class: 'switch' }, single, t('help.single')),
        ],
    });
}

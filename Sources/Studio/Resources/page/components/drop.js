// A picture dropped, pasted or chosen anywhere: the server reads its settings, the dialog shows them, the form takes them.

import { h } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';

const kinds = ['image/png', 'image/jpeg', 'image/webp'];

/** @param {(picture: File) => void} take @param {(wrong: File) => void} refuse */
export function acceptDrops(take, refuse) {
    const veil = h('div', { class: 'veil', hidden: true }, h('div', {}, icon('file'), h('p', {}, t('drop.here'))));
    let depth = 0;
    const show = (/** @type {boolean} */ on) => { veil.hidden = !on; if (!on) depth = 0; };
    const offer = (/** @type {File | undefined} */ file) => { if (file) (kinds.includes(file.type) ? take : refuse)(file); };
    const hasFile = (/** @type {DragEvent} */ event) => [...event.dataTransfer?.types ?? []].includes('Files');
    /** @type {[string, (event: any) => void][]} */
    const listeners = [
        ['dragenter', event => { if (hasFile(event)) { depth += 1; show(true); } }],
        ['dragleave', event => { if (hasFile(event) && --depth <= 0) show(false); }],
        ['dragover', event => { if (hasFile(event)) event.preventDefault(); }],
        ['drop', event => {
            if (!hasFile(event)) return;
            event.preventDefault();
            show(false);
            offer(event.dataTransfer.files[0]);
        }],
        ['paste', event => { if (event.clipboardData?.files.length) { event.preventDefault(); offer(event.clipboardData.files[0]); } }],
    ];
    for (const [name, listener] of listeners) addEventListener(name, listener);
    const input = h('input', { type: 'file', accept: kinds.join(','), hidden: true,
        onchange: () => { offer(input.files?.[0]); input.value = ''; } });
    return {
        elements: [veil, input], choose: () => input.click(),
        end: () => { for (const [name, listener] of listeners) removeEventListener(name, listener); },
    };
}

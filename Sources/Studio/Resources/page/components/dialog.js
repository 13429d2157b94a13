// Modal dialogs with a heading and a way out; focus returns where it came from.

import { iconButton } from './buttons.js';
import { freshName, h } from '../dom.js';
import { t } from '../i18n.js';
import { bind } from '../keys.js';

/**
 * @param {{title: string, kind?: string, content: (import('../dom.js').Child)[], keys?: Record<string, import('../keys.js').Handler>, closed?: () => void}} options
 */
export function openDialog({ title, kind = '', content, keys = {}, closed }) {
    const heading = freshName('dialog');
    const before = document.activeElement;
    const close = () => dialog.close();
    const dialog = h('dialog', { class: `modal ${kind}`, 'aria-labelledby': heading },
        h('header', {}, h('h2', { id: heading }, title),
            iconButton('cross', t('close'), close)),
        h('div', { class: 'modal-body' }, ...content));
    const unbind = bind({ modal: () => false, ...keys });
    dialog.addEventListener('close', () => {
        unbind();
        dialog.remove();
        closed?.();
        if (before instanceof HTMLElement && before.isConnected) before.focus();
    });
    let pressedOutside = false;
    dialog.addEventListener('pointerdown', event => { pressedOutside = event.target === dialog; });
    dialog.addEventListener('click', event => { if (event.target === dialog && pressedOutside) close(); });
    document.body.append(dialog);
    dialog.showModal();
    return { dialog, close };
}

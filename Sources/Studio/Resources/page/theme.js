// Light, dark, or as the system says.

import { recall, remember } from './settings.js';

export const themes = ['system', 'light', 'dark'];

export const currentTheme = () => document.documentElement.dataset.theme ?? 'system';

/** @param {string} theme */
export function setTheme(theme) {
    document.documentElement.dataset.theme = theme;
    remember('theme', theme);
}

document.documentElement.dataset.theme = themes.find(theme => theme === recall('theme', 'system')) ?? 'system';

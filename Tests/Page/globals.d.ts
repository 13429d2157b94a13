// Names of the browser that TypeScript 4.8 does not know, and what tests put on the window.

interface Element {
    checkVisibility(options?: object): boolean;
}

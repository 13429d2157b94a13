// What the form holds and what of it is sent. Bounds and defaults are the server's. Pure.

/**
 * @typedef {object} Form
 * @property {string} prompt
 * @property {string} negativePrompt
 * @property {number} trueGuidance 1 is off
 * @property {number} width
 * @property {number} height
 * @property {number} steps
 * @property {number} guidance
 * @property {number | null} seed null is drawn by the server
 * @property {boolean} locked keeps the seed for the next picture
 * @property {number} count
 *
 * @typedef {{field: keyof Form, key: string, values: Record<string, string | number>}} Problem
 */


/** @param {Capabilities} capabilities @param {Partial<Form> | null} saved @returns {Form} */
export function initialForm({ defaults }, saved) {
    /** @type {Form} */
    const form = {
        prompt: '', negativePrompt: '', trueGuidance: 1, width: defaults.width, height: defaults.height, steps: defaults.steps,
        guidance: defaults.guidance, seed: null, locked: false, count: defaults.count,
    };
    for (const [name, value] of Object.entries(saved ?? {})) {
        const held = form[/** @type {keyof Form} */ (name)];
        if (typeof value === typeof held || (name === 'seed' && (value === null || typeof value === 'number'))) Object.assign(form,
            { [name]: value });
    }
    return form;
}

/** @param {Form} form @param {Capabilities} capabilities @returns {Problem[]} */
export function problems(form, { bounds, model }) {
    /** @type {Problem[]} */
    const found = [];
    /** @param {'steps' | 'guidance' | 'count' | 'seed'} field @param {number} value @param {boolean} whole */
    const within = (field, value, whole) => {
        const [low, high] = bounds[field];
        if (!(value >= low && value <= high) || (whole && !Number.isInteger(value))) {
            found.push({ field, key: whole ? 'problem.whole' : 'problem.range', values: { low, high } });
        }
    };
    if (form.prompt.length > bounds.promptCharacters) {
        found.push({ field: 'prompt', key: 'problem.long', values: { high: bounds.promptCharacters } });
    }
    within('steps', form.steps, true);
    if (model.guidance) within('guidance', form.guidance, false);
    within('count', form.count, true);
    if (form.locked && form.seed !== null) within('seed', form.seed, true);
    for (const field of /** @type {const} */ (['width', 'height'])) {
        const [low, high] = bounds.side;
        const value = form[field];
        if (!(value >= low && value <= high) || value % bounds.sideMultiple !== 0) {
            found.push({ field, key: 'problem.side', values: { low, high, multiple: bounds.sideMultiple } });
        }
    }
    return found;
}

/** @param {Form} form @param {Capabilities} capabilities @returns {JobRequest} */
export function requestOf(form, { model }) {
    /** @type {JobRequest} */
    const request = { prompt: form.prompt, width: form.width, height: form.height, steps: form.steps, count: form.count };
    if (model.guidance) request.guidance = form.guidance;
    if (form.locked && form.seed !== null) request.seed = form.seed;
    if (model.trueGuidance && form.trueGuidance > 1) {
        request.trueGuidance = form.trueGuidance;
        if (form.negativePrompt) request.negativePrompt = form.negativePrompt;
    }
    return request;
}

/**
 * The nearest side that the model draws.
 * @param {number} side
 * @param {Capabilities['bounds']} bounds
 */
export function allowedSide(side, { side: [low, high], sideMultiple }) {
    return Math.min(high, Math.max(low, Math.round(side / sideMultiple) * sideMultiple)) || low;
}

/**
 * Settings of a picture taken over; what the picture does not say stays.
 * @param {Form} form
 * @param {Partial<FoundSettings>} settings
 * @param {Capabilities} capabilities
 * @param {'all' | 'seed' | 'prompt'} part
 * @returns {Form}
 */
export function applied(form, settings, { bounds, model }, part) {
    const next = { ...form };
    if (part !== 'seed') next.prompt = settings.prompt ?? form.prompt;
    if (part !== 'prompt' && settings.seed != null) Object.assign(next, { seed: settings.seed, locked: true });
    if (part !== 'all') return next;
    const clamp = (/** @type {number} */ value, /** @type {[number, number]} */ [low, high]) => Math.min(high, Math.max(low, value));
    if (settings.steps != null) next.steps = clamp(Math.round(settings.steps), bounds.steps);
    if (settings.guidance != null && model.guidance) next.guidance = clamp(settings.guidance, bounds.guidance);
    if (settings.width != null && settings.height != null) {
        next.width = allowedSide(settings.width, bounds);
        next.height = allowedSide(settings.height, bounds);
    }
    if (model.trueGuidance) {
        next.trueGuidance = settings.trueGuidance ?? 1;
        next.negativePrompt = settings.negativePrompt ?? '';
    }
    next.count = 1;
    return next;
}

/** @param {Picture} picture @returns {Partial<FoundSettings>} */
export function settingsOf({ prompt, width, height, seed, parameters }) {
    return {
        prompt, width, height, seed, steps: parameters.steps, guidance: parameters.guidance, negativePrompt: parameters.negativePrompt,
        trueGuidance: parameters.trueGuidance,
    };
}

/**
 * The same noise at the final pace, linked to its draft.
 * @param {Picture} picture
 * @param {Capabilities} capabilities
 * @returns {JobRequest}
 */
export function finalOf(picture, { final, model }) {
    const { negativePrompt, trueGuidance } = picture.parameters;
    /** @type {JobRequest} */
    const request = {
        prompt: picture.prompt, width: picture.width, height: picture.height, seed: picture.seed, steps: final.steps, count: 1,
        parentImage: picture.id,
    };
    if (model.guidance) request.guidance = final.guidance;
    if (model.trueGuidance && trueGuidance != null && trueGuidance > 1) {
        request.trueGuidance = trueGuidance;
        if (negativePrompt) request.negativePrompt = negativePrompt;
    }
    return request;
}

/**
 * Whether the picture was drawn at the final pace already.
 * @param {Picture} picture
 * @param {Capabilities} capabilities
 */
export function isFinal({ parameters }, { final, model }) {
    return parameters.steps === final.steps && (!model.guidance || parameters.guidance === final.guidance);
}

/** Below 2^32, so that every program reads it back unchanged. */
export function drawnSeed() {
    return crypto.getRandomValues(new Uint32Array(1))[0];
}

/**
 * How far a slider goes: what the paces need and as much again; numbers beyond it are typed.
 * @param {Capabilities} capabilities
 */
export function sliderEnds({ bounds, draft, final, defaults }) {
    const beyond = (/** @type {'steps' | 'guidance'} */ name) => Math.min(bounds[name][1],
        2 * Math.max(draft[name], final[name], defaults[name]));
    return { steps: beyond('steps'), guidance: beyond('guidance') };
}

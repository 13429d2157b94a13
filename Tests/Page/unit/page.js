// Where `run` puts the page's modules, and values that tests share.

export const root = new URL('../page/', import.meta.url);

export function capabilities(changes = {}) {
    return {
        version: '0.1.0', model: { name: 'Postcards', digest: 'sha256:0', guidance: true, trueGuidance: false, embedded: true },
        device: { name: 'cpu', description: '' }, budgetBytes: 2 ** 30, dtype: 'bf16',
        defaults: { width: 128, height: 128, steps: 20, guidance: 3.5, count: 1 }, draft: { steps: 20, guidance: 2 },
        final: { steps: 50, guidance: 3.5 },
        bounds: { steps: [1, 1000], guidance: [0, 100], side: [16, 8192], sideMultiple: 16, count: [1, 10], promptCharacters: 32000,
            seed: [0, 2 ** 53 - 1] },
        sizes: [{ width: 128, height: 128 }], samplers: ['euler'], blocks: { double: 2, single: 6 }, languages: ['en', 'zh-CN'],
        uploadBytes: 2 ** 25,
        authentication: false, readOnlyHistory: false, ...changes,
    };
}

export function job(id, changes = {}) {
    return {
        id, status: 'queued', request: { prompt: `prompt ${id}` }, attempt: 0, lost: 0, createdAt: id, startedAt: null, endedAt: null,
        error: null,
        images: [], position: null, ...changes,
    };
}

export function picture(id, changes = {}) {
    return {
        id, job: id, ordinal: 0, sha256: 'abcdef0123456789', width: 128, height: 128, seed: 42, prompt: 'a cat',
        parameters: { steps: 20, guidance: 2 },
        parent: null, children: [], starred: false, missing: false, createdAt: id * 1000, trashedAt: null, byteCount: 1, ...changes,
    };
}

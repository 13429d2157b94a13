// The server's interface: one function per route, one error type.

/** What the server, or the way to it, answered instead. */
export class StudioError extends Error {
    /** @param {number} status of HTTP; 0 where nothing answered @param {WireError} error */
    constructor(status, error) {
        super(error.message);
        this.status = status;
        this.code = error.code;
        this.field = error.field;
        this.facts = error.facts ?? {};
    }
}

const root = '/api/v1';

/** Unguessable and not repeated; `crypto.randomUUID` is missing on plain HTTP. */
export function freshKey() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{body?: unknown, blob?: Blob, key?: string, signal?: AbortSignal}} [options]
 * @returns {Promise<Response>}
 */
async function send(method, path, options = {}) {
    const { body, blob, key, signal } = options;
    /** @type {Record<string, string>} */
    const headers = {};
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    if (blob) headers['Content-Type'] = blob.type;
    if (key) headers['Idempotency-Key'] = key;
    let response;
    try {
        response = await fetch(root + path, { method, headers, body: blob ?? (body === undefined ? undefined : JSON.stringify(body)),
            signal });
    } catch (error) {
        if (signal?.aborted) throw error;
        throw new StudioError(0, { code: 'unreachable', message: String(error) });
    }
    if (response.ok) return response;
    throw new StudioError(response.status, await errorOf(response));
}

/** @param {Response} response @returns {Promise<WireError>} */
async function errorOf(response) {
    const unclear = { code: `http_${response.status}`, message: response.statusText };
    return response.json().then(answer => answer?.error ?? unclear, () => unclear);
}

/** @param {string} path @param {AbortSignal} [signal] */
const get = (path, signal) => send('GET', path, { signal }).then(response => response.json());
/** @param {string} path @param {unknown} [body] */
const post = (path, body) => send('POST', path, { body });

/** @returns {Promise<Capabilities>} */
export const capabilities = () => get('/capabilities');
/** @returns {Promise<Snapshot>} */
export const snapshot = () => get('/snapshot');
export const eventsAddress = `${root}/events`;

/** @param {string} token */
export const login = token => post('/login', { token });

/** @param {JobRequest} request @param {AbortSignal} signal @returns {Promise<PlanAnswer>} */
export const plan = (request, signal) => send('POST', '/plan', { body: request, signal }).then(response => response.json());

/**
 * Sent again with the same key when nothing answered, so that it is queued once.
 * @param {JobRequest} request
 * @param {string} key
 * @returns {Promise<Job>}
 */
export async function submit(request, key) {
    const once = () => send('POST', '/jobs', { body: request, key });
    const response = await once().catch(error => {
        if (error.code !== 'unreachable') throw error;
        return new Promise(resolve => setTimeout(resolve, 1000)).then(once);
    });
    return response.json();
}

/** @param {number} id */ export const cancel = id => post(`/jobs/${id}/cancel`);
/** @param {number} id Ends the engine with it, where one operation takes too long. */ export const cancelNow = id => post(`/jobs/${id}/cancel?immediately=1`);
/** @param {number} id */ export const retry = id => post(`/jobs/${id}/retry`);
/** @param {number} id */ export const front = id => post(`/jobs/${id}/front`);
/** @param {number} id */ export const removeJob = id => send('DELETE', `/jobs/${id}`);
export const pause = () => post('/queue/pause');
export const resume = () => post('/queue/resume');
export const cancelAll = () => post('/queue/cancel-all');
export const release = () => post('/engine/release');

/** @typedef {{q?: string, starred?: boolean, seed?: string, trashed?: boolean} & Record<string, string | boolean | number | null | undefined>} Filter */

/** @param {Filter} filter @param {string | null} cursor @param {AbortSignal} [signal] @returns {Promise<ImagePage>} */
export function images(filter, cursor, signal) {
    const query = new URLSearchParams();
    if (cursor) query.set('cursor', cursor);
    for (const [name, value] of Object.entries(filter)) {
        if (value || value === 0) query.set(name, value === true ? '1' : String(value));
    }
    // A plus sign for a space is an HTML form's habit, which not every server shares.
    const text = query.toString().replaceAll('+', '%20');
    return get(text ? `/images?${text}` : '/images', signal);
}

/** @param {number} id @returns {Promise<Picture>} */
export const image = id => get(`/images/${id}`);
/** @param {number} id @returns {Promise<Report>} */
export const report = id => get(`/images/${id}/report`);
/** @param {number} id @param {boolean} starred */
export const star = (id, starred) => send('PATCH', `/images/${id}`, { body: { starred } });
/** @param {number} id */
export const trash = id => send('DELETE', `/images/${id}`);
/** @param {number} id */
export const restore = id => post(`/images/${id}/restore`);
/** @param {number[]} ids */
export const zip = ids => post('/images/zip', { ids }).then(response => response.blob());
/** @param {number[]} ids @returns {Promise<Comparison>} */
export const compare = ids => get(`/compare?ids=${ids.join(',')}`);
/** @param {Blob} picture @returns {Promise<FoundSettings>} */
export const metadata = picture => send('POST', '/metadata', { blob: picture }).then(response => response.json());

/** @param {{id: number}} picture */
export const fileAddress = picture => `${root}/images/${picture.id}/file`;
/** @param {Picture} picture */
export const thumbAddress = picture => `${root}/images/${picture.id}/thumb?d=${picture.sha256.replace(/^sha256:/, '').slice(0, 8)}`;

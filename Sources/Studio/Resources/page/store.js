// The studio as the server told it: a snapshot, then events. Pure but for Store, which tells those who watch.

/**
 * @typedef {object} State
 * @property {boolean} ready after the first snapshot
 * @property {'connecting' | 'live' | 'lost'} link
 * @property {Job[]} jobs running first, then queued in their order
 * @property {Job[]} recent ended, newest first
 * @property {Progress | null} progress
 * @property {Preview | null} preview
 * @property {MemoryState | null} memory
 * @property {{job: number | null, points: CurvePoint[]}} curve what the running or last job held over time
 * @property {WorkerState | null} worker
 * @property {QueueState} queue
 * @property {Picture[]} pictures newest first
 * @property {Snapshot['disk']} disk
 * @property {StudioEvent | null} lastImageEvent for views with lists of their own
 */

export const curveLimit = 512;
const recentLimit = 20;
const pictureLimit = 24;

/** @returns {State} */
export function initialState() {
    return {
        ready: false, link: 'connecting', jobs: [], recent: [], progress: null, preview: null, memory: null,
        curve: { job: null, points: [] }, worker: null, queue: { paused: false, depth: 0 }, pictures: [], disk: null, lastImageEvent: null,
    };
}

/**
 * Entries that this page has sent and not heard of yet stay at the end of the queue.
 * @param {State} state
 * @param {Snapshot} snapshot
 * @returns {State}
 */
export function applySnapshot(state, snapshot) {
    const pending = state.jobs.filter(job => job.pendingKey);
    const running = snapshot.jobs.find(job => job.status === 'running');
    return {
        ...state, ready: true, jobs: [...inOrder(snapshot.jobs), ...pending], recent: snapshot.recent,
        progress: running ? snapshot.progress ?? null : null,
        preview: running && state.preview?.job === running.id ? state.preview : null, memory: snapshot.memory ?? null,
        worker: snapshot.worker ?? null,
        queue: snapshot.queue, pictures: snapshot.lastImages, disk: snapshot.disk ?? null,
    };
}

/**
 * Running before queued, both as they came.
 * @param {Job[]} jobs
 */
function inOrder(jobs) {
    return [...jobs.filter(job => job.status === 'running'), ...jobs.filter(job => job.status !== 'running')];
}

/**
 * @param {State} state
 * @param {StudioEvent} event
 * @returns {State}
 */
export function applyEvent(state, event) {
    switch (event.type) {
        case 'job': return applyJob(state, event.data);
        case 'image': return applyImage(state, event);
        case 'progress': return applyProgress(state, event.data);
        case 'preview': return { ...state, preview: event.data };
        case 'memory': return { ...state, memory: event.data, curve: extended(state, event.data) };
        case 'worker': return { ...state, worker: event.data };
        case 'queue': return { ...state, queue: event.data };
        case 'link': return { ...state, link: event.data };
        case 'pending': return { ...state, jobs: [...state.jobs, event.data] };
        case 'dropPending': return { ...state, jobs: state.jobs.filter(job => job.pendingKey !== event.data) };
        default: return state;
    }
}

/** @param {State} state @param {Progress} progress @returns {State} */
function applyProgress(state, progress) {
    const job = state.jobs.find(each => each.id === progress.job);
    if (job && job.attempt > progress.attempt) return state;
    return { ...state, progress };
}

/** @param {State} state @param {Job & {gone?: boolean}} job @returns {State} */
function applyJob(state, job) {
    const others = state.jobs.filter(each => each.id !== job.id);
    const recent = state.recent.filter(each => each.id !== job.id);
    if (job.gone) return { ...state, jobs: others, recent };
    if (job.status === 'queued') return { ...state, recent, jobs: placed(others, job, state.jobs.findIndex(each => each.id === job.id)) };
    if (job.status === 'running') {
        // The server's own word on a job that is being stopped says nothing of it.
        const before = state.jobs.find(each => each.id === job.id);
        if (before?.cancelRequested && before.attempt === job.attempt) job = { ...job, cancelRequested: true };
        return { ...state, recent, jobs: inOrder([job, ...others]),
            curve: state.curve.job === job.id ? state.curve : { job: job.id, points: [] } };
    }
    const wasShown = state.progress?.job === job.id;
    return {
        ...state, jobs: others, recent: [job, ...recent].slice(0, recentLimit),
        progress: wasShown ? null : state.progress, preview: state.preview?.job === job.id ? null : state.preview,
    };
}

/**
 * Where its position says (counted from 1 among the queued), else where it was, else last.
 * @param {Job[]} others
 * @param {Job} job
 * @param {number} before where it was in the list, or -1
 */
function placed(others, job, before) {
    const running = others.filter(each => each.status === 'running');
    const queued = others.filter(each => each.status !== 'running');
    const settled = queued.filter(each => !each.pendingKey).length;
    const place = job.position ? job.position - 1 : before < 0 ? settled : before - running.length;
    queued.splice(Math.max(0, Math.min(place, settled)), 0, job);
    return [...running, ...queued];
}

/** @param {State} state @param {StudioEvent} event @returns {State} */
function applyImage(state, event) {
    /** @type {Picture & {gone?: boolean}} */
    const image = event.data;
    const known = state.pictures.findIndex(each => each.id === image.id);
    const away = image.gone || image.trashedAt;
    let pictures = state.pictures;
    if (away) pictures = pictures.filter(each => each.id !== image.id);
    else if (known >= 0) pictures = pictures.map(each => each.id === image.id ? image : each);
    else pictures = [...pictures, image].sort((a, b) => b.createdAt - a.createdAt || b.id - a.id).slice(0, pictureLimit);
    return { ...state, pictures, lastImageEvent: event };
}

/** @param {State} state @param {MemoryState} memory */
function extended(state, memory) {
    const { job, points } = state.curve;
    const { progress } = state;
    if (!progress || !memory.owners) return state.curve;
    const started = progress.job === job ? points : [];
    const { arena, arenaHeld = arena } = memory.owners;
    const point = { seconds: progress.elapsed, phase: progress.phase, ...memory.owners, arenaHeld };
    const last = started[started.length - 1];
    if (last && last.seconds > point.seconds) return { job: progress.job, points: [point] };
    return { job: progress.job, points: thinned([...started, point]) };
}

/**
 * What the owners hold together.
 * @param {CurvePoint} owners
 */
export function heldBytes(owners) {
    return owners.context + owners.resident + owners.ring + owners.arenaHeld + owners.kept;
}

/**
 * Of the arena's most mapped bytes, the share that its most held ones leave.
 * @param {CurvePoint[]} points
 */
export function fragmentationOf(points) {
    const mapped = Math.max(0, ...points.map(point => point.arena));
    return mapped > 0 ? 1 - Math.max(...points.map(point => point.arenaHeld)) / mapped : null;
}

/**
 * Of two neighbours the fuller stays, so that peaks do.
 * @param {CurvePoint[]} points
 */
export function thinned(points) {
    if (points.length <= curveLimit) return points;
    const kept = [];
    for (let i = 0; i + 1 < points.length; i += 2) kept.push(heldBytes(points[i]) >= heldBytes(points[i + 1]) ? points[i] : points[i + 1]);
    if (points.length % 2 === 1) kept.push(points[points.length - 1]);
    return kept;
}

/** @param {State} state */
export const runningJob = state => state.jobs.find(job => job.status === 'running') ?? null;

/**
 * How much of the running job is done, by blocks of steps; null where the phase says nothing of it.
 * @param {Progress} progress
 */
export function doneShare(progress) {
    const { step, steps, block, blocks, image, images } = progress;
    if (progress.phase !== 'denoise' || step == null || !steps) {
        const ended = ['decode', 'measure', 'save'].includes(progress.phase) ? 1 : 0;
        return (image + ended) / Math.max(1, images);
    }
    const within = block != null && blocks ? block / blocks : 0;
    return (image + (step + within) / steps) / Math.max(1, images);
}

/** Holds a state and tells its watchers once per frame what it has become. */
export class Store {
    /** @param {(work: () => void) => void} later runs its work soon, once */
    constructor(later) {
        this.later = later;
        this.state = initialState();
        /** @type {Set<(state: State, before: State) => void>} */
        this.watchers = new Set();
        /** @type {State | null} */
        this.told = null;
    }

    /** @param {(state: State, before: State) => void} watcher @returns {() => void} ends it */
    watch(watcher) {
        this.watchers.add(watcher);
        return () => this.watchers.delete(watcher);
    }

    /** @param {StudioEvent} event */
    apply(event) {
        this.become(applyEvent(this.state, event));
    }

    /** @param {Snapshot} snapshot */
    restart(snapshot) {
        this.become(applySnapshot(this.state, snapshot));
    }

    /** @param {State} state */
    become(state) {
        if (state === this.state) return;
        if (!this.told) {
            this.told = this.state;
            this.later(() => this.tell());
        }
        this.state = state;
    }

    tell() {
        const before = this.told ?? this.state;
        this.told = null;
        for (const watcher of [...this.watchers]) watcher(this.state, before);
    }
}

// The event stream: opened by the leading tab, passed to the others, begun again from a snapshot after every gap.

import { eventsAddress, freshKey, snapshot, StudioError } from './api.js';
import { Leadership } from './leadership.js';

const types = ['job', 'progress', 'memory', 'image', 'queue', 'worker', 'preview'];

/**
 * An event's place: the server's start, and a number that grows.
 * @param {string | undefined} id
 */
export function placeOf(id) {
    const cut = id?.lastIndexOf('-') ?? -1;
    return cut < 0 || !id ? null : { start: id.slice(0, cut), sequence: Number(id.slice(cut + 1)) };
}

/**
 * Whether a snapshot taken at `mark` knows of the event already.
 * @param {string | undefined} id
 * @param {string} mark
 */
export function isIncluded(id, mark) {
    const [event, taken] = [placeOf(id), placeOf(mark)];
    return event !== null && taken !== null && event.start === taken.start && event.sequence <= taken.sequence;
}

/** Keeps a store up to date for as long as the page lives. */
export class Feed {
    /** @param {import('./store.js').Store} store @param {(error: StudioError) => void} refused told once when the server wants a token */
    constructor(store, refused) {
        this.store = store;
        this.refused = refused;
        /** @type {EventSource | null} */
        this.source = null;
        /** @type {StudioEvent[] | null} What came while a snapshot was on its way. */
        this.held = null;
        this.again = false;
        this.retryAfter = 500;
        /** @type {string | null} The last that this page knows of. */
        this.mark = null;
        const channel = 'BroadcastChannel' in self ? new BroadcastChannel('sluice-events') : null;
        this.leadership = new Leadership(freshKey(), { post: message => channel?.postMessage(message) }, {
            lead: () => this.open(), follow: () => this.close(), relayed: event => this.take(event),
        });
        if (channel) channel.onmessage = message => this.leadership.receive(message.data, performance.now());
    }

    start() {
        this.leadership.start(performance.now());
        setInterval(() => this.leadership.tick(performance.now()), 250);
        addEventListener('pagehide', () => { this.close(); this.leadership.leave(); });
        addEventListener('pageshow', event => { if (event.persisted) { this.leadership.start(performance.now()); this.resync(); } });
        this.resync();
    }

    /** From where this page is; before the first snapshot it waits for that. */
    open() {
        this.close();
        if (!this.mark) return;
        const source = this.source = new EventSource(`${eventsAddress}?after=${this.mark}`);
        for (const type of types) {
            source.addEventListener(type, message => this.emit({ type, id: message.lastEventId, data: JSON.parse(message.data) }));
        }
        source.addEventListener('resync', () => this.emit({ type: 'resync', data: {} }));
        source.onopen = () => { this.retryAfter = 500; this.emit({ type: 'link', data: 'live' }); };
        source.onerror = () => this.interrupted(source);
    }

    close() {
        this.source?.close();
        this.source = null;
    }

    /**
     * The browser tries again by itself, except where the server answered with an error.
     * @param {EventSource} source
     */
    interrupted(source) {
        if (source !== this.source) return;
        this.emit({ type: 'link', data: 'lost' });
        if (source.readyState !== EventSource.CLOSED) return;
        setTimeout(() => { if (source === this.source) this.open(); }, this.retryAfter);
        this.retryAfter = Math.min(15000, this.retryAfter * 2);
    }

    /** @param {StudioEvent} event */
    emit(event) {
        this.leadership.pass(event);
        this.take(event);
    }

    /** @param {StudioEvent} event */
    take(event) {
        if (event.type === 'resync') this.resync();
        else if (event.type === 'link') this.store.apply(event);
        else if (this.held) this.held.push(event);
        else this.apply(event);
    }

    /** @param {StudioEvent} event */
    apply(event) {
        // A new leader reads again what the one before had passed on already.
        if (this.mark && isIncluded(event.id, this.mark)) return;
        if (event.id) this.mark = event.id;
        this.store.apply(event);
    }

    /** Begins again from the whole state; what comes meanwhile waits and is applied after. */
    async resync() {
        if (this.held) { this.again = true; return; }
        this.held = [];
        try {
            const whole = await snapshot();
            this.store.restart(whole);
            this.mark = whole.eventId;
            if (this.store.state.link === 'connecting') this.store.apply({ type: 'link', data: 'live' });
            const held = this.held;
            this.held = null;
            for (const event of held) this.apply(event);
            if (this.leadership.leading && !this.source) this.open();
        } catch (error) {
            this.held = null;
            if (error instanceof StudioError && error.status === 401) return this.refused(error);
            if (!(error instanceof StudioError)) throw error;
            this.store.apply({ type: 'link', data: 'lost' });
            setTimeout(() => this.resync(), this.retryAfter);
            this.retryAfter = Math.min(15000, this.retryAfter * 2);
        }
        if (this.again) { this.again = false; this.resync(); }
    }
}

// One tab reads the event stream and passes it on: browsers allow few connections per host. Web Locks are missing on plain HTTP, so tabs
// elect by message. A leader that goes quiet is followed by another; of two leaders the later term stays, at equal terms the smaller name.

/**
 * @typedef {{kind: 'ask'} | {kind: 'lead', term: number, name: string} | {kind: 'leave'} | {kind: 'event', event: StudioEvent}} Message
 * @typedef {{post: (message: Message) => void}} Channel
 */

export const heartbeat = 2000;
export const patience = 6000;

/** Who leads, as one tab knows it. Time enters by `tick`. */
export class Leadership {
    /**
     * @param {string} name
     * @param {Channel} channel
     * @param {{lead: () => void, follow: () => void, relayed: (event: StudioEvent) => void}} role
     */
    constructor(name, channel, role) {
        this.name = name;
        this.channel = channel;
        this.role = role;
        this.leading = false;
        this.term = 0;
        this.heard = -Infinity;
        this.spoke = -Infinity;
        this.asked = -Infinity;
    }

    /**
     * Asks who leads; without an answer by the next tick after `grace` this tab does.
     * @param {number} now
     */
    start(now, grace = 600) {
        this.asked = now;
        this.heard = now - patience + grace;
        this.channel.post({ kind: 'ask' });
    }

    /** @param {number} now in milliseconds */
    tick(now) {
        if (this.leading) {
            if (now - this.spoke >= heartbeat) this.speak(now);
        } else if (now - this.heard >= patience) {
            this.leading = true;
            this.term += 1;
            this.speak(now);
            this.role.lead();
        }
    }

    /** @param {Message} message @param {number} now */
    receive(message, now) {
        if (message.kind === 'ask' && this.leading) this.speak(now);
        if (message.kind === 'leave' && !this.leading) this.heard = now - patience;
        if (message.kind === 'lead') this.hear(message.term, message.name, now);
        if (message.kind === 'event' && !this.leading) {
            this.heard = now;
            this.role.relayed(message.event);
        }
    }

    /** @param {number} term @param {string} name @param {number} now */
    hear(term, name, now) {
        const outranked = term > this.term || (term === this.term && name < this.name);
        if (this.leading && !outranked) return this.speak(now);
        this.term = Math.max(this.term, term);
        this.heard = now;
        if (this.leading) {
            this.leading = false;
            this.role.follow();
        }
    }

    /** @param {number} now */
    speak(now) {
        this.spoke = now;
        this.channel.post({ kind: 'lead', term: this.term, name: this.name });
    }

    /** @param {StudioEvent} event */
    pass(event) {
        if (this.leading) this.channel.post({ kind: 'event', event });
    }

    leave() {
        if (this.leading) this.channel.post({ kind: 'leave' });
        this.leading = false;
    }
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { root } from './page.js';

const { heartbeat, Leadership, patience } = await import(new URL('leadership.js', root));

/** Tabs that hear one another, on one clock. */
class Tabs {
    constructor() {
        this.now = 0;
        this.tabs = [];
    }

    open(name) {
        const tab = { name, leads: 0, heard: [], asleep: false };
        const channel = { post: message => { for (const other of this.tabs) if (other !== tab
            && !other.asleep) other.leadership.receive(message, this.now); } };
        tab.leadership = new Leadership(name, channel, { lead: () => { tab.leads += 1; }, follow: () => { tab.leads -= 1; },
            relayed: event => tab.heard.push(event.data) });
        this.tabs.push(tab);
        tab.leadership.start(this.now);
        return tab;
    }

    run(milliseconds) {
        for (let passed = 0; passed < milliseconds; passed += 50) {
            this.now += 50;
            for (const tab of this.tabs) if (!tab.asleep) tab.leadership.tick(this.now);
        }
    }

    get leaders() { return this.tabs.filter(tab => tab.leads > 0 && !tab.asleep).map(tab => tab.name); }
}

test('a tab alone leads after a moment', () => {
    const tabs = new Tabs();
    tabs.open('a');
    tabs.run(100);
    assert.deepEqual(tabs.leaders, []);
    tabs.run(700);
    assert.deepEqual(tabs.leaders, ['a']);
});

test('a second tab follows and hears what the first one reads', () => {
    const tabs = new Tabs();
    const a = tabs.open('a');
    tabs.run(800);
    const b = tabs.open('b');
    tabs.run(10000);
    assert.deepEqual(tabs.leaders, ['a']);
    a.leadership.pass({ type: 'job', data: 1 });
    b.leadership.pass({ type: 'job', data: 2 });
    assert.deepEqual([a.heard, b.heard], [[], [1]]);
});

test('tabs that open at once agree on one leader', () => {
    const tabs = new Tabs();
    for (const name of ['c', 'a', 'b']) tabs.open(name);
    tabs.run(heartbeat * 3);
    assert.equal(tabs.leaders.length, 1);
});

test('another tab takes over at once when the leader leaves, and after a while when it falls silent', () => {
    const tabs = new Tabs();
    const a = tabs.open('a');
    tabs.run(800);
    tabs.open('b');
    tabs.run(1000);
    a.leadership.leave();
    a.asleep = true;
    tabs.run(100);
    assert.deepEqual(tabs.leaders, ['b']);
    tabs.open('c');
    tabs.run(1000);
    tabs.tabs[1].asleep = true;
    tabs.run(patience + 100);
    assert.deepEqual(tabs.leaders, ['c']);
});

test('a leader that wakes up after it was replaced follows', () => {
    const tabs = new Tabs();
    const a = tabs.open('a');
    tabs.run(800);
    tabs.open('b');
    tabs.run(800);
    a.asleep = true;
    tabs.run(patience + 500);
    a.asleep = false;
    tabs.run(heartbeat * 2);
    assert.deepEqual(tabs.leaders, ['b']);
});

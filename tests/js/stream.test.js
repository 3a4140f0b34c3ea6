import assert from "node:assert/strict";
import { test } from "node:test";

import { GRACE_MS, PAUSES_MS, SILENT_MS, Stream } from "../../static/js/stream.js";
import { Hours } from "./hours.js";

class Source {
  heard = {};
  closed = false;
  addEventListener(name, what) { this.heard[name] = what; }
  close() { this.closed = true; }
  beat(id) { this.heard.beat({ lastEventId: id }); }
}

function stage() {
  const hours = new Hours();
  const opened = [];
  const told = [];
  const trust = [];
  const stream = new Stream({
    later: hours.later, told: (news) => told.push(news), trusted: (yes) => trust.push(yes),
    open: (topics, since) => {
      const source = Object.assign(new Source(), { topics, since });
      opened.push(source);
      return source;
    },
  });
  return { hours, opened, told, trust, stream };
}

test("the same topics keep the stream, other ones open it anew from the last number", () => {
  const { opened, stream } = stage();
  stream.follow("stage:9");
  opened[0].beat("51");
  stream.follow("stage:9");
  assert.equal(opened.length, 1);
  stream.follow("stage:9 submission:118");
  assert.deepEqual([opened[1].topics, opened[1].since, opened[0].closed], ["stage:9 submission:118", "51", true]);
});

test("news is handed on and makes the page trusted", () => {
  const { opened, told, trust, stream } = stage();
  stream.follow("experiment");
  opened[0].onmessage({ lastEventId: "52", data: '{"all": true}' });
  assert.deepEqual([told, trust], [[{ all: true }], [true]]);
});

test("a stream that comes back at once was not lost", () => {
  const { hours, opened, trust, stream } = stage();
  stream.follow("experiment");
  opened[0].onerror();
  hours.pass(PAUSES_MS[0]);
  opened[1].beat("1");
  hours.pass(GRACE_MS);
  assert.deepEqual(trust, [true]);
});

test("one that does not come back is lost, and is sought less and less often", () => {
  const { hours, opened, trust, stream } = stage();
  stream.follow("experiment");
  for (const pause of [...PAUSES_MS, PAUSES_MS.at(-1)]) {
    opened.at(-1).onerror();
    hours.pass(pause - 1);
    const before = opened.length;
    hours.pass(1);
    assert.equal(opened.length, before + 1);
  }
  assert.deepEqual([...new Set(trust)], [false]);
});

test("a silent stream is a lost one", () => {
  const { hours, opened, trust, stream } = stage();
  stream.follow("experiment");
  opened[0].beat("1");
  hours.pass(SILENT_MS + GRACE_MS + 1);
  assert.deepEqual([trust, opened.length], [[true, false], 2]);
});

test("a server that hears nothing itself says so", () => {
  const { opened, trust, stream } = stage();
  stream.follow("experiment");
  opened[0].heard.deaf({});
  assert.deepEqual(trust, [false]);
});

test("nobody looks: closed, and nothing is opened until somebody does", () => {
  const { hours, opened, stream } = stage();
  stream.follow("experiment");
  opened[0].beat("7");
  stream.close();
  hours.pass(10 * SILENT_MS);
  assert.deepEqual([opened.length, opened[0].closed], [1, true]);
  stream.follow("experiment");
  assert.equal(opened[1].since, "7");
});

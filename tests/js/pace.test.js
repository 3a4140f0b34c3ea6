import assert from "node:assert/strict";
import { test } from "node:test";

import { EVERY_MS, GATHER_MS, Pace } from "../../static/js/pace.js";
import { Hours } from "./hours.js";

function stage(answer = async () => {}) {
  const hours = new Hours();
  const asked = [];
  const pace = new Pace({ now: hours.now, later: hours.later, ask: (keys) => { asked.push([hours.now(), ...keys]); return answer(hours); } });
  return { hours, asked, pace };
}

test("what changes at about the same time is asked for together", async () => {
  const { hours, asked, pace } = stage();
  pace.want("a");
  await hours.pace(40);
  pace.want("b");
  await hours.pace(400);
  assert.deepEqual(asked, [[GATHER_MS, "a", "b"]]);
});

test("what changes all the time is asked for every two seconds, the last change included", async () => {
  const { hours, asked, pace } = stage();
  for (let n = 0; n < 50; n += 1) {
    pace.want("a");
    await hours.pace(100);
  }
  await hours.pace(EVERY_MS * 2);
  const times = asked.map(([at]) => at);
  assert.deepEqual(times.slice(1).map((at, n) => at - times[n]), [EVERY_MS, EVERY_MS, EVERY_MS]);
  assert.ok(times.at(-1) >= 50 * 100);
});

test("another thing does not wait for one that was asked for just now", async () => {
  const { hours, asked, pace } = stage();
  pace.want("a");
  await hours.pace(200);
  pace.want("a");
  pace.want("b");
  await hours.pace(200);
  assert.deepEqual(asked.map(([, ...keys]) => keys), [["a"], ["b"]]);
});

test("while an answer is awaited nothing is asked, and after it what has changed meanwhile is", async () => {
  let answered = null;
  const { hours, asked, pace } = stage(() => new Promise((done) => { answered = done; }));
  pace.want("a");
  await hours.pace(100);
  pace.want("b");
  await hours.pace(1000);
  assert.equal(asked.length, 1);
  answered();
  await hours.pace(100);
  assert.deepEqual(asked.map(([, ...keys]) => keys), [["a"], ["b"]]);
});

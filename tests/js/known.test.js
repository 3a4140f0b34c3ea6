import assert from "node:assert/strict";
import { test } from "node:test";

import { Known, clock } from "../../static/js/known.js";

test("the first asking names no tag", () => {
  assert.deepEqual(new Known().headers("/a"), {});
});

test("what was heard is named at the next asking, of that part alone", () => {
  const known = new Known();
  assert.equal(known.heard("/a", 200, '"1"'), true);
  assert.deepEqual(known.headers("/a"), { "If-None-Match": '"1"' });
  assert.deepEqual(known.headers("/b"), {});
});

test("an answer that says 'as you know it' is no news and keeps the tag", () => {
  const known = new Known();
  known.heard("/a", 200, '"1"');
  assert.equal(known.heard("/a", 304, null), false);
  assert.deepEqual(known.headers("/a"), { "If-None-Match": '"1"' });
});

test("a failure is no news", () => {
  const known = new Known();
  assert.equal(known.heard("/a", 500, '"2"'), false);
  assert.deepEqual(known.headers("/a"), {});
});

test("times are said in UTC", () => {
  assert.equal(clock(new Date("2026-11-22T15:24:59Z")), "15:24 UTC");
});

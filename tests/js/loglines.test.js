import assert from "node:assert/strict";
import { test } from "node:test";

import { inRange, linesOf, spoken } from "../../static/js/loglines.js";

test("an address names a line, or some", () => {
  assert.deepEqual(linesOf("#L5"), [5, 5]);
  assert.deepEqual(linesOf("#L5-9"), [5, 9]);
  assert.deepEqual(linesOf("#L9-L5"), [5, 9]);
});

test("what is no line is none", () => {
  for (const hash of ["", undefined, "#main", "#L", "#Lx", "#L5-", "#L5-x"]) assert.deepEqual(linesOf(hash), [0, 0]);
});

test("a line is one of them or not", () => {
  assert.deepEqual([4, 5, 9, 10].map((line) => inRange(`L${line}`, 5, 9)), [false, true, true, false]);
  assert.equal(inRange("L0", 0, 0), false);
});

test("who follows is told when it was asked", () => {
  assert.equal(spoken(new Date("2026-11-22T15:24:59Z")), "Following, asked 15:24:59 UTC.");
});

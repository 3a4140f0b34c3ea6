import assert from "node:assert/strict";
import { test } from "node:test";

import { concerns, joined, mayBring } from "../../static/js/topics.js";

test("topics of one kind are one word", () => {
  assert.equal(joined(["submission:119", "stage:9", "submission:118", "submission:119", "+stage:9"]), "+stage:9 stage:9 submission:118,119");
});

test("who wants all of the experiment, or very much of it, wants the experiment", () => {
  assert.equal(joined(["submission:1", "experiment"]), "experiment");
  assert.equal(joined(Array.from({ length: 401 }, (_, n) => `submission:${n}`)), "experiment");
});

test("a change concerns those that show the thing or what it is part of", () => {
  const change = { thing: "submission:118", of: ["stage:9", "campaign:4"] };
  assert.deepEqual([["submission:118"], ["campaign:4"], ["experiment"], ["submission:11", "stage:4"], []].map((topics) => concerns(topics, change)),
    [true, true, true, false, false]);
});

test("what befalls the experiment itself concerns every page of it", () => {
  assert.equal(concerns(["submission:118"], { thing: "experiment:dune", of: [] }), true);
});

test("a list of jobs asks for its head when the newest submission of it, or a newer one, has news", () => {
  const list = { dataset: { newer: "submission", topic: "stage:9" }, querySelector: () => ({ dataset: { topic: "submission:118" } }) };
  const bring = (thing, of = ["stage:9"], of_list = list) => mayBring(of_list, { thing, of });
  assert.deepEqual([bring("submission:118"), bring("submission:119"), bring("submission:117"), bring("submission:119", ["stage:8"]), bring("stage:119")],
    [true, true, false, false, false]);
  assert.equal(bring("submission:1", ["stage:9"], { ...list, querySelector: () => null }), true);
  assert.equal(bring("submission:119", ["stage:9"], { ...list, dataset: { topic: "stage:9" } }), false);
});

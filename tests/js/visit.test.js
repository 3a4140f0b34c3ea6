import assert from "node:assert/strict";
import { test } from "node:test";

import { Draft, History, lineOf, placeOfLine } from "../../static/js/visit.js";

test("every text can be had again, and what was undone goes with the next", () => {
  const visit = new History({ text: "", place: ["campaign"] });
  for (let n = 1; n <= 1000; n += 1) visit.push(`text ${n}`, ["stage", `${n}`]);
  visit.push("text 1000", ["campaign"]);
  for (let n = 0; n < 1000; n += 1) visit.undo();
  assert.deepEqual([visit.now.text, visit.canUndo, visit.canRedo], ["", false, true]);
  assert.equal(visit.undo().text, "");
  for (let n = 0; n < 1000; n += 1) visit.redo();
  assert.deepEqual([visit.now.text, visit.canRedo, visit.redo().text], ["text 1000", false, "text 1000"]);
  visit.undo();
  visit.push("other", ["campaign"]);
  assert.deepEqual([visit.canRedo, visit.undo().text], [false, "text 999"]);
});

test("a draft is kept, read and dropped; a full or broken store has none", () => {
  const kept = new Map();
  const store = { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value), removeItem: (name) => kept.delete(name) };
  const draft = new Draft(store, "draft dune 4");
  assert.equal(draft.read(), null);
  assert.equal(draft.keep("[campaign]", 3, 17), true);
  assert.deepEqual(draft.read(), { text: "[campaign]", version: 3, at: 17 });
  draft.drop();
  assert.equal(draft.read(), null);
  kept.set("draft dune 4", "{");
  assert.equal(draft.read(), null);
  assert.equal(new Draft({ setItem() { throw new Error("full"); } }, "x").keep("", 0, 0), false);
});

test("a part of the campaign is found in the text", () => {
  const text = "[campaign]\nname = x\n\n[campaign_stage gen]\n\n[dependencies reco]\n";
  assert.equal(lineOf(text, ["stage", "gen"]), 4);
  assert.equal(lineOf(text, ["dependency", "gen", "reco", "%"]), 6);
  assert.equal(lineOf(text, ["stage", "nobody"]), 0);
  assert.deepEqual(placeOfLine(text, 2), [11, 19]);
});

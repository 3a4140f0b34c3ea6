import assert from "node:assert/strict";
import { test } from "node:test";

import { Keymap, isTyped, moved } from "../../static/js/keymap.js";

const element = (tagName, type) => ({ tagName, getAttribute: (name) => (name === "type" ? type ?? null : null), isContentEditable: false });

test("a letter is itself", () => {
  assert.equal(new Keymap().heard("j", 0), "j");
});

test("g waits for its second letter, once", () => {
  const keymap = new Keymap();
  assert.equal(keymap.heard("g", 0), "");
  assert.equal(keymap.heard("c", 400), "g c");
  assert.equal(keymap.heard("c", 500), "c");
});

test("a g long ago is forgotten", () => {
  const keymap = new Keymap();
  keymap.heard("g", 0);
  assert.equal(keymap.heard("c", 5000), "c");
});

test("letters in a field are text, on a box or button they are keys", () => {
  assert.equal(isTyped(element("INPUT")), true);
  assert.equal(isTyped(element("INPUT", "search")), true);
  assert.equal(isTyped(element("TEXTAREA")), true);
  assert.equal(isTyped(element("INPUT", "checkbox")), false);
  assert.equal(isTyped(element("A")), false);
});

test("one moves in a list to its ends and not beyond", () => {
  assert.deepEqual([moved(-1, 1, 3), moved(-1, -1, 3), moved(2, 1, 3), moved(0, -1, 3), moved(0, 1, 3), moved(-1, 1, 0)], [0, 2, 2, 0, 1, -1]);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { towards } from "../../static/js/graph.js";

//   0 - 1 - 2
//        \- 3
const middles = [{ x: 0, y: 50 }, { x: 200, y: 50 }, { x: 400, y: 0 }, { x: 400, y: 100 }];

test("the nearest one that way is gone to", () => {
  assert.equal(towards(middles[0], middles, "ArrowRight"), 1);
  assert.equal(towards(middles[2], middles, "ArrowLeft"), 1);
  assert.equal(towards(middles[2], middles, "ArrowDown"), 3);
  assert.equal(towards(middles[3], middles, "ArrowUp"), 2);
});

test("at the edge one stays", () => {
  assert.equal(towards(middles[0], middles, "ArrowLeft"), -1);
  assert.equal(towards(middles[3], middles, "ArrowRight"), -1);
});

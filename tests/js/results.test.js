import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST_VISITED, fitting, meant, visit } from "../../static/js/results.js";

const pages = [{ address: "/a", name: "zmumu simulate" }, { address: "/b", name: "Campaigns" }];

test("a page visited again comes first, and once", () => {
  assert.deepEqual(visit(pages, { address: "/b", name: "Campaigns" }).map(({ address }) => address), ["/b", "/a"]);
});

test("only the last fifty are kept", () => {
  const many = Array.from({ length: 80 }, (_, n) => ({ address: `/${n}`, name: "" }));
  assert.equal(visit(many, { address: "/new", name: "" }).length, MOST_VISITED);
});

test("every word must stand in the name, in any case and order", () => {
  assert.deepEqual(fitting(pages, "SIM zm", 5), [pages[0]]);
  assert.deepEqual(fitting(pages, "", 5), pages);
  assert.deepEqual(fitting(pages, "zm camp", 5), []);
  assert.deepEqual(fitting(pages, "", 1), [pages[0]]);
});

test("> asks for acts", () => {
  assert.deepEqual(meant(" >hold "), { acts: true, words: "hold" });
  assert.deepEqual(meant("hold"), { acts: false, words: "hold" });
});

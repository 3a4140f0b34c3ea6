import assert from "node:assert/strict";
import { test } from "node:test";

import { address, chosen, drawing, span } from "../../static/js/chart-kinds.js";

const token = (name) => `<${name}>`;

test("a press adds its words to the address, the same press takes them away, and a page further on is left", () => {
  assert.equal(address("?t=3d&after=9", { exit: "137" }), "?exit=137&t=3d");
  assert.equal(address("?exit=137&t=3d", { exit: "137" }), "?t=3d");
  assert.equal(address("?exit=1", { exit: "137" }), "?exit=137");
});

test("a span that is drawn is whole minutes, and no shorter than what is kept", () => {
  assert.equal(span("2026-11-22 10:05:31.2", "2026-11-22 11:00:01"), "2026-11-22T10:05..2026-11-22T11:01");
  assert.equal(span("2026-11-22 10:05", "2026-11-22 10:06"), "2026-11-22T10:05..2026-11-22T10:10");
  assert.equal(span("2026-11-22", "2026-11-23 00:00"), "2026-11-22T00:00..2026-11-23T00:00");
});

test("states that are bad are hatched, and each has its token", () => {
  const series = [{ name: "running", colour: "run", bad: false, values: [1, 2] }, { name: "held", colour: "held", bad: true, values: [0, 1] }];
  const { traces, layout } = drawing("jobs", { x: ["a", "b"], begins: "a", ends: "b", series, marks: [["a", "version 2"]] }, token);
  assert.deepEqual(traces.map((each) => [each.name, each.fillcolor, each.fillpattern.shape]), [["running", "<run>", ""], ["held", "<held>", "/"]]);
  assert.equal(layout.yaxis.dtick, 1);
  assert.deepEqual([layout.shapes[0].x0, layout.annotations[0].text], ["a", "version 2"]);
});

test("bars stand on a track as long as the longest, and chart and press agree on the row", () => {
  const data = { labels: ["CERN", "2 more"], totals: [12000, 5], words: [{ site: "CERN" }, {}], series: [{ name: "done", colour: "done", bad: false, values: [12000, 5] }] };
  const { traces, layout } = drawing("sites", data, token);
  assert.deepEqual(traces.at(-1).x, [0, 11995]);
  assert.deepEqual(layout.annotations.map(({ text }) => text), ["12\u202f000", "5"]);
  assert.deepEqual(chosen("sites", data, { y: 0 }), { site: "CERN" });
  assert.equal(chosen("sites", data, { y: 1 }), null);
});

test("a bar of a stage chooses it", () => {
  const data = { labels: ["gen", "reco"], totals: [3, 2], words: [{ stage: "7" }, { stage: "9" }], series: [{ name: "done", colour: "done", bad: false, values: [3, 2] }] };
  assert.deepEqual(drawing("stages", data, token).layout.yaxis.ticktext, ["gen", "reco"]);
  assert.deepEqual(chosen("stages", data, { y: 1 }), { stage: "9" });
});

test("memory over what was asked for has the colour of trouble", () => {
  const data = { x: ["#1", "#2"], slices: [4, null], asked: [2000, null], y: [1950, 2050], z: [[9, 8], [1, 2]], words: [{ memory: "19" }, { memory: "20" }] };
  const { traces: [under, over, line] } = drawing("memory", data, token);
  assert.deepEqual([under.z, over.z], [[[9, 8], [null, 2]], [[null, null], [1, null]]]);
  assert.equal(over.colorscale[1][1], "<held>");
  assert.deepEqual([under.customdata[0], line.y], [["slice 4, #1", "#2"], [2000, null]]);
  assert.deepEqual(chosen("memory", data, { pointNumber: [1, 0] }), { memory: "20" });
  assert.equal(chosen("memory", data, { pointNumber: 1 }), null);
});

test("a bar of the efficiency chooses its bin, the line over time nothing", () => {
  assert.deepEqual(chosen("cpu", { words: [{ cpu: "0" }, { cpu: "1" }] }, { pointNumber: 1 }), { cpu: "1" });
  assert.equal(chosen("jobs", {}, { pointNumber: 1 }), null);
});

// A campaign to look at: the graph, what each part says, and the text. Nothing can be changed, and the server would refuse it.
import { asker } from "./editor-ask.js";
import { Graph } from "./editor-graph.js";
import { redrawn } from "./editor-form.js";
import { paneAfter } from "./editor-ways.js";
import { lineOf } from "./visit.js";

const $ = (name) => document.getElementById(name);
const [seen, text, form, box] = ["seen", "text", "form", "graph"].map($);
const first = JSON.parse($("turn").textContent);
const ask = asker(first, seen.querySelector("[name=csrfmiddlewaretoken]").value);
let place = first.place;
const graph = new Graph(box, { chosen, opened: () => form.querySelector("select").focus() });

async function chosen(to) {
  place = to;
  graph.choose(to);
  const told = await ask({ place: to });
  if (place !== to) return;
  redrawn(form, told.form);
  const line = lineOf(text.textContent, to);
  if (line) text.scrollTop = Math.max(0, (line - 3) * parseFloat(getComputedStyle(text).lineHeight));
}

form.addEventListener("change", ({ target }) => target.id === "place" && chosen(JSON.parse(target.value)));
document.querySelector("[data-fit]").addEventListener("click", () => graph.fit());

box.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const to = event.key.startsWith("Arrow") && graph.next(place[1], event.key);
  if (to) chosen(["stage", to]);
  else if (event.key === "Enter") form.querySelector("select").focus();
  else if (event.key === "0") graph.fit();
  else return;
  event.preventDefault();
  event.stopPropagation();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "F6") return;
  paneAfter([box, form.querySelector("select"), text], event.shiftKey ? -1 : 1).focus();
  event.preventDefault();
});

graph.draw(first.picture, place);
seen.dataset.ready = "";

// The editor: three views of one text. The server reads, writes and checks it; this sends what a person does and shows the answer.
import { Graph } from "./editor-graph.js";
import { Head, hint, refuse } from "./editor-head.js";
import { asked, drawn, pressedOut, redrawn, still, tellsAll } from "./editor-form.js";
import { asker } from "./editor-ask.js";
import { Checks } from "./editor-checks.js";
import { Testing } from "./editor-test.js";
import { Sharing } from "./editor-shared.js";
import { following, paneAfter, remember, toLine } from "./editor-ways.js";
import { moved, shifted } from "./editor-rows.js";
import { Draft, History, lineOf, placeOfLine } from "./visit.js";

const TYPED_MS = 300;
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const STEP = 20;
const $ = (name) => document.getElementById(name);
const [editor, text, form, box] = ["editor", "text", "form", "graph"].map($);

const first = JSON.parse($("turn").textContent);
let place = first.place;
let aiming = null;      // while a dependency is made: where from, and the stage that would be taken
let typing = 0;
let leaving = false;
let queue = Promise.resolve();
let waiting = 0;        // what is asked and not answered yet
let no = "";            // why one of these was refused
const saved = first.of && !first.isMended ? first.text : null;
const visit = new History({ text: first.text, place });
const draft = new Draft(localStorage, first.draft);
const head = new Head(first, saved, draft);
const graph = new Graph(box, { chosen, moved: (to) => edit({ do: "move", to }), opened: toForm });

const letGo = pressedOut(form);
const posted = asker(first, editor.elements.csrfmiddlewaretoken.value);
const checks = new Checks(posted, () => ({ text: text.value, place, update: editor.elements.update_shared.checked }), (told) => (told && !waiting ? show(told) : ask()));

/** Asks the server for what the text says, after an edit of it; one after the other, so that each begins with what the one before made. */
function ask(wish, at) {
  waiting += 1;
  queue = queue.then(() => sent(wish, at)).catch((error) => refuse(`The server does not answer (${error.message}). Nothing is lost: the draft is in this browser.`));
  return queue;
}

async function sent(wish, at) {
  const before = text.value;
  const told = await posted({ text: before, place: at || place, edit: wish || null, facts: checks.facts }).finally(() => { waiting -= 1; });
  await letGo();
  if (text.value !== before) return wish ? again(wish, at) : null;     // typed on meanwhile: the edit is made of that
  show(told);
  checks.later();
  return told;
}

function again(wish, at) {
  waiting += 1;
  return sent(wish, at);
}

function show(told) {
  place = told.place;
  visit.push(told.text, place);
  no = told.refused || no;
  if (waiting) return setText(told.text);        // the next answer is drawn: this one would put back what a person has changed since
  return still([text, form.parentElement], () => putIn(told));
}

function putIn(told) {
  setText(told.text);
  if (told.picture) graph.draw(told.picture, place);
  redrawn(form, told.form);
  drawn($("problems"), told.problems);
  drawn($("changes"), told.changes);
  $("in-step").textContent = told.picture ? "in step with the graph" : `line ${told.lines[0]} cannot be read: the graph is as it was before`;
  refuse(form.querySelector("[aria-invalid]") ? "" : no);
  no = "";
  head.show(text.value, told, visit);
}

function setText(value) {
  if (value === text.value) return;
  const [from, to] = [text.selectionStart, text.selectionEnd];
  text.value = value;
  if (document.activeElement === text) text.setSelectionRange(from, to);
}

/** Waits from the press on: what is answered meanwhile does not put back what the press has changed in the form. */
function edit(wish, at) {
  flushed();
  return ask(wish, at);
}

/** What was typed last is read before anything else is done. */
function flushed() {
  if (!typing) return queue;
  clearTimeout(typing);
  typing = 0;
  return ask();
}

function chosen(to) {
  if (aiming && to[0] === "stage") return connect(to[1]);
  if (JSON.stringify(to) === JSON.stringify(place)) return null;
  if (place[0] === "stage") [, sharing.from] = place;
  place = to;
  graph.choose(to);
  return flushed().then(() => ask(null, to)).then(() => toLine(text, lineOf(text.value, to)));
}

async function toForm(to) {
  if (to) await chosen(to);
  form.querySelector("input[data-field], select[data-field], textarea[data-field], [data-field] input")?.focus();
}

async function add() {
  const after = place[0] === "stage" ? place[1] : "";
  await edit({ do: "add", after });
  $("f-name")?.select();
}

/** The next stage that is chosen waits for this one. */
function aim() {
  if (place[0] !== "stage") return refuse("Choose the stage that comes first, then press Dependency.");
  aiming = { from: place[1], to: place[1] };
  hint(`From ${place[1]} to …: press a stage, or choose it with arrows and Enter. Esc leaves it.`);
  box.focus();
}

function unaim() {
  aiming = null;
  graph.aim(null);
  hint("");
}

function connect(to) {
  const { from } = aiming;
  unaim();
  return edit({ do: "connect", from, to });
}

function copy() {
  if (place[0] !== "stage") return refuse("Choose a stage to be copied.");
  $("copy-name").value = place[1];
  $("copying").showModal();
  $("copy-name").select();
}

const remove = () => edit({ do: "remove" }).then(() => box.focus());

async function back(to) {
  await flushed();
  const now = visit[to]();
  setText(now.text);
  place = now.place;
  return ask(null, now.place);
}

function nextProblem() {
  const next = following($("problems"));
  if (next) toProblem(next).then(() => remember($("problems"), next));
}

async function toProblem({ dataset }) {
  if (dataset.go) await chosen(JSON.parse(dataset.go));
  const field = dataset.of && $(`f-${dataset.of}`);
  if (field) return (field.querySelector("input") || field).focus();
  text.focus();
  text.setSelectionRange(...placeOfLine(text.value, Number(dataset.line)));
  toLine(text, Number(dataset.line));
}

function nextPane(by) {
  paneAfter([box, form.querySelector("select") || form, text], by).focus();
}

function save() {
  if ($("save").getAttribute("aria-disabled") === "true") {
    $("then").value = "";
    return nextProblem();
  }
  leaving = true;
  editor.requestSubmit($("save"));
}

const sharing = new Sharing(edit, () => ask());
const testing = new Testing(first.test, { save, refuse, go: (address) => { leaving = true; location.assign(address); } });
const formPlace = () => JSON.parse(form.querySelector("[data-place]").dataset.place);      // of the form that is seen: another stage may be on its way
const change = (wish, at = formPlace()) => sharing.asks(wish, at) || edit(wish, at);

// By mouse
const DEEDS = {
  undo: () => back("undo"), redo: () => back("redo"), add, connect: aim, copy, remove, fit: () => graph.fit(), tidy: () => edit({ do: "move" }),
  discard: () => { draft.drop(); leaving = true; location.reload(); },
  takeDraft: () => { const kept = draft.read(); $("draft").hidden = true; setText(kept.text); return ask(); },
  dropDraft: () => { draft.drop(); $("draft").hidden = true; },
  test: () => testing.ask(place, text.value === saved),
  copyPart: () => sharing.copy(place), closeCopy: () => $("copying").close(),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("#editor button, #copying button");
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  const deed = Object.keys(DEEDS).find((name) => name in button.dataset);
  if (deed) DEEDS[deed]();
  else if (button.dataset.leads) chosen(JSON.parse(button.dataset.leads)).then(() => toForm());
  else if (button.dataset.unsay) change({ do: "set", field: button.dataset.unsay, value: null });
  else if (button.dataset.empty) change({ do: "set", field: button.dataset.empty, value: form.querySelector(`[data-pairs][data-field="${button.dataset.empty}"]`) ? "[]" : "" });
  else if ("up" in button.dataset) goes(button.closest("[data-field]"), moved(button.closest(".line"), -1, "u"));
  else if ("down" in button.dataset) goes(button.closest("[data-field]"), moved(button.closest(".line"), 1, "d"));
  else if ("cut" in button.dataset) dropPair(button.closest(".line"));
  else if ("drop" in button.dataset) dropPair(button.closest(".pair"));
  else if (button.dataset.line) toProblem(button);
});

/** A row or a text goes its way, and the focus with it. */
const goes = (field, to) => to && edit(asked(field), formPlace()).then(() => $(to)?.focus());

form.addEventListener("keydown", (event) => {
  const by = event.altKey && { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!by || !event.target.matches(".line input")) return;
  event.preventDefault();
  goes(event.target.closest("[data-field]"), event.shiftKey ? shifted(event.target, by) : moved(event.target.closest(".line"), by));
});

function dropPair(pair) {
  const pairs = pair.parentElement;
  pair.remove();
  change(asked(pairs));
}

form.addEventListener("change", (event) => {
  if ("drawing" in form.dataset) return null;
  if (event.target.id === "place") return chosen(JSON.parse(event.target.value));
  const field = event.target.closest("[data-field]");
  return field && change(asked(field));
});

text.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => { typing = 0; ask(); }, TYPED_MS);
});

$("copying").addEventListener("close", () => {
  if ($("copying").returnValue === "yes") edit({ do: "copy", name: $("copy-name").value });
  $("copying").returnValue = "";
});

editor.addEventListener("submit", (event) => {
  if ($("save").getAttribute("aria-disabled") === "true") {
    event.preventDefault();
    nextProblem();
  } else leaving = true;
});

addEventListener("beforeunload", (event) => {
  if (!leaving && text.value !== saved && visit.canUndo) event.preventDefault();
});

// By keys
const OF_GRAPH = { n: add, d: aim, c: copy, Delete: remove, Backspace: remove, 0: () => graph.fit(), Enter: () => (aiming ? connect(aiming.to) : toForm()) };

box.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in ARROWS) arrow(event);
  else if (event.key === "Escape" && aiming) unaim();
  else if (event.key in OF_GRAPH) OF_GRAPH[event.key]();
  else return;
  event.preventDefault();
  event.stopPropagation();
});

function arrow({ key, shiftKey }) {
  if (shiftKey && place[0] === "stage") {
    const [[x, y], [dx, dy]] = [graph.at(place[1]), ARROWS[key]];
    return edit({ do: "move", to: { [place[1]]: [x + dx * STEP, y + dy * STEP] } });
  }
  const to = graph.next(aiming ? aiming.to : place[1], key);
  if (!to) return null;
  if (!aiming) return chosen(["stage", to]);
  aiming.to = to;
  return graph.aim(to);
}

document.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  const isDirty = event.target.matches?.("#form input, #form textarea") && event.target.value !== event.target.defaultValue;
  if ((event.ctrlKey || event.metaKey) && ["z", "y"].includes(key) && !isDirty && !event.target.closest?.("#copying")) back(key === "y" || event.shiftKey ? "redo" : "undo");
  else if ((event.ctrlKey || event.metaKey) && key === "s") flushed().then(save);
  else if (event.key === "F8") nextProblem();
  else if (event.key === "F6") nextPane(event.shiftKey ? -1 : 1);
  else if (event.key === "Enter" && event.target.matches("#form input")) event.target.dispatchEvent(new Event("change", { bubbles: true }));
  else if (event.key === "Escape" && form.contains(event.target)) box.focus();
  else return;
  event.preventDefault();
});

// The first look
tellsAll(form);
graph.draw(first.picture || { stages: [], edges: [] }, place);
head.show(text.value, first, visit);
head.offer();
checks.later();
editor.elements.update_shared.addEventListener("change", () => checks.later());
editor.dataset.ready = "";

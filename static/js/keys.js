// The keys of a page: those of every page, those of its list, and those that its links and buttons bear (data-key).
import { EVERYWHERE, Keymap, isTyped, moved } from "./keymap.js";
import { opened } from "./dialogue.js";

const keymap = new Keymap();
let last = null;

const rows = () => [...document.querySelectorAll("main tr[id]")].filter((row) => row.querySelector("a[href]") && row.getClientRects().length);
const row = () => document.activeElement?.closest("main tr[id]");
const box = (of) => of?.querySelector("input[type=checkbox]:not(:disabled)");
const areOff = () => localStorage.getItem("keys") === "off";
const bearer = (name) => [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === name && one.getClientRects().length);

const ofRow = (name) => row()?.querySelector(`[data-row-key="${CSS.escape(name)}"]`);

function step(by) {
  const all = rows();
  const to = all[moved(all.indexOf(row()), by, all.length)];
  to?.querySelector("a[href]").focus();
  to?.scrollIntoView({ block: "nearest" });
}

function choose() {
  last = row();
  box(last)?.click();
}

/** From the row chosen last to this one; without them all, or none if all are. */
function chooseMany() {
  const all = rows();
  const [from, to] = [all.indexOf(last), all.indexOf(row())].sort((a, b) => a - b);
  const meant = (from < 0 ? all : all.slice(from, to + 1)).map(box).filter(Boolean);
  const wanted = meant.some((one) => !one.checked);
  meant.filter((one) => one.checked !== wanted).forEach((one) => one.click());
}

function filter() {
  document.querySelector("[data-filter], main form[role=search] input:not([type=hidden]), main .filter input:not([type=hidden])")?.focus();
}

function up() {
  const way = document.querySelectorAll(".crumbs a[href]");
  way[way.length - 1]?.click();
}

function menu() {
  const summary = row()?.querySelector("details.rowmenu > summary");
  summary?.focus();
  summary?.click();
}

const OWN = {
  j: () => step(1), k: () => step(-1), x: choose, X: chooseMany, f: filter, ".": menu, "?": help, Backspace: up,
  "/": () => document.getElementById("search")?.focus(),
};

function line(list, key, words) {
  const pair = document.createElement("div");
  const [name, deed] = [document.createElement("dt"), document.createElement("dd")];
  for (const part of key.split(" ")) name.append(Object.assign(document.createElement("kbd"), { textContent: part }), " ");
  deed.textContent = words;
  pair.append(name, deed);
  list.append(pair);
}

/** What a link or button says it does, without the key that stands beside it. */
function words(of) {
  const [text] = [...of.childNodes].filter((part) => part.nodeType === Node.TEXT_NODE && part.data.trim());
  return of.dataset.keyWords || of.getAttribute("aria-label") || (of.querySelector("kbd") && text ? text.data : of.textContent).trim();
}

function help() {
  if (!document.getElementById("keys")) return;
  const dialogue = document.getElementById("keys").content.firstElementChild.cloneNode(true);
  const borne = [...document.querySelectorAll("[data-key]")].filter((one) => one.getClientRects().length);
  const [page, every] = [dialogue.querySelector("[data-page-keys]"), dialogue.querySelector("[data-every-keys]")];
  borne.forEach((one) => line(one.dataset.key.startsWith("g ") ? every : page, one.dataset.key, words(one)));
  const [first] = rows().filter((one) => one.querySelector("[data-row-key]"));
  const keyed = new Map([...(row() || first)?.querySelectorAll("[data-row-key]") || []].map((one) => [one.dataset.rowKey, words(one)]));
  keyed.forEach((deed, key) => line(page, key, `${deed} (the row)`));
  EVERYWHERE.forEach(([key, deed]) => line(every, key, deed));
  dialogue.querySelector("[data-no-keys]").hidden = page.children.length > 0;
  const on = dialogue.querySelector("[data-keys-on]");
  on.checked = !areOff();
  on.addEventListener("change", () => localStorage.setItem("keys", on.checked ? "on" : "off"));
  opened(dialogue);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.metaKey || event.ctrlKey || event.isComposing) return;
  if (isTyped(event.target) || document.querySelector("dialog[open]") || areOff()) return;
  if (event.key === "Shift") return;
  const name = keymap.heard(event.key, event.timeStamp);
  const borne = ofRow(name) || bearer(name);
  const deed = borne ? () => borne.click() : OWN[name];
  if (!deed) return;
  event.preventDefault();
  deed();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) help();
  const chosen = event.target.closest("main tr[id] input[type=checkbox]");
  if (chosen) last = chosen.closest("tr");
});

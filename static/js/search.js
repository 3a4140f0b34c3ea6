// The search box of the bar: a combobox. Pages one was at and acts of this page come at once, the server's results after a short wait.
import { fitting, meant, visit } from "./results.js";

const WAIT_MS = 120;
const form = document.querySelector("[data-find]");
const input = form?.querySelector("input");
const list = form?.querySelector("[role=listbox]");
const spoken = document.getElementById("found-spoken");
let timer = 0;
let asked = 0;
let served = [];

const visited = () => JSON.parse(localStorage.getItem("visited") || "[]");
const options = () => [...list.querySelectorAll("[role=option]")];
const active = () => document.getElementById(input.getAttribute("aria-activedescendant"));

function remember() {
  const name = document.querySelector("main h1")?.textContent.trim().replace(/\s+/g, " ");
  if (!name || document.querySelector("main .gate")) return;
  localStorage.setItem("visited", JSON.stringify(visit(visited(), { address: location.pathname, name, more: document.querySelector(".crumbs")?.textContent.replace(/\s+/g, " ").trim() || "" })));
}

/** The acts that the page offers in its head or by a key. */
function acts() {
  const seen = [...document.querySelectorAll("main .head .acts a, main .head .acts button, main [data-key]")].filter((one) => !one.closest("[aria-disabled=true]"));
  return [...new Set(seen)].map((element) => ({ element, name: element.dataset.keyWords || element.getAttribute("aria-label") || element.textContent.trim() }));
}

function group(heading, entries) {
  const made = document.getElementById("hits").content.firstElementChild.cloneNode(true);
  const head = made.querySelector("h2");
  head.textContent = heading;
  head.id = `hits-${heading.toLowerCase().replace(/\W+/g, "-")}`;
  made.setAttribute("aria-labelledby", head.id);
  made.append(...entries);
  return made;
}

function entry({ name, more = "", address, element }, place) {
  const made = document.getElementById("hit").content.firstElementChild.cloneNode(true);
  made.querySelector("b").textContent = name;
  made.querySelector("span").textContent = more;
  made.id = `hit-${element ? "act" : "page"}-${place}`;
  made.href = address || "#";
  if (element) made.addEventListener("click", (event) => { event.preventDefault(); close(); element.click(); });
  return made;
}

/** The server's results without those that stand above already. */
function fresh(pages) {
  const shown = new Set(pages.map(({ address }) => address));
  const groups = served.map((one) => one.cloneNode(true));
  groups.forEach((one) => one.querySelectorAll("a").forEach((hit) => { if (shown.has(hit.getAttribute("href"))) hit.remove(); }));
  return groups.filter((one) => one.matches("p") || one.querySelector("a"));
}

/** What this browser knows by itself, then what the server said last. */
function draw() {
  const { acts: onlyActs, words } = meant(input.value);
  const here = fitting(acts(), words, onlyActs ? 20 : 3);
  const pages = onlyActs ? [] : fitting(visited().filter((one) => one.address !== location.pathname), words, words ? 3 : 8);
  const parts = [];
  if (here.length && (words || onlyActs)) parts.push(group("On this page", here.map(entry)));
  if (pages.length) parts.push(group("Visited", pages.map(entry)));
  list.replaceChildren(...parts, ...(onlyActs || !words ? [] : fresh(pages)));
  show(list.children.length > 0);
  if (list.hidden) return;
  point(words ? options()[0] : null);
}

function show(open) {
  list.hidden = !open;
  input.setAttribute("aria-expanded", String(open));
  if (!open) input.removeAttribute("aria-activedescendant");
}

function close() {
  show(false);
  clearTimeout(timer);
  asked += 1;
}

function point(option) {
  options().forEach((one) => one.setAttribute("aria-selected", String(one === option)));
  if (!option) return input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function say(words) {
  if (spoken) spoken.textContent = words;
}

async function ask(words) {
  const number = (asked += 1);
  const answer = await fetch(`${form.action}?${new URLSearchParams({ q: words })}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (number !== asked) return;
  const page = new DOMParser().parseFromString(answer?.ok ? await answer.text() : "", "text/html");
  if (number !== asked) return;
  served = answer?.ok ? [...page.body.children].map((one) => document.importNode(one, true)) : [document.getElementById("no-answer").content.firstElementChild.cloneNode(true)];
  draw();
  say(answer?.ok ? `${options().length} results` : "Search does not answer");
}

function typed() {
  clearTimeout(timer);
  const { acts: onlyActs, words } = meant(input.value);
  if (!words) served = [];
  draw();
  if (words && !onlyActs) timer = setTimeout(ask, WAIT_MS, words);
}

function step(by) {
  const all = options();
  if (list.hidden) return draw();
  const at = all.indexOf(active());
  point(all[(at + by + all.length + (at < 0 && by < 0 ? 1 : 0)) % all.length]);
}

const KEYS = { ArrowDown: () => step(1), ArrowUp: () => step(-1), Escape: () => { if (list.hidden) input.blur(); close(); } };

if (form) {
  remember();
  input.addEventListener("input", typed);
  input.addEventListener("focus", typed);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !list.hidden && active()) {
      event.preventDefault();
      active().click();
    } else if (KEYS[event.key]) {
      event.preventDefault();
      KEYS[event.key]();
    }
  });
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) close(); });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}

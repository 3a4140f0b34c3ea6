// Rows of lists, asked for again one by one: nothing changes its place, and what is new waits until the reader wants it.
import { shown } from "./shown.js";

const MOST = 50;
const waiting = new WeakMap();

const id = (row) => row.id.split("-").at(-1);

async function fetched(list, known, ids) {
  const address = new URL(list.dataset.rows, location.href);
  if (ids) ["after", "before"].forEach((name) => address.searchParams.delete(name));
  if (ids) address.searchParams.set("rows", ids.join(","));
  const answer = await fetch(address, { headers: { "HX-Request": "true", ...known.headers(address.href) }, cache: "no-store" });
  if (answer.status >= 400) throw new Error(`${answer.status}`);
  if (!known.heard(address.href, answer.status, answer.headers.get("ETag"))) return null;
  const page = new DOMParser().parseFromString(ids ? `<table><tbody>${await answer.text()}</tbody></table>` : await answer.text(), "text/html");
  return [...page.querySelectorAll(ids ? "tr[id]" : "tbody[data-rows] > tr[id]")];
}

async function put(row, fresh) {
  row.classList.remove("gone");
  row.querySelector(".why-gone")?.remove();
  await shown(row, () => window.htmx.swap({ text: fresh.innerHTML, target: row, swap: "innerMorph", sourceElement: row }));
}

function gone(row) {
  if (row.classList.contains("gone")) return;
  row.classList.add("gone");
  row.cells[0].append(Object.assign(document.createElement("span"), { className: "sr why-gone", textContent: "No longer in this list as it is filtered." }));
}

/** Ask for these rows again, and for those of these ids that are not in the list yet. */
export async function refresh(list, rows, newer, known) {
  const ids = [...new Set([...rows.map(id), ...newer])];
  for (let at = 0; at < ids.length; at += MOST) {
    const some = ids.slice(at, at + MOST);
    const fresh = await fetched(list, known, some);
    if (fresh) await taken(list, fresh, some);
  }
}

async function taken(list, fresh, ids) {
  const found = new Map(fresh.map((row) => [row.id, row]));
  for (const row of list.querySelectorAll("tr[id]")) {
    if (found.has(row.id)) await put(row, found.get(row.id));
    else if (ids.includes(id(row))) gone(row);
    found.delete(row.id);
  }
  if (found.size) wait(list, [...found.values()]);
}

/** Ask for the list: its rows, and what has come before them. */
export async function whole(list, known) {
  const fresh = await fetched(list, known, null);
  if (!fresh) return;
  const here = new Set([...list.querySelectorAll("tr[id]")].map((row) => row.id));
  const first = fresh.findIndex((row) => here.has(row.id));
  await taken(list, fresh.filter((row) => here.has(row.id)), []);
  if ((list.dataset.new || list.dataset.newer) && first > 0) wait(list, fresh.slice(0, first));
}

function wait(list, rows) {
  const all = new Map([...(waiting.get(list) ?? []), ...rows.map((row) => [row.id, row])]);
  waiting.set(list, all);
  const said = bar(list);
  said.querySelector("button").textContent = `${all.size} newer, show`;
  said.hidden = false;
}

function bar(list) {
  const before = list.previousElementSibling;
  if (before?.matches("tbody.newer")) return before;
  const made = document.createElement("tbody");
  made.className = "newer";
  const button = Object.assign(document.createElement("button"), { type: "button", className: "link" });
  button.addEventListener("click", () => show(list, made));
  const cell = made.insertRow().insertCell();
  cell.colSpan = list.rows[0]?.cells.length || 1;
  cell.append(button);
  list.before(made);
  return made;
}

function show(list, said) {
  const rows = [...(waiting.get(list)?.values() ?? [])].map((row) => document.importNode(row, true));
  waiting.delete(list);
  said.hidden = true;
  list.prepend(...rows);
  rows.forEach((row) => window.htmx.process(row));
  rows[0]?.querySelector("a[href]")?.focus();
  document.dispatchEvent(new CustomEvent("poms:shown"));
}

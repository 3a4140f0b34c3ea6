// Keeps a page fresh: told what has changed, it asks for that and no more; where it is not told, it asks every now and then and says so.
import { Known, clock } from "./known.js";
import { Pace } from "./pace.js";
import { refresh, whole } from "./rows.js";
import { shown } from "./shown.js";
import { Stream } from "./stream.js";
import { concerns, lists, mayBring, parts, rowsOf, scope, topicsOf, wanted } from "./topics.js";

const POLL_MS = 15_000;
const OLD_MS = 120_000;
const FIRST = "first piece";
const known = new Known();
const mark = document.getElementById("live-mark");
const again = document.getElementById("live-retry");
let [heardAt, trusts, loses] = [new Date(), true, null];

const later = (ms, what) => {
  const timer = setTimeout(what, ms);
  return () => clearTimeout(timer);
};

/** A batch system from which nothing is heard, and for how long. */
function silence() {
  const said = document.querySelector("[data-silent]");
  if (!said) return "";
  return said.dataset.since ? `${said.dataset.silent} ${Math.floor((Date.now() / 1000 - said.dataset.since) / 60)} min old` : `${said.dataset.silent} silent`;
}

function say() {
  if (!mark) return;
  const silent = silence();
  const minutes = Math.floor((Date.now() - heardAt) / 60_000);
  const words = trusts ? silent || "Live" : `Paused, last ${clock(heardAt)}${minutes >= 2 ? `, ${minutes} min ago` : ""}`;
  const text = mark.querySelector("span");
  mark.classList.toggle("stale", !trusts || silent !== "");
  again.hidden = trusts;
  document.body.classList.toggle("old", !trusts && Date.now() - heardAt > OLD_MS);
  if (text.textContent !== words) text.textContent = words;
}

/** From now on the page is told, or has to ask. */
function trusted(yes) {
  if (yes) heardAt = new Date();
  if (yes !== trusts) {
    trusts = yes;
    loses?.();
    loses = yes ? null : later(POLL_MS, poll);
  }
  say();
}

async function poll() {
  if (!document.hidden) await everything();
  say();
  if (!trusts) loses = later(POLL_MS, poll);
}

/** The page may have missed something: all that it shows, and only what is new of it. */
async function everything() {
  parts().forEach((part) => asked.want(part));
  for (const list of lists()) await heard(() => whole(list, known));
}

async function heard(ask) {
  try {
    await ask();
    heardAt = new Date();
  } catch (trouble) {
    if (trouble instanceof TypeError || /^\d+$/.test(trouble.message)) return;      // no answer, or a refusal: the mark says so
    throw trouble;
  }
}

const asked = new Pace({
  now: () => performance.now(), later,
  ask: (all) => all.filter((part) => part.isConnected).forEach((part) => part.dispatchEvent(new CustomEvent("refresh"))),
});

const paces = new WeakMap();

function paceOf(list) {
  if (!paces.has(list)) {
    paces.set(list, new Pace({
      now: () => performance.now(), later,
      ask: (keys) => heard(() => listed(list, keys)),
    }));
  }
  return paces.get(list);
}

/** Some of its rows again; or its first piece, in which these are. */
async function listed(list, keys) {
  if (keys.includes(FIRST)) await whole(list, known);
  const rows = keys.filter((key) => key !== FIRST);
  await refresh(list, rows.map((key) => document.getElementById(key)).filter(Boolean),
    rows.filter((key) => !document.getElementById(key)).map((key) => key.split("-").at(-1)), known);
}

function told({ news = [], all = false }) {
  if (all) everything();
  if (news.some(({ thing }) => thing.startsWith("experiment:"))) lists().forEach((list) => heard(() => whole(list, known)));
  for (const change of news) {
    parts().filter((part) => concerns(topicsOf(part), change)).forEach((part) => asked.want(part));
    lists().forEach((list) => toldList(list, change));
  }
}

function toldList(list, change) {
  const rows = change.thing.startsWith("experiment:") ? [] : rowsOf(list, change);
  rows.forEach((row) => paceOf(list).want(row.id));
  if (mayBring(list, change)) paceOf(list).want(FIRST);
  const [kind, id] = change.thing.split(":");
  if (!rows.length && change.new && list.dataset.new === kind && concerns(scope(list), change)) paceOf(list).want(`${kind}-${id}`);
}

const stream = mark?.dataset.stream && new Stream({
  later, told, trusted,
  open: (topics, since) => {
    const address = new URL(mark.dataset.stream, location.href);
    address.searchParams.set("topics", topics);
    if (since) address.searchParams.set("since", since);
    else if (mark.dataset.drawn) address.searchParams.set("drawn", `${mark.dataset.drawn}000`);
    return new EventSource(address);
  },
});

/** What the page shows may be other things now. */
function follow() {
  const topics = wanted();
  if (!document.hidden && topics) stream?.follow(topics);
}

let followed = null;

function followSoon() {
  followed?.();
  followed = later(300, follow);
}

function seen() {
  if (document.hidden) {
    stream?.close();
    return;
  }
  follow();
  if (!trusts) everything();
}

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  if (document.hidden) event.preventDefault();
  else Object.assign(ctx.request.headers, known.headers(ctx.request.action));
});

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const { status, headers } = ctx.response;
  if (status < 400) heardAt = new Date();
  if (known.heard(ctx.request.action, status, headers.get("ETag"))) document.dispatchEvent(new CustomEvent("poms:news"));
});

document.addEventListener("htmx:before:swap", (event) => {
  const { target } = event.detail.tasks?.[0] ?? {};
  if (target?.matches?.("[data-live]")) shown(target, () => new Promise((done) => { document.addEventListener("htmx:after:swap", done, { once: true }); }));
});

document.addEventListener("htmx:after:swap", followSoon);
document.addEventListener("htmx:after:swap", say);
document.addEventListener("poms:shown", followSoon);
document.addEventListener("visibilitychange", seen);
addEventListener("pagehide", () => stream?.close());
addEventListener("pageshow", (event) => event.persisted && follow());
addEventListener("offline", () => trusted(false));
addEventListener("online", () => stream?.retry());
again?.addEventListener("click", () => {
  everything();
  stream?.retry();
});

say();
follow();
setInterval(say, 30_000);

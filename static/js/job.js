// The log of a job or of a launch: lines in the address, wrapping, the rail, and following while it is written.
import { inRange, linesOf, spoken } from "./loglines.js";

const PAUSE_MS = 2000;
const log = document.querySelector(".railed > .log");
const list = log?.querySelector("ol");

/** Points at the lines of the address; asks for their piece if they are not here. */
function point() {
  const [from, to] = linesOf(location.hash);
  if (!from) return;
  const first = document.getElementById(`L${from}`);
  if (!first && list) {
    const wanted = new URL(location.href);
    if (wanted.searchParams.get("line") === String(from)) return;
    ["at", "mark", "find"].forEach((name) => wanted.searchParams.delete(name));
    wanted.searchParams.set("line", from);
    location.replace(wanted);
    return;
  }
  list.querySelectorAll("li.on").forEach((line) => line.classList.remove("on"));
  list.querySelectorAll("li[id]").forEach((line) => line.classList.toggle("on", inRange(line.id, from, to)));
  show(first);
}

/** In the middle of the log; the page itself stays where it is, so that its head is seen. */
function show(line) {
  log.scrollTop += line.getBoundingClientRect().top - log.getBoundingClientRect().top - log.clientHeight / 2;
}

function wrap(on) {
  log.classList.toggle("wrapped", on);
  document.querySelector("[data-wrap]")?.setAttribute("aria-pressed", String(on));
  localStorage.setItem("wrap", on ? "on" : "off");
}

/** The button is told what it copies (bar.js): a link to the lines that are pointed at. */
function linked(event) {
  const address = new URL(location.href);
  const [from] = linesOf(location.hash);
  if (from) {
    ["at", "mark", "find"].forEach((name) => address.searchParams.delete(name));
    address.searchParams.set("line", from);
  }
  event.currentTarget.dataset.copy = address.href;
}

function say(words) {
  const place = document.querySelector("[data-following]");
  if (place && place.textContent !== words) place.textContent = words;
}

/** What was written since; the view stays at the end if it was there. */
async function follow() {
  if (document.hidden) return;
  const answer = await fetch(`${log.dataset.follow}&at=${log.dataset.at}&line=${log.dataset.line}`).catch(() => null);
  if (!answer?.ok) { say("The log does not answer; asked again."); return; }
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const news = new DOMParser().parseFromString(`<ol>${await answer.text()}</ol>`, "text/html").querySelector("ol");
  list.append(...news.children);
  log.dataset.at = answer.headers.get("X-Next-At");
  log.dataset.line = answer.headers.get("X-Next-Line");
  if (atEnd) log.scrollTop = log.scrollHeight;
  const ended = answer.headers.get("X-Ended");
  if (ended && news.children.length === 0) { clearInterval(timer); say(log.dataset.over ? `${log.dataset.over} ${ended}.` : "The job has ended."); }
  else say(answer.headers.get("X-Why") || spoken(new Date()));
}

/** From now on; at the end of what there is, unless a line was asked for. */
function begin() {
  if (!location.hash && !list.querySelector("li.on")) log.scrollTop = log.scrollHeight;
  timer = setInterval(follow, PAUSE_MS);
  follow();
}

let timer = null;
if (log) {
  const aim = list.querySelector("li.on");
  if (aim) show(aim);
  point();
  addEventListener("hashchange", point);
  wrap(localStorage.getItem("wrap") === "on");
  document.querySelector("[data-wrap]")?.addEventListener("click", () => wrap(!log.classList.contains("wrapped")));
  document.querySelector("[data-copy]")?.addEventListener("click", linked);
  list.addEventListener("click", (event) => {
    const line = event.target.closest("li[id] > span:nth-child(2)")?.parentElement;
    if (!line) return;
    const [from] = linesOf(location.hash);
    const to = Number(line.id.slice(1));
    location.hash = event.shiftKey && from ? `#L${Math.min(from, to)}-${Math.max(from, to)}` : `#L${to}`;
  });
  const rail = document.querySelector(".rail");
  rail?.setAttribute("data-goes", "");
  rail?.addEventListener("click", (event) => {
    const box = rail.getBoundingClientRect();
    const at = Math.floor((event.clientY - box.top) / box.height * Number(rail.dataset.size));
    location.search = new URLSearchParams({ log: new URLSearchParams(location.search).get("log") || document.querySelector("[name=log]").value, at });
  });
  if (log.dataset.follow) {
    const box = log.closest("details");
    if (box && !box.open) box.addEventListener("toggle", begin, { once: true });
    else begin();
  }
}

// Keeps the living part of a page fresh: asks only while it is seen, takes only what is new, and says when it cannot.
import { Known, clock } from "./known.js";

const known = new Known();
const mark = document.getElementById("live-mark");
let heardAt = new Date();

function say(fresh) {
  if (!mark) return;
  const words = fresh ? "Live" : `Paused, last ${clock(heardAt)}`;
  const text = mark.querySelector("span");
  mark.classList.toggle("stale", !fresh);
  if (text.textContent !== words) text.textContent = words;
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
  say(status < 400);
  if (known.heard(ctx.request.action, status, headers.get("ETag"))) document.dispatchEvent(new CustomEvent("poms:news"));
});

say(true);

document.addEventListener("htmx:error", () => say(false));

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.querySelectorAll("[data-live]").forEach((part) => part.dispatchEvent(new CustomEvent("refresh")));
});

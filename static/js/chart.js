// The charts of a page: asked for together, drawn each on its own, so that one that fails leaves the others as they are.
import { address, chosen, drawing, span } from "./chart-kinds.js";
import { CONFIG, tokens } from "./chart-theme.js";
import { Known } from "./known.js";

const EVERY = 60_000, SOONEST = 10_000;
const all = document.querySelector("[data-charts]");
const known = new Known();
let data = {}, askedAt = 0, waits = 0;

const places = () => document.querySelectorAll("[data-chart]");
const go = (words, place = "") => location.assign(address(location.search, words) + place);

function listen(place) {
  if (place.dataset.listens) return;
  place.dataset.listens = "yes";
  place.on("plotly_click", ({ points: [point] }) => {
    const words = chosen(place.dataset.chart, data[place.dataset.chart], point);
    if (words) go(words, "#submissions");
  });
  place.on("plotly_relayout", (said) => {
    if (said["xaxis.range[0]"]) go({ t: span(String(said["xaxis.range[0]"]), String(said["xaxis.range[1]"])) });
  });
}

async function draw(place) {
  const numbers = data[place.dataset.chart];
  const has = Boolean(numbers && Object.keys(numbers).length);
  place.hidden = !has;
  if (!has) return;
  try {
    if (!place.dataset.listens) place.textContent = "";
    const { traces, layout } = drawing(place.dataset.chart, numbers, tokens());
    await window.Plotly.react(place, traces, { ...layout, height: place.clientHeight }, CONFIG);
    listen(place);
  } catch (trouble) {
    place.textContent = "This chart could not be drawn; its numbers are in the table.";
    console.warn(trouble);
  }
}

const drawAll = () => places().forEach(draw);

/** What is drawn stays; a chart that was never drawn says why it is not there. */
function lost(trouble) {
  console.info(trouble);
  [...places()].filter((place) => !place.dataset.listens).forEach((place) => {
    place.textContent = "The numbers of this chart did not come. They are asked for again within a minute; what it says stands above and in its table.";
  });
}

async function ask() {
  askedAt = Date.now();
  try {
    const answer = await fetch(all.dataset.charts, { headers: known.headers("charts"), cache: "no-store" });
    if (answer.status >= 400) throw new Error(`${answer.status} for the numbers of the charts`);
    if (!known.heard("charts", answer.status, answer.headers.get("ETag"))) return;
    data = await answer.json();
    drawAll();
  } catch (trouble) {
    lost(trouble);
  }
}

/** News come often, charts are dear: at most every ten seconds. */
function soon() {
  if (document.hidden || waits) return;
  waits = setTimeout(() => { waits = 0; ask(); }, Math.max(0, askedAt + SOONEST - Date.now()));
}

if (all) {
  document.addEventListener("poms:news", soon);
  document.addEventListener("poms:theme", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  setInterval(() => { if (Date.now() - askedAt >= EVERY) soon(); }, EVERY / 4);
  ask();
}

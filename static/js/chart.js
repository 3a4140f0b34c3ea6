// Draws the stage's chart with Plotly, in the colours of the theme; its sentence and its table are in the page already.
import { Known } from "./known.js";

const place = document.getElementById("chart");
const known = new Known();
let figure = null;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function traces({ labels, series }) {
  const shape = (name) => (name === "fail" || name === "held" || name === "lfail" ? "/" : "");
  return series.map(({ name, colour: hue, values }) => ({
    type: "bar", name, x: labels, y: values, marker: { color: colour(`--${hue}`), pattern: { shape: shape(hue), fillmode: "overlay", fgcolor: colour("--surface"), fgopacity: 0.45, size: 5 } },
    hovertemplate: `#%{x}: %{y} ${name}<extra></extra>`,
  }));
}

/** Jobs are whole: a small axis counts in ones. */
function step({ labels, series }) {
  const highest = Math.max(...labels.map((_, place) => series.reduce((sum, { values }) => sum + values[place], 0)));
  return highest <= 6 ? { dtick: 1 } : {};
}

function layout() {
  const axis = { gridcolor: colour("--line"), linecolor: colour("--line2"), zerolinecolor: colour("--line2"), fixedrange: true };
  return {
    barmode: "stack", bargap: 0.25, margin: { l: 40, r: 6, t: 6, b: 40 }, height: place.clientHeight, showlegend: true,
    legend: { orientation: "h", y: 1.14, x: 0, traceorder: "normal" }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, size: 11, color: colour("--ink2") },
    xaxis: { ...axis, type: "category", title: { text: "submission" } }, yaxis: { ...axis, rangemode: "tozero", ...step(figure) },
    hoverlabel: { bgcolor: colour("--raised"), font: { color: colour("--ink") } },
  };
}

function draw() {
  if (figure?.series.length) window.Plotly.react(place, traces(figure), layout(), { displayModeBar: false, responsive: true });
}

async function ask() {
  const answer = await fetch(place.dataset.chart, { headers: known.headers("chart"), cache: "no-store" });
  if (!known.heard("chart", answer.status, answer.headers.get("ETag"))) return;
  figure = await answer.json();
  draw();
}

if (place) {
  document.addEventListener("poms:news", ask);
  document.addEventListener("poms:theme", draw);
  ask();
}

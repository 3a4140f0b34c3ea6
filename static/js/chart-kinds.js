// What each chart of a stage or a campaign is made of: from its numbers and the tokens to traces and a layout. No page is touched here.
import { layout, paint } from "./chart-theme.js";

/** Jobs are whole: a small axis counts in ones. */
const whole = (highest) => ({ tickformat: ",d", ...(highest <= 6 ? { dtick: 1 } : { nticks: 5 }) });
const highest = (series) => Math.max(0, ...(series[0]?.values ?? []).map((_, place) => series.reduce((sum, { values }) => sum + values[place], 0)));

function jobs({ x, begins, ends, series, marks }, token) {
  const traces = series.map((each) => ({
    type: "scatter", mode: "lines", stackgroup: "jobs", name: each.name, x, y: each.values, line: { width: 0.6, shape: "hv", color: token(each.colour) },
    fillcolor: token(each.colour), fillpattern: { ...paint(token, each).pattern, bgcolor: token(each.colour), fillmode: "replace", fgcolor: token("surface") },
    hovertemplate: `%{y:,d} ${each.name}<extra></extra>`,
  }));
  const dash = { color: token("ink3"), width: 1, dash: "dot" };
  return {
    traces,
    layout: layout(token, {
      x: { type: "date", range: [begins, ends], fixedrange: false, showgrid: false, hoverformat: "%-d %b %H:%M", nticks: 7, tickformatstops: [
        { dtickrange: [null, 86399999], value: "%H:%M\n%-d %b" }, { dtickrange: [86400000, null], value: "%-d %b" }] },
      y: { ...whole(highest(series)), fixedrange: true }, hovermode: "x unified", dragmode: "zoom", selectdirection: "h",
      shapes: marks.map(([at]) => ({ type: "line", x0: at, x1: at, y0: 0, y1: 1, yref: "paper", line: dash })),
      annotations: marks.map(([at, text]) => ({ x: at, y: 1, yref: "paper", text, showarrow: false, xanchor: "left", yanchor: "top", xshift: 4, font: { color: token("ink3"), size: 11 } })),
    }),
  };
}

function cpu({ x, values }, token) {
  return {
    traces: [{ type: "bar", x, y: values, marker: { color: token("ink3") }, hovertemplate: "%{y:,d} jobs at about %{x:.2f}<extra></extra>" }],
    layout: layout(token, { x: { range: [0, 1], tickvals: [0, 0.5, 1], showgrid: false }, y: { ...whole(Math.max(...values)), nticks: 3 }, bargap: 0.06 }),
  };
}

/** Columns of boxes, darker where more jobs are; those over what was asked for have the colour of trouble. */
function memory({ x, slices, y, z, asked }, token) {
  const is = (over) => z.map((row, bin) => row.map((count, place) => (count && asked[place] !== null && y[bin] > asked[place]) === over && count ? count : null));
  const most = Math.max(1, ...z.flat());
  const names = x.map((name, place) => (slices[place] === null ? name : `slice ${slices[place]}, ${name}`));
  const heat = (over, hue) => ({
    type: "heatmap", x, y, z: is(over), zmin: 0, zmax: most, showscale: false, xgap: 1, ygap: 1, hoverongaps: false, customdata: z.map(() => names),
    colorscale: [[0, token("line2")], [1, token(hue)]], hovertemplate: "%{customdata}: %{z:,d} jobs used about %{y:,d} MB<extra></extra>",
  });
  const line = { type: "scatter", mode: x.length > 1 ? "lines" : "markers", x, y: asked, connectgaps: false, line: { color: token("held"), width: 1.5, dash: "dash", shape: "hvh" },
    marker: { color: token("held"), symbol: "line-ew-open", size: 14 }, hovertemplate: "%{x} asked for %{y:,d} MB<extra></extra>" };
  const top = Math.max(...y, ...asked.filter((each) => each !== null)) * 1.08;
  return {
    traces: [heat(false, "ink3"), heat(true, "held"), line],
    layout: layout(token, { x: { type: "category", showticklabels: x.length <= 4, showgrid: false, nticks: 4 }, y: { range: [0, top], nticks: 4, tickformat: ",d", ticksuffix: " MB" } }),
  };
}

/** Bars from the left, on a track as long as the longest, their sums at the right. */
function bars({ labels, totals, series }, token) {
  const longest = Math.max(...totals, 1);
  const y = labels.map((_, place) => place);
  const traces = series.map((each) => ({
    type: "bar", orientation: "h", name: each.name, y, x: each.values, marker: paint(token, each), customdata: labels, hovertemplate: `%{customdata}: %{x:,d} ${each.name}<extra></extra>`,
  }));
  const track = { type: "bar", orientation: "h", y, x: totals.map((total) => longest - total), marker: { color: token("rest") }, hoverinfo: "skip" };
  return {
    traces: [...traces, track],
    layout: layout(token, {
      barmode: "stack", bargap: 0.55, x: { visible: false, range: [0, longest], domain: [0, 0.84] },
      y: { tickvals: y, ticktext: labels, range: [Math.max(labels.length, 5) - 0.5, -0.5], showgrid: false, zeroline: false, showline: false, ticks: "", ticklabelstandoff: 8, tickfont: { color: token("ink"), size: 12 } },
      annotations: totals.map((total, place) => ({ x: 1, xref: "paper", xanchor: "right", y: place, text: total.toLocaleString("en").replaceAll(",", "\u202f"), showarrow: false, font: { color: token("ink2"), size: 12 } })),
    }),
  };
}

const KINDS = { jobs, cpu, memory, stages: bars, sites: bars, ends: bars };

/** Traces and layout of the chart of that name. */
export const drawing = (name, data, token) => KINDS[name](data, token);

/** The words of the address that a press on this point chooses; null if it chooses nothing. */
export function chosen(name, data, point) {
  const place = { cpu: point.pointNumber, memory: point.pointNumber?.[0], stages: point.y, sites: point.y, ends: point.y }[name];
  const words = place === undefined ? null : data.words?.[place];
  return words && Object.keys(words).length ? words : null;
}

/** The address with these words; the same words again are taken away. `after` names a row of a list, which is then another. */
export function address(search, words) {
  const said = new URLSearchParams(search);
  const again = Object.entries(words).every(([name, value]) => said.get(name) === value);
  Object.entries(words).forEach(([name, value]) => (again ? said.delete(name) : said.set(name, value)));
  said.delete("after");
  said.sort();
  return `?${said}`;
}

/** Two ends of an axis as a span of time: whole minutes, at least five. */
export function span(from, to) {
  const minute = (text, up) => {
    const time = Date.parse(`${text.replace(" ", "T").slice(0, 19)}Z`);
    return (up ? Math.ceil(time / 60000) : Math.floor(time / 60000)) * 60000;
  };
  const begins = minute(from, false);
  const ends = Math.max(minute(to, true), begins + 300000);
  return [begins, ends].map((time) => new Date(time).toISOString().slice(0, 16)).join("..");
}

// One look for all charts, of the tokens of the page: nothing here knows what is drawn.

/** What a token says now, in this theme. */
export function tokens(root = document.documentElement) {
  const said = getComputedStyle(root);
  return (name) => said.getPropertyValue(`--${name}`).trim();
}

/** A box of one state; bad ones are hatched. */
export function paint(token, { colour, bad }) {
  const hatch = { shape: bad ? "/" : "", fillmode: "overlay", fgcolor: token("surface"), fgopacity: 0.45, size: 5 };
  return { color: token(colour), pattern: hatch, line: { width: 0 } };
}

export function axis(token, more = {}) {
  const line = token("line");
  return { gridcolor: line, linecolor: line, zerolinecolor: line, fixedrange: true, automargin: true, tickfont: { color: token("ink3"), size: 11 }, ...more };
}

export function layout(token, { x = {}, y = {}, ...more }) {
  return {
    margin: { l: 8, r: 8, t: 8, b: 8 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", showlegend: false, bargap: 0.12,
    separators: ".\u202f", font: { family: token("sans"), size: 11, color: token("ink2") }, hovermode: "closest",
    hoverlabel: { bgcolor: token("raised"), bordercolor: token("line2"), font: { color: token("ink"), family: token("sans"), size: 12 } },
    xaxis: axis(token, x), yaxis: axis(token, { rangemode: "tozero", ...y }), ...more,
  };
}

export const CONFIG = { displayModeBar: false, responsive: true, doubleClick: false };

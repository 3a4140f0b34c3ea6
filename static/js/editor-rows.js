// A dataset that is a list, row by row. What the rows come to, the server says.

/** The edit that the rows ask for, as they stand. */
export function rowsOf(field) {
  const rows = [...field.querySelectorAll(".line")].map((line) => [...line.querySelectorAll("input")].map(({ value }) => value).filter(Boolean));
  return { do: "rows", rows: rows.filter((row) => row.length) };
}

function put(element, all, by) {
  const to = all.indexOf(element) + by;
  if (!all.includes(element) || !all[to]) return 0;
  if (by < 0) all[to].before(element);
  else all[to].after(element);
  return to + 1;
}

/** Puts the row one place up or down; the id that its button (u, d) or its first text will have there; 0 if there is no such place. */
export function moved(line, by, button) {
  const { field } = line.closest("[data-field]").dataset;
  const to = put(line, [...line.parentElement.querySelectorAll(".line:has(button)")], by);
  return to && (button ? `${button}-${field}-${to}` : `r-${field}-${to}-1`);
}

/** The same of a text within its row. */
export function shifted(input, by) {
  const row = input.id.slice(0, input.id.lastIndexOf("-"));
  const to = put(input, [...input.parentElement.querySelectorAll("input:not([id$='-new'])")], by);
  return to && `${row}-${to}`;
}

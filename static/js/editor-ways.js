// Ways about the editor: from problem to problem, from pane to pane.
import { placeOfLine } from "./visit.js";

/** The problem after the one that was shown last; the first one after the last. */
export function following(list) {
  const all = [...list.querySelectorAll("button")];
  const at = all.findIndex((each) => each.dataset.seen !== undefined);
  all.forEach((each) => { delete each.dataset.seen; });
  return all[(at + 1) % all.length];
}

/** It was shown last, also when the list is drawn anew meanwhile. */
export function remember(list, shown) {
  const same = [...list.querySelectorAll("button")].find((each) => each.textContent === shown.textContent);
  if (same) same.dataset.seen = "";
}

export function paneAfter(panes, by) {
  const at = panes.findIndex((pane) => pane === document.activeElement || pane.closest("[data-pane]").contains(document.activeElement));
  return panes[(at + by + panes.length) % panes.length];
}

/** Scrolls to a line of the text, and puts the cursor there unless somebody types. */
export function toLine(text, line) {
  if (!line) return;
  const height = parseFloat(getComputedStyle(text).lineHeight);
  text.scrollTop = Math.max(0, (line - 3) * height);
  if (document.activeElement !== text) text.setSelectionRange(...placeOfLine(text.value, line));
}

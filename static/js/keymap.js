// Which deed a press of a key asks for: one letter, or `g` and then a letter. Knows nothing of pages, so that it can be tried without one.
const PAUSE_MS = 1500;

/** The keys of every page that no link or button bears. */
export const EVERYWHERE = [
  ["/", "Search"], ["?", "Keys of this page"], ["Esc", "Close"], ["Backspace", "One level up"], ["f", "Filter"], ["j", "Next row"], ["k", "Row before"],
  ["Enter", "Open the row"], [".", "Acts of the row"], ["x", "Choose the row"], ["X", "Choose all rows, or all from the last chosen to here"],
];

export class Keymap {
  #begun = false;
  #at = 0;

  /** The name of what was pressed ("j", "g c"), or "" while a `g` waits for its second letter. */
  heard(key, at) {
    const goes = this.#begun && at - this.#at < PAUSE_MS;
    this.#begun = !goes && key === "g";
    this.#at = at;
    if (goes) return `g ${key}`;
    return this.#begun ? "" : key;
  }
}

/** Whether letters typed here are text, not keys. */
export function isTyped(element) {
  if (!element) return false;
  const kind = (element.getAttribute?.("type") || "text").toLowerCase();
  if (element.tagName === "INPUT") return !["checkbox", "radio", "button", "submit", "reset", "file"].includes(kind);
  return ["TEXTAREA", "SELECT"].includes(element.tagName) || element.isContentEditable === true;
}

/** Where one comes to from `at` in a list of `size`; nothing chosen is -1. */
export function moved(at, by, size) {
  if (size === 0) return -1;
  if (at < 0) return by > 0 ? 0 : size - 1;
  return Math.min(size - 1, Math.max(0, at + by));
}

// What a visit to the editor remembers: every text there was, for undo and redo, and a draft for when the tab closes.

/** Texts one after the other, each with the part that was shown. There is no limit. */
export class History {
  #all;
  #at = 0;

  constructor(first) {
    this.#all = [first];
  }

  get now() {
    return this.#all[this.#at];
  }

  get canUndo() {
    return this.#at > 0;
  }

  get canRedo() {
    return this.#at < this.#all.length - 1;
  }

  /** What came after a text that was undone is gone with the next one. The same text again is no step. */
  push(text, place) {
    if (text === this.now.text) return;
    this.#all.splice(this.#at + 1, Infinity, { text, place });
    this.#at += 1;
  }

  undo() {
    if (this.canUndo) this.#at -= 1;
    return this.now;
  }

  redo() {
    if (this.canRedo) this.#at += 1;
    return this.now;
  }
}

/** One text for one campaign, with the version it was begun from. A browser that keeps nothing keeps no draft. */
export class Draft {
  #storage;
  #name;

  constructor(storage, name) {
    this.#storage = storage;
    this.#name = name;
  }

  read() {
    try {
      return JSON.parse(this.#storage.getItem(this.#name));
    } catch {
      return null;
    }
  }

  keep(text, version, at) {
    try {
      this.#storage.setItem(this.#name, JSON.stringify({ text, version, at }));
      return true;
    } catch {
      return false;
    }
  }

  drop() {
    this.#storage.removeItem(this.#name);
  }
}

/** The first and last place of a line in a text. */
export function placeOfLine(text, line) {
  const lines = text.split("\n");
  const from = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  return [from, from + (lines[line - 1] || "").length];
}

/** The line of the section that says a part of the campaign; 0: none does. */
export function lineOf(text, [kind, name, other]) {
  const titles = { campaign: "campaign", defaults: "campaign_defaults", stage: `campaign_stage ${name}`, dependency: `dependencies ${other}`,
    job_type: `job_type ${name}`, login_setup: `login_setup ${name}` };
  return text.split("\n").findIndex((line) => line.trim() === `[${titles[kind]}]`) + 1;
}

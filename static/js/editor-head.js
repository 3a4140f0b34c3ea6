// What stands above the panes: how much has changed, whether it can be saved, what can be undone, and what was refused.
const $ = (name) => document.getElementById(name);
const shows = (element, words) => {
  element.textContent = words;
  element.hidden = !words;
};

export const refuse = (sentence) => shows($("refused"), sentence);
export const hint = (words) => shows($("hint"), words);

export class Head {
  #saved;
  #draft;
  #first;

  /** `saved` is the text that is saved, if there is one; `first` is what the page began with. */
  constructor(first, saved, draft) {
    [this.#first, this.#saved, this.#draft] = [first, saved, draft];
  }

  show(text, { changed, errors }, visit) {
    const isSame = text === this.#saved;
    const changes = changed === 1 ? "1 change" : `${changed} changes`;
    $("changed").textContent = isSame ? "as saved" : this.#first.of ? (changed ? `${changes}, not saved` : "as saved, written otherwise") : "not saved";
    $("save").setAttribute("aria-disabled", String(errors > 0));
    $("save").title = errors ? `${errors} thing${errors > 1 ? "s" : ""} to mend first (F8)` : "Ctrl+S";
    document.querySelector("[data-undo]").setAttribute("aria-disabled", String(!visit.canUndo));
    document.querySelector("[data-redo]").setAttribute("aria-disabled", String(!visit.canRedo));
    document.querySelector("[data-discard]").hidden = isSame || !visit.canUndo;
    this.#keep(text, isSame, visit);
  }

  #keep(text, isSame, visit) {
    if (!$("draft").hidden || (!visit.canUndo && !visit.canRedo)) return;
    if (isSame) this.#draft.drop();
    else if (this.#draft.keep(text, this.#first.version, Date.now())) $("kept").textContent = `Draft kept in this browser at ${new Date().toISOString().slice(11, 16)} UTC.`;
  }

  /** A draft that was not saved is offered. */
  offer() {
    const kept = this.#draft.read();
    if (!kept || kept.text === this.#first.text) return;
    const { version } = this.#first;
    const older = kept.version === version ? "" : ` It was begun from version ${kept.version}, and version ${version} is saved by now.`;
    $("draft").querySelector("span").textContent = `A draft of ${new Date(kept.at).toISOString().slice(0, 16).replace("T", " ")} UTC is kept in this browser, and was not saved.${older}`;
    $("draft").hidden = false;
  }
}

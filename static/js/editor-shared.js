// Job types and login setups are used by many stages: who changes one is asked whether it is meant for all of them, or a copy for one.
const $ = (name) => document.getElementById(name);

export class Sharing {
  #edit;
  #box = $("sharing");
  #waits = null;            // the edit that is asked about, and the place it is for
  #all = new Set();         // the places that were said to change for all
  from = "";                // the stage from which one came

  constructor(edit, leave) {
    this.#edit = edit;
    this.#box.addEventListener("close", () => this.#answered(leave));
  }

  /** Whether it asks first: the edit is made when it is answered. */
  asks(wish, place) {
    const shared = $("shared");
    const users = shared ? Number(shared.dataset.here) + Number(shared.dataset.elsewhere) : 0;
    if (users < 2 || wish.field === "name" || this.#all.has(JSON.stringify(place))) return false;
    this.#ask(wish, place, users);
    return true;
  }

  /** A copy, and nothing else. */
  copy(place) {
    this.#ask({}, place, 0);
  }

  #ask(wish, place, users) {
    this.#waits = { wish, place, isKnown: "known" in $("shared").dataset };
    const stages = $("shared-stages").cloneNode(true).children;
    $("sharing-head").textContent = users ? `${place[1]} is shared` : `A copy of ${place[1]}`;
    $("sharing-words").textContent = $("shared-words").textContent;
    $("sharing-stage").replaceChildren(...stages);
    if ([...$("sharing-stage").options].some(({ value }) => value === this.from)) $("sharing-stage").value = this.from;
    $("sharing-for").hidden = $("sharing-copy").hidden = !$("sharing-stage").options.length;
    $("sharing-all").hidden = !users;
    $("sharing-all").textContent = `Change for ${users} stages`;
    this.#box.returnValue = "";
    this.#box.showModal();
  }

  /** A change for all is one that is saved, too: what is shared is changed only if that is said. */
  #answered(leave) {
    const { wish, place, isKnown } = this.#waits;
    if (this.#box.returnValue === "all") {
      this.#all.add(JSON.stringify(place));
      if (isKnown) $("update-shared").checked = true;
      this.#edit(wish, place);
    } else if (this.#box.returnValue === "copy") this.#edit({ ...wish, do: "copy", for: $("sharing-stage").value }, place);
    else leave();
  }
}

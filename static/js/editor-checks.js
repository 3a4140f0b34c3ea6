// What no text says by itself: whether there are such files, and whether the experiment's job types fit. Asked when nothing else goes on.
const IDLE_MS = 500;

export class Checks {
  #ask;
  #now;
  #shown;
  #waits = 0;
  #checked = null;      // what was asked about last

  /** `ask(words)` answers as the server does; `now()` says the text, the place and what else counts; `shown(told)` shows it, or, of an older text, asks anew. */
  constructor(ask, now, shown) {
    [this.#ask, this.#now, this.#shown] = [ask, now, shown];
    this.facts = { files: {}, unfit: [] };      // the server wants them with each text
  }

  later() {
    clearTimeout(this.#waits);
    this.#waits = setTimeout(() => this.#check(), IDLE_MS);
  }

  /** Nobody waits for it: what it says comes when it is there. Without an answer the next edit asks again. */
  async #check() {
    const { text, place, update } = this.#now();
    const [about, before, at] = [JSON.stringify([text, update]), JSON.stringify(this.facts), JSON.stringify(place)];
    if (about === this.#checked) return;
    try {
      const told = await this.#ask({ text, place, update, facts: this.facts, ask: true });
      [this.facts, this.#checked] = [told.facts, about];
      if (JSON.stringify(this.facts) === before) return;
      const now = this.#now();
      this.#shown(now.text === text && JSON.stringify(now.place) === at ? told : null);
    } catch {
      this.#checked = null;
    }
  }
}

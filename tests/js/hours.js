// Time that passes when the test says so.
export class Hours {
  #now = 0;
  #due = [];

  now = () => this.#now;

  later = (ms, what) => {
    const entry = { at: this.#now + ms, what };
    this.#due.push(entry);
    return () => { this.#due = this.#due.filter((other) => other !== entry); };
  };

  pass(ms) {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#due.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.#now = next.at;
      next.what();
    }
    this.#now = end;
  }

  /** The same, with a breath after each millisecond for what waits on promises. */
  async pace(ms) {
    for (let n = 0; n < ms; n += 20) {
      this.pass(20);
      await null;
      await null;
      await null;
    }
  }
}

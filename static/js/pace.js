// Asks in groups, and for the same thing not more often than every two seconds, however often it changes.
export const EVERY_MS = 2000;
export const GATHER_MS = 80;

/** `ask(keys)` asks for all of them at once; `now()` in milliseconds; `later(ms, what)`. */
export class Pace {
  #ways; #due = new Map(); #asked = new Map(); #timer = null; #busy = false;

  constructor(ways) {
    this.#ways = ways;
  }

  /** It has changed. */
  want(key) {
    const now = this.#ways.now();
    if (!this.#due.has(key)) this.#due.set(key, Math.max(now + GATHER_MS, (this.#asked.get(key) ?? -Infinity) + EVERY_MS));
    this.#wait();
  }

  #wait() {
    this.#timer?.();
    this.#timer = null;
    if (this.#busy || !this.#due.size) return;
    const next = Math.min(...this.#due.values());
    this.#timer = this.#ways.later(Math.max(0, next - this.#ways.now()), () => this.#go());
  }

  async #go() {
    const now = this.#ways.now();
    const keys = [...this.#due].filter(([, due]) => due <= now + GATHER_MS).map(([key]) => key);
    keys.forEach((key) => {
      this.#due.delete(key);
      this.#asked.set(key, now);
    });
    this.#busy = true;
    try {
      await this.#ways.ask(keys);
    } finally {
      this.#busy = false;
      this.#wait();
    }
  }
}

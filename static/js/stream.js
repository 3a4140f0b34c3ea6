// The stream of news: opened for what the page shows, opened again when it is lost, and the page is told whether it may trust it.
export const SILENT_MS = 45_000;            // the server beats every twenty seconds
export const PAUSES_MS = [1000, 3000, 15_000];
export const GRACE_MS = 3000;               // a stream that comes back so soon was not lost

/**
 * `open(topics, since)` gives an EventSource; `told(news)` gets {news: [...]} or {all: true}; `trusted(yes)` says whether the page is
 * told of every change; `later(ms, what)` gives a function that calls it off.
 */
export class Stream {
  #ways; #source = null; #topics = ""; #since = ""; #lost = 0; #off = {};

  constructor(ways) {
    this.#ways = ways;
  }

  /** Told of these from now on. */
  follow(topics) {
    if (topics === this.#topics && this.#source) return;
    this.#topics = topics;
    this.#open();
  }

  /** Nobody looks. */
  close() {
    this.#source?.close();
    this.#source = null;
    Object.values(this.#off).forEach((off) => off());
    this.#off = {};
  }

  /** Now, and not when its turn comes. */
  retry() {
    this.#lost = 0;
    this.#open();
  }

  #open() {
    this.#source?.close();
    const source = this.#ways.open(this.#topics, this.#since);
    this.#source = source;
    this.#later("silence", SILENT_MS, () => this.#lose());
    source.onmessage = (event) => {
      this.#hear(event);
      this.#ways.told(JSON.parse(event.data));
    };
    source.addEventListener("beat", (event) => this.#hear(event));
    source.addEventListener("deaf", () => this.#ways.trusted(false));
    source.addEventListener("again", () => this.#again(Math.random() * 1000));
    source.onerror = () => this.#lose();
  }

  #hear(event) {
    this.#since = event.lastEventId || this.#since;
    this.#lost = 0;
    this.#cancel("doubt");
    this.#later("silence", SILENT_MS, () => this.#lose());
    this.#ways.trusted(true);
  }

  #lose() {
    if (!this.#off.doubt) this.#later("doubt", GRACE_MS, () => this.#ways.trusted(false));
    this.#again(PAUSES_MS[Math.min(this.#lost, PAUSES_MS.length - 1)]);
    this.#lost += 1;
  }

  #again(ms) {
    this.#source?.close();
    this.#later("again", ms, () => this.#open());
  }

  #later(name, ms, what) {
    this.#cancel(name);
    this.#off[name] = this.#ways.later(ms, () => {
      delete this.#off[name];
      what();
    });
  }

  #cancel(name) {
    this.#off[name]?.();
    delete this.#off[name];
  }
}

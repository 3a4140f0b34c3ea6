// What the server last said about each part of a page, so that it need not say it twice.
export class Known {
  #tags = new Map();

  /** The headers with which to ask for a part again. */
  headers(part) {
    const tag = this.#tags.get(part);
    return tag ? { "If-None-Match": tag } : {};
  }

  /** Remember the answer's tag; true if it brought something new. */
  heard(part, status, tag) {
    if (status === 200 && tag) this.#tags.set(part, tag);
    return status === 200;
  }
}

/** 15:24 UTC */
export function clock(date) {
  return `${date.toISOString().slice(11, 16)} UTC`;
}

// Lines of a log as addresses name them. Knows nothing of pages, so that it can be tried without one.

/** #L5 and #L5-9 as [5, 5] and [5, 9]; [0, 0] for what is neither. */
export function linesOf(hash) {
  const found = /^#L(\d+)(?:-L?(\d+))?$/.exec(hash || "");
  if (!found) return [0, 0];
  const [from, to] = [Number(found[1]), Number(found[2] || found[1])];
  return [Math.min(from, to), Math.max(from, to)];
}

/** Whether the line of this id is one of them. */
export function inRange(id, from, to) {
  const number = Number(id.slice(1));
  return from > 0 && number >= from && number <= to;
}

/** What one who follows is told. */
export function spoken(at) {
  return `Following, asked ${at.toISOString().slice(11, 19)} UTC.`;
}

// What a page shows, in the words in which the server tells what has changed.
const MOST = 400;
const PART = "[data-live], [data-topic][hx-get]";

const words = (said) => (said ?? "").split(/\s+/).filter(Boolean);

/** Submissions 118 and 119 of stage 9 as "stage:9 submission:118,119"; of too many things the whole experiment. */
export function joined(topics) {
  const all = new Set(topics);
  if (all.has("experiment") || all.size > MOST) return "experiment";
  const kinds = new Map();
  for (const topic of [...all].sort()) {
    const [kind, id] = topic.split(":");
    kinds.set(kind, [...(kinds.get(kind) ?? []), ...(id ? [id] : [])]);
  }
  return [...kinds].map(([kind, ids]) => (ids.length ? `${kind}:${ids.join(",")}` : kind)).join(" ");
}

/** Whether a change is news for one who shows these; what befalls the experiment itself is news for all. */
export function concerns(topics, { thing, of = [] }) {
  return thing.startsWith("experiment:") || topics.some((topic) => topic === "experiment" || topic === thing || of.includes(topic));
}

export const parts = () => [...document.querySelectorAll(PART)];
export const lists = () => [...document.querySelectorAll("tbody[data-rows]")];

/** What a part shows: as it says and as what is in it says; one that says nothing shows something of everything. */
export function topicsOf(part) {
  const inside = [...part.querySelectorAll("[data-topic]")].filter((each) => !each.closest("tbody[data-rows]"));
  const said = [part, ...inside].flatMap((each) => words(each.dataset.topic));
  if (said.length || part.hasAttribute("data-topic")) return said;
  return part.querySelector("tbody[data-rows]") ? [] : ["experiment"];
}

/** What is new there belongs at the head of the list. */
export const scope = (list) => (list.dataset.new || list.dataset.newer ? words(list.dataset.topic) : []);

/** Rows that come without news of their own: news of the newest thing whose rows are listed, or of a newer one, may bring some. */
export function mayBring(list, { thing, of }) {
  const [kind, id] = thing.split(":");
  if (list.dataset.newer !== kind || !concerns(scope(list), { thing, of })) return false;
  const [first] = words(list.querySelector("tr[data-topic]")?.dataset.topic);
  return Number(id) >= Number(first?.split(":")[1] ?? 0);
}

/** All that the page wants to be told of. */
export function wanted() {
  const rows = lists().flatMap((list) => [...list.querySelectorAll("tr[data-topic]")].flatMap((row) => words(row.dataset.topic)));
  const fresh = lists().flatMap((list) => scope(list).map((topic) => (list.dataset.newer ? topic : `+${topic}`)));
  return joined([...parts().flatMap(topicsOf), ...rows, ...fresh]);
}

/** The rows of the list that a change is about. */
export function rowsOf(list, change) {
  return [...list.querySelectorAll("tr[data-topic]")].filter((row) => concerns(words(row.dataset.topic), change));
}

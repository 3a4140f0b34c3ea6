// What the search shows before the server answers: pages one was at, acts of the page. Pure.
export const MOST_VISITED = 50;

/** The visited pages with this one first, each once. */
export function visit(visited, page) {
  return [page, ...visited.filter((one) => one.address !== page.address)].slice(0, MOST_VISITED);
}

/** Those whose words all stand in the name; all of them if nothing is asked. */
export function fitting(things, asked, most) {
  const parts = asked.toLowerCase().split(/\s+/).filter(Boolean);
  return things.filter(({ name }) => parts.every((part) => name.toLowerCase().includes(part))).slice(0, most);
}

/** `>` asks for acts of this page only. */
export function meant(text) {
  const asked = text.trim();
  return asked.startsWith(">") ? { acts: true, words: asked.slice(1).trim() } : { acts: false, words: asked };
}

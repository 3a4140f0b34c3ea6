// Arrow keys walk the graph of a campaign: from a stage to the nearest one that lies that way.
const WAYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/** Of these middles ({x, y}) the place of the nearest to `from` that way; what lies aside counts double. -1: none lies there. */
export function towards(from, middles, key) {
  const [right, down] = WAYS[key];
  let [found, least] = [-1, Infinity];
  middles.forEach(({ x, y }, place) => {
    const [dx, dy] = [x - from.x, y - from.y];
    const [ahead, aside] = right ? [dx * right, Math.abs(dy)] : [dy * down, Math.abs(dx)];
    const far = ahead + 2 * aside;
    if (ahead > 1 && far < least) [found, least] = [place, far];
  });
  return found;
}

function middle(link) {
  const { x, y, width, height } = link.getBoundingClientRect();
  return { x: x + width / 2, y: y + height / 2 };
}

if (typeof document !== "undefined") {
  document.addEventListener("keydown", (event) => {
    const link = event.target.closest?.("[data-walk] a");
    if (!link || !(event.key in WAYS) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const links = [...link.closest("[data-walk]").querySelectorAll("a")];
    const to = links[towards(middle(link), links.map(middle), event.key)];
    to?.focus();
    to?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
}

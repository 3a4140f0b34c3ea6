// What changed on the page: its cells fade, and of new problems the sum is said aloud, now and then.
const PROBLEM = ".c-fail, .c-held, .c-lfail";
const CELL = "td, th, dd, .kpi, .num, .pill, .st";
const SAY_MS = 30_000;
let [problems, saidAt, timer] = [0, -Infinity, null];

const troubled = (place) => new Set([...place.querySelectorAll("[data-topic], tr[id]"), place].filter((each) => each.querySelector(PROBLEM)).map((each) => each.id));

/** Change the place, and let what changed be seen. */
export async function shown(place, change) {
  const before = troubled(place);
  const seen = [];
  const watch = new MutationObserver((changes) => seen.push(...changes));
  watch.observe(place, { subtree: true, childList: true, characterData: true });
  await change();
  const cells = new Set([...seen, ...watch.takeRecords()].map(({ target }) => (target.nodeType === 1 ? target : target.parentElement)?.closest(CELL)));
  watch.disconnect();
  cells.forEach((cell) => cell && place.contains(cell) && fade(cell));
  count([...troubled(place)].filter((id) => id && !before.has(id)).length);
}

function fade(cell) {
  cell.classList.remove("fresh");
  requestAnimationFrame(() => cell.classList.add("fresh"));
  cell.addEventListener("animationend", () => cell.classList.remove("fresh"), { once: true });
}

function count(more) {
  problems += more;
  if (problems && !timer) timer = setTimeout(say, Math.max(0, saidAt + SAY_MS - performance.now()));
}

function say() {
  const place = document.getElementById("live-said");
  if (place) place.textContent = problems === 1 ? "1 new problem" : `${problems} new problems`;
  [problems, saidAt, timer] = [0, performance.now(), null];
}

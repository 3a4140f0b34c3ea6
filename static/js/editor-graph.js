// The graph of the editor: Cytoscape draws what the server says, and tells what a person does with it.
import { towards } from "./graph.js";

const MANY = 150;       // stages, from which on one does not go back to see all of them
const [WIDE, HIGH] = [168, 52];
const [EDGE, LEAST] = [24, 0.05];
const id = (stage) => `s:${stage}`;
const edgeId = (edge) => `e:${JSON.stringify([edge.from, edge.to, edge.pattern])}`;

function colours() {
  const said = getComputedStyle(document.documentElement);
  const of = (name) => said.getPropertyValue(`--${name}`).trim();
  return Object.fromEntries(["surface", "raised", "line2", "ink", "ink2", "ink3", "fail", "held", "focus", "sans"].map((name) => [name, of(name)]));
}

function look() {
  const c = colours();
  return [
    { selector: "node", style: { shape: "round-rectangle", width: WIDE, height: HIGH, "background-color": c.raised, "border-color": c.ink3, "border-width": 1,
      label: (node) => `${node.data("name")}\n${node.data("about")}`, "text-wrap": "wrap", "text-max-width": 156, "text-valign": "center", "font-family": c.sans,
      "font-size": 12, "min-zoomed-font-size": 4, "line-height": 1.35, color: c.ink } },
    { selector: "node.doubtful", style: { "border-color": c.held, "border-width": 2, "border-style": "dashed" } },
    { selector: "node.wrong", style: { "border-color": c.fail, "border-width": 2, "border-style": "double" } },
    { selector: "edge", style: { width: 1.2, "line-color": c.ink3, "target-arrow-color": c.ink3, "target-arrow-shape": "triangle", "curve-style": "bezier",
      label: "data(pattern)", "font-size": 10, "min-zoomed-font-size": 4, "font-family": c.sans, color: c.ink2, "text-background-color": c.surface, "text-background-opacity": 1,
      "text-background-padding": 2, "arrow-scale": 0.9 } },
    { selector: "edge.doubtful", style: { "line-color": c.held, "target-arrow-color": c.held, "line-style": "dashed" } },
    { selector: "edge.wrong", style: { "line-color": c.fail, "target-arrow-color": c.fail, "line-style": "dashed" } },
    { selector: ".chosen", style: { "border-color": c.ink, "border-width": 2.5, "line-color": c.ink, "target-arrow-color": c.ink } },
    { selector: ".aimed", style: { "border-color": c.focus, "border-width": 3 } },
  ];
}

/** How far places reach in one direction, with what is drawn at them. */
function span(places, size) {
  const [from, to] = [Math.min(...places), Math.max(...places)];
  return { size: to - from + size, middle: (from + to) / 2 };
}

function short(name) {
  return name.length > 24 ? `${name.slice(0, 23)}…` : name;
}

const marked = (wrong, doubts) => (wrong ? "wrong" : doubts ? "doubtful" : "");

function elements({ stages, edges }) {
  const names = new Set(stages.map(({ name }) => name));
  const nodes = stages.map(({ name, about, wrong, doubts, at, spot }) => ({ group: "nodes", data: { id: id(name), stage: name, name: `${wrong ? "✖ " : doubts ? "⚠ " : ""}${short(name)}`, about: short(about), at, spot }, classes: marked(wrong, doubts) }));
  const lines = edges.filter(({ from, to }) => names.has(from) && names.has(to))
    .map((edge) => ({ group: "edges", data: { id: edgeId(edge), source: id(edge.from), target: id(edge.to), pattern: edge.pattern, place: ["dependency", edge.from, edge.to, edge.pattern] }, classes: marked(edge.wrong, edge.doubts) }));
  return [...nodes, ...lines];
}

export class Graph {
  #cy;
  #shape = "";
  #place = [];
  #drawn = new Map();     // of each element, what was drawn last

  /** `on` has chosen(place), opened(place), and moved(to) if stages may be moved. */
  constructor(box, on) {
    this.#cy = window.cytoscape({ container: box, style: look(), minZoom: LEAST, maxZoom: 2, boxSelectionEnabled: false, autounselectify: true, autoungrabify: !on.moved });
    this.#cy.on("tap", "node", ({ target }) => on.chosen(["stage", target.data("stage")]));
    this.#cy.on("tap", "edge", ({ target }) => on.chosen(target.data("place")));
    this.#cy.on("tap", ({ target }) => target === this.#cy && on.chosen(["campaign"]));
    this.#cy.on("dbltap", "node", ({ target }) => on.opened(["stage", target.data("stage")]));
    this.#cy.on("dragfree", "node", ({ target }) => on.moved?.({ [target.data("stage")]: this.at(target.data("stage")) }));
    document.addEventListener("poms:theme", () => this.#cy.style(look()));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#cy.style(look()));
    const room = new ResizeObserver(() => this.#cy.resize());
    for (const each of [box, box.closest("main")]) room.observe(each);     // a sentence above the graph moves it, and a press must still find its stage
  }

  /** Draws it. What a person moved stays there; the rest is laid out when stages or dependencies are others than before. */
  draw(picture, place) {
    const shape = JSON.stringify([picture.stages.map(({ name, at }) => [name, at]), picture.edges.map(edgeId)]);
    const first = this.#shape === "";
    this.#cy.batch(() => {
      const wanted = elements(picture);
      const kept = new Set(wanted.map(({ data }) => data.id));
      this.#cy.elements().filter((each) => !kept.has(each.id())).remove();
      const drawn = new Map(wanted.map((each) => [each.data.id, JSON.stringify(each)]));
      const isOther = ({ data }) => drawn.get(data.id) !== this.#drawn.get(data.id);
      const [there, added] = [[], []];
      for (const each of wanted.filter(isOther)) (this.#cy.getElementById(each.data.id).empty() ? added : there).push(each);
      this.#cy.add(added);
      for (const each of there) this.#cy.getElementById(each.data.id).data(each.data).classes(each.classes);
      this.#drawn = drawn;
    });
    if (shape !== this.#shape) this.#layOut(first);
    this.#shape = shape;
    this.choose(place);
  }

  /** Very many stages come with their places, which dagre would be seconds about. */
  #layOut(fits) {
    const before = this.#cy.nodes().length;
    const isPlaced = before && this.#cy.nodes().every((node) => node.data("spot"));
    if (isPlaced) this.#cy.nodes().positions((node) => ({ x: node.data("spot")[0], y: node.data("spot")[1] }));
    else this.#cy.layout({ name: "dagre", rankDir: "TB", nodeSep: 24, rankSep: 44, edgeSep: 8, fit: false, animate: false }).run();
    this.#cy.nodes().filter((node) => node.data("at")).forEach((node) => { node.position({ x: node.data("at")[0], y: node.data("at")[1] }); });
    const seen = this.#cy.extent();
    const out = this.#cy.nodes().some((node) => { const { x, y } = node.position(); return x < seen.x1 || x > seen.x2 || y < seen.y1 || y > seen.y2; });
    if (fits || (out && before < MANY)) this.fit();
  }

  /** All of it in sight, and no larger than it is. Told from the places alone: to measure every word would be seconds of very many stages. */
  fit() {
    this.#cy.resize();
    const places = this.#cy.nodes().map((node) => node.position());
    if (!places.length) return;
    const [across, down] = [span(places.map(({ x }) => x), WIDE), span(places.map(({ y }) => y), HIGH)];
    const [wide, high] = [this.#cy.width(), this.#cy.height()];
    const zoom = Math.max(LEAST, Math.min(1, (wide - 2 * EDGE) / across.size, (high - 2 * EDGE) / down.size));
    this.#cy.viewport({ zoom, pan: { x: wide / 2 - zoom * across.middle, y: high / 2 - zoom * down.middle } });
  }

  /** Shows which part is chosen, and brings it into sight. */
  choose(place) {
    this.#place = place;
    this.#cy.elements(".chosen").removeClass("chosen");
    const found = this.#found(place);
    found.addClass("chosen");
    this.#show(found);
  }

  aim(stage) {
    this.#cy.elements(".aimed").removeClass("aimed");
    if (stage) this.#show(this.#cy.getElementById(id(stage)).addClass("aimed"));
  }

  #found([kind, ...names]) {
    if (kind === "stage") return this.#cy.getElementById(id(names[0]));
    return kind === "dependency" ? this.#cy.getElementById(edgeId({ from: names[0], to: names[1], pattern: names[2] })) : this.#cy.collection();
  }

  #show(found) {
    if (found.empty() || !found.isNode()) return;
    const [box, at] = [this.#cy.extent(), found.position()];
    if (at.x < box.x1 || at.x > box.x2 || at.y < box.y1 || at.y > box.y2) this.#cy.center(found);
  }

  /** The stage that lies that way from this one; the first one, if there is none to go from. */
  next(stage, key) {
    const nodes = this.#cy.nodes().toArray();
    const from = nodes.find((node) => node.data("stage") === stage);
    if (!from) return nodes[0]?.data("stage");
    return nodes[towards(from.position(), nodes.map((node) => node.position()), key)]?.data("stage");
  }

  at(stage) {
    const { x, y } = this.#cy.getElementById(id(stage)).position();
    return [Math.round(x), Math.round(y)];
  }
}

// The form of the editor comes ready from the server; this says what was asked for in it, and puts another in without losing the place.
import { rowsOf } from "./editor-rows.js";

/** The edit that a field asks for: its text, or its pairs as a list. A choice of nothing leaves it unsaid. */
export function asked(field) {
  const name = field.dataset.field;
  for (const each of [field, ...field.querySelectorAll("input")]) if ("defaultValue" in each) each.defaultValue = each.value;    // said, and no longer being typed
  if ("rows" in field.dataset) return rowsOf(field);
  if (!("pairs" in field.dataset)) return { do: "set", field: name, value: field.value === "" && field.tagName === "SELECT" ? null : field.value || unsaid(field) };
  const pairs = [...field.querySelectorAll(".pair")].map((pair) => [...pair.querySelectorAll("input")].map((input) => input.value));
  const said = pairs.filter(([key, value]) => key || value);
  return { do: "set", field: name, value: said.length ? JSON.stringify(said) : null };
}

/** An emptied field that may be unsaid is unsaid. */
function unsaid(field) {
  return field.closest(".ask").querySelector("[data-unsay]") ? null : "";
}

/** Puts what the server drew in the place of what is there. */
export function drawn(place, html) {
  place.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
}

/** What is scrolled stays where it was, whatever `draws` puts in: the places are read before and said after it, so that the browser lays out once. */
export function still(boxes, draws) {
  const tops = boxes.map(({ scrollTop }) => scrollTop);
  draws();
  boxes.forEach((box, n) => { box.scrollTop = tops[n]; });
}

/** Puts the form in; the field that has the focus keeps it, with what is being typed in it: a browser that tells its change as it goes is not listened to. */
export function redrawn(form, html) {
  const active = form.contains(document.activeElement) ? document.activeElement : null;
  const typed = active && "value" in active && active.value !== active.defaultValue && active.tagName !== "SELECT" ? active.value : null;
  const [name, from, to, place] = [active?.id, active?.selectionStart, active?.selectionEnd, form.querySelector("[data-place]")?.dataset.place];
  form.dataset.drawing = "";
  drawn(form, html);
  delete form.dataset.drawing;
  const isSame = form.querySelector("[data-place]")?.dataset.place === place;
  const again = name && document.getElementById(name);
  if (!again) return;
  if (typed !== null && isSame) again.value = typed;
  again.focus({ preventScroll: true });
  if (from !== undefined && from !== null && again.setSelectionRange) again.setSelectionRange(from, to);
}

/** A browser tells no change of what was being typed while the form was drawn anew. */
export function tellsAll(form) {
  form.addEventListener("focusout", ({ target }) => queueMicrotask(() => {
    const isUntold = target.isConnected && "defaultValue" in target && target.value !== target.defaultValue;
    if (isUntold) target.dispatchEvent(new Event("change", { bubbles: true }));
  }));
}

/** Waits while a button of the form is pressed: one that is drawn anew under the finger would not feel that it is let go. */
export function pressedOut(form) {
  let out = Promise.resolve();
  const held = ({ target, key }) => {
    if (!target.closest("button") || (key && key !== " ")) return;
    out = new Promise((done) => ["pointerup", "pointercancel", "keyup", "blur"].forEach((end) => addEventListener(end, () => setTimeout(done), { once: true })));
  };
  form.addEventListener("pointerdown", held);
  form.addEventListener("keydown", held);
  return () => out;
}

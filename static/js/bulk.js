// Chosen rows of a list: the bar says how many, is there while there are any, and the box in the head stands for the whole page.
const bar = document.getElementById("bulk");
const kept = new Set();      // what is chosen stays so when its row is asked for again
const boxes = () => [...document.querySelectorAll("input[form=bulk][name=thing]")];

function tell() {
  const all = boxes(), ticked = all.filter((one) => one.checked), chosen = ticked.length, every = bar.elements.all.checked;
  const head = document.querySelector("[data-bulk-all]"), copy = bar.querySelector("[data-copy-chosen]");
  if (copy) {
    copy.dataset.copy = ticked.map((one) => one.value.split("/").at(-1)).join("\n");
    copy.hidden = !chosen;
  }
  bar.dataset.chosen = every ? "all" : String(chosen);
  bar.querySelector("[data-bulk-said]").textContent = every ? "All that fit" : `${chosen} chosen`;
  all.forEach((one) => kept[one.checked ? "add" : "delete"](one.value));
  all.forEach((one) => one.closest("tr").classList.toggle("on", one.checked || every));
  if (!head) return;
  head.checked = chosen > 0 && chosen === all.length;
  head.indeterminate = chosen > 0 && chosen < all.length;
}

if (bar) {
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-bulk-all]")) boxes().forEach((one) => { one.checked = event.target.checked; });
    if (event.target.matches("[data-bulk-all], input[form=bulk], #bulk input")) tell();
  });
  document.addEventListener("htmx:after:swap", () => {
    boxes().forEach((one) => { one.checked = kept.has(one.value); });
    tell();
  });
  window.addEventListener("pageshow", tell);
  tell();
}

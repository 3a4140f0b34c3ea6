// Menus: one at a time, closed by a click elsewhere and by Esc, walked by arrows; a row's menu lies over the page beside its button.
const openMenus = () => [...document.querySelectorAll("details.menu[open]")];
const entries = (menu) => [...menu.querySelectorAll("div a[href], div button, div input")].filter((one) => one.getClientRects().length);

function placed(menu) {
  const [edge, box] = [menu.querySelector("summary").getBoundingClientRect(), menu.querySelector(":scope > div")];
  const below = edge.bottom + box.offsetHeight + 8 < innerHeight;
  box.style.left = `${Math.max(8, edge.right - box.offsetWidth)}px`;
  box.style.top = `${below ? edge.bottom + 4 : Math.max(8, edge.top - box.offsetHeight - 4)}px`;
}

function close(menu) {
  menu.open = false;
  if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
}

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.("details.menu") || !menu.open) return;
  openMenus().filter((one) => one !== menu).forEach((one) => { one.open = false; });
  if (menu.matches(".rowmenu")) placed(menu);
}, true);

document.addEventListener("click", (event) => openMenus().filter((menu) => !menu.contains(event.target)).forEach((menu) => { menu.open = false; }));

document.addEventListener("scroll", () => openMenus().filter((menu) => menu.matches(".rowmenu")).forEach(placed), true);

document.addEventListener("keydown", (event) => {
  const menu = openMenus()[0];
  if (!menu) return;
  if (event.key === "Escape") close(menu);
  if (!["ArrowDown", "ArrowUp"].includes(event.key) || !menu.contains(event.target)) return;
  const all = entries(menu);
  const at = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  all[(at + all.length) % all.length]?.focus();
  event.preventDefault();
});

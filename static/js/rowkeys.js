// Keys of the row where one is: data-row-key on a link or button of the row, in its menu or beside it.
import { isTyped } from "./keymap.js";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.metaKey || event.ctrlKey || isTyped(event.target)) return;
  if (document.querySelector("dialog[open]") || localStorage.getItem("keys") === "off") return;
  const row = document.activeElement?.closest("main tr[id]");
  const bearer = [...(row?.querySelectorAll("[data-row-key]") ?? [])].find((one) => one.dataset.rowKey === event.key);
  if (!bearer) return;
  event.preventDefault();
  bearer.click();
});

// Small things of the bar and of every page: the clock, times in the reader's own zone, long menus that one types in, texts to copy.
import { toast } from "./toasts.js";

const clock = document.querySelector("[data-clock]");
const isLocal = () => localStorage.getItem("zone") === "local";

function tell(date, local) {
  return local ? `${date.toTimeString().slice(0, 5)} local` : `${date.toISOString().slice(11, 16)} UTC`;
}

function tick() {
  const [now, local] = [new Date(), isLocal()];
  clock.textContent = tell(now, local);
  clock.title = `${tell(now, !local)}. Press for ${local ? "UTC" : "local time"}`;
}

if (clock) {
  clock.addEventListener("click", () => {
    localStorage.setItem("zone", isLocal() ? "UTC" : "local");
    tick();
  });
  tick();
  setInterval(tick, 10_000);
}

/** A time's title says it in UTC; the reader's own zone is added when one looks. */
document.addEventListener("mouseover", (event) => {
  const time = event.target.closest?.("time[datetime]");
  if (!time || time.title.includes("local")) return;
  time.title = `${time.title}\n${new Date(time.dateTime).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "long" })}, local`;
});

document.addEventListener("input", (event) => {
  const menu = event.target.closest("[data-sieve]");
  menu?.querySelectorAll("a").forEach((one) => { one.hidden = !one.textContent.toLowerCase().includes(event.target.value.toLowerCase().trim()); });
});

document.querySelectorAll("[data-copy-of]").forEach((button) => { button.hidden = false; });

/** `data-copy` says the text itself, `data-copy-of` where on the page it stands; the word on the button says that it was done, else a toast. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-of]");
  if (!button) return;
  const { copy, copyOf } = button.dataset;
  await navigator.clipboard.writeText(copyOf ? (document.getElementById(copyOf).value ?? document.getElementById(copyOf).textContent) : copy);
  const label = button.querySelector("span");
  if (!label) { toast("Copied."); return; }
  const before = label.textContent;
  label.textContent = "Copied";
  setTimeout(() => { label.textContent = before; }, 1500);
});

// What was done, said once at the edge of the page: it goes by itself unless it is read, warnings stay.
const STAYS_MS = 9000;
const KEPT = "toasts";

const place = () => document.querySelector(".said");

function leave(toast) {
  const read = () => toast.matches(":hover, :focus-within") || toast.classList.contains("c-held");
  const timer = setInterval(() => {
    if (read()) return;
    clearInterval(timer);
    toast.remove();
  }, STAYS_MS);
}

/** Says a sentence: {tone: "loc" | "held"}. */
export function toast(words, { tone = "loc" } = {}) {
  const made = document.getElementById(`toast-${tone}`).content.firstElementChild.cloneNode(true);
  made.querySelector("span").textContent = words;
  place().append(made);
  leave(made);
}

const said = (page) => [...page.querySelectorAll(".said .toast")].map((one) => ({ words: one.querySelector("span").textContent, tone: one.dataset.tone }));

/** Keeps what another page said for the page that comes next. */
export function keep(page) {
  sessionStorage.setItem(KEPT, JSON.stringify(said(page)));
}

document.addEventListener("click", (event) => event.target.closest(".toast button")?.closest(".toast").remove());

if (place()) {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) || "[]");
  sessionStorage.removeItem(KEPT);
  place().querySelectorAll(".toast").forEach(leave);
  kept.forEach(({ words, tone }) => toast(words, { tone }));
}

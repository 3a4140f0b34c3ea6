// A page that asks something (its `.gate`) opens over the page where one is: <a data-dialog href=...>. Without a script the link is a link.
import { keep } from "./toasts.js";

/** Shows a dialogue over the page, with the way to close it; it is gone when closed. */
export function opened(dialogue) {
  document.body.append(dialogue);
  dialogue.addEventListener("close", () => dialogue.remove());
  dialogue.showModal();
  return dialogue;
}

function frameOf(gate, address) {
  const dialogue = document.getElementById("dialogue").content.firstElementChild.cloneNode(true);
  dialogue.dataset.address = address;
  fill(dialogue, gate);
  return dialogue;
}

/** Focus goes to what is wrong, else to what the page itself would choose, or to the button that is the dialogue's answer. */
function aim(dialogue) {
  dialogue.querySelector(".gate [aria-invalid], .gate [autofocus], .gate [data-first]")?.focus();
}

/** Puts in what the page asks. */
function fill(dialogue, gate) {
  dialogue.querySelector(".gate")?.remove();
  dialogue.append(document.importNode(gate, true));
  const head = dialogue.querySelector(".gate h1");
  head.id = "dialogue-head";
  aim(dialogue);
}

const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

async function open(link) {
  const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
  const gate = !answer.redirected && parsed(await answer.text()).querySelector(".gate");
  const within = link.closest("dialog.dlg[data-address]");      // another question in place of the one that is asked
  if (gate && within) {
    within.dataset.address = link.href;
    fill(within, gate);
  } else if (gate) aim(opened(frameOf(gate, link.href)));
  else location.assign(link.href);
}

/** What was decided is sent; if the page asks again, it says why in the same dialogue, else one goes where it leads. */
async function send(form, button, dialogue) {
  const words = new FormData(form, button);
  const answer = await fetch(form.getAttribute("action") ? form.action : dialogue.dataset.address, { method: "POST", body: words, headers: { Accept: "text/html" } });
  const page = parsed(await answer.text());
  const gate = page.querySelector(".gate");
  if (!answer.redirected && gate) return fill(dialogue, gate);
  keep(page);
  if (answer.url.split("#")[0] === location.href.split("#")[0]) location.reload();
  else location.assign(answer.url);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (link && !event.defaultPrevented && event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    open(link).catch(() => location.assign(link.href));
  }
  const within = event.target.closest("dialog.dlg");
  const leaves = event.target.closest("dialog.dlg [data-leave], dialog.dlg .shut");
  if (leaves || event.target === within) {
    event.preventDefault();
    within.close();
  }
});

document.addEventListener("submit", (event) => {
  const dialogue = event.target.closest("dialog.dlg[data-address]");
  if (!dialogue || event.target.method !== "post") return;
  event.preventDefault();
  const button = event.submitter;
  button?.setAttribute("aria-busy", "true");
  send(event.target, button, dialogue).catch(() => event.target.submit()).finally(() => button?.removeAttribute("aria-busy"));
});

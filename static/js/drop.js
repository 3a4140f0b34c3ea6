// A campaign file may be dropped anywhere on the page: it goes where the button leads, and is shown there before anything is saved.
const zone = document.querySelector("[data-drop]");
const words = zone?.querySelector("[data-drop-words]");

const isFile = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

function mark(over) {
  zone.classList.toggle("over", over);
}

function send(file) {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: zone.dataset.drop, enctype: "multipart/form-data", hidden: true });
  const input = Object.assign(document.createElement("input"), { type: "file", name: "file" });
  const held = new DataTransfer();
  held.items.add(file);
  input.files = held.files;
  form.append(input, document.querySelector("input[name=csrfmiddlewaretoken]").cloneNode());
  document.body.append(form);
  form.submit();
}

if (words) {
  words.hidden = false;
  document.addEventListener("dragover", (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    mark(true);
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) mark(false); });
  document.addEventListener("drop", (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    mark(false);
    const [file, ...more] = event.dataTransfer.files;
    if (more.length) words.textContent = `${more.length + 1} files were dropped, and one at a time is taken: drop one of them. Or`;
    else if (file) send(file);
  });
}

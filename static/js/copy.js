// A button that copies what stands elsewhere on the page; without a script there is none.
document.querySelectorAll("[data-copy]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.append(" ✓");
  }, { once: true });
});

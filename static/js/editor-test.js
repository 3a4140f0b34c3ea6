// A test launch from the editor runs what is saved: of what is not, one is told what must be saved first, and it goes on from there.
const $ = (name) => document.getElementById(name);

export class Testing {
  #box = $("testing");
  #stage = "";

  /** `go(address)` leaves for another page, `save()` goes to the review, `refuse(words)` tells why nothing is done. */
  constructor(address, { go, save, refuse }) {
    this.ask = ([kind, stage], isSaved) => {
      if (kind !== "stage") return refuse("Choose the stage that is to be launched as a test.");
      this.#stage = stage;
      return isSaved ? go(`${address}?stage=${encodeURIComponent(stage)}`) : this.#tell();
    };
    this.#box.addEventListener("close", () => {
      $("then").value = this.#box.returnValue === "yes" ? this.#stage : "";
      if (this.#box.returnValue === "yes") save();
      this.#box.returnValue = "";
    });
  }

  #tell() {
    $("testing-head").textContent = `Test launch of ${this.#stage}`;
    $("testing-changes").replaceChildren(...[...$("changes").children].map((each) => each.cloneNode(true)));
    this.#box.showModal();
  }
}

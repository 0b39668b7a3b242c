// Computes the quote anew while its form is filled in. The server answers {html}: the result as it stands in the
// page it would send without this script.

const PAUSE = 400;

class QuoteForm {
  constructor(form) {
    this.form = form;
    this.result = form.querySelector("[data-quote-result]");
    this.status = form.querySelector("[data-quote-status]");
    document.querySelector("[data-error-summary]")?.focus();
    form.addEventListener("input", () => this.soon());
    form.addEventListener("change", () => this.soon());
    form.addEventListener("submit", (event) => this.submitted(event));
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.compute(), PAUSE);
  }

  async compute() {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.status.textContent = this.form.dataset.textBusy;
    try {
      const response = await fetch(this.form.dataset.previewUrl, {
        method: "POST",
        body: new FormData(this.form),
        headers: { Accept: "application/json" },
        signal: running.signal,
      });
      if (!response.ok) throw new Error(String(response.status));
      const answer = await response.json();
      if (!running.signal.aborted) this.show(answer.html);
    } catch {
      if (!running.signal.aborted) this.status.textContent = this.form.dataset.textFailed;
    }
  }

  // A box that somebody stands on stays under the keyboard.
  show(html) {
    const focused = this.result.contains(document.activeElement) ? document.activeElement.id : "";
    this.result.innerHTML = html;
    if (focused) document.getElementById(focused)?.focus();
    this.status.textContent = this.form.dataset.textDone;
  }

  submitted(event) {
    if (event.submitter?.value === "preview") {
      event.preventDefault();
      this.compute();
    } else if (this.stored) {
      event.preventDefault();
    }
    this.stored = event.submitter?.value === "store";
  }
}

for (const form of document.querySelectorAll("[data-quote]")) new QuoteForm(form);

// Offers banks and branches while a code, a name or kana is typed. Without this script the server finds them when
// the form is sent. The server answers {offices: ["0001 みずほ", …]}.

const PAUSE = 250;

class Lookup {
  constructor(address, name, more) {
    this.address = address;
    this.more = more;
    this.input = document.getElementById(name);
    this.list = document.createElement("datalist");
    this.list.id = `${name}-offices`;
    this.input.after(this.list);
    this.input.setAttribute("list", this.list.id);
    this.input.addEventListener("input", () => this.soon());
    this.input.addEventListener("focus", () => this.soon());
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    this.running?.abort();
    this.running = new AbortController();
    const asked = new URLSearchParams({ q: this.input.value, ...this.more() });
    try {
      const response = await fetch(`${this.address}?${asked}`, {
        headers: { Accept: "application/json" },
        signal: this.running.signal,
      });
      if (!response.ok) return;
      const { offices } = await response.json();
      this.list.replaceChildren(...offices.map((text) => new Option(text, text)));
    } catch {
      // An answer that nobody waits for any more, or a network that is gone: the form works without it.
    }
  }
}

for (const fields of document.querySelectorAll("[data-bank-lookup]")) {
  const bank = new Lookup(fields.dataset.bankLookup, "bank", () => ({}));
  new Lookup(fields.dataset.bankLookup, "branch", () => ({ bank: bank.input.value }));
}

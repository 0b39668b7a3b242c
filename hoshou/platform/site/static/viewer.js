// Page images: jump, zoom, keyboard, progress. Without this file the images and the page links work all the same.

const ZOOMS = [50, 75, 100, 125, 150, 200, 300];
const FIT = 100;

class Viewer {
  constructor(root) {
    this.root = root;
    this.region = root.querySelector("[data-pages]");
    this.pages = [...root.querySelectorAll("[data-page]")];
    this.input = root.querySelector("#viewer-page");
    this.zoomText = root.querySelector("[data-zoom-text]");
    this.current = 1;
    this.loaded = new Set();
    root.querySelector("[data-bar]").hidden = false;
    root.querySelector("[data-index]").hidden = true;
    this.listen();
    this.follow();
    this.load();
    this.mark(1);
  }

  listen() {
    for (const button of this.root.querySelectorAll("[data-turn]")) {
      button.addEventListener("click", () => this.go(this.current + Number(button.dataset.turn)));
    }
    for (const button of this.root.querySelectorAll("[data-zoom-step]")) {
      button.addEventListener("click", () => this.zoom(Number(button.dataset.zoomStep)));
    }
    this.root.querySelector("[data-jump]").addEventListener("submit", (event) => {
      event.preventDefault();
      this.go(Number(this.input.value.normalize("NFKC")) || this.current);
    });
    this.input.addEventListener("change", () => this.input.form.requestSubmit());
    this.region.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("button")) return;
    const actions = {
      PageUp: () => this.go(this.current - 1),
      PageDown: () => this.go(this.current + 1),
      Home: () => this.go(1),
      End: () => this.go(this.pages.length),
      "+": () => this.zoom(1),
      ";": () => this.zoom(1),
      "-": () => this.zoom(-1),
      0: () => this.zoom(0),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  go(number) {
    const target = Math.min(Math.max(number, 1), this.pages.length);
    this.pages[target - 1].scrollIntoView({ block: "start" });
    this.mark(target);
  }

  zoom(step) {
    const at = ZOOMS.indexOf(Number(this.region.dataset.zoom));
    const level = step === 0 ? FIT : ZOOMS[Math.min(Math.max(at + step, 0), ZOOMS.length - 1)];
    const page = this.current;
    this.region.dataset.zoom = level;
    this.zoomText.textContent = `${level}%`;
    this.go(page);
  }

  mark(number) {
    this.current = number;
    this.input.value = number;
    const link = document.querySelector("[data-session-continue]");
    if (link) link.hash = `page-${number}`;
  }

  // The page that fills most of the window is the one that the reader is on.
  follow() {
    const seen = new Map();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) seen.set(entry.target, entry.intersectionRect.height);
        const [page, height] = [...seen].reduce((best, next) => (next[1] > best[1] ? next : best));
        if (height > 0 && document.activeElement !== this.input) this.mark(Number(page.dataset.page));
      },
      { threshold: [0, 0.25, 0.5, 0.75, 1] },
    );
    for (const page of this.pages) observer.observe(page);
  }

  load() {
    for (const page of this.pages) {
      const image = page.querySelector("img");
      image.addEventListener("load", () => this.arrived(page));
      image.addEventListener("error", () => this.failed(page, image));
      // Some are through before this file is; one whose loading was put off is not complete.
      if (image.complete && image.naturalWidth > 0) this.arrived(page);
      else if (image.complete) this.failed(page, image);
    }
    this.report();
  }

  arrived(page) {
    page.querySelector(".page__loading")?.remove();
    this.loaded.add(page);
    this.report();
  }

  failed(page, image) {
    const frame = page.querySelector(".page__frame");
    const before = [...frame.childNodes];
    const message = this.root.querySelector("[data-page-failed]").content.cloneNode(true);
    message.querySelector("[data-retry]").addEventListener("click", () => {
      frame.replaceChildren(...before);
      image.loading = "eager";
      image.src = image.getAttribute("src");
      this.region.focus();
    });
    frame.replaceChildren(message);
  }

  report() {
    const progress = document.querySelector("[data-progress]");
    progress.hidden = false;
    progress.textContent = progress.dataset.text
      .replace("{loaded}", this.loaded.size)
      .replace("{total}", this.pages.length);
  }
}

// Choosing by pointer shows the file at once, as the pull-down promises; by keyboard the button does,
// so that the arrow keys can pass over the other files.
function pickFiles(form) {
  const select = form.querySelector("select");
  let byKeyboard = false;
  select.addEventListener("keydown", () => (byKeyboard = true));
  select.addEventListener("pointerdown", () => (byKeyboard = false));
  select.addEventListener("change", () => {
    if (!byKeyboard) form.requestSubmit();
  });
}

for (const root of document.querySelectorAll("[data-viewer]")) new Viewer(root);
for (const form of document.querySelectorAll("[data-file-picker]")) pickFiles(form);

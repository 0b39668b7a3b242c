// Names for the controls that Flask-AppBuilder's list and filters leave without one, and rank for its titles.
// Its scripts build some of them after the page has loaded, so new ones are looked at too.

const texts = document.querySelector("script[data-select-row]").dataset;

function name(selector, text) {
  for (const element of document.querySelectorAll(selector)) {
    if (!element.hasAttribute("aria-label")) element.setAttribute("aria-label", text(element));
  }
}

function nameAll() {
  name(".action_check", () => texts.selectRow);
  name(".action_check_all", () => texts.selectAll);
  name(".filters select, .filters input", (element) =>
    element.closest("tr").querySelector(".remove-filter").textContent.replace("×", "").trim(),
  );
  name(".select2-selection", (element) => {
    const field = element.closest(".select2-container").previousElementSibling;
    const label = field?.labels?.[0] ?? field;
    return (label?.getAttribute("aria-label") ?? label?.textContent ?? "").replace("*", "").trim();
  });
  for (const title of document.querySelectorAll(".panel-primary > .panel-heading > .panel-title")) {
    title.setAttribute("role", "heading");
    title.ariaLevel = "1";
  }
  for (const cell of document.querySelectorAll("thead th:empty")) cell.textContent = texts.operations;
  for (const panel of document.querySelectorAll(".table-responsive")) {
    if (panel.scrollWidth > panel.clientWidth) panel.tabIndex = 0;
  }
}

nameAll();
new MutationObserver(nameAll).observe(document.getElementById("main"), { childList: true, subtree: true });

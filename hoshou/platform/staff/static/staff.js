// What Flask-AppBuilder's pages lack: names for the controls of lists and filters, rank for titles, and two translations.
// Its scripts build some of them after the page has loaded, so new ones are looked at too.

const texts = document.querySelector("script[data-select-row]").dataset;

function name(selector, text) {
  for (const element of document.querySelectorAll(selector)) {
    if (!element.hasAttribute("aria-label")) element.setAttribute("aria-label", text(element));
  }
}

// On a narrow screen the cells of a row stand one below the other, and the heads of the columns aren't shown.
function labelCells(row) {
  const heads = row.closest("table").tHead?.rows[0]?.cells ?? [];
  for (const [place, cell] of [...row.cells].entries()) cell.dataset.label ??= heads[place]?.textContent ?? "";
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
  for (const title of document.querySelectorAll(".panel-title")) {
    title.setAttribute("role", "heading");
    title.ariaLevel = title.closest(".panel").matches(".panel-primary") ? "1" : "2";
  }
  for (const row of document.querySelectorAll(".table--cards > tbody > tr")) labelCells(row);
  for (const cell of document.querySelectorAll("thead th:empty")) cell.textContent = texts.operations;
  for (const panel of document.querySelectorAll(".table-responsive")) {
    if (panel.scrollWidth > panel.clientWidth) panel.tabIndex = 0;
  }
}

// Two sentences that Flask-AppBuilder's scripts say in English whatever the language.
function translateAll() {
  for (const element of document.querySelectorAll(".select2-selection__placeholder")) {
    if (["Select", "Select a State"].includes(element.textContent)) element.textContent = texts.choose;
  }
}

const alertInEnglish = window.ab_alert;
window.ab_alert = (text) => alertInEnglish(text === "No row selected" ? texts.noRow : text);

function tend() {
  nameAll();
  translateAll();
}

tend();
new MutationObserver(tend).observe(document.getElementById("main"), { childList: true, subtree: true });

// Work in the background: its part of the page is looked at anew until it is done, then the page is.
const LOOK_AGAIN = 3000;

async function lookAtWork() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const work = page.querySelector("[data-work]");
      if (!work) return location.reload();
      const shown = document.querySelector("[data-work]");
      if (shown.innerHTML !== work.innerHTML) shown.innerHTML = work.innerHTML;
    }
  } catch {
    // A network that is gone: it may come back.
  }
  setTimeout(lookAtWork, LOOK_AGAIN);
}

if (document.querySelector("[data-work]")) setTimeout(lookAtWork, LOOK_AGAIN);

// What can't be undone is asked about first.
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// Errors that arrive without a new page, shown just as the server's own pages show them:
// summed up above the form, and beside each field.

export function clearErrors(form) {
  document.querySelector("[data-error-summary]")?.remove();
  for (const field of form.querySelectorAll(".field--wrong")) {
    field.classList.remove("field--wrong");
    field.querySelector(".field__error")?.remove();
    const control = field.querySelector("[aria-invalid]");
    control?.removeAttribute("aria-invalid");
    describe(control, field.dataset.field, "remove");
  }
}

// errors: field name to sentence; a name without a field of its own stands in the summary alone.
export function showErrors(form, errors) {
  clearErrors(form);
  const fields = [...form.querySelectorAll("[data-field]")];
  const place = ([name]) => fields.findIndex((field) => field.dataset.field === name);
  const list = document.createElement("ul");
  // In the order of the form, whatever order they came in.
  for (const [name, sentence] of Object.entries(errors).sort((a, b) => place(a) - place(b))) {
    const field = fields[place([name])];
    if (field) mark(field, form, sentence);
    list.append(item(name, sentence, field));
  }
  const title = document.createElement("h2");
  title.className = "error-summary__title";
  title.id = "error-summary-title";
  title.textContent = form.dataset.errorTitle;
  const summary = document.createElement("div");
  summary.className = "error-summary";
  summary.tabIndex = -1;
  summary.dataset.errorSummary = "";
  summary.setAttribute("role", "alert");
  summary.setAttribute("aria-labelledby", title.id);
  summary.append(title, list);
  form.parentElement.prepend(summary);
  summary.focus();
}

function item(name, sentence, field) {
  const entry = document.createElement("li");
  if (!field) {
    entry.textContent = sentence;
    return entry;
  }
  const link = document.createElement("a");
  link.href = `#${name}`;
  link.textContent = sentence;
  entry.append(link);
  return entry;
}

function mark(field, form, sentence) {
  const name = field.dataset.field;
  const control = form.querySelector(`#${CSS.escape(name)}`);
  const message = document.createElement("p");
  const prefix = document.createElement("span");
  prefix.className = "visually-hidden";
  prefix.textContent = form.dataset.errorPrefix;
  message.className = "field__error";
  message.id = `${name}-error`;
  message.append(prefix, sentence);
  field.classList.add("field--wrong");
  (field.querySelector(".field__control, .drop") ?? field.lastElementChild).before(message);
  control.setAttribute("aria-invalid", "true");
  describe(control, name, "add");
}

function describe(control, name, change) {
  if (!control) return;
  const ids = new Set((control.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  if (change === "add") ids.add(`${name}-error`);
  else ids.delete(`${name}-error`);
  if (ids.size > 0) control.setAttribute("aria-describedby", [...ids].join(" "));
  else control.removeAttribute("aria-describedby");
}

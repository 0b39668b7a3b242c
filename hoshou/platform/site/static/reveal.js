// Show and hide what is typed into a password field.

export function revealPasswords() {
  for (const button of document.querySelectorAll("[data-reveal]")) {
    const input = document.getElementById(button.dataset.reveal);
    button.hidden = false;
    button.addEventListener("click", () => show(button, input, input.type === "password"));
    // A browser offers to save only what is sent as a password.
    input.form.addEventListener("submit", () => show(button, input, false));
  }
}

function show(button, input, visible) {
  input.type = visible ? "text" : "password";
  button.setAttribute("aria-pressed", String(visible));
  button.textContent = visible ? button.dataset.textHide : button.dataset.textShow;
}

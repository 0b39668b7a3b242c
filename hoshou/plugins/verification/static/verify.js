// A chosen or dropped PDF is digested in this browser; only the digest goes into the form that is sent.
// Without this script, or where the browser can't digest, the digest is typed.

const form = document.querySelector("[data-verify]");
const status = form.querySelector("[data-verify-status]");
const drop = form.querySelector("[data-drop]");

document.querySelector("#answer-title")?.focus();
if (window.crypto?.subtle) takeFiles();

function takeFiles() {
  form.querySelector("[data-verify-file]").hidden = false;
  form.querySelector("#file").addEventListener("change", (event) => verify(event.target.files[0]));
  // Wherever it is dropped: beside the box, a browser would open the file in place of this page.
  window.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("drop--over");
  });
  for (const name of ["dragleave", "drop"]) {
    window.addEventListener(name, () => drop.classList.remove("drop--over"));
  }
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    verify(event.dataTransfer.files[0]);
  });
}

async function verify(file) {
  if (!file) return;
  if (file.size > Number(form.dataset.maxBytes)) {
    status.textContent = status.dataset.textLarge;
    return;
  }
  status.textContent = status.dataset.textReading;
  try {
    form.elements.sha256.value = hexadecimal(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  } catch {
    status.textContent = status.dataset.textFailed;
    return;
  }
  form.requestSubmit();
}

function hexadecimal(buffer) {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Choosing PDFs by drag and drop, each with its kind, and sending them with progress.
// The server answers this script in JSON: 2xx {location}, 4xx {errors: {field: sentence}, warnings: [sentence]};
// without it the form is sent as it stands, with one kind for all files.

import { clearErrors, showErrors } from "./form_errors.js";

class Upload {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("#files");
    this.list = form.querySelector("[data-chosen]");
    this.row = form.querySelector("[data-chosen-row]");
    this.button = form.querySelector(".button--primary");
    this.chosen = [];
    form.querySelector("[data-drop-text]").hidden = false;
    document.querySelector("[data-error-summary]")?.focus();
    this.takeFiles();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (event.submitter?.matches("[data-test-mail]")) this.sendTestMail(event.submitter);
      else this.send();
    });
  }

  takeFiles() {
    const drop = this.form.querySelector("[data-drop]");
    this.input.addEventListener("change", () => {
      this.add(this.input.files);
      this.input.value = "";
    });
    drop.addEventListener("dragover", (event) => {
      event.preventDefault();
      drop.classList.add("drop--over");
    });
    for (const name of ["dragleave", "drop"]) {
      drop.addEventListener(name, () => drop.classList.remove("drop--over"));
    }
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      this.add(event.dataTransfer.files);
    });
  }

  add(files) {
    const common = this.form.querySelector("#kind").value;
    for (const file of files) {
      const row = this.row.content.cloneNode(true).firstElementChild;
      const kind = row.querySelector("[data-kind]");
      const remove = row.querySelector("[data-remove]");
      const entry = { file, kind };
      row.querySelector("[data-name]").textContent = file.name;
      row.querySelector("[data-size]").textContent = `${Math.ceil(file.size / 1024).toLocaleString()} KB`;
      kind.value = common;
      kind.setAttribute("aria-label", `${file.name}: ${this.form.querySelector("label[for=kind]").textContent}`);
      remove.setAttribute("aria-label", `${file.name}: ${remove.textContent}`);
      remove.addEventListener("click", () => {
        this.chosen.splice(this.chosen.indexOf(entry), 1);
        row.remove();
        this.update();
        this.input.focus();
      });
      this.chosen.push(entry);
      this.list.append(row);
    }
    this.update();
  }

  // Once files are listed, each has a kind of its own and the common one would only confuse.
  update() {
    this.form.querySelector("[data-common-kind]").hidden = this.chosen.length > 0;
  }

  data() {
    const data = new FormData(this.form);
    if (this.chosen.length > 0) {
      data.delete("files");
      data.delete("kind");
      for (const { file, kind } of this.chosen) {
        data.append("files", file);
        data.append("kind", kind.value);
      }
    }
    return data;
  }

  send() {
    const request = new XMLHttpRequest();
    request.open("POST", this.form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => this.progress(event.loaded / event.total));
    request.addEventListener("load", () => this.answered(request));
    request.addEventListener("error", () => this.refused({ "": this.form.dataset.textFailed }));
    clearErrors(this.form);
    this.button.disabled = true;
    this.progress(0);
    request.send(this.data());
  }

  progress(share) {
    const line = this.form.querySelector("[data-progress]");
    const label = line.querySelector("label");
    const percent = Math.floor(share * 100);
    line.hidden = false;
    line.querySelector("progress").value = percent;
    label.textContent =
      percent < 100 ? label.dataset.textSending.replace("{percent}", percent) : label.dataset.textChecking;
  }

  answered(request) {
    const answer = request.response;
    if (request.status < 300 && answer?.location) window.location.assign(answer.location);
    else if (answer?.warnings?.length) this.warn(answer.warnings);
    else this.refused(answer?.errors ?? { "": this.form.dataset.textFailed });
  }

  warn(sentences) {
    const box = this.form.querySelector("[data-warnings]");
    const items = sentences.map((sentence) => {
      const item = document.createElement("li");
      item.textContent = sentence;
      return item;
    });
    this.stopped();
    box.hidden = false;
    box.querySelector("[data-warning-list]").replaceChildren(...items);
    box.querySelector("#override_reason").focus();
  }

  refused(errors) {
    this.stopped();
    showErrors(this.form, errors);
  }

  stopped() {
    this.button.disabled = false;
    this.form.querySelector("[data-progress]").hidden = true;
  }

  async sendTestMail(button) {
    const status = this.form.querySelector("[data-test-mail-status]");
    const body = new FormData();
    for (const name of ["csrf_token", "contractor_email", "contractor_email_again"]) {
      body.append(name, this.form.elements[name].value);
    }
    clearErrors(this.form);
    status.textContent = "";
    button.disabled = true;
    try {
      const response = await fetch(button.formAction, { method: "POST", body, headers: { Accept: "application/json" } });
      const answer = await response.json();
      if (response.ok) status.textContent = answer.message;
      else showErrors(this.form, answer.errors);
    } catch {
      status.textContent = this.form.dataset.textFailed;
    } finally {
      button.disabled = false;
    }
  }
}

for (const form of document.querySelectorAll("[data-upload]")) new Upload(form);

// The end of an idle session, shown in time: what was on the screen goes away when the server's session ends.
// The session is never prolonged from here; only the reader's own operation does that.

import { countDown, timeLeft } from "./countdown.js";

const SPOKEN_AT = [300, 60];
const SOON = 120;

export function watchSession() {
  const bar = document.querySelector("[data-session]");
  if (!bar) return;
  const spoken = bar.querySelector("[data-session-spoken]");
  const texts = bar.querySelector("[data-countdown]").dataset;
  const over = bar.querySelector("[data-session-over]").content;
  let last = Number(bar.dataset.seconds);

  countDown(last, (left) => {
    bar.classList.toggle("session-bar--soon", left <= SOON);
    if (SPOKEN_AT.some((at) => last > at && left <= at)) spoken.textContent = timeLeft(texts, left);
    last = left;
    if (left === 0) end(over);
  });

  // A page brought back by the browser's back button may belong to a session that has ended.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
}

function end(over) {
  const main = document.getElementById("main");
  main.replaceChildren(over.cloneNode(true));
  main.focus();
}

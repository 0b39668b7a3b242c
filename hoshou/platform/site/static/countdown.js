// Time left, counted on this machine from the seconds that the server gave. Nothing here asks the server anything.

export function startCountdowns() {
  for (const element of document.querySelectorAll("[data-countdown]")) {
    countDown(Number(element.dataset.seconds), (left) => {
      element.textContent = timeLeft(element.dataset, left);
    });
  }
  for (const button of document.querySelectorAll("[data-pause]")) {
    pause(button);
  }
}

// Calls tick(seconds left) now and once a second, for the last time with 0.
export function countDown(seconds, tick) {
  const end = Date.now() + seconds * 1000;
  const step = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    tick(left);
    if (left === 0) clearInterval(timer);
  };
  const timer = setInterval(step, 1000);
  step();
}

export function timeLeft(texts, left) {
  if (left === 0) return texts.textOver;
  if (left > 60) return texts.textMinutes.replace("{n}", Math.ceil(left / 60));
  return texts.textSeconds.replace("{n}", left);
}

function pause(button) {
  const text = button.textContent;
  countDown(Number(button.dataset.pause), (left) => {
    button.disabled = left > 0;
    button.textContent = left > 0 ? button.dataset.textWait.replace("{n}", left) : text;
  });
}

// What every public page does beyond plain HTML. Each part works on data attributes and leaves a page without them alone.

import { startCountdowns } from "./countdown.js";
import { revealPasswords } from "./reveal.js";
import { watchSession } from "./session.js";

document.querySelector("[data-error-summary]")?.focus();
revealPasswords();
startCountdowns();
watchSession();

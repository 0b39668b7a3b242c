"""A reader at a real Chromium, who notes whatever the browser complains about."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Playwright, ViewportSize

from tests.accounts import PASSWORD
from tests.browser.live import LiveSite

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP = ViewportSize(width=1280, height=800)
TELEPHONE = ViewportSize(width=390, height=844)

JAPANESE = re.compile("[\u3041-\u30fa\u4e00-\u9fff]")
LATIN = re.compile("[A-Za-z]")
SAME_IN_BOTH = {"SHA-256"}
NAMES = """() => {
  const names = [document.title];
  const spoken = "h1, h2, h3, th, label, legend, summary, button, option, caption, dt, .btn, .button, .help-block, nav a";
  for (const element of document.querySelectorAll(spoken)) {
    if (!element.lang) names.push(element.textContent.trim());
  }
  for (const attribute of ["aria-label", "placeholder", "title", "alt"]) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) names.push(element.getAttribute(attribute));
  }
  return names;
}"""
"""The texts by which a page names its parts; what is data stands elsewhere."""

_addresses = (f"198.51.{high}.1" for high in count(1))


def launch(playwright: Playwright) -> Browser:
    """Chromium, or a skipped test where there is none; in CI a failed one."""
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail("Chromium is needed and not installed")
        pytest.skip("Chromium is not installed")
    return playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


class Visitor:
    """One browser window. ``complaints`` holds console errors, breaches of the content policy, and dialogs."""

    def __init__(self, site: LiveSite, context: BrowserContext) -> None:
        self.site, self.context = site, context
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._dialog)

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium reports each answer of 400 and above here, ours among them.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(message.text)

    def _dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def go(self, address: str, status: int = 200) -> None:
        answer = self.page.goto(self.site.url + address)
        assert answer is not None
        assert answer.status == status, address

    def log_in(self, username: str) -> None:
        """Log in at the staff site."""
        self.go("/login/")
        self.page.fill("#username", username)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url("**/home/")

    def press(self, name: str, within: str = "main") -> None:
        """Press the button of that name."""
        self.page.locator(within).get_by_role("button", name=name, exact=True).click()

    def text(self) -> str:
        """What the page's main part says."""
        return self.page.inner_text("main")

    def foreign_words(self) -> list[str]:
        """Headings, labels and buttons without any Japanese, which a Japanese page shouldn't have."""
        return [
            words
            for words in self.page.evaluate(NAMES)
            if LATIN.search(words) and not JAPANESE.search(words) and words not in SAME_IN_BOTH
        ]

    def japanese_words(self) -> list[str]:
        """The same with Japanese in them, which an English page shouldn't have."""
        return [words for words in self.page.evaluate(NAMES) if JAPANESE.search(words)]

    def axe(self) -> list[str]:
        """The rules that axe finds broken, with the element of each."""
        violations = Axe().run(self.page).response["violations"]
        return [f"{found['id']}: {node['html'][:200]}" for found in violations for node in found["nodes"]]

    def overflow(self, width: int) -> int:
        """How many pixels the page scrolls sideways in a window of that width."""
        self.page.set_viewport_size(ViewportSize(width=width, height=768))
        return int(
            self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        )


@contextmanager
def visiting(site: LiveSite, browser: Browser, size: ViewportSize = DESKTOP) -> Iterator[Visitor]:
    """A new window without cookies, from an address of its own."""
    context = browser.new_context(
        viewport=size,
        locale="ja-JP",
        timezone_id="Asia/Tokyo",
        extra_http_headers={"X-Forwarded-For": next(_addresses)},
    )
    context.set_default_timeout(30_000)
    try:
        yield Visitor(site, context)
    finally:
        context.close()

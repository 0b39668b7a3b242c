"""A person who has a keyboard and no mouse: goes from stop to stop, and sees at each where it is."""

from dataclasses import dataclass

from playwright.sync_api import FileChooser, Locator, Page

MOST_STOPS = 120

WHERE = """() => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return null;
  const box = at.getBoundingClientRect();
  const style = getComputedStyle(at);
  const shown = box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0
    && box.top < innerHeight && box.left < innerWidth;
  const [x, y] = [Math.max(0, box.left), Math.max(0, box.top)];
  const middle = document.elementFromPoint(
    (x + Math.min(innerWidth, box.right)) / 2, (y + Math.min(innerHeight, box.bottom)) / 2);
  return {
    name: `${at.tagName} ${at.id || at.name || ""} ${(at.textContent || "").trim().slice(0, 30)}`,
    parts: ["date", "time", "datetime-local"].includes(at.type) ? 8 : 1,
    visible: shown && !!middle && (at.contains(middle) || middle.contains(at)),
    marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
  };
}"""

LEFT_OUT = """stops => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter(part => !part.disabled && part.type !== "hidden" && part.checkVisibility({ visibilityProperty: true }))
  .filter(part => !part.dataset.stopped)
  .map(part => part.outerHTML.slice(0, 120))"""


@dataclass
class Keyboard:
    """Tab, Enter and typing, on the window's page."""

    page: Page

    def go_to(self, target: Locator, key: str = "Tab") -> None:
        """Press Tab until the target has the focus."""
        for _ in range(MOST_STOPS):
            if target.evaluate("part => part === document.activeElement"):
                self.look()
                return
            self.page.keyboard.press(key)
            self.look()
        raise AssertionError(f"never reached: {target}")

    def look(self) -> None:
        """Where the focus is can be seen: inside the window, covered by nothing, with a line around it."""
        at = self.page.evaluate(WHERE)
        assert at is None or (at["visible"] and at["marked"]), at

    def press(self, name: str, role: str = "button", within: str = "main") -> None:
        """Go to the button or link of that name and press Enter."""
        self.go_to(self.page.locator(within).get_by_role(role, name=name, exact=True))  # type: ignore[arg-type]
        self.page.keyboard.press("Enter")

    def fill(self, selector: str, text: str) -> None:
        """Go to the field and type."""
        self.go_to(self.page.locator(selector))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def fill_day(self, selector: str, day: str) -> None:
        """The same for a day, whose parts an English Chromium has in the order of America."""
        year, month, number = day.split("-")
        self.go_to(self.page.locator(selector))
        self.page.keyboard.type(month + number + year)
        assert self.page.input_value(selector) == day

    def choose(self, selector: str, value: str) -> None:
        """Go to the pull-down and press the arrow until the value is chosen."""
        self.go_to(self.page.locator(selector))
        self.page.keyboard.press("Home")
        for _ in range(self.page.locator(f"{selector} option").count()):
            if self.page.input_value(selector) == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{selector} has no {value}")

    def choose_file(self, selector: str) -> FileChooser:
        """Go to the file's field and open the chooser."""
        self.go_to(self.page.locator(selector))
        with self.page.expect_file_chooser() as choosing:
            self.page.keyboard.press("Enter")
        return choosing.value

    def walk(self) -> None:
        """Once through the page from its top: no trap, every part reached, and the way back as well."""
        self.page.evaluate("document.activeElement.blur(); scrollTo(0, 0); getSelection().removeAllRanges()")
        for key in ("Tab", "Shift+Tab"):
            last, stays = "", 0
            for _ in range(MOST_STOPS):
                self.page.keyboard.press(key)
                self.look()
                at = self.page.evaluate(WHERE)
                if at is None:
                    break
                stays = stays + 1 if at["name"] == last else 0
                assert stays < at["parts"] or at["name"].startswith("A "), f"a trap: {at}"
                last = at["name"]
                self.page.evaluate("document.activeElement.dataset.stopped = '1'")
            else:
                raise AssertionError(f"no end of stops at {last}")
            assert self.page.evaluate(LEFT_OUT) == []
            self.page.evaluate(
                "document.querySelectorAll('[data-stopped]').forEach(p => delete p.dataset.stopped)"
            )

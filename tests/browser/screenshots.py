"""Takes the manual's pictures: ``python -m tests.browser.screenshots [name ...]``.

Every page of the browser tests, at the size of a desktop and of a telephone.
"""

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.browser.live import LiveSite, running_site
from tests.browser.pages import PUBLIC, STAFF, Place
from tests.browser.scene import Scene, set_scene
from tests.browser.visitor import DESKTOP, TELEPHONE, Visitor, launch, visiting
from tests.conftest import set_up

IMAGES = Path(__file__).resolve().parent.parent.parent / "docs" / "manual" / "images"
SIZES = (DESKTOP, TELEPHONE)
COLOURS = 64


def take(visitor: Visitor, place: Place, size: ViewportSize) -> None:
    """Write one picture: as a PNG of few colours, which screens hardly miss."""
    visitor.page.mouse.move(0, 0)
    with Image.open(BytesIO(visitor.page.screenshot(animations="disabled", caret="hide"))) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(IMAGES / f"{place.name}-{size['width']}.png", optimize=True)


def take_all(site: LiveSite, scene: Scene, browser: Browser, size: ViewportSize, wanted: set[str]) -> None:
    for place in PUBLIC:
        if place.name in wanted:
            site.begin_again()
            with visiting(site, browser, size) as visitor:
                place.open(visitor, scene)
                take(visitor, place, size)
    for username in sorted({place.username for place in STAFF if place.name in wanted}):
        site.begin_again()
        with visiting(site, browser, size) as visitor:
            visitor.log_in(username)
            for place in STAFF:
                if place.username == username and place.name in wanted:
                    place.open(visitor, scene)
                    take(visitor, place, size)


def main(names: list[str]) -> None:
    wanted = set(names or (place.name for place in (*PUBLIC, *STAFF)))
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        template = Path(folder) / "template.sqlite"
        set_up(f"sqlite:///{template}", Path(folder))
        browser = launch(playwright)
        with running_site(Path(folder), template) as site:
            scene = set_scene(site)
            for size in SIZES:
                take_all(site, scene, browser, size, wanted)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])

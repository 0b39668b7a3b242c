"""Every page in a real browser: accessible, within its window, and never at odds with the content policy."""

import pytest

from tests.browser.conftest import Visit
from tests.browser.live import LiveSite
from tests.browser.pages import PUBLIC, STAFF, Place
from tests.browser.scene import Scene

pytestmark = pytest.mark.browser

NARROW, SMALL_DESKTOP = 360, 1024


@pytest.mark.req("A-063", "A-066")
@pytest.mark.parametrize("place", PUBLIC, ids=lambda place: place.name)
def test_a_public_page_is_sound(site: LiveSite, scene: Scene, visit: Visit, place: Place) -> None:
    visitor = visit(site)
    place.open(visitor, scene)
    assert visitor.axe() == []
    assert [width for width in (SMALL_DESKTOP, NARROW) if visitor.overflow(width) > 0] == []


@pytest.mark.req("A-066", "P-010")
@pytest.mark.parametrize("username", sorted({place.username for place in STAFF}))
def test_the_staff_pages_are_sound(site: LiveSite, scene: Scene, visit: Visit, username: str) -> None:
    visitor = visit(site)
    visitor.log_in(username)
    faults, sideways, untranslated = [], [], []
    for place in STAFF:
        if place.username == username:
            visitor.page.set_viewport_size({"width": 1280, "height": 800})
            place.open(visitor, scene)
            faults += [f"{place.name}: {fault}" for fault in visitor.axe()]
            untranslated += [(place.name, words) for words in visitor.foreign_words()]
            sideways += [(place.name, width) for width in (SMALL_DESKTOP, NARROW) if visitor.overflow(width) > 0]
    assert faults == []
    assert sideways == []
    assert untranslated == []

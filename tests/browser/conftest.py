from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.live import LiveSite, running_site
from tests.browser.scene import Scene, set_scene
from tests.browser.town import settle
from tests.browser.visitor import Visitor, launch, visiting

Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def staged(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveSite, Scene]]:
    """A site with the scene set, for tests that leave its folders and staff as they are."""
    with running_site(tmp_path_factory.mktemp("staged"), sqlite_template) as site:
        yield site, set_scene(site)


@pytest.fixture
def site(staged: tuple[LiveSite, Scene]) -> LiveSite:
    staged[0].begin_again()
    return staged[0]


@pytest.fixture
def scene(staged: tuple[LiveSite, Scene]) -> Scene:
    return staged[1]


@pytest.fixture(scope="session")
def settled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """A site with its people, and the page of the mail box, for stories that each have policies of their own."""
    with running_site(tmp_path_factory.mktemp("settled"), sqlite_template, demo=True) as site:
        settle(site)
        yield site


@pytest.fixture
def town(settled: LiveSite) -> LiveSite:
    settled.begin_again()
    return settled


@pytest.fixture
def own_site(sqlite_template: Path, tmp_path: Path) -> Iterator[LiveSite]:
    """An empty site of the test's own, with the page of the mail box."""
    with running_site(tmp_path, sqlite_template, demo=True) as site:
        yield site


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Opens windows; at the end none of them may have had anything to complain about."""
    with ExitStack() as windows:
        visitors: list[Visitor] = []

        def open_window(site: LiveSite) -> Visitor:
            visitors.append(windows.enter_context(visiting(site, browser)))
            return visitors[-1]

        yield open_window
        assert [visitor.complaints for visitor in visitors if visitor.complaints] == []

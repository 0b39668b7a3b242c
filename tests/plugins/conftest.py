from collections.abc import Callable

import pytest

from hoshou.base.clock import FixedClock
from tests.conftest import AppMaker
from tests.plugins.public_site import PublicSite


@pytest.fixture
def make_site(usual_url: str, make_app: AppMaker, clock: FixedClock) -> Callable[..., PublicSite]:
    """The public site on SQLite, with settings of the test's own. No context is entered: each request has its own."""

    def make(**settings: object) -> PublicSite:
        return PublicSite(make_app(usual_url, **settings), clock)

    return make


@pytest.fixture
def public_site(make_site: Callable[..., PublicSite]) -> PublicSite:
    return make_site()

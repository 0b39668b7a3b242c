from collections.abc import Iterator

import pytest

from hoshou.base.clock import FixedClock
from tests.conftest import AppMaker
from tests.platform.mail.server import Mailbox
from tests.plugins.public_site import PublicSite
from tests.plugins.receipts.desk import Desk, open_desk


@pytest.fixture
def desk(usual_url: str, make_app: AppMaker, clock: FixedClock) -> Iterator[Desk]:
    with Mailbox().open() as mailbox:
        app = make_app(usual_url, MAIL_PORT=mailbox.port)
        yield open_desk(app, PublicSite(app, clock), mailbox)

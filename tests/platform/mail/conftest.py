from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from hoshou.base.clock import FixedClock
from hoshou.platform.mail.outbox import OutboxMail
from hoshou.platform.mail.smtp import mail
from hoshou.platform.mail.wording import MailWording
from tests.platform.mail.samples import mail_settings
from tests.platform.mail.server import Mailbox
from tests.platform.small_app import make_app, running


@pytest.fixture
def closed_mailbox() -> Mailbox:
    """A mail server that isn't running yet."""
    return Mailbox()


@pytest.fixture
def mailbox(closed_mailbox: Mailbox) -> Iterator[Mailbox]:
    with closed_mailbox.open():
        yield closed_mailbox


@pytest.fixture
def mail_app(database_url: str, clock: FixedClock, tmp_path: Path, closed_mailbox: Mailbox) -> Iterator[Flask]:
    app = make_app(database_url, clock, tmp_path / "files", **mail_settings(closed_mailbox.port))
    mail.init_app(app)
    with running(app, OutboxMail, MailWording):
        yield app

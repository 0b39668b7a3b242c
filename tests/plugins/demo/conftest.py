from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from hoshou.plugins.demo.services.data_folder import MAILS
from hoshou.plugins.demo.services.mail_server import catching_mail, free_port
from tests.conftest import AppMaker

PLUGINS = [
    "organisations",
    "bonds",
    "domains",
    "viewer",
    "orderer",
    "guides",
    "proration",
    "premium",
    "guardkun",
    "debits",
    "demo",
]


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    """The folder of the demo's mails."""
    return tmp_path / MAILS


@pytest.fixture
def demo_app(usual_url: str, make_app: AppMaker, mails: Path) -> Iterator[Flask]:
    """The product in demo mode, with its mail server running."""
    port = free_port()
    app = make_app(usual_url, DEMO=True, PLUGINS=PLUGINS, MAIL_PORT=port)
    with app.app_context(), catching_mail(mails, port):
        yield app

"""The demo's mail server: speaks SMTP on the loopback and sends nothing on."""

import logging
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from hoshou.plugins.demo.services.mailbox import keep_mail

LOOPBACK = "127.0.0.1"


class Catcher:
    """Accepts every mail and keeps it in the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        keep_mail(self._folder, envelope.original_content or b"")
        return "250 OK"


def free_port() -> int:
    """A port of the loopback that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@contextmanager
def catching_mail(folder: Path, port: int) -> Iterator[None]:
    """Receive mail in a thread of this process."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    controller = Controller(Catcher(folder), hostname=LOOPBACK, port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def catch_mail(folder: Path, port: int) -> None:
    """The mail server's own process, until SIGTERM."""
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: over.set())
    with catching_mail(folder, port):
        over.wait()

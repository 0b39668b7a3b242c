"""A real SMTP server on the loopback, in a thread of the test's process."""

import email
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from aiosmtpd.controller import Controller

OK = "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Arrival:
    """What the server was told, byte for byte."""

    sender: str
    recipients: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=SMTP)


@dataclass
class Mailbox:
    """The server's handler: keeps what arrives, and answers as it is told to."""

    port: int = field(default_factory=free_port)
    arrivals: list[Arrival] = field(default_factory=list)
    answer_rcpt: Callable[[str], str] = lambda address: OK
    answer_data: Callable[[str], str] = lambda address: OK

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.answer_rcpt(address)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.answer_data(envelope.rcpt_tos[0])
        if answer == OK:
            self.arrivals.append(Arrival(envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return answer

    @contextmanager
    def open(self) -> Iterator["Mailbox"]:
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()

    def recipients(self) -> list[str]:
        return [arrival.recipients[0] for arrival in self.arrivals]

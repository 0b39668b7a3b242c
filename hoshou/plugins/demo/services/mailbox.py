"""The demo's mail box: a folder of .eml files, numbered in the order of their arrival."""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.policy import default
from email.utils import parseaddr
from pathlib import Path

from hoshou.base.clock import JST
from hoshou.base.errors import NotFound
from hoshou.base.errors import noop_gettext as N_

SHOWN = 200
ADDRESS = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True)
class Piece:
    """A run of a mail's text; ``is_link`` for an address on the web."""

    text: str
    is_link: bool


@dataclass(frozen=True)
class ReceivedMail:
    """One mail, decoded. ``sent_at`` is in JST."""

    number: int
    subject: str
    sender: str
    recipient: str
    sent_at: datetime
    text: str

    @property
    def lines(self) -> list[list[Piece]]:
        """The lines of the text, each cut at its web addresses; empty ones are left out."""
        return [list(_pieces(line)) for line in self.text.splitlines() if line.strip()]


def _pieces(line: str) -> Iterator[Piece]:
    at = 0
    for found in ADDRESS.finditer(line):
        yield Piece(line[at : found.start()], False)
        yield Piece(found.group(), True)
        at = found.end()
    yield Piece(line[at:], False)


def keep_mail(folder: Path, content: bytes) -> int:
    """Store a mail as it came in; returns its number. One process alone may keep mails."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = max(_numbers(folder), default=0) + 1
    draft = folder / f"{number:08}.part"
    draft.write_bytes(content)
    draft.rename(folder / f"{number:08}.eml")
    return number


def read_mails(folder: Path, recipient: str = "") -> list[ReceivedMail]:
    """The newest mails first, of one recipient or of all; at most ``SHOWN``."""
    mails: list[ReceivedMail] = []
    for number in sorted(_numbers(folder), reverse=True):
        mail = read_mail(folder, number)
        if not recipient or mail.recipient == recipient:
            mails.append(mail)
        if len(mails) == SHOWN:
            break
    return mails


def read_mail(folder: Path, number: int) -> ReceivedMail:
    """Raises NotFound ``mail_unknown``."""
    try:
        content = (folder / f"{number:08}.eml").read_bytes()
    except FileNotFoundError as error:
        raise NotFound("mail_unknown", N_("このメールは見つかりません。")) from error
    message = email.message_from_bytes(content, policy=default)
    body = message.get_body(("plain",))
    return ReceivedMail(
        number=number,
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        recipient=parseaddr(str(message["To"] or ""))[1],
        sent_at=message["Date"].datetime.astimezone(JST),
        text=body.get_content().replace("\r\n", "\n") if body else "",
    )


def every_mail(folder: Path) -> Iterator[ReceivedMail]:
    """All mails of everybody, the oldest first."""
    return (read_mail(folder, number) for number in sorted(_numbers(folder)))


def recipients(folder: Path) -> list[str]:
    """Everybody who has mail."""
    return sorted({mail.recipient for mail in every_mail(folder)})


def newest_about(folder: Path, recipient: str, subject: str) -> ReceivedMail | None:
    """The newest mail to the recipient whose subject has these words."""
    for number in sorted(_numbers(folder), reverse=True):
        mail = read_mail(folder, number)
        if mail.recipient == recipient and subject in mail.subject:
            return mail
    return None


def _numbers(folder: Path) -> list[int]:
    return [int(path.stem) for path in folder.glob("*.eml")]

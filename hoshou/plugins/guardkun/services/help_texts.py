"""The scheme's part of the guides: entered once, edited by the lead office, read by all who work by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.plugins.guardkun.rules.golden import golden
from hoshou.plugins.guardkun.rules.help import HELP_PAGES
from hoshou.plugins.guides.models import GuidePage
from hoshou.plugins.guides.rules.kinds import Audience, Book
from hoshou.plugins.guides.services.edit import prepare_texts
from hoshou.plugins.guides.services.read import Language
from hoshou.plugins.guides.services.seed import seed_book


@dataclass(frozen=True)
class HelpLink:
    """A page of running text."""

    key: str
    title: str


def seed_help(session: Session) -> int:
    """Enter the manual's texts where there are none yet; returns how many rows. Running it again changes nothing."""
    document = golden("help")
    for number, entry in enumerate(document["faq"], start=1):
        entry |= {"audience": Audience.BOTH.value, "position": number}
    for number, entry in enumerate(document["contact"], start=1):
        entry["position"] = number
    texts = {
        "faq": document["faq"],
        "contacts": document["contact"],
        "revisions": document["revision"],
        "pages": document["page"],
    }
    return seed_book(session, Book.SCHEME, texts)


def help_links(session: Session, language: Language) -> Sequence[HelpLink]:
    """The pages of running text, in the manual's order."""
    titles = {
        row.key: row.title_ja if language is Language.JAPANESE else row.title_en
        for row in session.scalars(select(GuidePage).where(GuidePage.book == Book.SCHEME.value))
    }
    return [HelpLink(key, titles[key]) for key in HELP_PAGES if key in titles]


def prepare_help(item: Any) -> None:
    """An edited text belongs to the scheme's manual; its questions are everybody's who reads it."""
    item.book = Book.SCHEME.value
    if hasattr(item, "audience"):
        item.audience = Audience.BOTH.value
    prepare_texts(item)

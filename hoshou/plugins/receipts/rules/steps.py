"""How far a folder has come on its way to the orderer, read from what was recorded about it.

The steps are the manual's flows (4. and 5.): the viewing URL arrives by mail, is used with the viewing password, a
registered orderer proves its address by a one-time password and downloads.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.mail_addresses import mail_domain

DOWNLOADED = "orderer.downloaded"


class Step(StrEnum):
    """In this order. The first is the outbox's, the others are visitors'."""

    MAILED = "mailed"
    OPENED = "opened"
    UNLOCKED = "unlocked"
    VERIFIED = "verified"
    DOWNLOADED = "downloaded"


STEP_LABELS = {
    Step.MAILED: N_("閲覧用URLのメール送信（受注者さま宛て）"),
    Step.OPENED: N_("閲覧用URLの利用"),
    Step.UNLOCKED: N_("閲覧用パスワードの認証"),
    Step.VERIFIED: N_("発注者さまのワンタイムパスワード認証"),
    Step.DOWNLOADED: N_("発注者さまのダウンロード"),
}

STEPS_OF_ACTION = {
    "viewer.refused": (Step.OPENED,),
    "viewer.entered": (Step.OPENED, Step.UNLOCKED),
    "orderer.refused": (Step.OPENED,),
    "orderer.otp_issued": (Step.OPENED, Step.UNLOCKED),
    "orderer.verified": (Step.VERIFIED,),
    DOWNLOADED: (Step.DOWNLOADED,),
}
"""What each recorded action proves. Loading the password page alone is recorded for nobody (A2)."""

OTHER_ACCESS = (
    "viewer.viewed",
    "viewer.download_refused",
    "viewer.told_gone",
    "orderer.otp_refused",
    "orderer.viewed",
    "orderer.left",
)
"""Told in the list of events, without being a step."""

ACCESS = (*STEPS_OF_ACTION, *OTHER_ACCESS)


class VisitorKind(StrEnum):
    """How somebody came, and how much is known of them.

    Behind the viewing URL contractors and orderers can't be told apart; at the orderers' login an address is
    only claimed until the one-time password that was mailed there comes back.
    """

    VIEWER = "viewer"
    LOGIN = "login"
    ORDERER = "orderer"


VISITOR_LABELS = {
    VisitorKind.VIEWER: N_("閲覧用URLの利用者"),
    VisitorKind.LOGIN: N_("発注者さま用ログインの利用者（認証前）"),
    VisitorKind.ORDERER: N_("発注者さま（認証済）"),
}

PROVEN = ("orderer.verified", "orderer.viewed", DOWNLOADED, "orderer.left")
"""Done by who holds the address: after its one-time password."""


@dataclass(frozen=True, order=True)
class Visitor:
    """``domain`` is that of the mail address at the orderers' login; viewers name none."""

    kind: VisitorKind
    domain: str = ""


@dataclass(frozen=True)
class Tally:
    """How often, from when to when, one kind of visitor did one recorded action."""

    action: str
    visitor: Visitor
    first: datetime
    last: datetime
    count: int


@dataclass(frozen=True)
class Progress:
    """One step: not reached while ``count`` is 0."""

    step: Step
    first: datetime | None = None
    last: datetime | None = None
    count: int = 0
    visitors: tuple[Visitor, ...] = ()


def visitor_of(action: str, actor: str) -> Visitor:
    """Who did it: ``actor`` is an orderer's masked address, of which the domain is told."""
    if not action.startswith("orderer."):
        return Visitor(VisitorKind.VIEWER)
    try:
        domain = mail_domain(actor)
    except Refused:
        domain = actor.rpartition("@")[2]
    return Visitor(VisitorKind.ORDERER if action in PROVEN else VisitorKind.LOGIN, domain)


def progress(tallies: Iterable[Tally]) -> tuple[Progress, ...]:
    """Every step with what visitors did of it, in order."""
    by_step: dict[Step, list[Tally]] = {step: [] for step in Step}
    for tally in tallies:
        for step in STEPS_OF_ACTION.get(tally.action, ()):
            by_step[step].append(tally)
    return tuple(
        Progress(
            step,
            min(tally.first for tally in done),
            max(tally.last for tally in done),
            sum(tally.count for tally in done),
            tuple(sorted({tally.visitor for tally in done})),
        )
        if done
        else Progress(step)
        for step, done in by_step.items()
    )

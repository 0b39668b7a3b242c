"""Who came to see the demo's policies, and when: some have downloaded, some only looked, some haven't come yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from hoshou.base.clock import JST
from hoshou.plugins.demo.rules.portfolio import DemoPolicy

DAY = timedelta(days=1)
FRIDAY = 4
OFFICE_OPENS = time(9, 5)
OFFICE_MINUTES = 7 * 60
STILL_UNSEEN = 4


class VisitKind(StrEnum):
    """What the visitor does: the contractor views, a registered orderer downloads, another is refused and views."""

    VIEWED = "viewed"
    DOWNLOADED = "downloaded"
    REFUSED = "refused"


@dataclass(frozen=True)
class DemoVisit:
    """One visit; ``address`` is the orderer's mail address, empty for a contractor. ``origin`` is nobody's network."""

    policy: DemoPolicy
    kind: VisitKind
    at: datetime
    origin: str
    address: str = ""


def demo_visits(policies: Iterable[DemoPolicy], registered_domain: str, now: datetime) -> list[DemoVisit]:
    """The visits up to now in their order, equal for equal days. Every fifth policy is still unseen."""
    visits = [visit for policy in policies for visit in _visits(policy, registered_domain) if visit.at <= now]
    return sorted(visits, key=lambda visit: visit.at)


def _visits(policy: DemoPolicy, registered_domain: str) -> Iterable[DemoVisit]:
    """After the last upload: the contractor on the next working day, the orderer on the one after that."""
    number = int(policy.facts.policy_number[-5:])
    if number % 5 == STILL_UNSEEN:
        return
    next_day = _working_day(policy.files[-1].uploaded_on + DAY)
    yield DemoVisit(policy, VisitKind.VIEWED, _at(next_day, number), f"203.0.113.{number % 250}")
    if policy.orderer.domain == registered_domain:
        kind = VisitKind.DOWNLOADED
    elif number % 3 == 0:
        kind = VisitKind.REFUSED
    else:
        return
    at = _at(_working_day(next_day + DAY), number + 3)
    yield DemoVisit(policy, kind, at, f"198.51.100.{number % 250}", f"keiyaku@{policy.orderer.domain}")


def _at(day: date, number: int) -> datetime:
    """In office hours, each at a minute of its own."""
    return datetime.combine(day, OFFICE_OPENS, JST) + timedelta(minutes=number * 37 % OFFICE_MINUTES)


def _working_day(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > FRIDAY else 0)

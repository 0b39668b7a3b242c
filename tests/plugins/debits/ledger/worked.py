"""The worked months of docs/algorithms/ledger.md: three enrolments from 1 June 2026, August and September.

| | insurer | sales | premium a month | maintenance fee | collection fee | levy |
| A | 三井住友海上 | 120,000,000 | 5,200 | 260 | 260 | 5,460 |
| B | あいおいニッセイ同和 | 1,000,000 (the minimum premium) | 424, then 416 | 30, then 20 | 30, then 20 | 454, then 436 |
| C | 日新火災 | 240,000,000 | 10,400 | 520 | 520 | 10,920 |

In August A and B pay and C's debit fails; in September all three pay, C for two months.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.plugins.debits.rules.events import Event, LevyCollected, LevyDue, Part
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Instalment
from tests.plugins.guardkun.ground import Ground, add_enrolment, lay_ground

AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)
DEBIT_DAYS = {1: date(2026, 8, 12), 2: date(2026, 9, 14)}
ENROLLED = (("10000000001", 120_000_000), ("20000000002", 1_000_000), ("30000000003", 240_000_000))


@dataclass(frozen=True)
class Scheme:
    """The ground, and the enrolments A, B and C."""

    ground: Ground
    enrolments: tuple[int, int, int]


def lay_scheme(session: Session) -> Scheme:
    ground = lay_ground(session)
    a, b, c = (
        add_enrolment(session, ground, number, registration=registration, sales=sales).id
        for number, (registration, sales) in enumerate(ENROLLED, start=1)
    )
    return Scheme(ground, (a, b, c))


def part(session: Session, enrolment_id: int, number: int) -> Part:
    row = session.scalars(
        select(Instalment).where(Instalment.enrolment_id == enrolment_id, Instalment.number == number)
    ).one()
    return Part(row.id, enrolment_id, row.premium, row.maintenance_fee)


def august(session: Session, scheme: Scheme) -> list[Event]:
    a, b, c = (part(session, enrolment, 1) for enrolment in scheme.enrolments)
    day = DEBIT_DAYS[1]
    return [*(LevyDue(one, day) for one in (a, b, c)), LevyCollected(1, (a,), day), LevyCollected(2, (b,), day)]


def september(session: Session, scheme: Scheme) -> list[Event]:
    first_c = part(session, scheme.enrolments[2], 1)
    a, b, c = (part(session, enrolment, 2) for enrolment in scheme.enrolments)
    day = DEBIT_DAYS[2]
    return [
        *(LevyDue(one, day) for one in (a, b, c)),
        LevyCollected(4, (a,), day),
        LevyCollected(5, (b,), day),
        LevyCollected(6, (first_c, c), day),
    ]


def registration_of(session: Session, enrolment_id: int) -> int:
    return session.get_one(Enrolment, enrolment_id).registration_id

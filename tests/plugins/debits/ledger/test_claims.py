"""Paid claims from a file, and the loss ratio that follows (B-104)."""

from datetime import date

import pytest
from sqlalchemy import func, select, update

from hoshou.base.clock import FixedClock
from hoshou.base.errors import DomainError, Invalid, Refused
from hoshou.platform.actor import SYSTEM
from hoshou.platform.db import db, transact
from hoshou.plugins.debits.models.claims import PaidClaim
from hoshou.plugins.debits.rules.claims_file import HEAD, ClaimRow, read_claims
from hoshou.plugins.debits.rules.loss_ratio import LossRatio, is_earned
from hoshou.plugins.debits.services.claims.import_claims import Imported, import_claims
from hoshou.plugins.debits.services.claims.report import earned_of, insured, loss_ratios
from hoshou.plugins.guardkun.models.enrolments import Instalment
from tests.plugins.debits.ledger.worked import Scheme

FIRST = "C-001,G2600000001,2026-06-10,2026-08-03,8000"
SECOND = "C-002,G2600000002,2026-07-01,2026-09-30,0"


def file(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join([",".join(HEAD), *lines, ""]).encode(encoding)


def take(clock: FixedClock, content: bytes) -> Imported:
    return transact(lambda session: import_claims(session, clock, SYSTEM, content))


def faults(error: DomainError) -> list[tuple[str, str]]:
    assert isinstance(error, Invalid)
    return [(fault.about, fault.code) for fault in error.errors]


@pytest.mark.req("B-104")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_file_is_read_in_each_encoding(encoding: str) -> None:
    assert read_claims(file(FIRST, encoding=encoding)) == [
        ClaimRow(2, "C-001", "G2600000001", date(2026, 6, 10), date(2026, 8, 3), 8_000)
    ]


@pytest.mark.req("B-104", "B7")
def test_every_fault_is_named_by_its_row() -> None:
    lines = (
        FIRST,
        "C-003,G1,2026-06-10,2026-08-03",
        "C-004,G1,2026-06-31,2026-08-03,1",
        "C-005,G1,2026-06-10,2026-06-09,1",
        "C-006,G1,2026-06-10,2026-08-03,-1",
        "",
        "C-007,G1,2026-06-10,2026-08-03,1.5",
        ",G1,2026-06-10,2026-08-03,1",
        FIRST,
        "C-008,G1,2026-06-10,2026-08-03,=1+1",
    )
    with pytest.raises(Invalid) as invalid:
        read_claims(file(*lines))
    assert faults(invalid.value) == [
        ("3行目", "claim_columns"),
        ("4行目", "invalid_date"),
        ("5行目", "claim_days"),
        ("6行目", "claim_amount"),
        ("8行目", "claim_amount"),
        ("9行目", "claim_number"),
        ("10行目", "claim_twice"),
        ("11行目", "claim_amount"),
    ]


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "claims_head"), (b"a,b\r\n", "claims_head"), (b"\x81", "claims_encoding")]
)
def test_what_is_no_such_file_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_claims(content)
    assert refused.value.code == code


@pytest.mark.req("B-104", "F12")
def test_twice_is_once_and_a_later_payment_changes_the_claim(scheme: Scheme, clock: FixedClock) -> None:
    assert take(clock, file(FIRST, SECOND)) == Imported(2, 0, 0)
    assert take(clock, file(SECOND, FIRST)) == Imported(0, 0, 2)
    assert take(clock, file(FIRST.replace("8000", "12000"))) == Imported(0, 1, 0)
    paid = db.session.execute(select(PaidClaim.number, PaidClaim.paid).order_by(PaidClaim.number)).tuples().all()
    assert paid == [("C-001", 12_000), ("C-002", 0)]


@pytest.mark.req("B-104")
def test_an_unknown_policy_is_named_and_nothing_is_taken_over(scheme: Scheme, clock: FixedClock) -> None:
    with pytest.raises(Invalid) as invalid:
        take(clock, file(FIRST, SECOND.replace("G2600000002", "G2699999999")))
    assert faults(invalid.value) == [("3行目", "claim_policy")]
    assert db.session.scalar(select(func.count()).select_from(PaidClaim)) == 0


@pytest.mark.req("B-104")
def test_a_cover_month_is_earned_when_it_is_over() -> None:
    start = date(2026, 6, 1)
    assert not is_earned(start, 1, date(2026, 6, 30))
    assert is_earned(start, 1, date(2026, 7, 1))
    assert not is_earned(start, 12, date(2027, 5, 31))
    assert is_earned(start, 12, date(2027, 6, 1))


@pytest.mark.req("B-104")
def test_earned_premium_against_paid_claims(scheme: Scheme, clock: FixedClock) -> None:
    """On 31 August two months are earned: A 10,400, B 424 + 416, C 20,800; 8,000 were paid for A's claim."""
    take(clock, file(FIRST, SECOND))
    rows = loss_ratios(db.session(), date(2026, 8, 31))
    assert [(row.year.year, row.insurer.code, row.ratio) for row in rows] == [
        (2026, "aioi", LossRatio(840, 0)),
        (2026, "nisshin", LossRatio(20_800, 0)),
        (2026, "ms", LossRatio(10_400, 8_000)),
    ]
    assert [row.ratio.per_mille for row in rows] == [0, 0, 769]
    for row in rows:
        members = db.session.scalars(insured(row.year.id, row.insurer.id)).all()
        parts = earned_of(db.session(), members, date(2026, 8, 31))
        assert {one.months for one in parts.values()} == {2}
        assert sum(one.premium for one in parts.values()) == row.ratio.earned
    assert [row.ratio.per_mille for row in loss_ratios(db.session(), date(2026, 6, 30))] == []


@pytest.mark.req("B-104")
def test_what_an_ending_takes_away_is_never_earned(scheme: Scheme, clock: FixedClock) -> None:
    """C ends with July: of its two months' 20,800 yen the second is cancelled."""
    second = (Instalment.enrolment_id == scheme.enrolments[2]) & (Instalment.number == 2)
    transact(lambda session: session.execute(update(Instalment).where(second).values(cancelled_at=clock.now())))
    rows = loss_ratios(db.session(), date(2026, 8, 31))
    assert {row.insurer.code: row.ratio.earned for row in rows} == {"ms": 10_400, "aioi": 840, "nisshin": 10_400}

"""Booking in one batch per start and closing, certificates, and their shipment (⑦ ⑧, B-057 to B-061)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, update

from hoshou.base.clock import jst
from hoshou.base.errors import Forbidden
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db, reading, transact, unit_of_work
from hoshou.platform.files.model import StoredFile
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.runner import run_job
from hoshou.plugins.guardkun.models.batches import BookingBatch, BookingLine
from hoshou.plugins.guardkun.models.enrolments import Instalment, Quote
from hoshou.plugins.guardkun.models.members import Particulars
from hoshou.plugins.guardkun.services import book, issue
from hoshou.plugins.guardkun.services.batches import (
    blockers_of,
    defer_line,
    open_batch,
    progress_of,
    ready_groups,
    ship_batch,
    start_batch,
)
from hoshou.plugins.guardkun.services.book import book_batch
from hoshou.plugins.guardkun.services.defects import defect_report, find_defect, open_defects, resolve_defect
from hoshou.plugins.guardkun.services.issue import issue_batch, start_issue
from tests.plugins.guardkun.documents.reading import words_of
from tests.plugins.guardkun.ground import add_enrolment
from tests.plugins.guardkun.way import AIOI, CLERK, Way
from tests.refusals import refused

JUNE = date(2026, 6, 1)
AFTER_FIRST = jst(2026, 5, 1, 9)


def opened(way: Way, start: date = JUNE, closing: int = 1) -> int:
    found = transact(
        lambda session: open_batch(session, way.clock, CLERK, way.lead, way.ground.year_id, start, closing).id
    )
    db.session.rollback()
    return int(found)


def started(way: Way, batch: int) -> None:
    transact(lambda session: start_batch(session, way.clock, CLERK, way.lead, batch))


def booked(way: Way, batch: int) -> int:
    started(way, batch)
    return book_batch(unit_of_work, way.clock, CLERK, batch, lambda done, total: None)


def issued(way: Way, batch: int) -> int:
    transact(lambda session: start_issue(session, way.clock, CLERK, way.lead, batch))
    tell = lambda done, total: None  # noqa: E731
    return issue_batch(unit_of_work, reading, way.clock, platform().files, CLERK, batch, tell)


def lines(batch: int) -> list[tuple[int, str, str]]:
    db.session.rollback()
    rows = db.session.scalars(select(BookingLine).where(BookingLine.batch_id == batch).order_by(BookingLine.id))
    return [(row.enrolment_id, row.state, row.reason) for row in rows]


@pytest.mark.req("B-012", "B-013")
def test_who_joins_in_the_year_is_added_to_the_same_contract(way: Way) -> None:
    june, october = way.arrived(1), way.arrived(2, start="2026-10-01")
    way.clock.move_to(AFTER_FIRST)
    booked(way, opened(way))
    way.clock.move_to(jst(2026, 10, 1, 9))
    booked(way, opened(way, start=date(2026, 10, 1)))
    rows = [way.enrolment(number) for number in (june, october)]
    parents = {(row.scheme_year_id, row.scheme_year.period_start, row.period_end) for row in rows}
    assert parents == {(way.ground.year_id, date(2026, 6, 1), date(2027, 6, 1))}
    assert [row.policy_number for row in rows] == ["G2600000001", "G2600000002"]
    counts = [db.session.scalar(select(func.count()).where(Instalment.enrolment_id == row.id)) for row in rows]
    assert counts == [12, 8]


@pytest.mark.req("B-057", "B-059", "B-044", "D-41")
def test_all_of_one_start_are_booked_in_one_batch(way_on_both: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    way = way_on_both
    monkeypatch.setattr(book, "CHUNK", 2)
    june = [way.arrived(number) for number in (1, 2, 3)]
    july = way.arrived(4, start="2026-07-01")
    way.clock.move_to(AFTER_FIRST)
    assert [(group.start, group.closing, group.ready) for group in ready_groups(db.session(), way.clock)] == [
        (JUNE, 1, 3),
        (date(2026, 7, 1), 1, 1),
    ]
    batch = opened(way)
    assert way.enrolment(june[0]).policy_number is None
    assert booked(way, batch) == 3
    assert [way.enrolment(number).policy_number for number in june] == [
        "G2600000001",
        "G2600000002",
        "G2600000003",
    ]
    assert way.enrolment(july).stage == "at_lead"
    row = way.enrolment(june[0])
    assert (row.stage, row.closing, row.booked_at, row.certificate_due) == (
        "booked", 1, AFTER_FIRST, date(2026, 5, 31),
    )  # fmt: skip
    parts = db.session.scalars(
        select(Instalment).where(Instalment.enrolment_id == june[0]).order_by(Instalment.number)
    ).all()
    # 62,400 yen of premium and 3,120 of fee: 5,200 and 260 a month from 12 August on.
    assert [(part.premium, part.maintenance_fee, part.levy) for part in parts] == [(5_200, 260, 5_460)] * 12
    assert (parts[0].due_on, parts[1].due_on) == (date(2026, 8, 12), date(2026, 9, 14))
    # A second run finds nothing to do.
    assert book_batch(unit_of_work, way.clock, CLERK, batch, lambda done, total: None) == 0
    assert db.session.scalar(select(func.count()).select_from(Instalment)) == 36
    with refused("batch_started"):
        started(way, batch)
    with refused("batch_started"):
        opened(way)


@pytest.mark.req("B-057")
def test_no_batch_before_its_closing_and_none_but_by_the_lead_office(way: Way) -> None:
    way.arrived()
    way.clock.move_to(jst(2026, 4, 30, 17))
    with refused("closing_not_over"):
        opened(way)
    way.clock.move_to(jst(2026, 4, 30, 17, 0, 1))
    for stranger in (way.agency(), way.branch(), way.co_insurer("aioi")):
        with refused("not_the_lead_office", kind=Forbidden):
            transact(lambda s, who=stranger: open_batch(s, way.clock, CLERK, who, way.ground.year_id, JUNE, 1))
    with refused("nothing_to_book"):
        opened(way, date(2026, 5, 1).replace(month=7), 2)
    opened(way)


@pytest.mark.req("B-057")
def test_the_renewal_is_booked_in_two_batches(way: Way) -> None:
    """Papers that were complete after 30 April wait for the second batch, though they are here before the first."""
    first = way.arrived(1)
    way.clock.move_to(jst(2026, 4, 30, 17, 0, 1))
    second = way.arrived(2)
    way.clock.move_to(jst(2026, 5, 11, 9))
    assert booked(way, opened(way, closing=1)) == 1
    assert [way.enrolment(number).stage for number in (first, second)] == ["booked", "at_lead"]
    way.clock.move_to(jst(2026, 6, 11, 9))
    assert booked(way, opened(way, closing=2)) == 1
    assert [way.enrolment(number).closing for number in (first, second)] == [1, 2]


@pytest.mark.req("D-41", "B-059")
def test_a_number_that_is_taken_already_is_passed_over(way: Way) -> None:
    first, second = way.arrived(1), way.arrived(2)
    other = transact(lambda session: other_year_row(session, way))
    way.clock.move_to(AFTER_FIRST)
    booked(way, opened(way))
    numbers = [way.enrolment(number).policy_number for number in (first, second)]
    assert numbers == ["G2600000001", "G2600000003"]
    assert way.enrolment(other).policy_number == "G2600000002"


def other_year_row(session: Any, way: Way) -> int:
    row = add_enrolment(session, way.ground, 9, start="2026-07-01")
    row.policy_number = "G2600000002"
    return int(row.id)


@pytest.mark.req("B-058", "D-25")
def test_a_defect_blocks_until_it_is_mended_or_put_off(way: Way) -> None:
    good, bad = way.arrived(1), way.arrived(2)
    transact(lambda s: find_defect(s, way.clock, CLERK, way.lead, bad, "mandate_incomplete", "届出印なし"))
    way.clock.move_to(AFTER_FIRST)
    [shown] = open_defects(db.session(), way.clock, way.lead)
    assert (shown.defect.enrolment_id, shown.age, shown.delays) == (bad, 11, 1)
    late = way.applied(3)
    way.register(late)
    batch = opened(way)
    blockers = blockers_of(db.session(), db.session.get_one(BookingBatch, batch))
    assert [line.enrolment_id for line, _defects in blockers.defective] == [bad]
    assert [defect.reason for defect in blockers.defective[0][1]] == ["mandate_incomplete"]
    assert [enrolment.id for enrolment in blockers.missing] == [late]
    with refused("defects_open"):
        started(way, batch)
    line = blockers.defective[0][0].id
    with refused("missing", "reason"):
        transact(lambda session: defer_line(session, way.clock, CLERK, way.lead, batch, line, ""))
    transact(lambda session: defer_line(session, way.clock, CLERK, way.lead, batch, line, "届出印の再取付け"))
    assert booked(way, batch) == 1
    assert lines(batch) == [(good, "booked", ""), (bad, "deferred", "届出印の再取付け")]
    row = way.enrolment(bad)
    assert (row.stage, row.closing, row.policy_number) == ("at_lead", 2, None)
    transact(lambda session: resolve_defect(session, way.clock, CLERK, way.lead, 1))
    with refused("defect_resolved"):
        transact(lambda session: resolve_defect(session, way.clock, CLERK, way.lead, 1))
    way.clock.move_to(jst(2026, 5, 21, 9))
    second = opened(way, closing=2)
    assert booked(way, second) == 1
    assert (way.enrolment(bad).closing, way.enrolment(bad).certificate_due) == (2, date(2026, 6, 30))


@pytest.mark.req("B-058", "D-25")
def test_what_turns_bad_after_the_start_is_left_out_and_holds_up_nobody(way: Way) -> None:
    good, bad, released = way.arrived(1), way.arrived(2), way.arrived(3)
    way.clock.move_to(AFTER_FIRST)
    batch = opened(way)
    started(way, batch)
    transact(lambda s: find_defect(s, way.clock, CLERK, way.lead, bad, "slip", ""))
    way.release(released)
    assert book_batch(unit_of_work, way.clock, CLERK, batch, lambda done, total: None) == 1
    assert lines(batch) == [
        (good, "booked", ""),
        (bad, "deferred", "計上の開始後に不備が見つかったため"),
        (released, "deferred", "本登録の解除または取下げのため"),
    ]
    assert (way.enrolment(bad).closing, way.enrolment(released).closing) == (2, None)


@pytest.mark.req("B-057", "D-24")
def test_an_arrival_noted_after_the_booking_comes_in_the_next_batch(way: Way) -> None:
    way.arrived(1)
    late = way.applied(2)
    way.register(late)
    way.send(late)
    way.forward(late)
    arrived_at = way.clock.now()
    way.clock.move_to(AFTER_FIRST)
    batch = opened(way)
    started(way, batch)
    during = way.arrive(late, arrived_at)
    assert during == 1
    assert book_batch(unit_of_work, way.clock, CLERK, batch, lambda done, total: None) == 2
    way.clock.move_to(jst(2026, 4, 30, 9))
    later = way.applied(3)
    way.register(later)
    way.send(later)
    way.forward(later)
    arrived_at = way.clock.now()
    way.clock.move_to(AFTER_FIRST)
    assert way.arrive(later, arrived_at) == 2


@pytest.mark.req("B-066")
def test_the_report_counts_defects_by_insurer_and_reason(way: Way) -> None:
    ms, aioi = way.arrived(1), way.arrived(2, AIOI)
    for enrolment, reason in ((ms, "slip"), (ms, "slip"), (ms, "form_differs"), (aioi, "mandate_missing")):
        transact(lambda s, e=enrolment, r=reason: find_defect(s, way.clock, CLERK, way.lead, e, r, ""))
    transact(lambda session: resolve_defect(session, way.clock, CLERK, way.lead, 1))
    report = defect_report(db.session(), way.lead, JUNE, date(2027, 6, 1))
    assert [(row.insurer, row.reason, row.found, row.open) for row in report] == [
        ("あいおいニッセイ同和損害保険株式会社", "mandate_missing", 1, 1),
        ("三井住友海上火災保険株式会社", "slip", 2, 1),
        ("三井住友海上火災保険株式会社", "form_differs", 1, 1),
    ]
    with refused("defect_reason", "reason"):
        transact(lambda s: find_defect(s, way.clock, CLERK, way.lead, ms, "whim", ""))
    with refused("note_missing", "note"):
        transact(lambda s: find_defect(s, way.clock, CLERK, way.lead, ms, "other", " "))
    with refused("not_a_checker", kind=Forbidden):
        transact(lambda s: find_defect(s, way.clock, CLERK, way.agency(), ms, "slip", ""))


@pytest.mark.req("B-061", "B-045")
def test_certificates_are_issued_stored_and_shipped(way_on_both: Way) -> None:
    way = way_on_both
    enrolments = [way.arrived(number) for number in (1, 2)]
    way.clock.move_to(AFTER_FIRST)
    batch = opened(way)
    with refused("not_booked"):
        issued(way, batch)
    booked(way, batch)
    assert issued(way, batch) == 2
    row = way.enrolment(enrolments[0])
    stored = db.session.get_one(StoredFile, row.certificate_file_id)
    assert "証券番号G2600000001" in words_of(platform().files.read(stored.blob))
    assert (row.stage, stored.original_name) == ("certified", "加入者証_G2600000001.pdf")
    assert issued(way, batch) == 0
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 2
    db.session.rollback()
    with refused("shipped_in_future", "shipped_on"):
        transact(lambda s: ship_batch(s, way.clock, CLERK, way.lead, batch, date(2026, 5, 2)))
    assert transact(lambda s: ship_batch(s, way.clock, CLERK, way.lead, batch, date(2026, 5, 1))) == 2
    row = way.enrolment(enrolments[1])
    assert (row.stage, row.shipped_at) == ("shipped", jst(2026, 5, 1))
    with refused("nothing_to_ship"):
        transact(lambda s: ship_batch(s, way.clock, CLERK, way.lead, batch, date(2026, 5, 1)))
    assert way.actions(enrolments[0])[-3:] == ["guardkun.book", "guardkun.certify", "guardkun.ship"]


@pytest.mark.req("B-061")
def test_certificates_that_cannot_be_printed_stop_no_other(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issue, "CHUNK", 2)
    enrolments = [way.arrived(number) for number in (1, 2, 3)]
    way.clock.move_to(AFTER_FIRST)
    batch = opened(way)
    booked(way, batch)
    unprintable, unknown, _good = (way.enrolment(enrolment).unit_id for enrolment in enrolments)

    def change(unit: int, **values: Any) -> None:
        transact(lambda s: s.execute(update(Particulars).where(Particulars.unit_id == unit).values(**values)))

    change(unprintable, company_name="山\ue000田警備株式会社")
    change(unknown, known_at=jst(2026, 6, 1))
    assert issued(way, batch) == 1
    assert lines(batch) == [
        (
            enrolments[0],
            "booked",
            "帳票「certificate.typ」を作成できませんでした。使えない文字がないか確認してください。",
        ),
        (enrolments[1], "booked", "加入者の名称・住所などが登録されていないため、帳票を作成できません。"),
        (enrolments[2], "certified", ""),
    ]
    assert db.session.get_one(BookingBatch, batch).certified_at is None
    db.session.rollback()
    change(unprintable, company_name="山田警備株式会社")
    change(unknown, known_at=jst(2026, 1, 5))
    assert issued(way, batch) == 2
    assert {state for _enrolment, state, _reason in lines(batch)} == {"certified"}
    assert db.session.get_one(BookingBatch, batch).certified_at is not None


@pytest.mark.req("B-061")
def test_mid_term_certificates_are_due_at_the_end_of_the_joining_month(way: Way) -> None:
    enrolment = way.arrived(1, start="2026-10-01")
    way.clock.move_to(jst(2026, 9, 18, 17, 0, 1))
    booked(way, opened(way, date(2026, 10, 1)))
    assert way.enrolment(enrolment).certificate_due == date(2026, 10, 31)


@pytest.mark.req("B-043", "B-044")
def test_what_was_quoted_is_what_is_booked(way: Way) -> None:
    enrolment = way.arrived(1, start="2026-09-01", sales=987_654_321, limit=200_000_000)
    way.clock.move_to(jst(2026, 8, 21))
    booked(way, opened(way, date(2026, 9, 1)))
    quote = db.session.get_one(Quote, way.enrolment(enrolment).quote_id)
    total = select(func.sum(Instalment.premium), func.sum(Instalment.maintenance_fee), func.count())
    assert tuple(db.session.execute(total).one()) == (quote.premium, quote.maintenance_fee, 9)


@pytest.mark.req("B-057", "P-008")
def test_the_jobs_take_up_what_a_person_started(way: Way) -> None:
    enrolment = way.arrived()
    way.clock.move_to(AFTER_FIRST)
    batch = opened(way)
    jobs = all_jobs(way.app)
    assert run_job(way.app, jobs["guardkun.booking"], jst(2026, 5, 1, 9)).result == {"booked": {}}
    started(way, batch)
    rehearsed = run_job(way.app, jobs["guardkun.booking"], jst(2026, 5, 1, 9, 1), dry_run=True)
    assert rehearsed.result == {"batches": [batch]}
    assert run_job(way.app, jobs["guardkun.booking"], jst(2026, 5, 1, 9, 2)).result == {"booked": {str(batch): 1}}
    transact(lambda session: start_issue(session, way.clock, CLERK, way.lead, batch))
    outcome = run_job(way.app, jobs["guardkun.certificates"], jst(2026, 5, 1, 9, 3))
    assert outcome.result == {"issued": {str(batch): 1}}
    assert way.enrolment(enrolment).stage == "certified"
    progress = progress_of(db.session(), batch)
    assert (progress.total, progress.certified) == (1, 1)


@pytest.mark.req("B-057")
def test_every_batch_leaves_its_traces(way: Way) -> None:
    way.arrived()
    way.clock.move_to(AFTER_FIRST)
    batch = opened(way)
    booked(way, batch)
    issued(way, batch)
    db.session.rollback()
    actions = db.session.scalars(
        select(AuditEntry.action)
        .where(AuditEntry.object_kind == "guardkun_booking_batch", AuditEntry.object_id == str(batch))
        .order_by(AuditEntry.id)
    ).all()
    assert [action.partition(".")[2] for action in actions] == [
        "batch_opened", "batch_started", "batch_booked", "issue_started", "batch_certified",
    ]  # fmt: skip


def test_a_line_is_deferred_once(way: Way) -> None:
    way.arrived()
    way.clock.move_to(AFTER_FIRST)
    batch = opened(way)
    transact(lambda session: defer_line(session, way.clock, CLERK, way.lead, batch, 1, "後日"))
    with refused("line_not_waiting"):
        transact(lambda session: defer_line(session, way.clock, CLERK, way.lead, batch, 1, "後日"))
    with refused("line_not_found"):
        transact(lambda session: defer_line(session, way.clock, CLERK, way.lead, batch, 99, "後日"))
    transact(lambda session: session.execute(update(BookingLine).values(state="deferred")))

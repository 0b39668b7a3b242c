"""What happens to a booked enrolment: withdrawal, new plan, other particulars, other agency, renewal (III.4)."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from hoshou.base.clock import jst
from hoshou.base.errors import Forbidden, Invalid, NotFound
from hoshou.platform.db import db, transact
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.runner import run_job
from hoshou.plugins.guardkun.models.changes import Change
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment, Instalment
from hoshou.plugins.guardkun.models.members import Particulars
from hoshou.plugins.guardkun.rules.arrival import effective_after, last_arrival
from hoshou.plugins.guardkun.services.change_progress import (
    accept_change,
    drop_change,
    forward_change,
    refuse_change,
    send_change,
)
from hoshou.plugins.guardkun.services.change_requests import (
    request_agency_change,
    request_particulars,
    request_plan_change,
    request_withdrawal,
)
from hoshou.plugins.guardkun.services.renewal import renewal_of
from hoshou.plugins.organisations.models import Agency, Branch
from tests.plugins.guardkun.ground import add_enrolment
from tests.plugins.guardkun.way import AIOI, CLERK, FACTS, MS, Way
from tests.refusals import refused

SEPTEMBER = date(2026, 9, 1)
NEW_NUMBER = "20000000099"


class Office:
    """A booked enrolment since 1 June; the clock stands in August."""

    def __init__(self, way: Way, registration: str = MS) -> None:
        self.way, self.registration = way, registration
        self.enrolment = transact(lambda s: add_enrolment(s, way.ground, registration=registration).id)
        way.clock.move_to(jst(2026, 8, 10, 9))
        self.agent, self.branch = way.agency(registration), way.branch(registration)

    def withdraw(self, on: date = SEPTEMBER, reason: str = "closure", note: str = "", **options: Any) -> int:
        return self._request(request_withdrawal, on, reason, note, **options)

    def particulars(self, on: date = date(2026, 7, 15), **changes: str) -> int:
        return self._request(request_particulars, on, replace(FACTS, **changes))

    def agency_change(self, on: date = SEPTEMBER, **changes: str) -> int:
        names = {"old_number": AIOI, "new_number": NEW_NUMBER, "new_name": "あたらし代理店", **changes}
        return self._request(request_agency_change, on, **names)

    def _request(self, service: Any, *arguments: Any, **options: Any) -> int:
        return self._do(
            lambda s: service(s, self.way.clock, CLERK, self.agent, self.enrolment, *arguments, **options).id
        )

    def plan(self, form: Any) -> int:
        return self._request(request_plan_change, form)

    def hand_in(self, change: int) -> None:
        self._do(lambda s: send_change(s, self.way.clock, CLERK, self.agent, change))
        self._do(lambda s: forward_change(s, self.way.clock, CLERK, self.branch, change))

    def accept(self, change: int, arrived_on: date = date(2026, 8, 10)) -> date:
        found: date = self._do(
            lambda s: accept_change(s, self.way.clock, CLERK, self.way.lead, change, arrived_on)
        )
        return found

    def refuse(self, change: int, note: str = "届出印がない") -> None:
        self._do(lambda s: refuse_change(s, self.way.clock, CLERK, self.way.lead, change, note))

    def row(self, change: int) -> Change:
        db.session.rollback()
        return db.session.get_one(Change, change)

    def _do(self, work: Any) -> Any:
        try:
            return transact(work)
        finally:
            db.session.rollback()


def due(enrolment: int) -> list[int]:
    """The numbers of the instalments that stand."""
    db.session.rollback()
    return list(
        db.session.scalars(
            select(Instalment.number)
            .where(Instalment.enrolment_id == enrolment, Instalment.cancelled_at.is_(None))
            .order_by(Instalment.number)
        )
    )


@pytest.mark.req("B-084", "B-087", "B-088")
def test_a_withdrawal_leaves_the_required_instalments(way_on_both: Way) -> None:
    office = Office(way_on_both)
    change = office.withdraw()
    office.hand_in(change)
    assert due(office.enrolment) == list(range(1, 13))
    assert office.accept(change) == SEPTEMBER
    # The manual's example: from 1 June, out on 1 September, three months elapsed, three instalments required.
    assert due(office.enrolment) == [1, 2, 3]
    row = office.way.enrolment(office.enrolment)
    assert (row.ending, row.ended_on, row.cover_end) == ("withdrawn", SEPTEMBER, SEPTEMBER)
    assert office.way.actions(office.enrolment) == [
        "guardkun.change_requested",
        "guardkun.change_send",
        "guardkun.change_forward",
        "guardkun.change_accept",
        "guardkun.withdrawn",
    ]
    with refused("ended_already"):
        office.withdraw()


@pytest.mark.req("B-084")
def test_the_reasons_for_a_withdrawal(way: Way) -> None:
    office = Office(way)
    with refused("withdrawal_reason", "reason"):
        office.withdraw(reason="boredom")
    with refused("note_missing", "note"):
        office.withdraw(reason="request")
    office.withdraw(reason="request", note="事業を縮小するため")
    with refused("change_under_way"):
        office.withdraw()


@pytest.mark.req("D-28", "B-087")
def test_the_day_of_a_withdrawal(way: Way) -> None:
    office = Office(way)
    with refused("effective_not_first", "effective_on"):
        office.withdraw(date(2026, 9, 15))
    for outside in (date(2026, 6, 1), date(2027, 6, 1)):
        with refused("change_outside_period", "effective_on"):
            office.withdraw(outside)
    change = office.withdraw(date(2026, 9, 15), on_first=False)
    office.hand_in(change)
    office.accept(change)
    assert due(office.enrolment) == [1, 2, 3, 4]


@pytest.mark.req("B-086")
def test_a_notice_arrives_by_the_20th_of_the_month_before() -> None:
    assert last_arrival(date(2026, 9, 1)) == date(2026, 8, 20)
    assert last_arrival(date(2026, 1, 15)) == date(2025, 12, 20)
    assert effective_after(date(2026, 8, 20), SEPTEMBER) == SEPTEMBER
    assert effective_after(date(2026, 8, 20), date(2026, 9, 15)) == date(2026, 9, 15)
    assert effective_after(date(2026, 8, 21), SEPTEMBER) == date(2026, 10, 1)
    assert effective_after(date(2026, 9, 20), SEPTEMBER) == date(2026, 10, 1)
    assert effective_after(date(2026, 9, 21), SEPTEMBER) == date(2026, 11, 1)
    assert effective_after(date(2026, 12, 21), date(2027, 1, 1)) == date(2027, 2, 1)


@pytest.mark.req("B-086")
def test_a_late_notice_moves_to_the_next_month(way: Way) -> None:
    office = Office(way)
    change = office.withdraw()
    office.hand_in(change)
    with refused("arrived_in_future", "arrived_on"):
        office.accept(change, date(2026, 8, 11))
    way.clock.move_to(jst(2026, 8, 21, 9))
    assert office.accept(change, date(2026, 8, 21)) == date(2026, 10, 1)
    row = office.row(change)
    assert (row.effective_on, row.arrived_on) == (date(2026, 10, 1), date(2026, 8, 21))
    assert json.loads(row.details)["wanted"] == "2026-09-01"
    assert due(office.enrolment) == [1, 2, 3, 4]


@pytest.mark.req("B-086")
def test_a_notice_too_late_for_the_year_is_not_accepted(way: Way) -> None:
    office = Office(way)
    change = office.withdraw(date(2027, 5, 1))
    office.hand_in(change)
    way.clock.move_to(jst(2027, 4, 21, 9))
    with refused("late_for_year", "arrived_on"):
        office.accept(change, date(2027, 4, 21))


@pytest.mark.req("B-086", "B-084")
def test_the_notice_goes_by_the_branch_to_the_lead_office(way: Way) -> None:
    office = Office(way, AIOI)
    change = office.withdraw()
    with refused("change_step_not_allowed"):
        office.accept(change)
    stranger = way.agency(MS)
    for service, who in ((send_change, office.branch), (forward_change, office.agent)):
        with refused("not_the_agency" if service is send_change else "not_the_branch", kind=Forbidden):
            transact(lambda s, f=service, w=who: f(s, way.clock, CLERK, w, change))
    with refused("change_not_found", kind=NotFound):
        transact(lambda s: send_change(s, way.clock, CLERK, stranger, change))
    office.hand_in(change)
    with refused("not_the_lead_office", kind=Forbidden):
        transact(lambda s: accept_change(s, way.clock, CLERK, office.branch, change, date(2026, 8, 10)))
    with refused("missing", "note"):
        office.refuse(change, " ")
    office.refuse(change)
    assert (office.row(change).state, office.row(change).note) == ("refused", "届出印がない")
    assert due(office.enrolment) == list(range(1, 13))


@pytest.mark.req("B-085")
def test_a_new_plan_is_withdrawal_and_joining_on_one_day(way_on_both: Way) -> None:
    way = way_on_both
    office = Office(way)
    quote = way.quote(start="2026-09-01", limit=200_000_000)
    change = office.plan(way.form(quote, "13-00001"))
    row = office.row(change)
    successor = row.successor_id
    assert successor is not None
    assert (row.effective_on, way.enrolment(successor).start) == (SEPTEMBER, SEPTEMBER)
    office.hand_in(change)
    with refused("successor_not_here"):
        office.accept(change)
    with refused("replaces_another"):
        way.cancel(successor, way.lead)
    way.register(successor)
    way.send(successor)
    way.forward(successor)
    way.arrive(successor)
    office.accept(change)
    assert way.enrolment(office.enrolment).cover_end == way.enrolment(successor).start
    assert due(office.enrolment) == [1, 2, 3]
    with refused("replaces_another"):
        way.cancel(successor, way.lead)


@pytest.mark.req("B-085")
def test_a_plan_that_is_refused_or_dropped_leaves_the_old_one(way: Way) -> None:
    office = Office(way)
    change = office.plan(way.form(way.quote(start="2026-09-01"), "13-00001"))
    successor = office.row(change).successor_id
    office.hand_in(change)
    office.refuse(change)
    assert successor is not None
    assert way.enrolment(successor).stage == "cancelled"
    again = office.plan(way.form(way.quote(start="2026-10-01"), "13-00001"))
    transact(lambda s: drop_change(s, way.clock, CLERK, office.agent, again))
    second = office.row(again).successor_id
    assert second is not None
    assert way.enrolment(second).stage == "cancelled"
    assert way.enrolment(office.enrolment).ending is None
    way.member(2)
    with refused("other_unit", "member_number"):
        office.plan(way.form(way.quote(start="2026-10-01"), "13-00002"))
    assert db.session.scalar(select(func.count()).select_from(Enrolment)) == 3


@pytest.mark.req("B-085", "B-086")
def test_a_late_plan_is_not_moved_to_a_day_without_its_joining(way: Way) -> None:
    office = Office(way)
    change = office.plan(way.form(way.quote(start="2026-09-01"), "13-00001"))
    office.hand_in(change)
    way.clock.move_to(jst(2026, 8, 21, 9))
    with refused("late_for_plan", "arrived_on"):
        office.accept(change, date(2026, 8, 21))


@pytest.mark.req("B-089", "B-091", "D-29")
def test_a_new_address_costs_nothing_and_waits_for_the_renewal(way: Way) -> None:
    office = Office(way)
    before = db.session.execute(select(Instalment.__table__)).all()
    db.session.rollback()
    with pytest.raises(Invalid):
        office.particulars(address="")
    change = office.particulars(address="大阪府大阪市北区1-1")
    office.hand_in(change)
    office.accept(change)
    assert db.session.execute(select(Instalment.__table__)).all() == before
    assert db.session.scalar(select(func.count()).select_from(Particulars)) == 2
    db.session.rollback()
    second = office.particulars(date(2026, 8, 1), address="大阪府大阪市北区1-1", representative="見本 二郎")
    office.hand_in(second)
    office.accept(second)
    renewal = renewal_of(db.session(), way.clock, office.agent, office.enrolment)
    # The old data comes back; what was reported stands beside it, one by one, and can be taken over.
    assert (renewal.start, renewal.facts.address) == (date(2027, 6, 1), FACTS.address)
    assert [report.changed for report in renewal.reports] == [
        {"address": (FACTS.address, "大阪府大阪市北区1-1")},
        {"representative": ("見本 一郎", "見本 二郎")},
    ]
    assert (renewal.taken_over.address, renewal.taken_over.representative) == ("大阪府大阪市北区1-1", "見本 二郎")


@pytest.mark.req("B-091")
def test_a_renewal_is_not_applied_for_unseen(way: Way) -> None:
    transact(lambda s: earlier_year(s, way))

    def report(session: Any) -> None:
        row = session.scalars(select(Particulars)).one()
        values = {c.key: getattr(row, c.key) for c in Particulars.__table__.columns if c.key != "id"}
        values |= {
            "source": "change",
            "known_at": jst(2026, 4, 21),
            "address": "神戸",
            "true_from": date(2026, 3, 1),
        }
        session.add(Particulars(**values))

    transact(report)
    way.clock.move_to(jst(2026, 4, 22, 9))
    quote = way.quote(sales=130_000_000)
    with refused("reports_unseen", "reports_seen"):
        way.apply(way.form(quote))
    enrolment = way.apply(way.form(quote, reports_seen=True))
    assert way.enrolment(enrolment).previous_id == 1


def earlier_year(session: Any, way: Way) -> None:
    row = add_enrolment(session, way.ground, start="2025-06-01")
    row.period_end = date(2026, 6, 1)


def add_new_agency(way: Way) -> None:
    def work(session: Any) -> None:
        old = session.get_one(AgencyRegistration, way.ground.registrations[AIOI])
        agency = Agency(name="あたらし代理店")
        branch = session.scalars(select(Branch).where(Branch.insurer_id == old.insurer_id)).one()
        session.add(agency)
        session.flush()
        session.add(
            AgencyRegistration(
                registration_number=NEW_NUMBER,
                agency_id=agency.id,
                insurer_id=old.insurer_id,
                branch_id=branch.id,
                office_code="RRR00-AB13",
            )
        )

    transact(work)


@pytest.mark.req("B-092")
def test_an_agency_is_changed_by_both_numbers_on_its_day(way: Way) -> None:
    add_new_agency(way)
    office = Office(way, AIOI)
    for changes, code, field in (
        ({"old_number": "2000000000"}, "registration_number", "old_number"),
        ({"new_number": "ABC"}, "registration_number", "new_number"),
        ({"old_number": MS}, "old_number_differs", "old_number"),
        ({"new_number": MS}, "new_agency_unknown", "new_number"),
        ({"new_number": AIOI}, "new_agency_unknown", "new_number"),
        ({"new_name": "ほかの代理店"}, "new_name_differs", "new_name"),
    ):
        with refused(code, field):
            office.agency_change(**changes)
    change = office.agency_change()
    office.hand_in(change)
    assert office.accept(change) == SEPTEMBER
    assert way.enrolment(office.enrolment).registration.registration_number == AIOI
    job = all_jobs(way.app)["guardkun.agency_changes"]
    assert run_job(way.app, job, jst(2026, 8, 31, 0, 5)).result == {"changed": 0}
    way.clock.move_to(jst(2026, 9, 1, 0, 5))
    assert run_job(way.app, job, jst(2026, 9, 1, 0, 5)).result == {"changed": 1}
    assert way.enrolment(office.enrolment).registration.registration_number == NEW_NUMBER
    assert run_job(way.app, job, jst(2026, 9, 2, 0, 5)).result == {"changed": 0}
    row = office.row(change)
    assert json.loads(row.details) == {
        "old_number": AIOI, "old_name": "やまと代理店", "new_number": NEW_NUMBER, "new_name": "あたらし代理店",
    }  # fmt: skip
    assert way.actions(office.enrolment)[-1] == "guardkun.agency_changed"
    with refused("enrolment_not_found", kind=NotFound):
        office.withdraw()

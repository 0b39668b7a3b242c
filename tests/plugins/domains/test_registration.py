"""From the application to the orderer's login over the quarters (A-060, A-072, A-073, A-076, A-077)."""

from datetime import date

import pytest
from sqlalchemy import select

from hoshou.base.clock import jst
from hoshou.platform.db import db, transact
from hoshou.platform.jobs.job import At
from hoshou.plugins.domains.jobs import JOBS
from hoshou.plugins.domains.models import Decision, DomainApplication, OrdererDomain
from hoshou.plugins.domains.rules.stages import Stage
from hoshou.plugins.domains.services.registered import registered_bodies
from hoshou.plugins.domains.services.withdraw import withdraw_own
from tests.plugins.domains.office import CONTACT, DOMAIN, Office
from tests.refusals import refused


def row(domain: str) -> OrdererDomain:
    db.session.rollback()
    return db.session.scalars(select(OrdererDomain).where(OrdererDomain.domain == domain)).one()


def register(office: Office, **changes: str) -> DomainApplication:
    """Applied for and approved now, registered on the batch's day."""
    application = office.apply(**changes)
    office.approve(application)
    month = db.session.get_one(DomainApplication, application.id).batch_month
    office.clock.move_to(jst(month.year, month.month, 25, 0, 30))
    office.run_job()
    assert office.stage(application) is Stage.REGISTERED
    return application


@pytest.mark.req("A-060", "A-071", "A-073", "A-074", "A-077", "P-008")
def test_two_quarters_from_application_to_login(office: Office) -> None:
    office.clock.move_to(jst(2026, 4, 30, 18))
    first = office.apply()
    office.clock.move_to(jst(2026, 5, 1, 9))
    second = office.apply(domain="town.example.lg.jp", organisation="見本町", email="a@town.example.lg.jp")
    assert (first.batch_month, second.batch_month) == (date(2026, 5, 1), date(2026, 8, 1))
    office.approve(first)
    office.approve(second)
    assert office.mails("domains.approved") == []
    for moment in (jst(2026, 5, 1, 12), jst(2026, 5, 24, 23, 59)):
        office.clock.move_to(moment)
        assert office.run_job() == {"approved": 0, "registered": 0}
        assert not office.lets_in(DOMAIN)
    office.clock.move_to(jst(2026, 5, 25, 0, 30))
    assert office.run_job() == {"approved": 0, "registered": 1}
    assert office.lets_in(DOMAIN)
    assert not office.lets_in("town.example.lg.jp")
    assert row(DOMAIN).usable_from == date(2026, 5, 25)
    ((recipient, subject, body),) = office.mails("domains.approved")
    assert (recipient, first.receipt in subject) == (first.email, True)
    assert "登録日: 2026/05/25" in body
    office.clock.move_to(jst(2026, 8, 25, 0, 30))
    assert office.run_job() == {"approved": 0, "registered": 1}
    assert office.lets_in("town.example.lg.jp")
    assert not office.lets_in("sub.town.example.lg.jp")
    assert len(office.mails("domains.approved")) == 2


@pytest.mark.req("A-073", "P-008")
def test_running_it_twice_or_for_a_try_changes_nothing(office: Office) -> None:
    application = office.apply()
    office.approve(application)
    office.to_registration_day()
    before = office.mail_count()
    assert office.run_job(dry_run=True) == {"approved": 0, "registered": 1}
    assert (office.stage(application), office.mail_count()) == (Stage.APPROVED, before)
    assert not office.lets_in(DOMAIN)
    assert office.run_job()["registered"] == 1
    assert office.run_job()["registered"] == 0
    assert office.mail_count() == before + 1


@pytest.mark.req("A-073")
def test_a_day_on_which_nothing_ran_is_made_up_for(office: Office) -> None:
    office.approve(office.apply())
    office.clock.move_to(jst(2026, 5, 28, 0, 30))
    assert office.run_job()["registered"] == 1
    assert row(DOMAIN).usable_from == date(2026, 5, 28)


@pytest.mark.req("A-073", "A-074", "D-45")
def test_what_is_approved_after_its_batch_waits_for_the_next(office: Office) -> None:
    application = office.apply()
    office.clock.move_to(jst(2026, 5, 26, 12))
    office.approve(application)
    assert db.session.get_one(DomainApplication, application.id).batch_month == date(2026, 8, 1)
    assert office.run_job()["registered"] == 0
    office.clock.move_to(jst(2026, 8, 25, 0, 30))
    assert office.run_job()["registered"] == 1


@pytest.mark.req("A-072", "A-060")
def test_a_deletion_takes_effect_only_when_it_is_registered(office_on_both: Office) -> None:
    office = office_on_both
    register(office)
    removal = office.apply(kind="remove")
    assert office.lets_in(DOMAIN)
    office.review(removal)
    assert office.lets_in(DOMAIN)
    for code in ("aioi", "aig", "kyoei", "sompo", "daido", "tokio", "nisshin", "ms"):
        office.vote(removal, code)
    office.run_job()
    assert office.lets_in(DOMAIN)
    office.clock.move_to(jst(2026, 8, 25, 0, 30))
    office.run_job()
    assert not office.lets_in(DOMAIN)
    assert row(DOMAIN).state == "removed"
    # Registered anew, the row lives again.
    register(office, organisation="新見本市")
    assert office.lets_in(DOMAIN)
    assert row(DOMAIN).organisation == "新見本市"


@pytest.mark.req("A-072")
def test_a_change_ends_the_old_domain_and_begins_the_new_one_together(office: Office) -> None:
    register(office)
    change = office.apply(kind="change", new_domain="city.example.jp", department="契約課")
    office.approve(change)
    assert (office.lets_in(DOMAIN), office.lets_in("city.example.jp")) == (True, False)
    office.clock.move_to(jst(2026, 8, 25, 0, 30))
    office.run_job()
    assert (office.lets_in(DOMAIN), office.lets_in("city.example.jp")) == (False, True)
    assert "city.example.lg.jp → city.example.jp" in office.mails("domains.approved")[-1][2]


@pytest.mark.req("A-072", "A-076")
def test_the_association_approves_only_what_can_take_effect(office: Office) -> None:
    for kind in ({"kind": "remove"}, {"kind": "change", "new_domain": "new.example.jp"}):
        with refused("domain_not_registered"):
            office.review(office.apply(**kind))
    office.review(office.apply())
    with refused("domain_in_progress"):
        office.review(office.apply(organisation="別の団体"))
    register(office, domain="town.example.lg.jp")
    with refused("domain_registered"):
        office.review(office.apply(domain="town.example.lg.jp"))
    taken = office.apply(kind="remove")
    with refused("domain_not_registered"):
        office.review(taken)
    office.review(taken, Decision.REJECT, "登録されていません。")
    assert office.stage(taken) is Stage.REJECTED


@pytest.mark.req("A-075", "A-076", "A-078")
def test_two_departments_with_domains_of_their_own_are_two_rows(office: Office) -> None:
    register(office, department="契約課")
    register(office, domain="water.example.lg.jp", department="水道局")
    register(office, domain="water2.example.lg.jp", department="水道局")
    bodies = registered_bodies(db.session(), "")
    assert sorted(bodies.rows) == [("見本市", "契約課"), ("見本市", "水道局")]
    for search in ("水道", "見本 水道"):
        assert registered_bodies(db.session(), search).rows == [("見本市", "水道局")]
    for nothing in ("water", "example", "%", "_", "\x00%"):
        assert registered_bodies(db.session(), nothing).rows == []


@pytest.mark.req("A-070")
def test_an_application_is_told_to_both_sides_once(office: Office) -> None:
    application = office.apply(department="契約課")
    ((recipient, subject, body),) = office.mails("domains.receipt")
    assert (recipient, application.receipt in subject, "2026年5月下旬" in body) == (application.email, True, True)
    # A stranger may name anybody's address: nothing that strangers word goes there.
    assert "見本市" not in body
    ((recipient, _subject, body),) = office.mails("domains.notice")
    assert recipient == CONTACT
    assert "見本市 契約課" in body


@pytest.mark.req("A-072", "A-077")
def test_what_is_taken_back_is_never_registered_and_what_is_rejected_is_told(office: Office) -> None:
    application = office.apply()
    office.approve(application)
    with refused("application_not_found", "receipt"):
        transact(
            lambda session: withdraw_own(
                session, office.clock, office.actor, application.receipt, "b@city.example.lg.jp"
            )
        )
    office.withdraw(application)
    office.to_registration_day()
    assert office.run_job()["registered"] == 0
    with refused("step_not_allowed"):
        office.withdraw(application)
    rejected = office.apply()
    office.review(rejected, Decision.REJECT, "確認できません。")
    ((recipient, _subject, body),) = office.mails("domains.rejected")
    assert (recipient, "確認できません。" in body, CONTACT in body) == (rejected.email, True, True)
    assert not office.lets_in(DOMAIN)


@pytest.mark.req("P-008")
def test_the_job_is_due_daily_before_the_service_opens() -> None:
    (job,) = JOBS
    assert job.trigger == At(hour="0", minute="30")

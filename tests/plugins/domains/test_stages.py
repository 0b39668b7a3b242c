"""Nothing skips a step: not the rules, not the services, not the database (A-071)."""

from collections.abc import Callable
from itertools import product

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from hoshou.base.errors import Forbidden, NotFound
from hoshou.platform.db import db, transact
from hoshou.plugins.domains.models import Decision, DomainApplication
from hoshou.plugins.domains.rules.stages import Stage, Step, allows, next_stage
from hoshou.plugins.domains.services.progress import advance
from hoshou.plugins.domains.services.withdraw import withdraw_for_applicant
from tests.accounts import fresh
from tests.plugins.domains.office import AGENT, ASSOCIATION, INSURERS, Office, clerk_of
from tests.refusals import refused


@pytest.mark.req("A-071", "A-072")
def test_no_order_of_steps_reaches_the_registration_without_both_approvals() -> None:
    """Every order of five steps, each taken where it may be."""
    for steps in product(Step, repeat=5):
        stage, taken = Stage.APPLIED, []
        for step in steps:
            if allows(stage, step):
                stage = next_stage(stage, step)
                taken.append(step)
            else:
                with refused("step_not_allowed"):
                    next_stage(stage, step)
        if stage is Stage.REGISTERED:
            assert taken == [Step.ASSOCIATION_APPROVES, Step.INSURERS_APPROVE, Step.REGISTER]
        if {Step.ASSOCIATION_REJECTS, Step.INSURER_REJECTS, Step.WITHDRAW} & set(taken):
            assert stage in (Stage.REJECTED, Stage.WITHDRAWN)


ACTIONS = st.one_of(
    st.just(("register",)),
    st.just(("approve",)),
    st.sampled_from([("vote", code) for code in INSURERS]),
    st.sampled_from([("reject", ""), ("refuse", "tokio"), ("withdraw", "")]),
)


@pytest.mark.req("A-071", "D-09")
# Every example has an application of its own, so the office may be one for all.
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whoever_does_what_in_whatever_order_only_both_approvals_register(
    office: Office, data: st.DataObject
) -> None:
    """Anything first, then the right way with one step left out or none."""
    office.clock.move_to(office.start)
    application = office.apply(domain=f"d{len(office.stages())}.example.lg.jp")
    office.to_registration_day()
    way = [("approve",), *data.draw(st.permutations([("vote", code) for code in INSURERS]))]
    left_out = data.draw(st.sampled_from([None, *way]))
    actions = [*data.draw(st.lists(ACTIONS, max_size=5)), *(step for step in way if step != left_out)]
    approved, yes, ended = False, set(), False
    for action, *who in [*actions, ("register",)]:
        if office.attempt(application, action, *who):
            approved |= action == "approve"
            yes |= {who[0]} if action == "vote" else set()
            ended |= action in ("reject", "refuse", "withdraw")
    whole = approved and yes == set(INSURERS) and not ended
    assert (office.stage(application) is Stage.REGISTERED) == whole == office.is_registered(application)


@pytest.mark.req("A-071")
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE domains_application SET stage = 'reviewed'",
        "UPDATE domains_application SET stage = 'approved', reviewed_at = applied_at",
        "UPDATE domains_application SET stage = 'approved', approved_at = applied_at",
        "UPDATE domains_application SET stage = 'registered', registered_on = '2026-05-25'",
        "UPDATE domains_application SET stage = 'registered', registered_on = '2026-05-25', reviewed_at = applied_at",
        "UPDATE domains_application SET stage = 'rejected'",
        "UPDATE domains_application SET stage = 'done'",
        "UPDATE domains_application SET kind = 'change'",
        "UPDATE domains_application SET kind = 'give'",
        "INSERT INTO domains_domain (domain, organisation, department, state) VALUES ('a.jp', 'a', '', 'applied')",
        "INSERT INTO domains_domain (domain, organisation, department, state) VALUES ('a.jp', 'a', '', 'registered')",
    ],
)
def test_the_database_refuses_a_skipped_step(office_on_both: Office, sql: str) -> None:
    office_on_both.apply()
    with pytest.raises(IntegrityError):
        transact(lambda session: session.execute(text(sql)))


@pytest.mark.req("A-071", "F3")
def test_a_step_on_what_has_moved_meanwhile_is_refused(office: Office) -> None:
    number = office.apply().id

    def overtaken(session: object) -> None:
        application = db.session.get_one(DomainApplication, number)
        session.execute(  # type: ignore[attr-defined]
            text("UPDATE domains_application SET stage = 'withdrawn'").execution_options(synchronize_session=False)
        )
        advance(
            db.session(), office.clock, office.actor, application, Step.ASSOCIATION_APPROVES,
            reviewed_at=office.clock.now(),
        )  # fmt: skip

    with refused("step_not_allowed"):
        transact(overtaken)


@pytest.mark.req("A-071", "A11")
def test_each_step_belongs_to_whom_it_belongs(office: Office) -> None:
    application = office.apply()
    for subject in (AGENT, clerk_of("ms")):
        with refused("not_the_association", kind=Forbidden):
            office.review(application, subject=subject)
        with refused("not_the_association", kind=Forbidden):
            transact(lambda session, who=subject: withdraw_for_applicant(
                session, office.clock, office.actor, who, application.id, "電話"))  # fmt: skip
    for subject in (AGENT, ASSOCIATION):
        with refused("not_a_voter", kind=Forbidden):
            office.vote(application, subject=subject)
    # What the association hasn't approved doesn't exist for insurers.
    with refused("application_not_found", kind=NotFound):
        office.vote(application, "ms")
    office.review(application)
    with refused("step_not_allowed"):
        office.review(application)
    office.vote(application, "ms")
    with refused("voted_already"):
        office.vote(application, "ms")
    assert office.stage(application) is Stage.REVIEWED


@pytest.mark.req("D-09")
def test_an_insurer_that_has_left_neither_votes_nor_holds_up(office: Office) -> None:
    application = office.apply()
    office.review(application)
    for code in INSURERS[:-1]:
        office.vote(application, code)
    office.run_job()
    assert office.stage(application) is Stage.REVIEWED
    office.end_insurer(INSURERS[-1])
    with refused("not_a_voter", kind=Forbidden):
        office.vote(application, INSURERS[-1])
    office.run_job()
    assert office.stage(application) is Stage.APPROVED


@pytest.mark.req("D-09")
def test_one_refusal_ends_it_with_its_reason(office: Office) -> None:
    application = office.apply()
    office.review(application)
    with refused("text_missing"):
        office.vote(application, "ms", decision=Decision.REJECT)
    office.vote(application, "ms", decision=Decision.REJECT, reason="確認\nできません")
    assert office.stage(application) is Stage.REJECTED
    ((recipient, _subject, body),) = office.mails("domains.rejected")
    assert recipient == application.email
    assert "理由: 確認 できません" in body
    with refused("step_not_allowed"):
        office.vote(application, "tokio")


@pytest.mark.req("D-09")
def test_the_association_alone_may_be_enough(
    usual_url: str, make_app: Callable[..., Flask], make_office: Callable[..., Office]
) -> None:
    office = make_office(make_app(usual_url, DOMAIN_APPROVAL="association"))
    application = office.apply()
    office.review(application)
    assert office.stage(application) is Stage.APPROVED
    row = fresh().get_one(DomainApplication, application.id)
    assert row.reviewed_at is not None
    assert row.approved_at is not None

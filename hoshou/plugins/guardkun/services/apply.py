"""加入申込票: a quote becomes a unit's application, and is mended as one until its registration (④, B-051)."""

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Forbidden, NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor
from hoshou.platform.fence import over_the_fence
from hoshou.platform.subject import Subject
from hoshou.plugins.guardkun.models.changes import Change
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Quote
from hoshou.plugins.guardkun.models.members import Unit
from hoshou.plugins.guardkun.rules.application import ApplicationForm, require_same_person
from hoshou.plugins.guardkun.rules.changes import ChangeKind, ChangeState
from hoshou.plugins.guardkun.rules.duties import require_all_duties
from hoshou.plugins.guardkun.rules.lines import one_line, optional_line
from hoshou.plugins.guardkun.rules.particulars import check_facts
from hoshou.plugins.guardkun.rules.stages import BOOKED_STAGES, Stage, Step
from hoshou.plugins.guardkun.services.agency_data import require_complete
from hoshou.plugins.guardkun.services.closings import require_open, require_start
from hoshou.plugins.guardkun.services.members import find_member, require_member_on, unit_of
from hoshou.plugins.guardkun.services.particulars import APPLICATION, record_particulars, reported_since
from hoshou.plugins.guardkun.services.progress import advance, hold
from hoshou.plugins.guardkun.services.rights import is_own_agency, require_agency
from hoshou.plugins.guardkun.services.scope import visible_quotes

CLOSED_TO_AGENTS = (Stage.REGISTERED, Stage.AT_BRANCH, Stage.AT_LEAD, *BOOKED_STAGES)


def quote_for(session: Session, subject: Subject, quote_id: int) -> Quote:
    """The quote, or NotFound: a foreign one and none look the same."""
    quote = session.scalar(select(Quote).where(Quote.id == quote_id, visible_quotes(subject)))
    if quote is None:
        raise NotFound("quote_not_found", N_("該当する見積が見つかりません。"))
    return quote


def apply(
    session: Session,
    clock: Clock,
    actor: Actor,
    subject: Subject,
    form: ApplicationForm,
    replaces: Enrolment | None = None,
) -> Enrolment:
    """A new application form from a quote; ``replaces`` is the enrolment that a change of plan ends that day.

    Raises NotFound, Forbidden for anyone but the quote's agency, and Refused: ``quote_taken``, ``year_not_open``,
    ``start_not_first``, ``start_outside_year``, ``applicant_differs``, ``not_a_member``, ``duties``,
    ``already_enrolled``, ``reports_unseen``, what is missing of the agency (``require_complete``) or of the member
    (``check_facts``), and ``viewed_on``.
    """
    quote = quote_for(session, subject, form.quote_id)
    require_agency(subject, quote.registration)
    _require_free(session, quote, None)
    now = clock.now()
    enrolment = Enrolment(
        scheme_year_id=quote.scheme_year_id,
        scheme_year=quote.scheme_year,
        registration_id=quote.registration_id,
        registration=quote.registration,
        quote_id=quote.id,
        quote=quote,
        stage=Stage.QUOTED.value,
        start=quote.start,
        period_end=quote.scheme_year.period_end,
        form_version=0,
        created_at=now,
        changed_at=now,
    )
    session.add(enrolment)
    session.flush()
    _fill(session, clock, actor, subject, enrolment, quote, form, replaces)
    return enrolment


def apply_again(
    session: Session, clock: Clock, actor: Actor, subject: Subject, enrolment_id: int, form: ApplicationForm
) -> Enrolment:
    """The form anew, one version higher, until the registration and after its release (B-060).

    Raises Forbidden ``registered_is_closed`` while it is registered, and what :func:`apply` raises.
    """
    enrolment = hold(session, subject, enrolment_id)
    require_agency(subject, enrolment.registration)
    if enrolment.current_stage in CLOSED_TO_AGENTS:
        raise Forbidden(
            "registered_is_closed",
            N_("本登録後の内容は変更できません。所属保険会社の主管店へ本登録の解除を申し出てください。"),
        )
    quote = quote_for(session, subject, form.quote_id)
    require_agency(subject, quote.registration)
    _require_free(session, quote, enrolment.id)
    _fill(session, clock, actor, subject, enrolment, quote, form, _replaced_by(session, enrolment))
    return enrolment


def _fill(
    session: Session,
    clock: Clock,
    actor: Actor,
    subject: Subject,
    enrolment: Enrolment,
    quote: Quote,
    form: ApplicationForm,
    replaces: Enrolment | None,
) -> None:
    year = quote.scheme_year
    require_open(year)
    require_start(year, quote.start)
    require_complete(year, quote.registration)
    facts = check_facts(form.facts)
    require_same_person(one_line(form.applicant_name, "applicant_name", 100), facts.company_name)
    duties = require_all_duties(form.duties)
    member = find_member(session, form.prefecture_code, form.member_number)
    require_same_person(facts.company_name, member.name)
    require_member_on(member, quote.start)
    unit = unit_of(session, clock, actor, member, form.unit_name)
    # A unit has one cover at a time and renews what it had, whosever contracts these are.
    with over_the_fence(session):
        _require_single(session, unit, quote.start, enrolment, replaces)
        previous = previous_of(session, unit.id, quote.start)
    if previous is not None and not form.reports_seen and _has_reports(session, subject, previous):
        raise Refused(
            "reports_unseen",
            N_("前契約のあとに届け出られた変更があります。内容を確認し、必要な項目を修正してください。"),
            field="reports_seen",
        )
    record_particulars(session, clock, actor, unit.id, facts, quote.start, APPLICATION)
    if form.same_sales is not None and form.same_sales.viewed_on > clock.today():
        raise Refused("viewed_on", N_("閲覧日に未来の日は指定できません。"), field="viewed_on")
    version = enrolment.form_version + 1
    changes: dict[str, Any] = {
        "scheme_year_id": quote.scheme_year_id,
        "registration_id": quote.registration_id,
        "quote_id": quote.id,
        "unit_id": unit.id,
        "previous_id": previous.id if previous else None,
        "start": quote.start,
        "period_end": year.period_end,
        "form_version": version,
        "mandate_collected": form.mandate_collected,
        "account_unchanged": form.account_unchanged,
        "duties": duties,
        "same_sales_evidence": optional_line(form.same_sales_evidence, "same_sales_evidence", 200),
        "same_sales_confirmation": json.dumps(asdict(form.same_sales), ensure_ascii=False, default=str)
        if form.same_sales
        else "",
        "applied_at": clock.now(),
    }
    advance(session, clock, actor, enrolment, Step.APPLY, changes, version=version, quote=quote.number)
    session.expire(enrolment, ["quote", "registration", "unit", "scheme_year"])


def previous_of(session: Session, unit_id: int, start: date) -> Enrolment | None:
    """The unit's booked enrolment whose cover runs until ``start``: what a renewal renews."""
    return session.scalars(
        select(Enrolment)
        .where(
            Enrolment.unit_id == unit_id,
            Enrolment.stage.in_(BOOKED_STAGES),
            Enrolment.period_end == start,
            Enrolment.ending.is_(None),
        )
        .order_by(Enrolment.id.desc())
        .limit(1)
    ).first()


def _has_reports(session: Session, subject: Subject, previous: Enrolment) -> bool:
    """Whether the agency has been shown changes that were reported since; of another agency's contract it isn't."""
    known_at = previous.registered_at or previous.applied_at
    return (
        is_own_agency(subject, previous.registration)
        and previous.unit_id is not None
        and known_at is not None
        and bool(reported_since(session, previous.unit_id, known_at))
    )


def _require_free(session: Session, quote: Quote, enrolment_id: int | None) -> None:
    """One quote, one application that stands; a unique index keeps it so against a second click."""
    statement = select(Enrolment.id).where(
        Enrolment.quote_id == quote.id,
        Enrolment.stage != Stage.CANCELLED.value,
        Enrolment.id != (enrolment_id or 0),
    )
    if session.scalar(statement.limit(1)) is not None:
        raise Refused("quote_taken", N_("この見積からは、すでに加入申込票が作成されています。"), field="quote_id")


def _require_single(
    session: Session, unit: Unit, start: date, enrolment: Enrolment, replaces: Enrolment | None
) -> None:
    """The unit, which is held, has no other enrolment whose cover would run at the same time."""
    kept = [enrolment.id, *([replaces.id] if replaces else [])]
    other = session.scalar(
        select(Enrolment.id)
        .where(
            Enrolment.unit_id == unit.id,
            Enrolment.id.not_in(kept),
            Enrolment.stage != Stage.CANCELLED.value,
            Enrolment.period_end > start,
            or_(Enrolment.ended_on.is_(None), Enrolment.ended_on > start),
        )
        .limit(1)
    )
    if other is not None:
        raise Refused(
            "already_enrolled",
            N_("この加入者は、同じ期間についてすでに加入手続き中か加入済みです。"),
            field="unit_name",
        )


def _replaced_by(session: Session, enrolment: Enrolment) -> Enrolment | None:
    return session.scalar(
        select(Enrolment)
        .join(Change, Change.enrolment_id == Enrolment.id)
        .where(
            Change.successor_id == enrolment.id,
            Change.kind == ChangeKind.PLAN.value,
            Change.state != ChangeState.REFUSED.value,
        )
    )

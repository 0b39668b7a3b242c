"""The co-insurers' hand-off files: one a month and insurer, made once, in our own layout or theirs (B-099, D-31)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from itertools import chain
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, false, or_, select, true
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.csv_text import cp932_bytes, csv_text, utf8_bytes
from hoshou.base.errors import NotFound
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.calendar import load_calendar
from hoshou.platform.files.model import StoredFile, keep
from hoshou.platform.files.store import FileStore
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.debits.models.handoffs import Handoff, HandoffColumn
from hoshou.plugins.debits.models.remittances import Remittance, RemittanceLine
from hoshou.plugins.debits.rules.handoff_layout import OWN_LAYOUT, Column, HandoffField
from hoshou.plugins.debits.rules.sharing import commission_months, handoff_day
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment, Instalment
from hoshou.plugins.guardkun.models.members import Member, Unit
from hoshou.plugins.guardkun.models.scheme import SchemeInsurer
from hoshou.plugins.organisations.models import Agency

CSV = "text/csv"
UnitOfWork = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Missing:
    """A file that is due and not made yet."""

    remittance_id: int
    insurer_id: int
    insurer_code: str
    month: date
    day: date


def missing_handoffs(session: Session, today: date) -> list[Missing]:
    """One for each co-insurer of the scheme years in each month's run, once its day has come; oldest first.

    A co-insurer without a line gets a file too, which says so.
    """
    calendar = load_calendar(session)
    made = set(session.execute(select(Handoff.remittance_id, Handoff.insurer_id)).tuples())
    every = set(session.scalars(select(SchemeInsurer.insurer_id).where(~SchemeInsurer.is_lead)))
    found = []
    for run in session.scalars(select(Remittance).order_by(Remittance.month)):
        day = handoff_day(run.month, calendar)
        if day > today:
            break
        # Whose files are there needs no look at the lines.
        if all((run.id, insurer_id) in made for insurer_id in every):
            continue
        found += [
            Missing(run.id, one.insurer_id, one.insurer.code, run.month, day)
            for one in _co_insurers(session, run)
            if (run.id, one.insurer_id) not in made
        ]
    return found


def _co_insurers(session: Session, run: Remittance) -> list[SchemeInsurer]:
    years = (
        select(Enrolment.scheme_year_id)
        .join(RemittanceLine, RemittanceLine.enrolment_id == Enrolment.id)
        .where(RemittanceLine.remittance_id == run.id)
        .distinct()
    )
    rows = session.scalars(
        select(SchemeInsurer)
        .where(SchemeInsurer.scheme_year_id.in_(years), ~SchemeInsurer.is_lead)
        .order_by(SchemeInsurer.position, SchemeInsurer.id)
    )
    return list({row.insurer_id: row for row in rows}.values())


def make_due_handoffs(unit_of_work: UnitOfWork, clock: Clock, files: FileStore, actor: Actor, today: date) -> int:
    """Make every file that is due; returns how many. What is made already stays as it is.

    The content is stored before its row, so that a crash leaves an orphan for the sweep and never half a file.
    """
    with unit_of_work() as session:
        due = missing_handoffs(session, today)
    for one in due:
        with unit_of_work() as session:
            text, lines, premium = handoff_text(session, one.remittance_id, one.insurer_id)
        cp932, unwritable = cp932_bytes(text)
        contents = {"cp932": cp932, "utf8": utf8_bytes(text)}
        blobs = {encoding: files.put(content) for encoding, content in contents.items()}
        with unit_of_work() as session:
            kept = {
                encoding: keep(
                    session, clock, actor, blob, f"keibi-{one.month:%Y%m}-{one.insurer_code}-{encoding}.csv", CSV
                )
                for encoding, blob in blobs.items()
            }
            handoff = Handoff(
                remittance_id=one.remittance_id,
                insurer_id=one.insurer_id,
                day=one.day,
                lines=lines,
                premium=premium,
                unwritable=unwritable,
                cp932_file_id=kept["cp932"].id,
                utf8_file_id=kept["utf8"].id,
                made_at=clock.now(),
            )
            session.add(handoff)
            session.flush()
            digests = {encoding: file.sha256 for encoding, file in kept.items()}
            audit.record(
                session, clock, actor, "debits_handoff.made", "debits_handoff", handoff.id, lines=lines, **digests
            )
    return len(due)


def handoff_text(session: Session, remittance_id: int, insurer_id: int) -> tuple[str, int, int]:
    """The file's text, its lines without the head, and their premium in yen; the same for ever."""
    run = session.get_one(Remittance, remittance_id)
    columns = _layout(session, insurer_id)
    lines = session.execute(_facts(remittance_id, insurer_id)).all()
    values = [_value_of(run.month, column.field) for column in columns]
    rows = ([value(line) for value in values] for line in lines)
    text = csv_text(chain([[column.title for column in columns]], rows))
    return text, len(lines), sum(line.premium for line in lines)


def _facts(remittance_id: int, insurer_id: int) -> Select[Any]:
    line, registration = RemittanceLine, AgencyRegistration
    return (
        select(
            Enrolment.policy_number,
            Enrolment.start,
            Enrolment.period_end,
            Member.name.label("member"),
            Unit.name.label("unit"),
            registration.registration_number,
            registration.office_code,
            Agency.name.label("agency"),
            Instalment.number.label("instalment"),
            line.premium,
            line.collection_fee,
            line.lead_share,
            line.soliciting_share,
            line.insurer_leads,
        )
        .join(Enrolment, line.enrolment_id == Enrolment.id)
        .join(Unit, Enrolment.unit_id == Unit.id)
        .join(Member, Unit.member_id == Member.id)
        .join(registration, line.registration_id == registration.id)
        .join(Agency, registration.agency_id == Agency.id)
        .join(Instalment, line.instalment_id == Instalment.id)
        .where(line.remittance_id == remittance_id, line.insurer_id == insurer_id)
        .order_by(line.instalment_id)
    )


def _layout(session: Session, insurer_id: int) -> tuple[Column, ...]:
    rows = session.scalars(
        select(HandoffColumn).where(HandoffColumn.insurer_id == insurer_id).order_by(HandoffColumn.position)
    )
    return tuple(Column(HandoffField(row.field), row.title) for row in rows) or OWN_LAYOUT


def _value_of(debit_month: date, field: HandoffField) -> Callable[[Row[Any]], str | int]:
    """What a line says under a heading."""
    match field:
        case HandoffField.MEMBER:
            return lambda line: f"{line.member} {line.unit}".strip()
        case HandoffField.DEBIT_MONTH:
            return lambda line: f"{debit_month:%Y-%m}"
        case HandoffField.COMMISSION_MONTH:
            months = {
                leads: f"{commission_months(debit_month, insurer_leads=leads).commission:%Y-%m}"
                for leads in (False, True)
            }
            return lambda line: months[line.insurer_leads]
        case HandoffField.START | HandoffField.PERIOD_END:
            return lambda line: str(getattr(line, field.value))
        case _:
            return attrgetter(field.value)


def visible_handoffs(subject: Subject) -> ColumnElement[bool]:
    """A co-insurer's staff see their own insurer's files, the lead office, the association and auditors all."""
    parts: list[ColumnElement[bool]] = []
    if subject.has(Role.LEAD_OFFICE, Role.GROUP_ASSOCIATION, Role.AUDITOR):
        parts.append(true())
    if subject.has(Role.CO_INSURER) and subject.insurer_id is not None:
        parts.append(Handoff.insurer_id == subject.insurer_id)
    return or_(false(), *parts)


def fetch_handoff(
    session: Session, clock: Clock, actor: Actor, subject: Subject, handoff_id: int, encoding: str
) -> StoredFile:
    """The file to hand out, noted in the audit log; NotFound for a foreign one and for none."""
    found = session.scalar(select(Handoff).where(Handoff.id == handoff_id, visible_handoffs(subject)))
    files = {"cp932": found.cp932_file, "utf8": found.utf8_file} if found else {}
    if found is None or encoding not in files:
        raise NotFound("handoff_not_found", N_("該当するファイルが見つかりません。"))
    file = files[encoding]
    audit.record(
        session,
        clock,
        actor,
        "debits_handoff.downloaded",
        "debits_handoff",
        found.id,
        encoding=encoding,
        sha256=file.sha256,
    )
    return file

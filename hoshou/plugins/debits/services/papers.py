"""The paper that goes with a contact: the group's letter, or the form to collect anew (B-074, B-076, D-38)."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.calendar import load_calendar
from hoshou.platform.subject import Subject
from hoshou.plugins.debits.models.failures import FailureTask, Lapse
from hoshou.plugins.debits.models.runs import DebitLine
from hoshou.plugins.debits.rules.failures import TaskKind, lapse_day
from hoshou.plugins.debits.services.scope import require_handler
from hoshou.plugins.debits.services.tasks import task_for
from hoshou.plugins.guardkun.models.enrolments import Instalment
from hoshou.plugins.guardkun.models.scheme import SchemeYear
from hoshou.plugins.guardkun.rules.failure_notice import FailureNotice
from hoshou.plugins.guardkun.rules.printed import PrintedInstalment
from hoshou.plugins.guardkun.services.documents import failure_letter, mandate_form
from hoshou.plugins.guardkun.services.documents.downloads import Download

OBJECT = "guardkun_enrolment"


def paper_of(session: Session, clock: Clock, subject: Subject, task_id: int) -> Download:
    """The letter about the debit that the contact is about, or 口座振替依頼書 where that is to be collected.

    Neither names the account. Raises NotFound ``task`` for a contact that the user mayn't know of.
    """
    task = task_for(session, subject, task_id)
    if task.kind == TaskKind.MANDATE:
        title, content = mandate_form.TITLE, mandate_form.mandate_form(session, task.enrolment, clock)
    else:
        title = failure_letter.TITLE
        content = failure_letter.failure_letter(session, task.enrolment, notice_of(session, task), clock)
    return Download(title, f"{title}_{task.enrolment!r}.pdf", content, OBJECT, task.enrolment_id)


def notice_of(session: Session, task: FailureTask) -> FailureNotice:
    """What the letter says.

    The next debit is named while there is one; else the last business day on which a transfer comes before the
    cover would end.
    """
    line = task.line
    failed = tuple(_printed(part.instalment) for part in line.parts)
    is_second = session.scalar(select(Lapse.id).where(Lapse.line_id == line.id)) is not None
    following = None if is_second else _following(session, line)
    if following is not None:
        return FailureNotice(failed, next_debit=_printed(following))
    last = lapse_day(line.run.debit_date) - timedelta(days=1)
    return FailureNotice(failed, pay_by=load_calendar(session).previous_business_day(last), is_second=is_second)


def _following(session: Session, line: DebitLine) -> Instalment | None:
    return session.scalar(
        select(Instalment)
        .where(
            Instalment.enrolment_id == line.enrolment_id,
            Instalment.number > max(part.instalment.number for part in line.parts),
            Instalment.cancelled_at.is_(None),
        )
        .order_by(Instalment.number)
        .limit(1)
    )


def _printed(one: Instalment) -> PrintedInstalment:
    return PrintedInstalment(one.due_on, one.premium, one.maintenance_fee, one.levy)


def empty_form(session: Session, clock: Clock, subject: Subject) -> Download:
    """口座振替依頼書 without a name, by the scheme year of today or the newest. Raises NotFound ``year_not_found``."""
    require_handler(subject)
    today = clock.today()
    year = session.scalar(
        select(SchemeYear)
        .order_by((SchemeYear.period_start <= today).desc(), SchemeYear.period_start.desc())
        .limit(1)
    )
    if year is None:
        raise NotFound("year_not_found", N_("該当する保険年度が見つかりません。"))
    content = mandate_form.empty_mandate_form(session, year, clock)
    return Download(mandate_form.TITLE, f"{mandate_form.TITLE}.pdf", content, "guardkun_scheme_year", year.id)

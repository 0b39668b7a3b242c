"""Dates announced by mail to whom they concern, some business days before (B-047 to B-050, B-064, B-071, B-082, B-086)."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, selectinload

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor
from hoshou.platform.calendar import load_calendar
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.outbox import OutboxMail, queue
from hoshou.platform.mail.template import MailTemplate, MailVariable
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration
from hoshou.plugins.guardkun.models.scheme import SchemeInsurer
from hoshou.plugins.guardkun.rules.calendar import Event, EventKind
from hoshou.plugins.guardkun.services.calendar import running_events
from hoshou.plugins.organisations.models import Membership

BATCH = 200
_SOLICITING = frozenset({Role.AGENCY, Role.INSURER, Role.CO_INSURER, Role.LEAD_OFFICE})
_COLLECTING = frozenset({Role.GROUP_ASSOCIATION, Role.LEAD_OFFICE})
CONCERNED: Mapping[EventKind, frozenset[Role]] = {
    EventKind.DEADLINE: _SOLICITING,
    EventKind.CHANGE: _SOLICITING,
    EventKind.ACCOUNT: _SOLICITING,
    EventKind.DEBIT: _COLLECTING,
    EventKind.REMITTANCE: _COLLECTING,
    EventKind.NOTICE: _COLLECTING,
}
"""Whom a date concerns; of the other kinds nobody is reminded, and of none that is 頃."""

REMINDER_MAIL = MailTemplate(
    key="guardkun.reminder",
    title=N_("ガードくん賠償責任保険の期日のお知らせ（スタッフ宛て）"),
    subject="【ガードくん賠償責任保険】期日のお知らせ（$DAY）",
    body="""$USER_NAME さま

ガードくん賠償責任保険の期日が近づいています。

期日: $DAY
予定: $EVENTS

日程表: $CALENDAR_URL

・本メールはシステムより自動で送信されています。本メールに返信されないようお願いします。
""",
    variables=(
        MailVariable("USER_NAME", N_("氏名"), "損保 太郎"),
        MailVariable("DAY", N_("期日"), "2026/04/30", required=True),
        MailVariable(
            "EVENTS",
            N_("その日の予定"),
            "第1回募集締切（2026/06/01始期）：本登録と書類の到着（17:00まで）",
            required=True,
        ),
        MailVariable("CALENDAR_URL", N_("日程表の画面"), "https://example.jp/scheme/calendar/"),
    ),
)

UnitOfWork = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True)
class ReminderResult:
    """The dates that are near, and the mails queued about them in this run."""

    events: int
    mails: int


def remind(
    unit_of_work: UnitOfWork, clock: Clock, keys: KeyRing, actor: Actor, days_before: int, calendar_url: str
) -> ReminderResult:
    """Queue one mail for each user and coming day of which they weren't told; ``days_before`` are business days.

    Running it again sends nothing twice. A date that has moved is announced again for its new day. With
    ``days_before`` below one nobody is reminded.
    """
    if days_before < 1:
        return ReminderResult(0, 0)
    with unit_of_work() as session:
        events = _near(session, clock.today(), days_before)
    mails = last = 0
    while events:
        with unit_of_work() as session:
            users = _concerned(session, events, last)
            for user in users:
                mails += _tell(session, clock, keys, actor, user, events, calendar_url)
            last = users[-1].id if users else last
        if len(users) < BATCH:
            break
    return ReminderResult(len(events), mails)


def _near(session: Session, today: date, days_before: int) -> list[Event]:
    """The dates from today on whose time of announcement has come, in order."""
    calendar = load_calendar(session)

    def is_near(event: Event) -> bool:
        if event.kind not in CONCERNED or event.is_about or event.first < today:
            return False
        try:
            return calendar.business_days_before(event.first, days_before) <= today
        except Refused:
            return False

    return sorted(
        (event for _year, events in running_events(session) for event in events if is_near(event)),
        key=lambda event: (event.first, event.key),
    )


def _concerned(session: Session, events: Sequence[Event], after: int) -> Sequence[User]:
    """The next active users whom one of the dates concerns and who have to do with the scheme."""
    roles = frozenset().union(*(CONCERNED[event.kind] for event in events))
    agencies = select(Membership.user_id).where(Membership.agency_id.in_(select(AgencyRegistration.agency_id)))
    insurers = select(Membership.user_id).where(Membership.insurer_id.in_(select(SchemeInsurer.insurer_id)))
    homes: Mapping[Role, ColumnElement[bool]] = {
        Role.AGENCY: User.id.in_(agencies),
        Role.INSURER: User.id.in_(insurers),
        Role.CO_INSURER: User.id.in_(insurers),
    }
    parts = []
    for role in sorted(roles):
        has_role = User.roles.any(RoleRow.name == role.value)
        parts.append(has_role & homes[role] if role in homes else has_role)
    return session.scalars(
        select(User)
        .where(User.id > after, User.active.is_(True), or_(*parts))
        .options(selectinload(User.roles))
        .order_by(User.id)
        .limit(BATCH)
    ).all()


def _tell(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    user: User,
    events: Sequence[Event],
    calendar_url: str,
) -> int:
    """Queue the user's mails that weren't queued yet; returns how many."""
    sent = 0
    for day, lines, unique_key in _mails_for(user, events):
        if session.scalar(select(OutboxMail.id).where(OutboxMail.unique_key == unique_key)) is not None:
            continue
        values = {
            "USER_NAME": f"{user.last_name} {user.first_name}",
            "DAY": f"{day:%Y/%m/%d}",
            "EVENTS": " / ".join(lines),
            "CALENDAR_URL": calendar_url,
        }
        queue(
            session,
            clock,
            keys,
            actor,
            REMINDER_MAIL,
            user.email,
            values,
            about=("user", user.id),
            unique_key=unique_key,
        )
        sent += 1
    return sent


def _mails_for(user: User, events: Sequence[Event]) -> Iterator[tuple[date, list[str], str]]:
    """Each near day that concerns the user, its lines, and the key that only this mail has."""
    held = {role.name for role in user.roles}
    theirs = [event for event in events if held & {role.value for role in CONCERNED[event.kind]}]
    for day, group in groupby(theirs, key=lambda event: event.first):
        of_day = list(group)
        names = hashlib.sha256(" ".join(event.key for event in of_day).encode()).hexdigest()[:16]
        yield day, [_line(event) for event in of_day], f"{REMINDER_MAIL.key}/{user.id}/{day:%Y%m%d}/{names}"


def _line(event: Event) -> str:
    until = f"（{event.at:%H:%M}まで）" if event.at else ""
    return f"{event.sentence}{until}"

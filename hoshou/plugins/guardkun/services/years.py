"""A scheme year from its draft to its end: copied from the last one, edited, opened, closed (B-015).

While a year is a draft all of it may be edited. Once it is open, people rely on its rules: only the number of the
parent contract, which is known later, and the calendar's rows may still be edited. Of a closed year nothing may.
"""

from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.dates import add_months, add_years, is_first_of_month
from hoshou.base.errors import DomainError, Invalid, NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.db import Entity
from hoshou.plugins.guardkun.models.scheme import (
    SchemeBenefit,
    SchemeCalendarRow,
    SchemeClause,
    SchemeCover,
    SchemeDeadline,
    SchemeDuty,
    SchemeInsurer,
    SchemeYear,
    YearState,
)
from hoshou.plugins.guardkun.rules.benefits import require_whole
from hoshou.plugins.guardkun.services.benefits import benefit_table
from hoshou.plugins.guardkun.services.calendar import events_of
from hoshou.plugins.premium.models import RateState, RateTableVersion

YEAR = "guardkun_scheme_year"
EDITABLE_WHEN_OPEN = frozenset({"parent_policy_number"})
PARTS: tuple[type[Entity], ...] = (
    SchemeInsurer,
    SchemeDeadline,
    SchemeClause,
    SchemeCover,
    SchemeBenefit,
    SchemeDuty,
    SchemeCalendarRow,
)
"""What belongs to a year and is copied with it."""

MONTHS_OF_A_YEAR = 12


def locked_year(session: Session, year_id: int) -> SchemeYear:
    """The year as it stands now, held until the transaction ends: it isn't opened while somebody edits it.

    Raises NotFound ``year_not_found``.
    """
    year = session.get(SchemeYear, year_id, with_for_update=True, populate_existing=True)
    if year is None:
        raise NotFound("year_not_found", N_("該当する年度がありません。"))
    return year


def prepare_year(clock: Clock, year: SchemeYear) -> None:
    """Check an edited year, and set what follows from it: its number and its end, twelve months after its start.

    Raises Refused ``year_is_fixed`` for what may no longer be edited, ``start_not_first``, ``day_unlikely``,
    ``share_unlikely`` and ``pattern_unusable``.
    """
    state: Any = inspect(year)
    changed = {attribute.key for attribute in state.attrs if attribute.history.has_changes()}
    stands = _state_now(state.session, year.id)
    if stands is YearState.CLOSED or (stands is YearState.OPEN and not changed <= EDITABLE_WHEN_OPEN):
        raise _fixed()
    if not is_first_of_month(year.period_start):
        raise Refused("start_not_first", N_("補償開始日は毎月1日のみ指定できます。"), field="period_start")
    for field in ("debit_day", "account_change_day"):
        if not 1 <= getattr(year, field) <= 31:
            raise Refused("day_unlikely", N_("日は1から31の間で入力してください。"), field=field)
    if not 0 <= year.first_debit_after_months <= MONTHS_OF_A_YEAR:
        raise Refused(
            "months_unlikely", N_("月数は0から12の間で入力してください。"), field="first_debit_after_months"
        )
    if not 0 <= year.lead_share_percent <= 100:
        raise Refused("share_unlikely", N_("割合は0から100の間で入力してください。"), field="lead_share_percent")
    _require_usable(year.policy_number_pattern)
    year.year = year.period_start.year
    year.period_end = add_months(year.period_start, MONTHS_OF_A_YEAR)
    year.changed_at = clock.now()


def _state_now(session: Session, year_id: int) -> YearState:
    """The stored state, the year held from now on; what is edited of it meanwhile isn't stored yet."""
    with session.no_autoflush:
        return YearState(
            session.scalars(select(SchemeYear.state).where(SchemeYear.id == year_id).with_for_update()).one()
        )


def require_draft(session: Session, year: SchemeYear | None) -> None:
    """Raise Refused ``year_is_fixed`` unless the rules of the year may still be edited."""
    if year is None or _state_now(session, year.id) is not YearState.DRAFT:
        raise _fixed()


def require_unclosed(session: Session, year: SchemeYear | None) -> None:
    """Raise Refused ``year_is_fixed`` for a closed year: of any other the calendar's rows may be edited."""
    if year is None or _state_now(session, year.id) is YearState.CLOSED:
        raise _fixed()


def open_year(session: Session, clock: Clock, actor: Actor, year_id: int) -> None:
    """Take applications for the year from now on; its rules are fixed.

    Raises Invalid with all that is missing, and Refused ``year_is_fixed`` when it isn't a draft.
    """
    year = locked_year(session, year_id)
    require_draft(session, year)
    missing = _missing(session, year)
    if missing:
        raise Invalid(missing)
    year.state = YearState.OPEN.value
    year.changed_at = clock.now()
    audit.record(session, clock, actor, "guardkun.year_opened", YEAR, year.id, year=year.year)


def close_year(session: Session, clock: Clock, actor: Actor, year_id: int) -> None:
    """Keep the year as it is: nothing of it is edited any more.

    Raises Refused ``year_not_over`` before its period has ended, and ``year_not_open``.
    """
    year = locked_year(session, year_id)
    if year.current_state is not YearState.OPEN:
        raise Refused("year_not_open", N_("募集中の年度ではありません。"))
    if clock.today() < year.period_end:
        raise Refused("year_not_over", N_("保険期間が終わるまでは、年度を終了できません。"))
    year.state = YearState.CLOSED.value
    year.changed_at = clock.now()
    audit.record(session, clock, actor, "guardkun.year_closed", YEAR, year.id, year=year.year)


def copy_year(session: Session, clock: Clock, actor: Actor, year_id: int) -> int:
    """The following year as a draft with the same rules, its calendar's rows a year later; returns its number.

    Raises NotFound ``year_not_found``, and Refused ``year_exists`` when there is one already.
    """
    source = session.get(SchemeYear, year_id)
    if source is None:
        raise NotFound("year_not_found", N_("該当する年度がありません。"))
    start = add_years(source.period_start, 1)
    if session.scalar(select(SchemeYear.id).where(SchemeYear.period_start == start)) is not None:
        raise Refused("year_exists", N_("翌年度はすでに登録されています。"))
    copy = SchemeYear(
        **{
            **_columns(source),
            "year": start.year,
            "name": source.name.replace(str(source.year), str(start.year)),
            "period_start": start,
            "period_end": add_years(source.period_end, 1),
            "state": YearState.DRAFT.value,
            "policy_number_pattern": _next_pattern(source),
            "parent_policy_number": "",
            "copied_from_id": source.id,
            "changed_at": clock.now(),
        }
    )
    session.add(copy)
    session.flush()
    for part in PARTS:
        for row in session.scalars(select(part).where(part.scheme_year_id == source.id)):
            values = {**_columns(row), "scheme_year_id": copy.id}
            if isinstance(row, SchemeCalendarRow):
                values["day"] = add_years(row.day, 1)
            session.add(part(**values))
    session.flush()
    audit.record(session, clock, actor, "guardkun.year_copied", YEAR, copy.id, year=copy.year, source=source.year)
    return copy.id


def _missing(session: Session, year: SchemeYear) -> list[Refused]:
    """Everything that stands against taking applications."""
    found = []
    if not any(insurer.is_lead for insurer in year.insurers):
        found.append(Refused("no_lead_insurer", N_("幹事保険会社が登録されていません。")))
    if year.lead_agency_id is None:
        found.append(Refused("no_lead_agency", N_("幹事代理店が登録されていません。")))
    if {row.is_renewal for row in year.deadlines} != {True, False}:
        found.append(Refused("no_deadline", N_("更改と中途加入の締切が登録されていません。")))
    for part, title in (
        (SchemeClause, N_("約款・特約が登録されていません。")),
        (SchemeCover, N_("補償内容が登録されていません。")),
        (SchemeDuty, N_("対象業務が登録されていません。")),
    ):
        if session.scalar(select(part.id).where(part.scheme_year_id == year.id).limit(1)) is None:
            found.append(Refused("part_missing", title))
    try:
        require_whole(benefit_table(session, year.id))
    except Refused as error:
        found.append(error)
    try:
        events_of(session, year)
    except Refused as error:
        found.append(error)
    approved = select(RateTableVersion.id).where(
        RateTableVersion.rates_id == year.rates_id,
        RateTableVersion.state == RateState.APPROVED.value,
        RateTableVersion.valid_from <= year.period_start,
    )
    if session.scalar(approved.limit(1)) is None:
        found.append(Refused("no_rates", N_("料率表「%(name)s」に承認済みの版がありません。"), name=year.rates_id))
    return found


def _require_usable(pattern: str) -> None:
    """Policy numbers differ only when the pattern holds the number (D-41)."""
    try:
        differ = pattern.format(number=1) != pattern.format(number=2)
    except (ValueError, LookupError, AttributeError):
        differ = False
    if not differ:
        raise Refused(
            "pattern_unusable",
            N_("証券番号の形は「G26{number:08d}」のように、連番の位置を入れて入力してください。"),
            field="policy_number_pattern",
        )


def _next_pattern(source: SchemeYear) -> str:
    """Where the numbers begin with the year's last two digits, they go on with the next year's."""
    start, brace, number = source.policy_number_pattern.partition("{")
    old, new = f"{source.year % 100:02}", f"{(source.year + 1) % 100:02}"
    return start.replace(old, new) + brace + number


def _columns(row: Entity) -> dict[str, object]:
    """The row's values but its key."""
    mapper = inspect(type(row))
    return {column.key: getattr(row, column.key) for column in mapper.column_attrs if column.key != "id"}


def _fixed() -> DomainError:
    return Refused(
        "year_is_fixed",
        N_(
            "募集中または終了した年度の規定は変更できません。募集中に変更できるのは、親契約の証券番号と日程表の"
            "予定だけです。"
        ),
    )

"""Rate tables from the draft to the approval by a second person (D-21)."""

import json
from datetime import date

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Forbidden, NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor
from hoshou.platform.audit import record
from hoshou.plugins.premium.models import RateState, RateTableVersion
from hoshou.plugins.premium.rules.difference import RateRow, rate_rows
from hoshou.plugins.premium.rules.rate_sheet import RateSheet

TABLE = "premium_rate_table"
LONGEST_SOURCE = 200

ACTION_LABELS = {
    "premium.drafted": N_("%(source)sから作成しました"),
    "premium.approved": N_("承認しました"),
    "premium.withdrawn": N_("取り下げました"),
}


def draft(session: Session, clock: Clock, actor: Actor, sheet: RateSheet, source_name: str) -> RateTableVersion:
    """Keep an imported sheet as the next version of its table; it quotes nothing yet.

    ``source_name`` is the file's. Raises Forbidden ``not_a_person`` for anyone but a user.
    """
    drafter = _person(actor)
    rates_id = sheet.document["id"]
    last = session.scalar(select(func.max(RateTableVersion.version)).where(RateTableVersion.rates_id == rates_id))
    version = (last or 0) + 1
    table = RateTableVersion(
        rates_id=rates_id,
        version=version,
        valid_from=date.fromisoformat(sheet.document["valid_from"]),
        document=json.dumps({**sheet.document, "version": version}, ensure_ascii=False),
        is_sample=sheet.is_sample,
        source_name=source_name[:LONGEST_SOURCE],
        drafted_by_id=drafter,
        drafted_by=actor.name,
        drafted_at=clock.now(),
    )
    session.add(table)
    session.flush()
    record(session, clock, actor, "premium.drafted", TABLE, table.id, source=table.source_name)
    return table


def approve(session: Session, clock: Clock, actor: Actor, table_id: int) -> RateTableVersion:
    """From its first day on the version is in force. A second person says so, never the one who drafted it.

    Raises NotFound, Refused ``not_a_draft``, Forbidden ``second_person`` and ``not_a_person``.
    """
    approver, table = _person(actor), _draft_called(session, table_id)
    if approver == table.drafted_by_id:
        raise Forbidden("second_person", N_("料率表は、作成した人とは別の人が承認してください。"))
    table.state = RateState.APPROVED.value
    table.approved_by_id, table.approved_by, table.approved_at = approver, actor.name, clock.now()
    record(session, clock, actor, "premium.approved", TABLE, table.id)
    return table


def withdraw(session: Session, clock: Clock, actor: Actor, table_id: int) -> None:
    """A draft that shall not be used any more. Raises NotFound and Refused ``not_a_draft``."""
    table = _draft_called(session, table_id)
    table.state = RateState.WITHDRAWN.value
    record(session, clock, actor, "premium.withdrawn", TABLE, table.id)


def table_called(session: Session, table_id: int) -> RateTableVersion:
    """The version. Raises NotFound."""
    table = session.get(RateTableVersion, table_id)
    if table is None:
        raise NotFound("rate_table_not_found", N_("該当する料率表が見つかりません。"))
    return table


def in_force(session: Session, rates_id: str, start: date) -> RateTableVersion:
    """The version that quotes for a start of cover: the newest approved one whose first day has come by then.

    Raises Refused ``no_rates``.
    """
    table = session.scalars(
        select(RateTableVersion)
        .where(
            RateTableVersion.rates_id == rates_id,
            RateTableVersion.state == RateState.APPROVED.value,
            RateTableVersion.valid_from <= start,
        )
        .order_by(RateTableVersion.valid_from.desc(), RateTableVersion.version.desc())
        .limit(1)
    ).first()
    if table is None:
        raise Refused(
            "no_rates",
            N_("%(day)s始期に使える料率表がまだ承認されていません。"),
            field="start",
            day=start.isoformat(),
        )
    return table


def predecessor(session: Session, table: RateTableVersion) -> RateTableVersion | None:
    """The approved version whose place this one takes, or None for the first."""
    return session.scalars(
        select(RateTableVersion)
        .where(
            RateTableVersion.rates_id == table.rates_id,
            RateTableVersion.state == RateState.APPROVED.value,
            or_(
                RateTableVersion.valid_from < table.valid_from,
                and_(RateTableVersion.valid_from == table.valid_from, RateTableVersion.version < table.version),
            ),
        )
        .order_by(RateTableVersion.valid_from.desc(), RateTableVersion.version.desc())
        .limit(1)
    ).first()


def compare(before: RateTableVersion | None, after: RateTableVersion) -> list[RateRow]:
    """The rows of ``after`` beside those of ``before``."""
    return rate_rows(sheet_of(before) if before else None, sheet_of(after))


def sheet_of(table: RateTableVersion) -> RateSheet:
    """The version as it was imported."""
    return RateSheet(json.loads(table.document), table.is_sample)


def _draft_called(session: Session, table_id: int) -> RateTableVersion:
    table = session.get(RateTableVersion, table_id, with_for_update=True)
    if table is None:
        raise NotFound("rate_table_not_found", N_("該当する料率表が見つかりません。"))
    if table.state != RateState.DRAFT.value:
        raise Refused("not_a_draft", N_("この料率表は、すでに承認または取下げされています。"))
    return table


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise Forbidden("not_a_person", N_("料率表を作成・承認できるのは利用者だけです。"))
    return actor.user_id

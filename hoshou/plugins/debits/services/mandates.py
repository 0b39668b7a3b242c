"""Mandates (口座振替依頼書): taken in, returned, found again, and their account numbers shown on purpose only."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Invalid, NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.subject import Subject
from hoshou.plugins.debits.models.mandates import CollectionAgent, Mandate
from hoshou.plugins.debits.rules.accounts import Account, checked_account, tail_of
from hoshou.plugins.debits.rules.mandates import MandateKind, MandateReason, MandateState, first_month
from hoshou.plugins.debits.services.scope import require_handler
from hoshou.plugins.debits.services.terms import terms_on
from hoshou.plugins.debits.zengin.profiles import PROFILES
from hoshou.plugins.guardkun.models.changes import Change
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.models.members import Member, Unit
from hoshou.plugins.guardkun.rules.changes import ChangeKind, ChangeState

SEALING = "debits-account"
OBJECT = "debits_mandate"
ALTERS_ACCOUNT = '"alters_account": true'
"""In the JSON details of a 変更届出書: the new name or representative alters the account (B-083)."""


@dataclass(frozen=True)
class Form:
    """A form as it arrived at the lead office."""

    unit_id: int
    agent_id: int
    reason: str
    account: Account
    arrived_on: date


def seal_number(keys: KeyRing, token: str, number: str) -> bytes:
    """The account number as it is stored."""
    return keys.seal(SEALING, number.encode(), token)


def open_number(keys: KeyRing, sealed: bytes, token: str) -> str:
    """The account number in clear: for the bank file, and for whoever asks on purpose."""
    return keys.open(SEALING, sealed, token).decode()


def register(session: Session, clock: Clock, keys: KeyRing, actor: Actor, subject: Subject, form: Form) -> Mandate:
    """Take a form in; it counts from the month that follows from its arrival (B-082).

    Whether it is a new account or a changed one follows from the unit's earlier forms. Raises Invalid for
    what the bank wouldn't take, Refused ``arrived_later`` for a day to come, NotFound for unit or agent.
    """
    require_handler(subject)
    agent = session.get(CollectionAgent, form.agent_id)
    unit = session.get(Unit, form.unit_id)
    if agent is None or unit is None:
        raise NotFound("unit_or_agent", N_("加盟員または集金代行会社が見つかりません。"), field="unit_id")
    if form.reason not in list(MandateReason):
        raise Invalid([Refused("reason", N_("取付の理由を選択してください。"), field="reason")])
    if form.arrived_on > clock.today():
        raise Invalid([Refused("arrived_later", N_("到着日に将来の日付は指定できません。"), field="arrived_on")])
    account = checked_account(form.account, PROFILES[agent.profile])
    earlier = session.scalar(
        select(Mandate.id).where(Mandate.unit_id == unit.id, Mandate.state == MandateState.ACCEPTED.value).limit(1)
    )
    token = secrets.token_hex(16)
    mandate = Mandate(
        unit_id=unit.id,
        agent_id=agent.id,
        kind=(MandateKind.NEW if earlier is None else MandateKind.CHANGED).value,
        reason=form.reason,
        bank_code=account.bank_code,
        bank_name=account.bank_name,
        bank_kanji=account.bank_kanji,
        branch_code=account.branch_code,
        branch_name=account.branch_name,
        branch_kanji=account.branch_kanji,
        account_type=account.account_type,
        sealed_number=seal_number(keys, token, account.account_number),
        seal_token=token,
        tail=tail_of(account.account_number),
        holder=account.holder,
        arrived_on=form.arrived_on,
        effective_from=first_month(form.arrived_on, terms_on(session, form.arrived_on).change_day),
        recorded_at=clock.now(),
        recorded_by=actor.name,
    )
    session.add(mandate)
    session.flush()
    audit.record(
        session,
        clock,
        actor,
        "debits.mandate_registered",
        OBJECT,
        mandate.id,
        unit=unit.id,
        reason=form.reason,
        effective_from=mandate.effective_from,
    )
    return mandate


def give_back(
    session: Session, clock: Clock, actor: Actor, subject: Subject, mandate_id: int, reason: str
) -> None:
    """Note that the bank returned the form: it counts no longer. Raises Refused ``return_reason``, ``returned``."""
    require_handler(subject)
    mandate = mandate_for(session, mandate_id)
    if not reason.strip():
        raise Refused("return_reason", N_("返戻の理由を入力してください。"), field="reason")
    if mandate.state == MandateState.RETURNED:
        raise Refused("returned", N_("この依頼書はすでに返戻されています。"))
    mandate.state = MandateState.RETURNED.value
    mandate.returned_on, mandate.return_reason = clock.today(), reason.strip()[:200]
    audit.record(
        session,
        clock,
        actor,
        "debits.mandate_returned",
        OBJECT,
        mandate.id,
        reason=mandate.return_reason,
    )


def reveal(session: Session, clock: Clock, keys: KeyRing, actor: Actor, subject: Subject, mandate_id: int) -> str:
    """The account number in clear; each look is one entry of the audit log (B6)."""
    require_handler(subject)
    mandate = mandate_for(session, mandate_id)
    audit.record(session, clock, actor, "debits.account_revealed", OBJECT, mandate.id)
    return open_number(keys, mandate.sealed_number, mandate.seal_token)


def mandate_for(session: Session, mandate_id: int) -> Mandate:
    """Raises NotFound ``mandate``."""
    mandate = session.get(Mandate, mandate_id)
    if mandate is None:
        raise NotFound("mandate", N_("該当する口座振替依頼書が見つかりません。"))
    return mandate


def in_force(session: Session, unit_ids: Iterable[int], month: date) -> dict[int, Mandate]:
    """The mandate of each unit that counts for the debit of the month, where there is one."""
    found = session.scalars(
        select(Mandate)
        .where(
            Mandate.unit_id.in_(list(unit_ids)),
            Mandate.state == MandateState.ACCEPTED.value,
            Mandate.effective_from <= month.replace(day=1),
        )
        .order_by(Mandate.effective_from, Mandate.id)
    )
    return {mandate.unit_id: mandate for mandate in found}


def units_named(session: Session, name: str, most: int = 20) -> Sequence[Unit]:
    """Units whose member's name or number begins with the words, to choose from."""
    starts = name.strip()
    if not starts:
        return []
    return session.scalars(
        select(Unit)
        .join(Unit.member)
        .where(
            Member.name.startswith(starts, autoescape=True)
            | Member.member_number.startswith(starts, autoescape=True)
        )
        .order_by(Unit.id)
        .limit(most)
    ).all()


def forms_awaited(session: Session, most: int = 100) -> Sequence[Change]:
    """Accepted changes of name or representative that altered an account, with no form since (B-083)."""
    return session.scalars(
        select(Change)
        .join(Change.enrolment)
        .where(
            Change.kind == ChangeKind.PARTICULARS.value,
            Change.state == ChangeState.ACCEPTED.value,
            Change.details.contains(ALTERS_ACCOUNT, autoescape=True),
            ~select(Mandate.id)
            .where(Mandate.unit_id == Enrolment.unit_id, Mandate.arrived_on >= Change.arrived_on)
            .exists(),
        )
        .order_by(Change.id)
        .limit(most)
    ).all()

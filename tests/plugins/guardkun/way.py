"""An enrolment's way from the quote to booking, step by step through the services, each by who takes it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import select

from hoshou.base.clock import FixedClock, jst
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment
from hoshou.plugins.guardkun.models.members import Member
from hoshou.plugins.guardkun.rules.application import ApplicationForm
from hoshou.plugins.guardkun.rules.checklist import CHECKLIST
from hoshou.plugins.guardkun.rules.particulars import MemberFacts
from hoshou.plugins.guardkun.services.apply import apply, apply_again
from hoshou.plugins.guardkun.services.arrive import arrive
from hoshou.plugins.guardkun.services.register import register
from hoshou.plugins.guardkun.services.release import cancel, release
from hoshou.plugins.guardkun.services.send import forward, send_to_branch
from tests.accounts import insurer_id
from tests.plugins.guardkun.ground import add_quote, add_unit, lay_ground

CLERK = Actor(ActorKind.STAFF, "staff", user_id=1)
MS, AIOI, NISSHIN = "10000000001", "20000000002", "30000000003"
INSURER_OF = {MS: "ms", AIOI: "aioi", NISSHIN: "nisshin"}
FACTS = MemberFacts(
    company_name="見本警備株式会社",
    company_kana="ミホンケイビ",
    representative_title="代表取締役",
    representative="見本 一郎",
    postal_code="160-0022",
    address="東京都新宿区新宿1-1-1",
    phone="03-3333-4444",
)
ALL_CHECKS = [item.key for item in CHECKLIST]
IN_TIME = jst(2026, 4, 20, 10)


def subject(role: Role, **home: Any) -> Subject:
    return Subject(1, "担当", "staff@example.jp", frozenset({role.value}), **home)


class Way:
    """The year 2026 with an agency at each insurer; the clock stands in April until it is moved."""

    def __init__(self, app: Flask, clock: FixedClock) -> None:
        self.app, self.clock = app, clock
        clock.move_to(IN_TIME)
        self.ground = transact(lay_ground)
        self.lead = subject(Role.LEAD_OFFICE, insurer_id=insurer_id("ms"))
        db.session.rollback()

    def agency(self, registration: str = MS) -> Subject:
        row = db.session.get(AgencyRegistration, self.ground.registrations[registration])
        found = subject(Role.AGENCY, agency_id=row.agency_id)
        db.session.rollback()
        return found

    def branch(self, registration: str = MS) -> Subject:
        row = db.session.get(AgencyRegistration, self.ground.registrations[registration])
        found = subject(Role.INSURER, insurer_id=row.insurer_id, branch_id=row.branch_id)
        db.session.rollback()
        return found

    def co_insurer(self, code: str) -> Subject:
        return subject(Role.CO_INSURER, insurer_id=insurer_id(code))

    def member(self, number: int = 1, **changes: Any) -> str:
        """A member with the whole company as its unit; returns its number."""

        def work(session: Any) -> str:
            member = add_unit(session, self.ground, number).member
            for name, value in changes.items():
                setattr(member, name, value)
            return str(member.member_number)

        found = transact(work)
        db.session.rollback()
        return found

    def quote(self, registration: str = MS, **request: Any) -> int:
        found = transact(lambda session: add_quote(session, self.ground, registration, **request).id)
        db.session.rollback()
        return int(found)

    def form(self, quote_id: int, member_number: str = "13-00001", **changes: Any) -> ApplicationForm:
        form = ApplicationForm(
            quote_id=quote_id,
            prefecture_code=13,
            member_number=member_number,
            applicant_name="見本警備株式会社",
            facts=FACTS,
            mandate_collected=True,
        )
        return replace(form, **changes)

    def apply(self, form: ApplicationForm, who: Subject | None = None, registration: str = MS) -> int:
        agent = who or self.agency(registration)
        return self._do(lambda session: apply(session, self.clock, CLERK, agent, form).id)

    def apply_again(self, enrolment_id: int, form: ApplicationForm, registration: str = MS) -> None:
        agent = self.agency(registration)
        self._do(lambda session: apply_again(session, self.clock, CLERK, agent, enrolment_id, form).id)

    def register(self, enrolment_id: int, registration: str = MS, who: Subject | None = None) -> int:
        agent = who or self.agency(registration)
        return self._do(lambda session: register(session, self.clock, CLERK, agent, enrolment_id))

    def send(self, enrolment_id: int, registration: str = MS, copy_kept: bool = True) -> None:
        agent = self.agency(registration)
        self._do(
            lambda session: send_to_branch(session, self.clock, CLERK, agent, enrolment_id, copy_kept=copy_kept)
        )

    def forward(
        self, enrolment_id: int, registration: str = MS, who: Subject | None = None, **options: Any
    ) -> None:
        branch = who or self.branch(registration)
        options = {"ticked": ALL_CHECKS, "copy_kept": True, **options}
        self._do(lambda session: forward(session, self.clock, CLERK, branch, enrolment_id, **options))

    def arrive(self, enrolment_id: int, at: datetime | None = None, who: Subject | None = None) -> int:
        at, office, keys = at or self.clock.now(), who or self.lead, platform().keys
        return self._do(lambda session: arrive(session, self.clock, keys, CLERK, office, enrolment_id, at))

    def release(self, enrolment_id: int, who: Subject | None = None, reason: str = "売上高の訂正") -> None:
        office = who or self.lead
        self._do(lambda session: release(session, self.clock, CLERK, office, enrolment_id, reason))

    def cancel(self, enrolment_id: int, who: Subject | None = None, reason: str = "加入者の都合") -> None:
        agent = who or self.agency()
        self._do(lambda session: cancel(session, self.clock, CLERK, agent, enrolment_id, reason))

    def applied(self, number: int = 1, registration: str = MS, **request: Any) -> int:
        """An application of a new member."""
        member = self.member(number)
        quote = self.quote(registration, **request)
        return self.apply(self.form(quote, member), registration=registration)

    def arrived(self, number: int = 1, registration: str = MS, **request: Any) -> int:
        """An application whose papers are at the lead office."""
        enrolment = self.applied(number, registration, **request)
        self.register(enrolment, registration)
        self.send(enrolment, registration)
        self.forward(enrolment, registration)
        self.arrive(enrolment)
        return enrolment

    def enrolment(self, enrolment_id: int) -> Enrolment:
        """As it stands now."""
        db.session.rollback()
        return db.session.get_one(Enrolment, enrolment_id)

    def member_row(self, number: str = "13-00001") -> Member:
        db.session.rollback()
        return db.session.scalars(select(Member).where(Member.member_number == number)).one()

    def actions(self, enrolment_id: int) -> list[str]:
        """What was recorded of the enrolment, oldest first."""
        db.session.rollback()
        return list(
            db.session.scalars(
                select(AuditEntry.action)
                .where(AuditEntry.object_kind == "guardkun_enrolment", AuditEntry.object_id == str(enrolment_id))
                .order_by(AuditEntry.id)
            )
        )

    def _do(self, work: Any) -> Any:
        try:
            return transact(work)
        finally:
            db.session.rollback()

"""Applications for tests: applied for, reviewed, voted on and registered through the services and the job."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from hoshou.base.clock import FixedClock, jst
from hoshou.base.errors import DomainError
from hoshou.platform.actor import SYSTEM
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.runner import run_job
from hoshou.platform.mail.outbox import SEALING, OutboxMail
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.domains.models import Decision, DomainApplication
from hoshou.plugins.domains.rules.form import ApplicationForm, check_form
from hoshou.plugins.domains.rules.stages import Stage
from hoshou.plugins.domains.rules.terms import Terms
from hoshou.plugins.domains.services.apply import apply
from hoshou.plugins.domains.services.registered import is_registered
from hoshou.plugins.domains.services.review import review
from hoshou.plugins.domains.services.vote import vote
from hoshou.plugins.domains.services.withdraw import withdraw_own
from hoshou.plugins.organisations.models import Insurer
from hoshou.plugins.organisations.services.seed import INSURERS as SEEDED
from tests.accounts import insurer_id

CONTACT = "syouken-kakunin@sonpo.or.jp"
INSURERS = [code for code, _name, _short in SEEDED]
DOMAIN = "city.example.lg.jp"
ASSOCIATION = Subject(1, "協会", "kyokai@example.jp", frozenset({Role.ASSOCIATION.value}))
AGENT = Subject(2, "代理店", "agent@example.jp", frozenset({Role.AGENCY.value}), agency_id=1)


def clerk_of(code: str) -> Subject:
    """Staff of one insurer."""
    return Subject(3, code, f"{code}@example.jp", frozenset({Role.INSURER.value}), insurer_id=insurer_id(code))


class Office:
    """One application of Flask, whose context is entered."""

    def __init__(self, app: Flask, clock: FixedClock) -> None:
        self.app, self.clock, self.actor, self.start = app, clock, SYSTEM, clock.now()
        self.terms = Terms.of(app.config)
        self._applied = self._runs = 0

    def apply(self, **changes: str) -> DomainApplication:
        self._applied += 1
        form = {
            "kind": "add",
            "domain": DOMAIN,
            "organisation": "見本市",
            "applicant_name": "見本 太郎",
            "email": "taro@city.example.lg.jp",
            "phone": "03-1234-5678",
            "consent": "1",
            **changes,
        }
        details, key, here = check_form(ApplicationForm(**form)), f"key-{self._applied}", platform()
        return transact(
            lambda session: apply(
                session, self.clock, here.keys, self.actor, details, key, contact=CONTACT, status_url="http://x/"
            )
        )

    def review(
        self,
        application: DomainApplication,
        decision: Decision = Decision.APPROVE,
        reason: str = "",
        subject: Subject = ASSOCIATION,
    ) -> None:
        number, keys = application.id, platform().keys
        transact(
            lambda session: review(
                session, self.clock, keys, self.actor, subject, number, decision, reason,
                terms=self.terms, contact=CONTACT,
            )
        )  # fmt: skip

    def vote(
        self,
        application: DomainApplication,
        code: str = "",
        decision: Decision = Decision.APPROVE,
        reason: str = "",
        subject: Subject | None = None,
    ) -> None:
        number, keys, who = application.id, platform().keys, subject or clerk_of(code)
        transact(
            lambda session: vote(
                session, self.clock, keys, self.actor, who, number, decision, reason,
                terms=self.terms, contact=CONTACT,
            )
        )  # fmt: skip

    def withdraw(self, application: DomainApplication) -> None:
        receipt, email = application.receipt, application.email
        transact(lambda session: withdraw_own(session, self.clock, self.actor, receipt, email))

    def approve(self, application: DomainApplication) -> None:
        """Both approvals."""
        self.review(application)
        for code in INSURERS:
            self.vote(application, code)

    def attempt(self, application: DomainApplication, action: str, who: str = "") -> bool:
        """Whether the action was let happen."""
        try:
            match action:
                case "approve":
                    self.review(application)
                case "reject":
                    self.review(application, Decision.REJECT, "理由")
                case "vote":
                    self.vote(application, who)
                case "refuse":
                    self.vote(application, who, Decision.REJECT, "理由")
                case "withdraw":
                    self.withdraw(application)
                case "register":
                    self.run_job()
        except DomainError:
            return False
        return True

    def run_job(self, **options: Any) -> dict[str, Any]:
        """The job as it runs at the clock's present instant, each time as a run of its own."""
        self._runs += 1
        job = all_jobs(self.app)["domains.register"]
        outcome = run_job(self.app, job, self.clock.now() + timedelta(microseconds=self._runs), **options)
        assert outcome.error_reference == "", outcome
        return dict(outcome.result)

    def to_registration_day(self) -> None:
        self.clock.move_to(jst(2026, 5, 25, 0, 30))

    def stage(self, application: DomainApplication) -> Stage:
        db.session.rollback()
        return db.session.get_one(DomainApplication, application.id).current_stage

    def stages(self) -> list[str]:
        return list(db.session.scalars(select(DomainApplication.stage)))

    def is_registered(self, application: DomainApplication) -> bool:
        return is_registered(db.session(), self.clock, f"taro@{application.domain}")

    def lets_in(self, domain: str) -> bool:
        db.session.rollback()
        return is_registered(db.session(), self.clock, f"taro@{domain}")

    def end_insurer(self, code: str) -> None:
        yesterday = self.clock.today() - self.clock.today().resolution

        def end(session: Any) -> None:
            session.scalars(select(Insurer).where(Insurer.code == code)).one().active_until = yesterday

        transact(end)

    def mails(self, template: str) -> list[tuple[str, str, str]]:
        """Recipient, subject and body of what waits in the outbox."""
        db.session.rollback()
        keys = platform().keys
        return [
            (mail.recipient, mail.subject, keys.open(SEALING, mail.sealed_body, mail.message_token).decode())
            for mail in db.session.scalars(
                select(OutboxMail).where(OutboxMail.template_key == template).order_by(OutboxMail.id)
            )
            if mail.sealed_body is not None
        ]

    def mail_count(self) -> int:
        db.session.rollback()
        return db.session.scalar(select(func.count()).select_from(OutboxMail)) or 0

"""Agency registrations, quotes, and enrolments on their way from the quote to the certificate."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hoshou.platform.db import Entity, Instant
from hoshou.plugins.guardkun.models.members import Unit
from hoshou.plugins.guardkun.models.one_of import one_of
from hoshou.plugins.guardkun.models.scheme import SchemeYear
from hoshou.plugins.guardkun.rules.changes import Ending
from hoshou.plugins.guardkun.rules.duties import ALL_DUTIES
from hoshou.plugins.guardkun.rules.stages import Stage
from hoshou.plugins.organisations.models import Agency, Branch, Insurer


class AgencyRegistration(Entity):
    """An agency under its 代理店登録番号: the eleven digits decide whose contracts are whose (B-096, B-101).

    What stands here is printed on the certificate (B-065). ``office_code`` is the 部店課支社コード・代理店コード.
    """

    __tablename__ = "guardkun_agency_registration"
    __table_args__ = (UniqueConstraint("agency_id", "insurer_id", "registration_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_number: Mapped[str] = mapped_column(String(11), unique=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("organisations_agency.id"), index=True)
    insurer_id: Mapped[int] = mapped_column(ForeignKey("organisations_insurer.id"), index=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisations_branch.id"))
    office_code: Mapped[str] = mapped_column(String(20))
    share_pattern: Mapped[str] = mapped_column(String(3), default="")
    contact_name: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    postal_code: Mapped[str] = mapped_column(String(8), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    agency: Mapped[Agency] = relationship(lazy="joined")
    insurer: Mapped[Insurer] = relationship(lazy="joined")
    branch: Mapped[Branch] = relationship(lazy="joined")

    def __repr__(self) -> str:
        return f"{self.agency.name} {self.registration_number}"


class Quote(Entity):
    """A stored quote: inputs, the calculator and rates that answered, and the answer (P-004, B-042).

    ``inputs`` is the request document of ``hoshou quote``, ``result`` its answer; both JSON. ``basis`` facts
    beside them: the fiscal year end, the evidence, whether the sales are a 事業計画値 (B-031, B-033). Never changed.
    """

    __tablename__ = "guardkun_quote"
    __table_args__ = (
        Index("ix_guardkun_quote_list", "registration_id", "id"),
        Index("ix_guardkun_quote_start", "start", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    scheme_year_id: Mapped[int] = mapped_column(ForeignKey("guardkun_scheme_year.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("guardkun_agency_registration.id"))
    prospect_name: Mapped[str] = mapped_column(String(100))
    start: Mapped[date] = mapped_column(Date)
    inputs: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text)
    calculator: Mapped[str] = mapped_column(String(40))
    calculator_version: Mapped[int] = mapped_column(Integer)
    rate_table_id: Mapped[int] = mapped_column(ForeignKey("premium_rate_table.id"))
    is_sample: Mapped[bool] = mapped_column(Boolean)
    sales: Mapped[int] = mapped_column(BigInteger)
    fiscal_year_end: Mapped[date | None] = mapped_column(Date)
    evidence: Mapped[str] = mapped_column(String(200), default="")
    is_business_plan: Mapped[bool] = mapped_column(Boolean, default=False)
    premium: Mapped[int] = mapped_column(BigInteger)
    maintenance_fee: Mapped[int] = mapped_column(BigInteger)
    levy: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
    created_by: Mapped[str] = mapped_column(String(200))
    scheme_year: Mapped[SchemeYear] = relationship()
    registration: Mapped[AgencyRegistration] = relationship(lazy="joined")

    def __repr__(self) -> str:
        return self.number


def _reached(name: str, column: str, *stages: Stage) -> CheckConstraint:
    """Whoever stands in one of the stages went through the step that sets the column."""
    names = ", ".join(repr(stage.value) for stage in stages)
    return CheckConstraint(f"stage NOT IN ({names}) OR {column} IS NOT NULL", name=name)


class Enrolment(Entity):
    """One unit's enrolment in one scheme year: a 明細 of the parent contract (B-013).

    The database itself keeps a stage from being reached without those before it (B-045), and the policy
    number from existing before booking (B-059). ``arrived_at`` is when the documents were complete at the
    lead office; with ``registered_at`` it decides the closing (D-24). ``closing`` is the closing it was
    booked in; before booking the one it is to be booked in. ``checks`` are the ticked items of the checklist,
    separated by commas (B-055). ``same_sales_confirmation`` is the 妥当性確認書 as JSON, or empty (B-035).
    """

    __tablename__ = "guardkun_enrolment"
    __table_args__ = (
        CheckConstraint(one_of("stage", Stage), name="stage"),
        CheckConstraint(f"ending IS NULL OR {one_of('ending', Ending)}", name="ending"),
        CheckConstraint("period_end > start", name="period"),
        CheckConstraint("(policy_number IS NULL) = (booked_at IS NULL)", name="number_at_booking"),
        CheckConstraint("(ending IS NULL) = (ended_on IS NULL)", name="ended"),
        CheckConstraint("ending IS NULL OR booked_at IS NOT NULL", name="ending_of_booked"),
        CheckConstraint("stage = 'quoted' OR stage = 'cancelled' OR unit_id IS NOT NULL", name="unit"),
        _reached("applied", "applied_at", Stage.APPLIED, Stage.REGISTERED, Stage.AT_BRANCH, Stage.AT_LEAD),
        _reached("registered", "registered_at", Stage.REGISTERED, Stage.AT_BRANCH, Stage.AT_LEAD, Stage.BOOKED),
        _reached("sent", "sent_at", Stage.AT_BRANCH, Stage.AT_LEAD, Stage.BOOKED),
        _reached("forwarded", "forwarded_at", Stage.AT_LEAD, Stage.BOOKED),
        _reached("arrived", "arrived_at", Stage.BOOKED, Stage.CERTIFIED, Stage.SHIPPED),
        _reached("booked", "booked_at", Stage.BOOKED, Stage.CERTIFIED, Stage.SHIPPED),
        _reached("certified", "certified_at", Stage.CERTIFIED, Stage.SHIPPED),
        _reached("shipped", "shipped_at", Stage.SHIPPED),
        CheckConstraint(f"duties = '{ALL_DUTIES}'", name="duties"),
        Index(
            "uq_guardkun_enrolment_quote",
            "quote_id",
            unique=True,
            sqlite_where=text("stage <> 'cancelled'"),
            postgresql_where=text("stage <> 'cancelled'"),
        ),
        Index("ix_guardkun_enrolment_quote", "quote_id"),
        Index("ix_guardkun_enrolment_list", "registration_id", "id"),
        Index("ix_guardkun_enrolment_start", "scheme_year_id", "start", "stage"),
        Index("ix_guardkun_enrolment_unit", "unit_id", "start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_year_id: Mapped[int] = mapped_column(ForeignKey("guardkun_scheme_year.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("guardkun_agency_registration.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("guardkun_unit.id"))
    quote_id: Mapped[int] = mapped_column(ForeignKey("guardkun_quote.id"))
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("guardkun_enrolment.id"))
    stage: Mapped[str] = mapped_column(String(16), default=Stage.QUOTED.value)
    start: Mapped[date] = mapped_column(Date)
    period_end: Mapped[date] = mapped_column(Date)
    slip_number: Mapped[str | None] = mapped_column(String(20), unique=True)
    form_version: Mapped[int] = mapped_column(Integer, default=0)
    account_unchanged: Mapped[bool] = mapped_column(Boolean, default=False)
    mandate_collected: Mapped[bool] = mapped_column(Boolean, default=False)
    duties: Mapped[str] = mapped_column(String(60), default=ALL_DUTIES)
    same_sales_evidence: Mapped[str] = mapped_column(String(200), default="")
    same_sales_confirmation: Mapped[str] = mapped_column(Text, default="")
    agency_copy_kept: Mapped[bool] = mapped_column(Boolean, default=False)
    branch_copy_kept: Mapped[bool] = mapped_column(Boolean, default=False)
    checks: Mapped[str] = mapped_column(String(500), default="")
    branch_note: Mapped[str] = mapped_column(String(500), default="")
    applied_at: Mapped[datetime | None] = mapped_column(Instant)
    registered_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    forwarded_at: Mapped[datetime | None] = mapped_column(Instant)
    arrived_at: Mapped[datetime | None] = mapped_column(Instant)
    closing: Mapped[int | None] = mapped_column(Integer)
    booked_at: Mapped[datetime | None] = mapped_column(Instant)
    policy_number: Mapped[str | None] = mapped_column(String(40), unique=True)
    certified_at: Mapped[datetime | None] = mapped_column(Instant)
    certificate_file_id: Mapped[int | None] = mapped_column(ForeignKey("platform_file.id"), unique=True)
    certificate_due: Mapped[date | None] = mapped_column(Date)
    shipped_at: Mapped[datetime | None] = mapped_column(Instant)
    ending: Mapped[str | None] = mapped_column(String(16))
    ended_on: Mapped[date | None] = mapped_column(Date)
    cancelled_why: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    scheme_year: Mapped[SchemeYear] = relationship(lazy="selectin")
    registration: Mapped[AgencyRegistration] = relationship(lazy="selectin")
    unit: Mapped[Unit | None] = relationship(lazy="selectin")
    quote: Mapped[Quote] = relationship(lazy="selectin")

    @property
    def current_stage(self) -> Stage:
        return Stage(self.stage)

    @property
    def keeps_account(self) -> bool:
        """Whether it renews a contract and leaves its account, so that no new 口座振替依頼書 is needed (B-052)."""
        return self.previous_id is not None and self.account_unchanged

    @property
    def cover_end(self) -> date:
        """The day on which cover ends: the scheme year's end, or earlier by an ending."""
        return self.ended_on or self.period_end

    def __repr__(self) -> str:
        return self.policy_number or self.slip_number or f"E{self.id}"


class Instalment(Entity):
    """One month's levy of a booked enrolment, frozen at booking; yen (B-044, D-39).

    Never changed but for ``cancelled_at``: a withdrawal or lapse takes away those that it makes undue.
    """

    __tablename__ = "guardkun_instalment"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "number"),
        CheckConstraint("levy = premium + maintenance_fee", name="levy"),
        CheckConstraint("premium >= 0 AND maintenance_fee >= 0", name="amounts"),
        CheckConstraint("number BETWEEN 1 AND 12", name="number"),
        Index("ix_guardkun_instalment_due", "due_on", "enrolment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_enrolment.id"))
    number: Mapped[int] = mapped_column(Integer)
    due_on: Mapped[date] = mapped_column(Date)
    premium: Mapped[int] = mapped_column(BigInteger)
    maintenance_fee: Mapped[int] = mapped_column(BigInteger)
    levy: Mapped[int] = mapped_column(BigInteger)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
    enrolment: Mapped[Enrolment] = relationship()


class Defect(Entity):
    """What is wrong with an enrolment's papers or data, from finding to mending (B-058, B-066)."""

    __tablename__ = "guardkun_defect"
    __table_args__ = (CheckConstraint("(resolved_at IS NULL) = (resolved_by = '')", name="resolved"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_enrolment.id"), index=True)
    reason: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(String(500), default="")
    found_at: Mapped[datetime] = mapped_column(Instant)
    found_by: Mapped[str] = mapped_column(String(200))
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)
    resolved_by: Mapped[str] = mapped_column(String(200), default="")
    enrolment: Mapped[Enrolment] = relationship()

"""A scheme year as data: last year keeps its rules when next year's are edited (B-001 to B-030, B-046)."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    Time,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.db import Entity, Instant
from hoshou.plugins.guardkun.models.one_of import one_of
from hoshou.plugins.guardkun.rules.benefits import BenefitKind
from hoshou.plugins.organisations.models import Agency, Insurer


class YearState(StrEnum):
    """A year is edited as a draft, taken for applications while open, and kept once closed."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


YEAR_STATE_LABELS = {YearState.DRAFT: N_("準備中"), YearState.OPEN: N_("募集中"), YearState.CLOSED: N_("終了")}


class SchemeYear(Entity):
    """One insurance year of the scheme, from its 1 June on, with the rules in force for it (B-012, B-015).

    ``calculator`` and its version name the premium calculator that quotes for this year (P-004). Shares are
    percent. The deadline and debit rules are parameters of the proration rules' ``SchemeTerms``. Where
    ``insurers_see_all``, each insurer of the year sees all its contracts and not only its own agencies' (D-32).
    """

    __tablename__ = "guardkun_scheme_year"
    __table_args__ = (
        CheckConstraint(one_of("state", YearState), name="state"),
        CheckConstraint("period_end > period_start", name="period"),
        CheckConstraint("lead_share_percent BETWEEN 0 AND 100", name="lead_share"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(Integer, unique=True)
    name: Mapped[str] = mapped_column(String(100))
    policyholder: Mapped[str] = mapped_column(String(100))
    product: Mapped[str] = mapped_column(String(100))
    contract_form: Mapped[str] = mapped_column(String(40))
    rules_version: Mapped[str] = mapped_column(String(40))
    period_start: Mapped[date] = mapped_column(Date, unique=True)
    period_end: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(16), default=YearState.DRAFT.value)
    lead_agency_id: Mapped[int | None] = mapped_column(ForeignKey("organisations_agency.id"))
    lead_share_percent: Mapped[int] = mapped_column(Integer, default=10)
    calculator: Mapped[str] = mapped_column(String(40), default="premium")
    calculator_version: Mapped[int] = mapped_column(Integer, default=1)
    rates_id: Mapped[str] = mapped_column(String(100))
    policy_number_pattern: Mapped[str] = mapped_column(String(40))
    parent_policy_number: Mapped[str] = mapped_column(String(40), default="")
    deadline_time: Mapped[time] = mapped_column(Time, default=time(17))
    debit_day: Mapped[int] = mapped_column(Integer, default=12)
    first_debit_after_months: Mapped[int] = mapped_column(Integer, default=2)
    account_change_day: Mapped[int] = mapped_column(Integer, default=20)
    insurers_see_all: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("guardkun_scheme_year.id"))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    lead_agency: Mapped[Agency | None] = relationship(lazy="selectin")
    insurers: Mapped[list["SchemeInsurer"]] = relationship(
        back_populates="scheme_year", lazy="selectin", order_by="SchemeInsurer.position"
    )
    deadlines: Mapped[list["SchemeDeadline"]] = relationship(
        back_populates="scheme_year", lazy="selectin", order_by="SchemeDeadline.closing"
    )

    @property
    def current_state(self) -> YearState:
        return YearState(self.state)

    def __repr__(self) -> str:
        return self.name


class SchemeInsurer(Entity):
    """An insurer of a scheme year; exactly one leads (B-008). ``code_form`` says how its agencies write codes.

    Its agencies get their commission ``commission_after_months`` after the month in which cover began (B-097).
    """

    __tablename__ = "guardkun_scheme_insurer"
    __table_args__ = (
        UniqueConstraint("scheme_year_id", "insurer_id"),
        Index(
            "uq_guardkun_scheme_insurer_lead",
            "scheme_year_id",
            unique=True,
            sqlite_where=text("is_lead = 1"),
            postgresql_where=text("is_lead"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_year_id: Mapped[int] = mapped_column(ForeignKey("guardkun_scheme_year.id"))
    insurer_id: Mapped[int] = mapped_column(ForeignKey("organisations_insurer.id"))
    is_lead: Mapped[bool] = mapped_column(Boolean, default=False)
    code_form: Mapped[str] = mapped_column(String(20))
    commission_after_months: Mapped[int] = mapped_column(Integer, default=4)
    position: Mapped[int] = mapped_column(Integer)
    scheme_year: Mapped[SchemeYear] = relationship(back_populates="insurers")
    insurer: Mapped[Insurer] = relationship(lazy="joined")

    def __repr__(self) -> str:
        return self.insurer.name


class SchemeDeadline(Entity):
    """A closing of applications: ``day`` of the month ``months_before`` before the start (B-047, B-048, B-064)."""

    __tablename__ = "guardkun_scheme_deadline"
    __table_args__ = (
        UniqueConstraint("scheme_year_id", "is_renewal", "closing"),
        CheckConstraint("closing >= 1 AND months_before >= 0 AND day BETWEEN 1 AND 31", name="day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_year_id: Mapped[int] = mapped_column(ForeignKey("guardkun_scheme_year.id"))
    is_renewal: Mapped[bool] = mapped_column(Boolean)
    closing: Mapped[int] = mapped_column(Integer)
    months_before: Mapped[int] = mapped_column(Integer)
    day: Mapped[int] = mapped_column(Integer)
    scheme_year: Mapped[SchemeYear] = relationship(back_populates="deadlines")


class SchemeClause(Entity):
    """A clause of the policy; ``attaches`` says with what it comes: ``always`` or an option's name (B-016).

    The clause of the option ``valuables`` has two codes with ・ between them: without and with 輸送警備.
    """

    __tablename__ = "guardkun_scheme_clause"
    __table_args__ = (UniqueConstraint("scheme_year_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_year_id: Mapped[int] = mapped_column(ForeignKey("guardkun_scheme_year.id"))
    position: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(100))
    code: Mapped[str] = mapped_column(String(9), default="")
    is_automatic: Mapped[bool] = mapped_column(Boolean, default=False)
    attaches: Mapped[str] = mapped_column(String(40), default="always")
    scheme_year: Mapped[SchemeYear] = relationship()

    def __repr__(self) -> str:
        return self.title


class SchemeCover(Entity):
    """One line of the cover table as it is printed: limit and deductible in words (B-017 to B-028).

    ``clause`` is ``basic`` or an option's name; ``choices`` are the limits in yen that may be chosen,
    separated by commas, empty where there is nothing to choose.
    """

    __tablename__ = "guardkun_scheme_cover"
    __table_args__ = (UniqueConstraint("scheme_year_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_year_id: Mapped[int] = mapped_column(ForeignKey("guardkun_scheme_year.id"))
    position: Mapped[int] = mapped_column(Integer)
    clause: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(100))
    is_original: Mapped[bool] = mapped_column(Boolean, default=False)
    limit_text: Mapped[str] = mapped_column(Text)
    deductible_text: Mapped[str] = mapped_column(String(100))
    choices: Mapped[str] = mapped_column(String(200), default="")
    scheme_year: Mapped[SchemeYear] = relationship()

    def __repr__(self) -> str:
        return self.title


class SchemeBenefit(Entity):
    """One row of the 見舞費用 table: yen for a stay or a treatment of so many days (B-020).

    ``kind`` is ``death``, ``disability``, ``hospital`` or ``treatment``; days only for the last two;
    ``disability`` is a range from ``least`` to ``most``, elsewhere both are equal.
    """

    __tablename__ = "guardkun_scheme_benefit"
    __table_args__ = (
        UniqueConstraint("scheme_year_id", "position"),
        CheckConstraint("least <= most", name="range"),
        CheckConstraint(one_of("kind", BenefitKind), name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_year_id: Mapped[int] = mapped_column(ForeignKey("guardkun_scheme_year.id"))
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(16))
    days_from: Mapped[int | None] = mapped_column(Integer)
    days_to: Mapped[int | None] = mapped_column(Integer)
    least: Mapped[int] = mapped_column(Integer)
    most: Mapped[int] = mapped_column(Integer)
    scheme_year: Mapped[SchemeYear] = relationship()


class SchemeDuty(Entity):
    """One of the duties of 警備業法第2条, all of which are covered as one (B-029)."""

    __tablename__ = "guardkun_scheme_duty"
    __table_args__ = (UniqueConstraint("scheme_year_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_year_id: Mapped[int] = mapped_column(ForeignKey("guardkun_scheme_year.id"))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(40))
    content: Mapped[str] = mapped_column(String(200))
    example: Mapped[str] = mapped_column(String(200))
    scheme_year: Mapped[SchemeYear] = relationship()

    def __repr__(self) -> str:
        return self.name


class SchemeCalendarRow(Entity):
    """A date of the year that no rule computes, such as the brochure's (B-046)."""

    __tablename__ = "guardkun_scheme_calendar_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_year_id: Mapped[int] = mapped_column(ForeignKey("guardkun_scheme_year.id"), index=True)
    day: Mapped[date] = mapped_column(Date)
    is_about: Mapped[bool] = mapped_column(Boolean, default=False)
    title: Mapped[str] = mapped_column(String(200))
    scheme_year: Mapped[SchemeYear] = relationship()

    def __repr__(self) -> str:
        return self.title

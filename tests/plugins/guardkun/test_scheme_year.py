"""The manual's scheme year as data, and its way from a draft to its end (B-001, B-008, B-012 to B-030, B-046)."""

import json
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hoshou.base.clock import FixedClock, jst
from hoshou.base.errors import Invalid
from hoshou.base.japanese_holidays import japanese_calendar
from hoshou.platform.actor import SYSTEM
from hoshou.platform.audit import AuditEntry
from hoshou.platform.db import db, transact
from hoshou.plugins.guardkun.models.members import PrefectureAssociation
from hoshou.plugins.guardkun.models.scheme import (
    SchemeBenefit,
    SchemeCalendarRow,
    SchemeClause,
    SchemeCover,
    SchemeDeadline,
    SchemeDuty,
    SchemeYear,
    YearState,
)
from hoshou.plugins.guardkun.services.benefits import benefit_table
from hoshou.plugins.guardkun.services.seed import seed_scheme
from hoshou.plugins.guardkun.services.terms import terms_of
from hoshou.plugins.guardkun.services.years import (
    close_year,
    copy_year,
    open_year,
    prepare_year,
    require_draft,
    require_unclosed,
)
from hoshou.plugins.premium.models import RateState, RateTableVersion
from hoshou.plugins.proration.rules.deadlines import application_deadlines
from hoshou.plugins.proration.rules.terms import MANUAL_TERMS
from tests.plugins.guardkun.documents.wording import CLAUSES, COVERS
from tests.plugins.guardkun.ground import LONG_AGO
from tests.plugins.premium.documents import RATES
from tests.refusals import refused

CLOCK = FixedClock(jst(2026, 1, 15, 9))


def seeded(session: Session) -> SchemeYear:
    seed_scheme(session, CLOCK)
    return session.scalars(select(SchemeYear)).one()


def approve_rates(session: Session, rates_id: str = "sample") -> None:
    session.add(
        RateTableVersion(
            rates_id=rates_id,
            version=1,
            valid_from=date(2026, 6, 1),
            document=json.dumps(RATES),
            is_sample=True,
            state=RateState.APPROVED.value,
            drafted_by_id=1,
            drafted_by="作成者",
            drafted_at=LONG_AGO,
            approved_by_id=2,
            approved_by="承認者",
            approved_at=LONG_AGO,
        )
    )
    session.flush()


@pytest.mark.req("B-001", "B-009", "B-012", "B-015")
def test_the_manuals_year(app_on_both: Flask) -> None:
    transact(lambda session: seeded(session).id)
    year = db.session.scalars(select(SchemeYear)).one()
    assert (year.policyholder, year.product, year.contract_form) == (
        "一般社団法人 全国警備業協会",
        "警備業者賠償責任保険",
        "団体契約",
    )
    assert (year.period_start, year.period_end) == (date(2026, 6, 1), date(2027, 6, 1))
    assert year.rules_version == "Ver.5.0"
    assert year.lead_agency is not None
    assert (year.lead_agency.name, year.lead_share_percent) == ("たいよう共済", 10)
    assert year.current_state is YearState.DRAFT


@pytest.mark.req("B-008", "B-097")
def test_three_insurers_one_of_which_leads(session: Session) -> None:
    assert [(row.insurer.name, row.is_lead, row.commission_after_months) for row in seeded(session).insurers] == [
        ("三井住友海上火災保険株式会社", True, 3),
        ("あいおいニッセイ同和損害保険株式会社", False, 4),
        ("日新火災海上保険株式会社", False, 4),
    ]


@pytest.mark.req("B-016")
def test_seventeen_clauses_with_their_codes(session: Session) -> None:
    seeded(session)
    rows = session.scalars(select(SchemeClause).order_by(SchemeClause.position)).all()
    assert [(row.title, row.code, row.is_automatic, row.attaches) for row in rows] == list(CLAUSES)


@pytest.mark.req(
    "B-017", "B-018", "B-019", "B-020", "B-021", "B-022", "B-023", "B-024", "B-025", "B-026", "B-027", "B-028"
)
def test_the_cover_table(session: Session) -> None:
    seeded(session)
    rows = session.scalars(select(SchemeCover).order_by(SchemeCover.position)).all()
    assert [
        (row.clause, row.title, row.is_original, row.limit_text, row.deductible_text, row.choices) for row in rows
    ] == list(COVERS)


@pytest.mark.req("B-029")
def test_six_duties_with_their_content_and_an_example(session: Session) -> None:
    seeded(session)
    rows = session.scalars(select(SchemeDuty).order_by(SchemeDuty.position)).all()
    assert [(row.name, row.content, row.example) for row in rows] == [
        ("施設警備業務", "事務所、社宅、駐車場等の警備を行うもの", "ビルや工場で常駐して警備を行っているもの"),
        (
            "雑踏警備業務",
            "人・車両の雑踏の警備を行うもの",
            "イベントの開催に当たって交通関係の警備を行っているもの",
        ),
        (
            "交通誘導警備業務",
            "人若しくは車両の通行に危険のある場所における負傷等の事故の発生を警戒し、防止するもの",
            "建設工事が行われている現場のゲート周辺を通行する人やゲートを出入りする作業車両の誘導",
        ),
        (
            "輸送警備業務",
            "現金・貴重品・美術品・危険品の輸送の警備を行うもの",
            "現金輸送について警備を行っているもの",
        ),
        ("身辺警備業務", "人の身体の警備を行うもの", "要人に随行して、警備を行っているもの"),
        (
            "機械警備業務",
            "施設警備を機械を用いて行うもの",
            "ビルなどで警備用機械を用いて警備を行っているもの",
        ),
    ]


@pytest.mark.req("B-020", "B-046")
def test_benefits_and_calendar_rows(session: Session) -> None:
    year = seeded(session)
    assert len(benefit_table(session, year.id)) == 10
    rows = session.scalars(select(SchemeCalendarRow).order_by(SchemeCalendarRow.day)).all()
    assert [(row.day, row.is_about, row.title) for row in rows] == [
        (date(2026, 2, 18), False, "加盟員へパンフレットを発送（全国警備業協会機関誌に同封）"),
        (date(2026, 2, 25), True, "既加入者へのご案内を郵送"),
    ]


@pytest.mark.req("B-047", "B-048", "B-064", "B-068")
def test_the_years_terms_are_the_manuals(session: Session) -> None:
    year = seeded(session)
    session.refresh(year)
    assert terms_of(year) == MANUAL_TERMS


@pytest.mark.req("B-004")
def test_the_47_prefecture_associations(session: Session) -> None:
    seeded(session)
    rows = session.scalars(select(PrefectureAssociation).order_by(PrefectureAssociation.code)).all()
    assert [row.code for row in rows] == list(range(1, 48))
    names = {row.code: row.name for row in rows}
    assert [names[code] for code in (1, 13, 26, 27, 47)] == [
        "北海道警備業協会",
        "東京都警備業協会",
        "京都府警備業協会",
        "大阪府警備業協会",
        "沖縄県警備業協会",
    ]


def test_seeding_again_keeps_what_was_edited(app_on_both: Flask) -> None:
    def edit(session: Session) -> int:
        rows = seed_scheme(session, CLOCK)
        session.execute(update(SchemeYear).values(name="改めた名前"))
        session.execute(update(PrefectureAssociation).where(PrefectureAssociation.code == 1).values(phone="011"))
        return rows

    assert transact(edit) == 47 + 1 + 3 + 3 + 17 + 11 + 10 + 6 + 2 + 17 + 3 + 3 + 5
    assert transact(lambda session: seed_scheme(session, CLOCK)) == 0
    assert db.session.scalars(select(SchemeYear.name)).one() == "改めた名前"
    assert db.session.scalar(select(func.count()).select_from(PrefectureAssociation)) == 47


@pytest.mark.req("B-015")
def test_an_open_year_keeps_its_rules(app_on_both: Flask) -> None:
    def work(session: Session) -> int:
        year = seeded(session)
        approve_rates(session)
        session.refresh(year)
        open_year(session, CLOCK, SYSTEM, year.id)
        return year.id

    number = transact(work)
    year = db.session.get_one(SchemeYear, number)
    assert year.current_state is YearState.OPEN
    with refused("year_is_fixed"):
        require_draft(db.session(), year)
    require_unclosed(db.session(), year)
    year.parent_policy_number = "P-1"
    prepare_year(CLOCK, year)
    year.debit_day = 13
    with refused("year_is_fixed"):
        prepare_year(CLOCK, year)
    db.session.rollback()
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "guardkun.year_opened")).one()
    assert json.loads(entry.detail) == {"year": 2026}


@pytest.mark.req("B-008", "B-009", "B-015")
def test_a_year_that_is_not_complete_is_not_opened(session: Session) -> None:
    year = seeded(session)
    for part in (SchemeClause, SchemeCover, SchemeDuty, SchemeBenefit, SchemeDeadline):
        for row in session.scalars(select(part)).all():
            session.delete(row)
    year.insurers[0].is_lead = False
    year.lead_agency_id = None
    session.flush()
    session.expire_all()
    with pytest.raises(Invalid) as caught:
        open_year(session, CLOCK, SYSTEM, year.id)
    assert [error.code for error in caught.value.errors] == [
        "no_lead_insurer",
        "no_lead_agency",
        "no_deadline",
        *["part_missing"] * 3,
        "benefits_incomplete",
        "no_rates",
    ]


@pytest.mark.req("B-015")
def test_a_year_is_closed_once_its_period_is_over(session: Session) -> None:
    year = seeded(session)
    with refused("year_not_open"):
        close_year(session, CLOCK, SYSTEM, year.id)
    approve_rates(session)
    session.refresh(year)
    open_year(session, CLOCK, SYSTEM, year.id)
    with refused("year_not_over"):
        close_year(session, FixedClock(jst(2027, 5, 31, 23, 59)), SYSTEM, year.id)
    close_year(session, FixedClock(jst(2027, 6, 1)), SYSTEM, year.id)
    assert year.current_state is YearState.CLOSED
    session.flush()
    with refused("year_is_fixed"):
        require_unclosed(session, year)
    year.parent_policy_number = "P-1"
    with refused("year_is_fixed"):
        prepare_year(CLOCK, year)


@pytest.mark.req("B-015", "D-40")
def test_next_year_is_a_copy_and_last_year_keeps_its_rules(app_on_both: Flask) -> None:
    first = transact(lambda session: seeded(session).id)
    second = transact(lambda session: copy_year(session, CLOCK, SYSTEM, first))

    def edit(session: Session) -> None:
        session.execute(update(SchemeYear).where(SchemeYear.id == second).values(debit_day=27, name="改定版"))
        session.execute(
            update(SchemeDeadline)
            .where(SchemeDeadline.scheme_year_id == second, SchemeDeadline.is_renewal, SchemeDeadline.closing == 1)
            .values(day=25)
        )

    transact(edit)
    old, new = (db.session.get_one(SchemeYear, number) for number in (first, second))
    assert (new.year, new.period_start, new.period_end) == (2027, date(2027, 6, 1), date(2028, 6, 1))
    assert (new.copied_from_id, new.current_state) == (first, YearState.DRAFT)
    calendar = japanese_calendar()
    assert application_deadlines(old.period_start, calendar, terms_of(old))[0] == jst(2026, 4, 30, 17)
    # 25 April 2027 is a Sunday.
    assert application_deadlines(new.period_start, calendar, terms_of(new))[0] == jst(2027, 4, 23, 17)
    assert (old.debit_day, new.debit_day) == (12, 27)
    assert (old.policy_number_pattern, new.policy_number_pattern) == ("G26{number:08d}", "G27{number:08d}")
    for part, count in ((SchemeClause, 17), (SchemeCover, 11), (SchemeBenefit, 10), (SchemeDuty, 6)):
        assert db.session.scalar(select(func.count()).where(part.scheme_year_id == second)) == count
    assert sum(row.is_lead for row in new.insurers) == 1
    days = db.session.scalars(
        select(SchemeCalendarRow.day)
        .where(SchemeCalendarRow.scheme_year_id == second)
        .order_by(SchemeCalendarRow.day)
    ).all()
    assert days == [date(2027, 2, 18), date(2027, 2, 25)]
    with refused("year_exists"):
        copy_year(db.session(), CLOCK, SYSTEM, first)
    with refused("year_not_found"):
        copy_year(db.session(), CLOCK, SYSTEM, 999)


@pytest.mark.req("B-012", "D-41")
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("period_start", date(2026, 6, 2), "start_not_first"),
        ("debit_day", 0, "day_unlikely"),
        ("debit_day", 32, "day_unlikely"),
        ("account_change_day", 0, "day_unlikely"),
        ("first_debit_after_months", 13, "months_unlikely"),
        ("lead_share_percent", 101, "share_unlikely"),
        ("policy_number_pattern", "G26", "pattern_unusable"),
        ("policy_number_pattern", "G{year}{number}", "pattern_unusable"),
        ("policy_number_pattern", "G{number.real.x}", "pattern_unusable"),
        ("policy_number_pattern", "G{", "pattern_unusable"),
        ("policy_number_pattern", "G{number!z}", "pattern_unusable"),
    ],
)
def test_an_unlikely_year_is_refused(session: Session, field: str, value: object, code: str) -> None:
    year = seeded(session)
    setattr(year, field, value)
    with refused(code, field):
        prepare_year(CLOCK, year)


@pytest.mark.req("B-012")
def test_a_years_end_follows_from_its_start(session: Session) -> None:
    year = seeded(session)
    year.period_start = date(2027, 4, 1)
    prepare_year(CLOCK, year)
    assert (year.year, year.period_end) == (2027, date(2028, 4, 1))

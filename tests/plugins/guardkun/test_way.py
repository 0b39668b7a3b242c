"""The way ④ to ⑦ of the manual: who takes which step, what stands against it, and what it leaves (III.2)."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import jst
from hoshou.base.errors import Forbidden, Invalid, NotFound, Refused
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.mail.outbox import SEALING, OutboxMail
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment, Instalment, Quote
from hoshou.plugins.guardkun.models.members import Member, PrefectureAssociation, Unit
from hoshou.plugins.guardkun.models.scheme import SchemeYear
from hoshou.plugins.guardkun.rules.member_rows import COLUMNS
from hoshou.plugins.guardkun.rules.particulars import PARTICULARS_LABELS
from hoshou.plugins.guardkun.rules.stages import STAGE_LABELS, Stage, Step, allows, next_stage
from hoshou.plugins.guardkun.rules.validity_statement import ValidityStatement
from hoshou.plugins.guardkun.services.closings import closing_for
from hoshou.plugins.guardkun.services.members_import import import_members
from hoshou.plugins.guardkun.services.slip import slip_of
from tests.accounts import add_user
from tests.plugins.guardkun.ground import add_enrolment, add_unit
from tests.plugins.guardkun.way import AIOI, ALL_CHECKS, CLERK, FACTS, MS, NISSHIN, Way, subject
from tests.refusals import refused


@pytest.mark.req("B-045", "B-051", "B-053", "B-059")
def test_the_whole_way_leaves_its_traces(way_on_both: Way) -> None:
    way = way_on_both
    enrolment = way.applied()
    assert (way.enrolment(enrolment).form_version, way.enrolment(enrolment).slip_number) == (1, None)
    assert way.register(enrolment) == 1
    assert STAGE_LABELS[way.enrolment(enrolment).current_stage] == "申込本登録済（計上未了）"
    way.send(enrolment)
    way.forward(enrolment)
    assert way.arrive(enrolment) == 1
    row = way.enrolment(enrolment)
    assert (row.stage, row.closing, row.policy_number) == ("at_lead", 1, None)
    assert row.slip_number == "S2026-000001"
    assert row.duties == "facility,crowd,traffic,transport,escort,machine"
    assert way.actions(enrolment) == [
        "guardkun.apply",
        "guardkun.register",
        "guardkun.send_to_branch",
        "guardkun.forward",
        "guardkun.arrive",
    ]


@pytest.mark.req("B-045")
def test_no_step_is_left_out(way: Way) -> None:
    enrolment = way.applied()
    with refused("step_not_allowed"):
        way.send(enrolment)
    with refused("step_not_allowed"):
        way.forward(enrolment)
    with refused("step_not_allowed"):
        way.arrive(enrolment)
    with refused("step_not_allowed"):
        way.release(enrolment)
    way.register(enrolment)
    with refused("step_not_allowed"):
        way.register(enrolment)
    with refused("step_not_allowed"):
        way.arrive(enrolment)
    way.send(enrolment)
    with refused("step_not_allowed"):
        way.arrive(enrolment)


@pytest.mark.req("B-045")
def test_each_stage_has_its_own_steps_and_no_other() -> None:
    ways_back = {Step.RELEASE: Stage.APPLIED, Step.CANCEL: Stage.CANCELLED}
    steps = {
        Stage.QUOTED: {Step.APPLY: Stage.APPLIED, Step.CANCEL: Stage.CANCELLED},
        Stage.APPLIED: {
            Step.APPLY: Stage.APPLIED,
            Step.REGISTER: Stage.REGISTERED,
            Step.CANCEL: Stage.CANCELLED,
        },
        Stage.REGISTERED: {Step.SEND_TO_BRANCH: Stage.AT_BRANCH, **ways_back},
        Stage.AT_BRANCH: {Step.FORWARD: Stage.AT_LEAD, **ways_back},
        Stage.AT_LEAD: {Step.BOOK: Stage.BOOKED, **ways_back},
        Stage.BOOKED: {Step.CERTIFY: Stage.CERTIFIED},
        Stage.CERTIFIED: {Step.SHIP: Stage.SHIPPED},
    }
    for stage in Stage:
        for step in Step:
            leads_to = steps.get(stage, {}).get(step)
            assert allows(stage, step) is (leads_to is not None)
            if leads_to is None:
                with refused("step_not_allowed"):
                    next_stage(stage, step)
            else:
                assert next_stage(stage, step) is leads_to


@pytest.mark.req("B-002")
@pytest.mark.parametrize(
    "changes",
    [
        {"applicant_name": "別の警備株式会社"},
        {"facts": replace(FACTS, company_name="別の警備株式会社")},
        {"applicant_name": "別の警備株式会社", "facts": replace(FACTS, company_name="別の警備株式会社")},
    ],
)
def test_applicant_insured_and_member_are_one(way: Way, changes: dict[str, object]) -> None:
    way.member()
    with refused("applicant_differs", "applicant_name"):
        way.apply(way.form(way.quote(), **changes))


@pytest.mark.req("B-002")
def test_spaces_and_widths_make_no_other_applicant(way: Way) -> None:
    way.member()
    way.apply(way.form(way.quote(), applicant_name="見本警備 株式会社"))


@pytest.mark.req("B-003", "B-004")
def test_membership_must_hold_when_cover_starts(way: Way) -> None:
    way.member(1, joined_on=date(2026, 6, 2))
    quote = way.quote()
    with refused("not_a_member", "member_number"):
        way.apply(way.form(quote))
    with refused("member_not_found", "member_number"):
        way.apply(way.form(quote, "13-99999"))
    way.member(2, joined_on=date(2026, 6, 1))
    enrolment = way.apply(way.form(quote, "13-00002"))
    assert way.register(enrolment) == 1
    way.release(enrolment)
    transact(lambda session: setattr(session.get(Member, 2), "left_on", date(2026, 6, 1)))
    with refused("not_a_member", "member_number"):
        way.register(enrolment)


@pytest.mark.req("B-004")
def test_a_number_belongs_to_a_member_of_its_own_association(way: Way) -> None:
    number = way.member()
    with refused("member_not_found", "member_number"):
        way.apply(way.form(way.quote(), number, prefecture_code=27))

    def add_namesake(session: Session) -> None:
        osaka = PrefectureAssociation(code=27, name="一般社団法人 大阪府警備業協会")
        session.add(osaka)
        session.flush()
        add_unit(session, replace(way.ground, prefecture_id=osaka.id))

    transact(add_namesake)
    enrolment = way.apply(way.form(way.quote(), number, prefecture_code=27))
    assert way.enrolment(enrolment).unit.member.prefecture.code == 27


@pytest.mark.req("B-005")
def test_leaving_the_association_in_the_year_leaves_the_cover(way: Way) -> None:
    booked = transact(lambda session: add_enrolment(session, way.ground, 1).id)
    applied = way.applied(2)
    left = "".join(f"13,13-{number:05d},見本警備株式会社,ミホンケイビ,2020/4/1,2026/9/1\r\n" for number in (1, 2))
    content = f"{','.join(COLUMNS.values())}\r\n{left}".encode("cp932")
    transact(lambda session: import_members(session, way.clock, CLERK, content))
    assert not way.member_row().is_member_on(date(2026, 9, 1))
    row = way.enrolment(booked)
    assert (row.stage, row.cover_end, row.ending) == ("booked", date(2027, 6, 1), None)
    frozen = db.session.scalars(select(Instalment).where(Instalment.enrolment_id == booked)).all()
    assert [part.cancelled_at for part in frozen] == [None] * 12
    assert way.register(applied) == 1
    assert way.enrolment(applied).cover_end == date(2027, 6, 1)


@pytest.mark.req("B-006")
def test_one_company_enrols_branch_by_branch(way: Way) -> None:
    member = way.member()
    for unit in ("東京支店", "大阪支店", "福岡支店"):
        way.apply(way.form(way.quote(), member, unit_name=unit))
    with refused("already_enrolled", "unit_name"):
        way.apply(way.form(way.quote(), member, unit_name="大阪支店"))
    assert len(db.session.scalars(select(Unit).where(Unit.name != "")).all()) == 3
    assert len(db.session.scalars(select(Enrolment)).all()) == 3


@pytest.mark.req("B-029")
def test_some_duties_alone_are_not_insured(way: Way) -> None:
    way.member()
    with refused("duties", "duties"):
        way.apply(way.form(way.quote(), duties=["facility", "crowd"]))


@pytest.mark.req("B-065", "B-043")
def test_each_missing_fact_of_the_member_is_named(way: Way) -> None:
    way.member()
    quote = way.quote()
    for name in PARTICULARS_LABELS.keys() - {"email"}:
        with pytest.raises(Invalid) as caught:
            way.apply(way.form(quote, facts=replace(FACTS, **{name: " "})))
        assert [(fault.code, fault.field) for fault in caught.value.errors] == [("missing", name)]


@pytest.mark.req("B-065")
def test_each_missing_fact_of_the_agency_stands_against_registration(way: Way) -> None:
    enrolment = way.applied()
    missing = []
    for name in ("contact_name", "phone", "postal_code", "address"):
        set_agency_fact(way, MS, name, "")
        missing.append(("agency_incomplete", name))
        with pytest.raises(Invalid) as caught:
            way.register(enrolment)
        assert [(fault.code, fault.field) for fault in caught.value.errors] == missing


def set_agency_fact(way: Way, registration: str, name: str, value: str) -> None:
    key = way.ground.registrations[registration]
    transact(lambda session: setattr(session.get_one(AgencyRegistration, key), name, value))


@pytest.mark.req("B-065", "B-095", "B-096", "B-100")
def test_codes_are_written_as_the_insurer_writes_them(way: Way) -> None:
    enrolments = {way.applied(number, of): of for number, of in enumerate((MS, AIOI, NISSHIN), start=1)}
    for registration, name, value, right in (
        (MS, "share_pattern", "12", "123"),
        (MS, "share_pattern", "", "123"),
        (AIOI, "share_pattern", "123", ""),
        (AIOI, "office_code", "AAA00-1234", "RRR00-AB12"),
        (NISSHIN, "office_code", "RRR00-AB12", "12345-654321"),
        (NISSHIN, "registration_number", "3000000000", NISSHIN),
    ):
        enrolment = next(key for key, of in enrolments.items() if of == registration)
        set_agency_fact(way, registration, name, value)
        with pytest.raises(Invalid) as caught:
            way.register(enrolment, registration)
        assert [(fault.code, fault.field) for fault in caught.value.errors] == [(name, name)]
        set_agency_fact(way, registration, name, right)


@pytest.mark.req("B-052")
def test_without_a_mandate_only_a_renewal_with_the_same_account_is_registered(way: Way) -> None:
    way.member()
    enrolment = way.apply(way.form(way.quote(), mandate_collected=False, account_unchanged=True))
    with refused("mandate_missing", "mandate_collected"):
        way.register(enrolment)
    renewal = way.apply(
        way.form(renewed(way), "13-00002", mandate_collected=False, account_unchanged=True, reports_seen=True)
    )
    assert way.register(renewal) == 1
    way.release(renewal)
    way.apply_again(
        renewal, way.form(way.enrolment(renewal).quote_id, "13-00002", mandate_collected=False, reports_seen=True)
    )
    with refused("mandate_missing", "mandate_collected"):
        way.register(renewal)


def renewed(way: Way, sales: int = 130_000_000) -> int:
    """A quote for 1 June, and a booked enrolment of member 2 whose cover ends that day."""

    def work(session: object) -> None:
        row = add_enrolment(session, way.ground, 2, start="2025-06-01", sales=120_000_000)  # type: ignore[arg-type]
        row.period_end = date(2026, 6, 1)

    transact(work)
    return way.quote(sales=sales)


@pytest.mark.req("B-034", "B-035")
def test_sales_equal_to_last_years_need_an_explanation(way: Way) -> None:
    quote = renewed(way, sales=120_000_000)
    enrolment = way.apply(way.form(quote, "13-00002"))
    assert way.enrolment(enrolment).previous_id == 1
    with refused("same_sales", "same_sales_evidence"):
        way.register(enrolment)
    with pytest.raises(Invalid):
        ValidityStatement("確認 太郎", True, "決算書", date(2026, 4, 10), True, "7")
    form = ValidityStatement("確認 太郎", True, "決算書", date(2026, 4, 10), True, "7", "固定契約のみのため")
    with refused("viewed_on", "viewed_on"):
        way.apply_again(
            enrolment, way.form(quote, "13-00002", same_sales=replace(form, viewed_on=date(2026, 4, 21)))
        )
    way.apply_again(enrolment, way.form(quote, "13-00002", same_sales=form))
    assert '"finding": "7"' in way.enrolment(enrolment).same_sales_confirmation
    assert way.register(enrolment) == 1


@pytest.mark.req("B-034")
def test_an_internal_document_explains_equal_sales_too(way: Way) -> None:
    enrolment = way.apply(way.form(renewed(way, 120_000_000), "13-00002", same_sales_evidence="総勘定元帳"))
    assert way.register(enrolment) == 1


@pytest.mark.req("B-034")
def test_other_sales_need_none(way: Way) -> None:
    assert way.register(way.apply(way.form(renewed(way, 120_000_001), "13-00002"))) == 1


@pytest.mark.req("B-047", "B-048", "B-050", "B-064")
def test_the_closing_of_a_registration(way: Way) -> None:
    def closing(start: str, at: datetime) -> int | str:
        year = db.session.get_one(SchemeYear, way.ground.year_id)
        try:
            return closing_for(db.session(), year, date.fromisoformat(start), at)
        except Refused as error:
            return str(error.values["next"])

    assert closing("2026-06-01", jst(2026, 4, 30, 16, 59)) == 1
    assert closing("2026-06-01", jst(2026, 4, 30, 17, 0, 0)) == 1
    assert closing("2026-06-01", jst(2026, 4, 30, 17, 0, 1)) == 2
    assert closing("2026-06-01", jst(2026, 5, 20, 17, 0, 0)) == 2
    assert closing("2026-06-01", jst(2026, 5, 20, 17, 0, 1)) == "2026/07/01"
    # 20 September 2026 is a Sunday; 20 July a holiday after a weekend.
    assert closing("2026-10-01", jst(2026, 9, 18, 17)) == 1
    assert closing("2026-10-01", jst(2026, 9, 18, 17, 0, 1)) == "2026/11/01"
    assert closing("2026-08-01", jst(2026, 7, 17, 17)) == 1
    assert closing("2026-08-01", jst(2026, 7, 17, 17, 0, 1)) == "2026/09/01"


@pytest.mark.req("B-050")
def test_a_registration_past_the_last_closing_is_refused_with_the_next_start(way: Way) -> None:
    enrolment = way.applied()
    way.clock.move_to(jst(2026, 5, 20, 17, 0, 1))
    with pytest.raises(Refused) as caught:
        way.register(enrolment)
    assert str(caught.value) == (
        "2026/06/01始期の募集は締め切りました。次に申し込める補償開始日は2026/07/01です。"
    )
    assert way.enrolment(enrolment).stage == "applied"


@pytest.mark.req("B-050")
def test_after_the_years_last_closing_no_start_is_offered(way: Way) -> None:
    enrolment = way.applied(start="2027-05-01")
    way.clock.move_to(jst(2027, 4, 20, 17, 0, 1))
    with refused("past_year", "start"):
        way.register(enrolment)


@pytest.mark.req("B-047", "B-048", "B-049", "D-24")
@pytest.mark.parametrize(
    ("registered", "arrived", "closing"),
    [
        (jst(2026, 4, 30, 16, 59), jst(2026, 4, 30, 17), 1),
        (jst(2026, 4, 30, 16, 59), jst(2026, 4, 30, 17, 0, 1), 2),
        (jst(2026, 4, 30, 17, 0, 1), jst(2026, 4, 30, 9), 2),
    ],
)
def test_the_later_of_registration_and_arrival_decides(
    way_on_both: Way, registered: object, arrived: object, closing: int
) -> None:
    way = way_on_both
    add_user(way.app, "agent", Role.AGENCY, agency="みなと代理店")
    enrolment = way.applied()
    way.clock.move_to(registered)  # type: ignore[arg-type]
    way.register(enrolment)
    way.send(enrolment)
    way.forward(enrolment)
    way.clock.move_to(jst(2026, 5, 1, 9))
    assert way.arrive(enrolment, arrived) == closing  # type: ignore[arg-type]
    assert way.enrolment(enrolment).closing == closing
    mails = db.session.scalars(select(OutboxMail).where(OutboxMail.template_key == "guardkun.slide")).all()
    assert len(mails) == (1 if closing == 2 else 0)
    if mails:
        body = platform().keys.open(SEALING, mails[0].sealed_body or b"", mails[0].message_token).decode()
        assert "S2026-000001" in body
        assert "前の締切を過ぎたため、第2回の計上となります。" in body
        assert "加入者証のお届け予定: 2026/06/30 頃" in body


@pytest.mark.req("B-050", "D-24")
def test_papers_that_come_too_late_are_not_taken(way: Way) -> None:
    enrolment = way.applied()
    way.register(enrolment)
    way.send(enrolment)
    way.forward(enrolment)
    way.clock.move_to(jst(2026, 5, 21, 9))
    with refused("past_deadline", "start"):
        way.arrive(enrolment, jst(2026, 5, 20, 17, 0, 1))
    assert way.enrolment(enrolment).arrived_at is None
    with refused("arrived_in_future", "arrived_at"):
        way.arrive(enrolment, jst(2026, 5, 21, 9, 0, 1))
    assert way.arrive(enrolment, jst(2026, 5, 20, 17)) == 2


@pytest.mark.req("B-054")
def test_the_route_leads_over_the_agencys_own_branch(way: Way) -> None:
    enrolment = way.applied(registration=AIOI)
    way.register(enrolment, AIOI)
    way.send(enrolment, AIOI)
    for stranger in (way.agency(AIOI), way.lead):
        with refused("not_the_branch", kind=Forbidden):
            way.forward(enrolment, who=stranger)
    with pytest.raises((Forbidden, NotFound)):
        way.forward(enrolment, who=way.branch(NISSHIN))
    # Staff of the lead insurer see everything (D-32), and still aren't this agency's branch.
    with refused("not_the_branch", kind=Forbidden):
        way.forward(enrolment, who=way.branch(MS))
    other = replace(way.branch(AIOI), branch_id=way.branch(AIOI).branch_id + 1)
    with refused("not_the_branch", kind=Forbidden):
        way.forward(enrolment, who=other)
    way.forward(enrolment, AIOI)
    for stranger in (way.agency(AIOI), way.branch(AIOI)):
        with refused("not_the_lead_office", kind=Forbidden):
            way.arrive(enrolment, who=stranger)


@pytest.mark.req("B-055")
def test_every_item_is_ticked_before_forwarding(way: Way) -> None:
    transact(lambda session: add_enrolment(session, way.ground, stage=Stage.AT_BRANCH).id)
    for left_out in ALL_CHECKS:
        with refused("checks_incomplete", "checks"):
            way.forward(1, ticked=[key for key in ALL_CHECKS if key != left_out])


@pytest.mark.req("B-055", "B-056")
def test_copies_are_kept_before_the_papers_leave(way: Way) -> None:
    enrolment = way.applied()
    way.register(enrolment)
    with refused("copy_not_kept", "copy_kept"):
        way.send(enrolment, copy_kept=False)
    way.send(enrolment)
    with refused("copy_not_kept", "copy_kept"):
        way.forward(enrolment, copy_kept=False)
    way.forward(enrolment, note="分担表を添付")
    row = way.enrolment(enrolment)
    assert (row.agency_copy_kept, row.branch_copy_kept, row.branch_note) == (True, True, "分担表を添付")
    assert row.checks.split(",") == ALL_CHECKS


@pytest.mark.req("B-033", "B-054", "B-095", "B-096")
def test_the_slip_carries_pattern_or_number_and_the_business_plan(way: Way) -> None:
    ms, aioi = way.applied(1), way.applied(2, AIOI)
    with refused("not_registered"):
        slip_of(way.enrolment(ms))
    way.register(ms)
    way.register(aioi, AIOI)
    slip = slip_of(way.enrolment(ms))
    assert (slip.share_pattern, slip.registration_number) == ("123", "")
    assert slip.papers == ("加入申込票", "口座振替依頼書", "分担表")
    assert slip.addressee == "三井住友海上 東京第一支社"

    def plan(session: object) -> None:
        session.get(Quote, way.enrolment(aioi).quote_id).is_business_plan = True  # type: ignore[attr-defined]

    transact(plan)
    slip = slip_of(way.enrolment(aioi))
    assert (slip.share_pattern, slip.registration_number) == ("", AIOI)
    assert slip.is_business_plan
    assert "事業計画値が確認できる資料" in slip.papers


@pytest.mark.req("B-060")
def test_what_is_registered_is_closed_until_the_head_office_releases_it(way: Way) -> None:
    enrolment = way.applied()
    quote = way.enrolment(enrolment).quote_id
    way.register(enrolment)
    with refused("registered_is_closed", kind=Forbidden):
        way.apply_again(enrolment, way.form(quote))
    way.send(enrolment)
    way.forward(enrolment)
    way.arrive(enrolment)
    for stranger in (way.agency(), way.branch(), way.co_insurer("ms"), way.co_insurer("aioi")):
        with pytest.raises((Forbidden, NotFound)):
            way.release(enrolment, stranger)
    with refused("missing", "reason"):
        way.release(enrolment, reason=" ")
    way.release(enrolment)
    row = way.enrolment(enrolment)
    assert (row.stage, row.registered_at, row.arrived_at, row.closing, row.checks) == (
        "applied",
        None,
        None,
        None,
        "",
    )
    corrected = way.quote(sales=90_000_000)
    way.apply_again(enrolment, way.form(corrected))
    row = way.enrolment(enrolment)
    assert (row.form_version, row.quote.sales) == (2, 90_000_000)
    way.register(enrolment)
    assert way.enrolment(enrolment).slip_number == "S2026-000001"


@pytest.mark.req("B-060")
def test_a_co_insurers_head_office_releases_its_own_agencies(way: Way) -> None:
    enrolment = way.applied(registration=NISSHIN)
    way.register(enrolment, NISSHIN)
    with refused("not_the_head_office", kind=Forbidden):
        way.release(enrolment, way.lead)
    with refused("enrolment_not_found", kind=NotFound):
        way.release(enrolment, way.co_insurer("aioi"))
    way.release(enrolment, way.co_insurer("nisshin"))
    assert way.enrolment(enrolment).stage == "applied"


@pytest.mark.req("B-051")
def test_a_quote_makes_one_application(way_on_both: Way) -> None:
    way = way_on_both
    enrolment = way.applied(1)
    quote = way.enrolment(enrolment).quote_id
    way.member(2)
    with refused("quote_taken", "quote_id"):
        way.apply(way.form(quote, "13-00002"))
    way.cancel(enrolment)
    way.apply(way.form(quote, "13-00002"))


@pytest.mark.req("B-101", "B-051", "B8")
def test_another_agency_reaches_nothing_of_it(way: Way) -> None:
    enrolment = way.applied()
    other = way.agency(AIOI)
    with refused("quote_not_found", kind=NotFound):
        way.apply(way.form(way.quote()), who=other)
    with refused("enrolment_not_found", kind=NotFound):
        way.register(enrolment, who=other)
    with refused("enrolment_not_found", kind=NotFound):
        way.cancel(enrolment, other)
    with refused("not_the_agency", kind=Forbidden):
        way.register(enrolment, who=way.lead)


@pytest.mark.req("B-045")
def test_an_agency_takes_back_what_it_has_not_registered(way: Way) -> None:
    enrolment = way.applied()
    with refused("missing", "reason"):
        way.cancel(enrolment, reason="")
    way.register(enrolment)
    with refused("may_not_cancel", kind=Forbidden):
        way.cancel(enrolment)
    with refused("may_not_cancel", kind=Forbidden):
        way.cancel(enrolment, way.branch())
    way.cancel(enrolment, way.lead)
    assert (way.enrolment(enrolment).stage, way.enrolment(enrolment).cancelled_why) == (
        "cancelled",
        "加入者の都合",
    )


@pytest.mark.req("B-102", "D-32")
def test_a_prefecture_takes_no_step(way: Way) -> None:
    enrolment = way.applied()
    with refused("enrolment_not_found", kind=NotFound):
        way.register(enrolment, who=subject(Role.PREFECTURE))

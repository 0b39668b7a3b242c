"""The screens of the way: each role's part of it, and nobody sees another agency's contracts (B-101, B-102)."""

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from webtest import TestApp

from hoshou.base.clock import FixedClock, jst
from hoshou.platform.db import db, transact
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.runner import run_job
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.changes import Change
from hoshou.plugins.guardkun.models.enrolments import Defect, Enrolment
from hoshou.plugins.guardkun.models.members import PrefectureStaff
from hoshou.plugins.guardkun.rules.duties import DUTY_LABELS
from hoshou.plugins.guardkun.rules.stages import Stage
from hoshou.plugins.guardkun.rules.validity_statement import POINTS
from hoshou.plugins.organisations.models import Membership
from tests.accounts import add_user, log_in, token
from tests.plugins.guardkun.documents.reading import words_of
from tests.plugins.guardkun.ground import add_enrolment, add_quote, add_unit, lay_ground
from tests.plugins.guardkun.way import ALL_CHECKS, FACTS

APRIL = jst(2026, 4, 20, 10)


class Site:
    """A scheme with an agency at each insurer and a user of every role."""

    def __init__(self, app: Flask, clock: FixedClock) -> None:
        self.app, self.clock = app, clock
        clock.move_to(APRIL)
        with app.app_context():
            self.ground = transact(lay_ground)
        add_user(app, "agent", Role.AGENCY, agency="みなと代理店")
        add_user(app, "other", Role.AGENCY, agency="やまと代理店")
        add_user(app, "branch", Role.INSURER, insurer="ms")
        add_user(app, "aioi", Role.INSURER, insurer="aioi")
        add_user(app, "lead", Role.LEAD_OFFICE, insurer="ms")
        add_user(app, "co", Role.CO_INSURER, insurer="aioi")
        add_user(app, "group", Role.GROUP_ASSOCIATION)
        number = add_user(app, "prefecture", Role.PREFECTURE)
        with app.app_context():
            transact(lambda s: s.add(PrefectureStaff(user_id=number, prefecture_id=self.ground.prefecture_id)))
        self._browsers: dict[str, TestApp] = {}

    def do(self, work: Any) -> Any:
        with self.app.app_context():
            return transact(work)

    def as_(self, user: str) -> TestApp:
        if user not in self._browsers:
            self._browsers[user] = log_in(self.app, user)
        return self._browsers[user]

    def move_to(self, instant: datetime) -> None:
        """Later, everybody logs in anew."""
        self.clock.move_to(instant)
        self._browsers.clear()

    def post(self, user: str, address: str, /, status: Any = 302, **fields: Any) -> Any:
        client = self.as_(user)
        rows = [("csrf_token", token(client.get("/account/")))]
        for name, value in fields.items():
            rows += [(name, one) for one in (value if isinstance(value, list) else [value])]
        return client.post(address, rows, status=status)


@pytest.fixture
def site(usual_url: str, make_app: Any, clock: FixedClock) -> Site:
    return Site(make_app(usual_url), clock)


@pytest.mark.req("B-045", "B-051", "B-053", "B-055", "B-056", "B-057", "B-061", "P-006")
def test_from_the_quote_to_the_shipped_certificate_through_the_pages(site: Site) -> None:
    quote = site.do(lambda s: (add_unit(s, site.ground), add_quote(s, site.ground).id)[1])
    agent = site.as_("agent")
    assert "Q0000001" in agent.get("/guardkun/applications/")
    page = agent.get(f"/guardkun/applications/new?quote={quote}")
    form = page.forms[len(page.forms) - 1]
    form["prefecture_code"], form["member_number"] = "13", "13-00001"
    for name in (
        "company_name",
        "company_kana",
        "representative_title",
        "representative",
        "postal_code",
        "address",
    ):
        form[name] = getattr(FACTS, name)
    form["applicant_name"], form["phone"] = FACTS.company_name, ""
    wrong = form.submit(status=400)
    assert "入力してください。" in wrong
    assert 'href="#phone"' in wrong
    form = wrong.forms[len(wrong.forms) - 1]
    form["phone"], form["mandate_collected"] = FACTS.phone, "1"
    record = form.submit().follow()
    number = record.request.path.rpartition("/")[2]
    assert "加入申込票作成済" in record
    assert "計上後に採番されます" in record
    assert "第1版" in record
    home = agent.get("/home/")
    assert "本登録を待つ加入申込票" in home

    site.post("agent", f"/guardkun/enrolments/{number}/register")
    record = agent.get(f"/guardkun/enrolments/show/{number}")
    assert "申込本登録済（計上未了）" in record
    assert "制度幹事保険会社へ直接送付しないでください。" in record
    kept = record.html.select_one("input[type=checkbox][name=copy_kept]")
    assert "送付する書類の写しを保管した" in kept.find_parent("label").text
    assert not kept.has_attr("checked")
    assert "加入申込票を修正する" not in record
    assert agent.get(f"/guardkun/applications/{number}/edit").status_int == 200
    fields = {name: getattr(FACTS, name) for name in FACTS.__dataclass_fields__}
    fields |= {"prefecture_code": "13", "member_number": "13-00001", "applicant_name": FACTS.company_name}
    site.post("agent", f"/guardkun/applications/{number}/edit", status=403, **fields)
    assert "写しを保管してから" in site.post("agent", f"/guardkun/enrolments/{number}/send", status=400)
    site.post("agent", f"/guardkun/enrolments/{number}/send", copy_kept="1")

    branch = site.as_("branch")
    assert "担当課の確認・回送を待つ書類" in branch.get("/guardkun/work/")
    asked = branch.get(f"/guardkun/enrolments/show/{number}").html
    assert asked.select_one("input[type=checkbox][name=copy_kept]")
    assert [box["value"] for box in asked.select("input[type=checkbox][name=checks]")] == ALL_CHECKS
    assert not asked.select("main input[checked]")
    assert "すべての項目を確認してから" in site.post(
        "branch", f"/guardkun/enrolments/{number}/forward", status=400, checks=ALL_CHECKS[1:], copy_kept="1"
    )
    site.post(
        "branch", f"/guardkun/enrolments/{number}/forward", checks=ALL_CHECKS, copy_kept="1", note="分担表を添付"
    )

    lead = site.as_("lead")
    assert "書類の到着を待つ加入手続き" in lead.get("/guardkun/work/")
    assert "日時を入力してください。" in site.post(
        "lead", f"/guardkun/enrolments/{number}/arrive", status=400, arrived_at="x"
    )
    site.post("lead", f"/guardkun/enrolments/{number}/arrive", arrived_at="2026-04-20T09:30")
    refused = site.post(
        "lead",
        "/guardkun/booking/open",
        status=400,
        year=str(site.ground.year_id),
        start="2026-06-01",
        closing="1",
    )
    assert "募集締切の前に計上することはできません。" in refused
    site.move_to(jst(2026, 5, 1, 9))
    site.post("lead", "/guardkun/booking/open", year=str(site.ground.year_id), start="2026-06-01", closing="1")
    lead = site.as_("lead")
    page = lead.get("/guardkun/booking/show/1")
    assert "不備のある明細はありません。" in page
    site.post("lead", "/guardkun/booking/1/start")
    page = lead.get("/guardkun/booking/show/1")
    assert "処理を続けています。" in page
    assert "計上：0 / 1（残り1件）" in page
    run_job(site.app, all_jobs(site.app)["guardkun.booking"], jst(2026, 5, 1, 9))
    site.post("lead", "/guardkun/booking/1/issue")
    run_job(site.app, all_jobs(site.app)["guardkun.certificates"], jst(2026, 5, 1, 9))
    page = lead.get("/guardkun/booking/show/1")
    assert "計上：1 / 1（残り0件）" in page
    assert "加入者証：1 / 1（残り0件）" in page
    assert "発送していない加入者証：1件" in page
    site.post("lead", "/guardkun/booking/1/ship", shipped_on="2026-05-01")
    page = lead.get("/guardkun/booking/show/1")
    assert "発行済みの加入者証は、すべて発送済みです。" in page
    assert page.html.select_one("#shipped_on") is None
    agent = site.as_("agent")
    record = agent.get(f"/guardkun/enrolments/show/{number}")
    assert "G2600000001" in record
    assert "2026/05/01 発送済" in record
    assert "計上しました。証券番号：G2600000001" in record
    assert agent.get(f"/guardkun/enrolments/{number}/documents/certificate.pdf").body.startswith(b"%PDF")


@pytest.mark.req("B-060")
def test_a_release_through_the_pages(site: Site) -> None:
    site.do(lambda s: add_enrolment(s, site.ground, stage=Stage.AT_LEAD, registration="20000000002").id)
    assert "本登録を解除する" in site.as_("co").get("/guardkun/enrolments/show/1")
    assert "本登録を解除する" not in site.as_("lead").get("/guardkun/enrolments/show/1")
    site.post("lead", "/guardkun/enrolments/1/release", status=403, reason="訂正")
    site.post("co", "/guardkun/enrolments/1/release", status=400, reason="")
    site.post("co", "/guardkun/enrolments/1/release", reason="訂正")
    assert "加入申込票を修正する" in site.as_("other").get("/guardkun/enrolments/show/1")


@pytest.mark.req("B-063")
def test_a_branch_sees_what_has_been_booked(site: Site) -> None:
    def lay(session: Any) -> None:
        for number, stage in ((1, Stage.AT_LEAD), (2, Stage.BOOKED)):
            add_enrolment(session, site.ground, number, stage=stage)

    site.do(lay)
    branch = site.as_("branch")
    listed = branch.get("/guardkun/enrolments/list/").html.select("tbody tr")
    rows = sorted(
        [row.select("td")[0].get_text(strip=True), row.select("td")[3].get_text(strip=True)] for row in listed
    )
    assert rows == [["G2600000002", "計上済"], ["S0000001", "幹事会社確認中"]]
    for number, policy_number in ((1, "計上後に採番されます"), (2, "G2600000002")):
        page = branch.get(f"/guardkun/enrolments/show/{number}")
        facts = {row.dt.text: row.dd.text for row in page.html.select(".facts__row")}
        assert facts["証券番号"] == policy_number


@pytest.mark.req("B-058", "B-066", "D-25")
def test_defects_are_found_shown_mended_and_put_off(site: Site) -> None:
    def lay(session: Any) -> None:
        for number in (1, 2):
            add_enrolment(session, site.ground, number, stage=Stage.AT_LEAD).closing = 1

    site.do(lay)
    site.post("lead", "/guardkun/enrolments/1/defects", status=400, reason="other")
    site.post("lead", "/guardkun/enrolments/1/defects", reason="mandate_missing", note="未着")
    site.post("branch", "/guardkun/enrolments/2/defects", reason="slip")
    site.post("branch", "/guardkun/enrolments/defects/2/resolve")
    board = site.as_("agent").get("/guardkun/defects/")
    assert "口座振替依頼書の不足" in board
    assert "1件" in board
    report = [
        [cell.get_text() for cell in row.select("td")] for row in board.html.select("table")[-1].select("tbody tr")
    ]
    assert report == [
        ["三井住友海上火災保険株式会社", "口座振替依頼書の不足", "1", "1"],
        ["三井住友海上火災保険株式会社", "帳票送付状の不備", "1", "0"],
    ]
    assert "未着" not in site.as_("other").get("/guardkun/defects/")
    assert "不備のある加入手続き" in site.as_("agent").get("/home/")
    site.move_to(jst(2026, 5, 1, 9))
    site.post("lead", "/guardkun/booking/open", year=str(site.ground.year_id), start="2026-06-01", closing="1")
    assert "不備が解消していない明細があります。" in site.post("lead", "/guardkun/booking/1/start", status=400)
    site.post("lead", "/guardkun/booking/1/defer/1", reason="再取付け")
    site.post("lead", "/guardkun/booking/1/start")
    assert "再取付け" in site.as_("lead").get("/guardkun/booking/show/1?state=deferred")


@pytest.mark.req("B-084", "B-086", "B-089")
def test_a_withdrawal_through_the_pages(site: Site) -> None:
    site.do(lambda s: add_enrolment(s, site.ground).id)
    site.move_to(jst(2026, 8, 10, 10))
    agent = site.as_("agent")
    page = agent.get("/guardkun/changes/withdrawal/1")
    form = page.forms[len(page.forms) - 1]
    reasons = [option.get_text() for option in page.html.select("#reason option")]
    assert reasons == ["選択してください", "破産", "廃業", "倒産", "吸収合併", "加入者からの申し出"]
    form["effective_on"], form["reason"] = "2026-09-15", "closure"
    wrong = form.submit(status=400)
    assert "変更日は毎月1日を指定してください。" in wrong
    form = wrong.forms[len(wrong.forms) - 1]
    form["effective_on"] = "2026-09-01"
    assert "到着締切：2026/08/20" in form.submit().follow()
    assert "代理店は領収できません。" in agent.get("/guardkun/changes/show/1")
    site.post("agent", "/guardkun/changes/1/send")
    assert "回送を待つ変更届出書" in site.as_("branch").get("/guardkun/work/")
    site.post("branch", "/guardkun/changes/1/forward")
    site.post("lead", "/guardkun/changes/1/accept", status=400, arrived_on="")
    site.post("lead", "/guardkun/changes/1/accept", arrived_on="2026-08-10")
    record = agent.get("/guardkun/enrolments/show/1")
    assert "中途脱退しました（脱退日：2026/09/01、必要回数：3回）" in record
    assert "更改する" not in record


@pytest.mark.req("B-085", "B-089", "B-092")
def test_the_other_notices_through_the_pages(site: Site) -> None:
    site.do(lambda s: add_enrolment(s, site.ground).id)
    quote = site.do(lambda s: add_quote(s, site.ground, start="2026-09-01").id)
    site.move_to(jst(2026, 8, 10, 10))
    agent = site.as_("agent")
    page = agent.get("/guardkun/changes/particulars/1")
    form = page.forms[len(page.forms) - 1]
    form["effective_on"], form["address"] = "2026-07-15", "大阪府大阪市北区1-1"
    assert "大阪府大阪市北区1-1" in form.submit().follow()
    assert "Q0000002" in agent.get("/guardkun/changes/plan/1")
    page = agent.get(f"/guardkun/changes/plan/1?quote={quote}")
    form = page.forms[len(page.forms) - 1]
    form["mandate_collected"] = "1"
    assert "変更後の加入手続き" in form.submit().follow()
    page = agent.get("/guardkun/changes/agency/1")
    form = page.forms[len(page.forms) - 1]
    form["effective_on"], form["new_number"], form["new_name"] = "2026-09-01", "123", "あたらし"
    assert "11桁の数字で入力してください" in form.submit(status=400)
    site.post("agent", "/guardkun/changes/2/drop")
    site.post("agent", "/guardkun/changes/1/send")
    site.post("branch", "/guardkun/changes/1/forward")
    assert "入力してください。" in site.post("lead", "/guardkun/changes/1/refuse", status=400, note="")
    site.post("lead", "/guardkun/changes/1/refuse", note="記名がない")
    assert "記名がない" in agent.get("/guardkun/changes/show/1")


@pytest.mark.req("B-091", "D-29")
def test_a_renewal_warns_and_takes_over_by_one_click(site: Site) -> None:
    def lay(session: Any) -> None:
        row = add_enrolment(session, site.ground, start="2025-06-01")
        row.period_end = row.start.replace(year=2026)
        row.registered_at = jst(2025, 4, 20)
        add_quote(session, site.ground, sales=130_000_000)
        from_change = session.get_one(Enrolment, row.id)
        assert from_change.unit_id

    site.do(lay)
    agent = site.as_("agent")
    # Particulars that the ground knows since January 2026 are too young for a registration in 2025.
    assert agent.get("/guardkun/applications/1/renew", status=400).status_int == 400
    site.do(lambda s: setattr(s.get_one(Enrolment, 1), "registered_at", jst(2026, 1, 20)))
    form = agent.get("/guardkun/changes/particulars/1").forms
    form = form[len(form) - 1]
    form["effective_on"], form["address"] = "2025-12-01", "大阪府大阪市北区1-1"
    form.submit()
    site.post("agent", "/guardkun/changes/1/send")
    site.post("branch", "/guardkun/changes/1/forward")
    site.post("lead", "/guardkun/changes/1/accept", arrived_on="2026-04-20")
    page = agent.get("/guardkun/applications/1/renew")
    assert "前契約の内容がそのまま引き込まれます" in page
    assert "東京都新宿区新宿1-1-1 → 大阪府大阪市北区1-1" in page
    old = agent.get("/guardkun/applications/new?quote=2&renews=1")
    assert old.forms[len(old.forms) - 1]["address"].value == FACTS.address
    new = agent.get("/guardkun/applications/new?quote=2&renews=1&take_over=1")
    form = new.forms[len(new.forms) - 1]
    assert form["address"].value == "大阪府大阪市北区1-1"
    assert "内容を確認し" in form.submit(status=400)
    form["reports_seen"] = "1"
    assert "口座変更なし（更改）" in form.submit().follow()


@pytest.mark.req("B-101", "B-102", "D-32", "B8")
def test_an_agency_sees_its_own_numbers_contracts_on_every_screen(site: Site) -> None:
    def lay(session: Any) -> None:
        for number, registration in ((1, "10000000001"), (2, "20000000002"), (3, "30000000003")):
            stage = Stage.AT_LEAD if number == 2 else Stage.BOOKED
            row = add_enrolment(session, site.ground, number, stage=stage, registration=registration)
            row.branch_note = f"秘密{number}"
            unit = row.unit
            unit.member.name = f"加入者{number}番"
            session.add(
                Change(
                    enrolment_id=row.id, kind="particulars", effective_on=row.start, requested_at=APRIL,
                    requested_by="作成者",
                )
            )  # fmt: skip
            session.add(
                Defect(enrolment_id=row.id, reason="slip", note=f"秘密{number}", found_at=APRIL, found_by="x")
            )

    site.do(lay)
    site.do(lambda s: s.query(Enrolment).filter(Enrolment.id == 2).one())
    screens = ("/guardkun/enrolments/list/", "/guardkun/changes/list/", "/guardkun/work/", "/guardkun/defects/")
    sees = {
        "agent": {1}, "other": {2}, "branch": {1, 2, 3}, "aioi": {2}, "lead": {1, 2, 3}, "co": {2},
        "group": {1, 2, 3}, "prefecture": {1, 2, 3},
    }  # fmt: skip
    for user, own in sees.items():
        client = site.as_(user)
        for number in (1, 2, 3):
            expected = 200 if number in own else 404
            assert client.get(f"/guardkun/enrolments/show/{number}", status="*").status_int == expected, user
            if user != "prefecture":
                assert client.get(f"/guardkun/changes/show/{number}", status="*").status_int == expected, user
        for screen in screens:
            page = client.get(screen, status="*")
            if page.status_int == 200:
                seen = {number for number in (1, 2, 3) if f"加入者{number}番" in page}
                assert seen <= own, (user, screen)
        listed = client.get("/guardkun/enrolments/list/")
        assert {number for number in (1, 2, 3) if f"加入者{number}番" in listed} == own
    assert site.as_("agent").get("/guardkun/enrolments/2/documents/certificate.pdf", status=404)
    assert site.as_("agent").get("/guardkun/applications/new?quote=2", status=404)
    for address in (
        "/guardkun/enrolments/2/register",
        "/guardkun/enrolments/2/send",
        "/guardkun/enrolments/2/cancel",
        "/guardkun/changes/2/send",
        "/guardkun/changes/2/drop",
        "/guardkun/changes/withdrawal/2",
        "/guardkun/changes/particulars/2",
    ):
        site.post("agent", address, status=404, reason="closure", effective_on="2026-09-01")
    # Staff of a prefecture association whose members they aren't see nothing.
    site.do(lambda s: s.query(PrefectureStaff).delete())
    assert "加入者1番" not in site.as_("prefecture").get("/guardkun/enrolments/list/")


@pytest.mark.req("B-101")
def test_the_list_is_searched_by_stage_start_and_words(site: Site) -> None:
    def lay(session: Any) -> None:
        add_enrolment(session, site.ground, 1)
        add_enrolment(
            session, site.ground, 2, stage=Stage.AT_BRANCH, start="2026-07-01"
        ).unit.member.name = "別会社"

    site.do(lay)
    agent = site.as_("agent")
    for query, found in (
        ("stage=at_branch", "別会社"), ("start=2026-06-01", "見本警備"), ("words=G2600000001", "見本警備"),
        ("words=別会", "別会社"), ("words=S0000002", "別会社"), ("stage=whatever", "別会社"),
    ):  # fmt: skip
        name, _sign, value = query.partition("=")
        assert found in agent.get("/guardkun/enrolments/list/", {name: value})
    assert "見本警備" not in agent.get("/guardkun/enrolments/list/?stage=at_branch")
    assert "該当する加入手続きはありません。" in agent.get("/guardkun/enrolments/list/?words=%25")


@pytest.mark.req("B-004", "B-005")
def test_members_are_kept_and_taken_over_from_a_file(site: Site) -> None:
    client = site.as_("group")
    page = client.get("/guardkun/members/load")
    form = page.forms[len(page.forms) - 1]
    heading = "都道府県コード,加盟員番号,会社名,会社名カナ,入会日,退会日\r\n"
    form["file"] = ("members.csv", (heading + "13,1,一番,イチ,きのう,").encode("cp932"))
    assert "2行目 入会日：日付は" in form.submit(status=400)
    form["file"] = ("members.csv", (heading + "13,1,一番,イチ,2020/4/1,").encode("cp932"))
    assert "新規1件" in form.submit().follow()
    assert "一番" in client.get("/guardkun/members/list/")
    assert "一番" in site.as_("prefecture").get("/guardkun/members/show/1")
    form = client.get("/guardkun/members/edit/1").forms["model_form"]
    form["left_on"] = "2020-03-31"
    assert "退会日は入会日以後" in form.submit()
    form["left_on"] = "2026-09-30"
    form.submit()
    assert "2026/09/30 退会" in client.get("/guardkun/members/show/1")
    form = client.get("/guardkun/members/add").forms["model_form"]
    form["member_number"], form["name"], form["name_kana"], form["joined_on"] = "2", "二番", "ニ", "2021-01-01"
    form["prefecture"] = str(site.ground.prefecture_id)
    form.submit()
    assert "会社全体" in client.get("/guardkun/members/show/2")


@pytest.mark.req("B-105")
def test_a_members_page_says_where_to_call_after_an_accident(site: Site) -> None:
    site.do(lambda s: add_unit(s, site.ground))
    page = site.as_("prefecture").get("/guardkun/members/show/1")
    assert "三井住友海上事故受付センター（0120-258-189）へ連絡、もしくは事故報告書を用いて事故報告。" in page


def test_home_of_a_homeless_agent_is_empty(site: Site) -> None:
    site.do(lambda s: add_enrolment(s, site.ground, stage=Stage.APPLIED).id)
    with site.app.app_context():
        transact(lambda s: s.query(Membership).delete())
        db.session.remove()
    assert "本登録を待つ加入申込票" not in site.as_("agent").get("/home/")


@pytest.mark.req("B-034", "B-035")
def test_the_validity_statement_is_a_part_of_the_form(site: Site) -> None:
    site.do(lambda s: (add_unit(s, site.ground), add_quote(s, site.ground).id))
    fields = {name: getattr(FACTS, name) for name in FACTS.__dataclass_fields__}
    fields |= {
        "prefecture_code": "13",
        "member_number": "13-00001",
        "applicant_name": FACTS.company_name,
        "duties": [duty.value for duty in DUTY_LABELS],
        "mandate_collected": "1",
        "has_confirmation": "1",
        "confirmed_by": "確認 太郎",
        "is_employee": "1",
        "documents": "総勘定元帳",
        "viewed_on": "2026-04-10",
        "checked_points": "1",
    }
    address = "/guardkun/applications/new?quote=1"
    empty = site.as_("agent").get(address)
    assert [point for point in POINTS if point not in empty] == []
    assert "open" not in empty.html.select_one("details.help").attrs
    for finding in ("3", "7"):
        refused = site.post("agent", address, status=400, **fields, finding=finding)
        assert refused.html.select_one("#words-error")
        assert "open" in refused.html.select_one("details.help").attrs
        assert refused.html.select_one("#documents")["value"] == "総勘定元帳"
    unchecked = {**fields, "checked_points": []}
    assert site.post("agent", address, status=400, **unchecked, finding="4").html.select_one(
        "#checked_points-error"
    )
    tomorrow = {**fields, "viewed_on": "2026-04-21"}
    assert "閲覧日に未来の日は指定できません。" in site.post("agent", address, status=400, **tomorrow, finding="4")
    assert site.do(lambda s: s.query(Enrolment).count()) == 0
    site.post("agent", address, **fields, finding="7", words="同額の契約だけであるため")
    number = site.do(lambda s: s.query(Enrolment.id).scalar())
    agent = site.as_("agent")
    page = agent.get(f"/guardkun/enrolments/show/{number}")
    assert {row.dt.text: row.dd.text for row in page.html.select(".facts__row")}[
        "前年同額の確認"
    ] == "妥当性確認書"
    printed = words_of(agent.get(f"/guardkun/enrolments/{number}/documents/validity_statement.pdf").body)
    for words in ("確認太郎", "総勘定元帳（閲覧日2026年4月10日）", "（同額の契約だけであるため）"):
        assert words in printed
    mended = agent.get(f"/guardkun/applications/{number}/edit")
    assert mended.html.select_one("#words")["value"] == "同額の契約だけであるため"
    assert mended.html.select_one("#finding option[selected]")["value"] == "7"


@pytest.mark.req("B-047", "B-048", "B-050", "D-24")
@pytest.mark.parametrize(
    ("at", "told"),
    [
        (jst(2026, 4, 30, 17, 0, 0), "第1回の計上になります"),
        (jst(2026, 4, 30, 17, 0, 1), "第2回の計上になります"),
        (jst(2026, 5, 20, 17, 0, 0), "第2回の計上になります"),
        (jst(2026, 5, 20, 17, 0, 1), "次に申し込める補償開始日は2026/07/01です"),
    ],
)
def test_a_deadline_counts_to_the_second_on_the_screens(site: Site, at: datetime, told: str) -> None:
    def lay(session: Any) -> None:
        add_enrolment(session, site.ground, 1, stage=Stage.APPLIED)
        arriving = add_enrolment(session, site.ground, 2, stage=Stage.AT_LEAD)
        arriving.arrived_at = None

    site.do(lay)
    site.move_to(at)
    expected = 400 if "次に" in told else 302
    registered = site.post("agent", "/guardkun/enrolments/1/register", status=expected)
    assert told in (registered.follow() if expected == 302 else registered)
    # What the lead office finds filled in is the time of day to the second.
    page = site.as_("lead").get("/guardkun/enrolments/show/2")
    (form,) = [form for form in page.forms.values() if form.action.endswith("/arrive")]
    assert form["arrived_at"].value == at.strftime("%Y-%m-%dT%H:%M:%S")
    assert page.html.select_one("#arrived_at")["step"] == "1"
    arrived = form.submit(status=expected)
    assert told in (arrived.follow() if expected == 302 else arrived)


@pytest.mark.req("B-057")
def test_no_batch_is_offered_before_its_closing_is_over(site: Site) -> None:
    def lay(session: Any) -> None:
        for number, closing in ((1, 1), (2, 2)):
            add_enrolment(session, site.ground, number, stage=Stage.AT_LEAD).closing = closing

    site.do(lay)
    site.move_to(jst(2026, 5, 8, 10))
    page = site.as_("lead").get("/guardkun/booking/list/")
    assert [form.fields["closing"][0].value for form in page.forms.values() if "closing" in form.fields] == ["1"]
    assert "募集締切（2026/05/20 17:00）のあとに計上します。" in page


@pytest.mark.req("B-085", "B-109")
def test_a_notice_of_a_new_plan_shows_both_plans(site: Site) -> None:
    def lay(session: Any) -> None:
        add_enrolment(session, site.ground)
        add_quote(
            session,
            site.ground,
            start="2026-09-01",
            limit=200_000_000,
            options={"key_recreation": {"limit": 5_000_000}, "labour_dispute": {}},
        )
        # Another year's quote is none for a change within this one.
        add_quote(session, site.ground, start="2026-06-01")

    site.do(lay)
    site.move_to(jst(2026, 8, 10, 10))
    agent = site.as_("agent")
    choice = agent.get("/guardkun/changes/plan/1")
    assert "Q0000002" in choice
    assert "Q0000003" not in choice
    assert choice.html.find("a", string="見積を作成する")["href"] == "/guardkun/quoting/?like=1"
    form = agent.get("/guardkun/changes/plan/1?quote=2").forms
    form = form[len(form) - 1]
    form["mandate_collected"] = "1"
    page = form.submit().follow()
    rows = [[cell.text for cell in row.select("th, td")] for row in page.html.select("table tbody tr")]
    assert rows == [
        ["基本補償の支払限度額", "1億円", "2億円"],
        ["オプション1\u3000鍵再作成費用補償特約", "加入しない", "500万円"],
        ["オプション2\u3000現金・貴重品補償特約", "加入しない", "加入しない"],
        ["オプション3\u3000運送業務補償特約", "加入しない", "加入しない"],
        ["オプション4\u3000労働争議補償特約", "加入しない", "加入する"],
        # 120,000,000 at 0.52; then at 0.60, with 0.010 for the keys and 0.02 for labour disputes.
        ["年額保険料（円）", "62,400", "75,600"],
    ]
    notice = words_of(agent.get("/guardkun/enrolments/1/documents/change_notice.pdf?change=1").body)
    assert "基本補償の支払限度額1億円2億円オプション1鍵再作成費用補償特約加入しない500万円" in notice
    assert "オプション4労働争議補償特約加入しない加入する年額保険料62,400円75,600円" in notice
    assert "オプション3" not in notice


@pytest.mark.req("B-055")
def test_the_branch_sees_the_plan_that_it_checks(site: Site) -> None:
    site.do(
        lambda s: (
            add_enrolment(
                s, site.ground, stage=Stage.AT_BRANCH, limit=200_000_000, options={"labour_dispute": {}}
            ).id
        )
    )
    page = site.as_("branch").get("/guardkun/enrolments/show/1")
    facts = {row.dt.text: row.dd.text for row in page.html.select(".facts__row")}
    assert facts["基本補償の支払限度額"] == "2億円"
    assert facts["オプション3\u3000運送業務補償特約"] == "加入しない"
    assert facts["オプション4\u3000労働争議補償特約"] == "加入する"

"""The public pages of applications and the staff's screens (A-070 to A-079, A21, A22, A23)."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import webtest
from sqlalchemy import delete, select

from hoshou.base.clock import jst
from hoshou.platform.db import db
from hoshou.platform.subject import Role
from hoshou.plugins.domains.models import DomainApplication, DomainState, OrdererDomain
from hoshou.plugins.domains.services.apply import APPLICATIONS_PER_ADDRESS, APPLICATIONS_PER_SUBNET
from hoshou.plugins.domains.services.registered import BODIES_PER_PAGE, registered_bodies
from hoshou.plugins.domains.services.status import TRIES_PER_SUBNET
from tests import accounts
from tests.accounts import add_user, fresh, log_in
from tests.conftest import AppMaker
from tests.plugins.domains.office import CONTACT, INSURERS, Office
from tests.plugins.public_site import form_with
from tests.plugins.receipts.crowd import counted_work

TYPED = {
    "kind": "add",
    "domain": "city.example.lg.jp",
    "organisation": "見本市",
    "department": "契約課",
    "applicant_name": "見本 太郎",
    "email": "taro@city.example.lg.jp",
    "phone": "03-1234-5678",
    "consent": "1",
}
RECEIPT = re.compile(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}")


def browser(office: Office, address: str = "192.0.2.10") -> webtest.TestApp:
    client = accounts.browser(office.app)
    client.extra_environ["REMOTE_ADDR"] = address
    return client


def preview(visitor: webtest.TestApp, **changes: str) -> Any:
    form = form_with(visitor.get("/domains/apply"), "domain")
    for name, value in {**TYPED, **changes}.items():
        form[name] = value if name != "consent" else bool(value)
    return form.submit("step", value="preview", expect_errors=True)


def confirm(page: Any) -> Any:
    return form_with(page, "request_key").submit("step", value="confirm", expect_errors=True)


def applied(office: Office, **changes: str) -> str:
    """The receipt number of an application that came by the pages."""
    page = confirm(preview(browser(office), **changes))
    assert "申請を受け付けました" in page
    found = RECEIPT.search(page.html.code.text)
    assert found
    return found[0]


def ask(visitor: webtest.TestApp, receipt: str, email: str = TYPED["email"]) -> Any:
    form = form_with(visitor.get("/domains/status"), "receipt")
    form["receipt"], form["email"] = receipt, email
    return form.submit(expect_errors=True)


def applications() -> list[DomainApplication]:
    return list(fresh().scalars(select(DomainApplication)))


@pytest.mark.req("A-070", "A-074", "D-45")
def test_a_form_is_previewed_then_sent_and_told_its_receipt(office: Office) -> None:
    visitor = browser(office)
    blank = visitor.get("/domains/apply")
    assert "2026年5月下旬（2026/05/25 登録予定）" in blank
    assert "申請から利用開始まで、最長3か月程度かかります。" in blank
    page = preview(visitor)
    assert "2026年5月下旬（2026/05/25 登録予定）" in page
    assert applications() == []
    back = form_with(page, "request_key").submit("step", value="back")
    assert form_with(back, "domain")["organisation"].value == "見本市"
    done = confirm(page)
    (application,) = applications()
    assert application.receipt in done
    assert (application.stage, application.department) == ("applied", "契約課")
    # Sent twice, applied for once.
    assert application.receipt in confirm(page)
    assert len(applications()) == 1
    assert [mail[0] for mail in office.mails("domains.receipt")] == [TYPED["email"]]
    assert [mail[0] for mail in office.mails("domains.notice")] == [CONTACT]


@pytest.mark.req("A-070")
def test_the_association_is_told_at_the_address_of_the_settings(
    usual_url: str, make_app: AppMaker, make_office: Callable[..., Office]
) -> None:
    office = make_office(make_app(usual_url, DOMAIN_CONTACT_EMAIL="shinsei@kyokai.example.jp"))
    applied(office, kind="change", new_domain="city.example.jp")
    (kept,) = applications()
    assert (kept.kind, kept.domain, kept.new_domain) == ("change", "city.example.lg.jp", "city.example.jp")
    assert (kept.organisation, kept.department, kept.applicant_name) == ("見本市", "契約課", "見本 太郎")
    assert (kept.email, kept.phone, kept.applied_at) == (TYPED["email"], TYPED["phone"], office.clock.now())
    ((recipient, _subject, body),) = office.mails("domains.notice")
    assert recipient == "shinsei@kyokai.example.jp"
    assert "申請の種類: 変更" in body


@pytest.mark.req("A-070", "D-14", "A22", "A23")
def test_faults_are_shown_at_their_fields_and_nothing_is_kept(office: Office) -> None:
    visitor = browser(office)
    page = preview(visitor, domain="gmail.com", consent="", organisation='"><script>x</script>')
    assert page.status_int == 400
    assert "フリーメール" in page.html.find(id="domain-error").text
    assert page.html.find(id="consent-error")
    assert not page.html.select("script:not([nonce])")
    assert form_with(page, "domain")["organisation"].value == '"><script>x</script>'
    hostile = preview(visitor, organisation='"><script>x</script>')
    assert not hostile.html.select("script:not([nonce])")
    for step in ("preview", "confirm"):
        assert visitor.post("/domains/apply", {**TYPED, "step": step}, status=400)
    assert visitor.post("/domains/status", {"receipt": "x"}, status=400)
    assert applications() == []


@pytest.mark.req("A21")
def test_one_mail_box_gets_five_receipts_a_day_and_one_network_sends_twenty(office: Office) -> None:
    answers = [confirm(preview(browser(office, f"198.51.{n}.1"))).status_int for n in range(7)]
    assert answers == [200] * APPLICATIONS_PER_ADDRESS + [429, 429]
    assert len(office.mails("domains.receipt")) == APPLICATIONS_PER_ADDRESS
    visitor, others = browser(office), (f"a{n}@other{n}.example.jp" for n in range(50))
    answers = [
        confirm(preview(visitor, email=next(others))).status_int for _ in range(APPLICATIONS_PER_SUBNET + 2)
    ]
    assert answers == [200] * APPLICATIONS_PER_SUBNET + [429, 429]
    office.clock.advance(timedelta(days=1, seconds=1))
    assert confirm(preview(visitor)).status_int == 200


@pytest.mark.req("A-074", "A2", "A5")
def test_the_state_is_told_to_who_has_receipt_and_address_only(office: Office) -> None:
    receipt, visitor = applied(office), browser(office)
    page = ask(visitor, f" {receipt.lower().replace('-', '')} ", "Taro@City.Example.lg.jp")
    assert "申請中" in page
    assert "2026/05/25" in page
    wrong = [
        ask(visitor, receipt, "b@city.example.lg.jp"),
        ask(visitor, "AAAA-BBBB-CCCC"),
        ask(visitor, "?"),
        ask(visitor, receipt, "\x00"),
    ]
    for answer in wrong:
        assert answer.status_int == 400
        assert "受付番号またはメールアドレスが正しくありません。" in answer.html.find(id="receipt-error").text
        assert "申請中" not in answer
    for _ in range(TRIES_PER_SUBNET - len(wrong)):
        ask(visitor, "AAAA-BBBB-CCCC")
    assert ask(visitor, receipt).status_int == 429
    assert ask(browser(office, "203.0.113.9"), receipt).status_int == 200


@pytest.mark.req("A-072")
def test_an_applicant_takes_an_application_back(office: Office) -> None:
    receipt = applied(office)
    page = ask(browser(office), receipt)
    answer = form_with(page, "step").submit("step", value="withdraw")
    assert "取下げ" in answer
    assert "取り下げる" not in answer
    assert applications()[0].stage == "withdrawn"


@pytest.mark.req("A-075", "A-076", "A-078", "A-079")
def test_registered_bodies_are_listed_by_name_and_never_by_domain(office: Office) -> None:
    def add(session: Any) -> None:
        for number, (name, department, state) in enumerate(
            [("見本市", "契約課", "registered"), ("見本市", "水道局", "registered"), ("旧見本町", "", "removed")]
        ):
            session.add(
                OrdererDomain(
                    domain=f"d{number}.example.jp",
                    organisation=name,
                    department=department,
                    state=DomainState(state).value,
                    usable_from=office.clock.today(),
                )
            )
        session.commit()

    add(db.session())
    visitor = browser(office)
    page = visitor.get("/domains")
    assert [row.text for row in page.html.select("[data-bodies] li")] == ["見本市　契約課", "見本市　水道局"]
    assert "example.jp" not in page
    assert "引受可否については、各社規定によって異なります" in page
    assert "https://www.sonpo.or.jp/about/efforts/syouken/kakunin/index.html" in page
    found = visitor.get("/domains", {"q": "水道"})
    assert [row.text for row in found.html.select("[data-bodies] li")] == ["見本市　水道局"]
    for search in ("d0.example.jp", "%", "\x00%", "x" * 5000):
        assert "該当する団体はありません" in visitor.get("/domains", {"q": search}), search
    home = visitor.get("/")
    (orderers,) = [part for part in home.html.select("section.audience") if part.h2.text == "発注者さま"]
    assert "表示のみの場合、申請は不要です" in orderers.text
    assert orderers.select('a[href="/domains/apply"]')


def add_bodies(office: Office, count: int) -> list[str]:
    """Registered bodies of one name with so many departments, each with two domains; their names as listed."""
    names = [f"見本市　第{number:05}課" for number in range(count)]
    rows = [
        OrdererDomain(
            domain=f"{which}{number}.example.jp",
            organisation=name.partition("　")[0],
            department=name.partition("　")[2],
            state=DomainState.REGISTERED.value,
            usable_from=office.clock.today(),
        )
        for number, name in enumerate(names)
        for which in "ab"
    ]
    db.session.add_all(rows)
    db.session.commit()
    return names


@pytest.mark.req("A-075")
def test_many_bodies_come_page_by_page_each_once(office_on_both: Office) -> None:
    names, visitor = add_bodies(office_on_both, 250), browser(office_on_both)
    page, seen = visitor.get("/domains"), []
    assert page.html.select_one("[role=status]").text == "100件以上"
    while True:
        seen.append([row.text for row in page.html.select("[data-bodies] li")])
        if not page.html.find("a", string="次のページ"):
            break
        page = page.click("次のページ")
    assert [len(part) for part in seen] == [100, 100, 50]
    assert [name for part in seen for name in part] == names
    assert page.click("最初のページ").html.select("[data-bodies] li")[0].text == names[0]
    page = visitor.get("/domains", {"q": "第0024"})
    assert page.html.select_one("[role=status]").text == "10件"


@pytest.mark.sqlite
@pytest.mark.req("A-075")
def test_the_first_page_of_bodies_costs_the_same_for_many(office: Office) -> None:
    def cost() -> int:
        db.session.rollback()
        with counted_work(db.session()) as work:
            assert len(registered_bodies(db.session(), "").rows) == BODIES_PER_PAGE
        return work.hundreds

    add_bodies(office, 200)
    few = cost()
    db.session.execute(delete(OrdererDomain))
    add_bodies(office, 2000)
    assert cost() <= few * 1.1


@pytest.mark.req("A-071", "P-005", "A11")
def test_staff_take_an_application_through_by_the_screens(office: Office) -> None:
    receipt = applied(office)
    add_user(office.app, "kyokai", Role.ASSOCIATION)
    add_user(office.app, "auditor", Role.AUDITOR)
    for code in INSURERS:
        add_user(office.app, code, Role.INSURER, insurer=code)
    record = "/domains/applications/show/1"
    insurer = log_in(office.app, "ms")
    insurer.get(record, status=404)
    assert receipt not in insurer.get("/domains/applications/list/")
    association = log_in(office.app, "kyokai")
    home = association.get("/home/")
    assert "ドメイン申請の審査" in home
    assert "期限 2026/05/25 00:00" in home
    assert receipt in association.get(home.html.find("a", string="ドメイン申請の審査")["href"])
    page = association.get(record)
    assert "申請ドメインと一致しています" in page
    refused = form_with(page, "decision").submit("decision", value="reject", expect_errors=True)
    assert refused.status_int == 400
    assert refused.html.find(id="reason-error")
    page = form_with(refused, "decision").submit("decision", value="approve").follow()
    assert "協会承認済" in page
    assert "decision" not in {name for form in page.forms.values() for name in form.fields}
    auditor = log_in(office.app, "auditor").get(record)
    assert "損保協会が承認しました" in auditor
    assert "操作" not in [heading.text for heading in auditor.html.select("h2")]
    for code in INSURERS:
        client = log_in(office.app, code)
        assert "ドメイン申請への投票" in client.get("/home/")
        page = form_with(client.get(record), "decision").submit("decision", value="approve").follow()
        assert "ドメイン申請への投票" not in client.get("/home/")
    assert "各社承認済・登録待ち" in page
    assert "損害保険会社の承認がそろいました" in page
    assert applications()[0].stage == "approved"


@pytest.mark.req("A-071", "A-072")
def test_the_association_notes_a_withdrawal_and_mends_the_names_only(office: Office) -> None:
    applied(office)
    add_user(office.app, "kyokai", Role.ASSOCIATION)
    association = log_in(office.app, "kyokai")
    page = association.get("/domains/applications/show/1")
    assert form_with(page, "note").submit(expect_errors=True).status_int == 400
    form = form_with(page, "note")
    form["note"] = "4月15日に電話で申出"
    assert "取下げ" in form.submit().follow()
    second = office.apply()
    office.approve(second)
    office.clock.move_to(jst(2026, 5, 25, 9))
    office.run_job()
    association = log_in(office.app, "kyokai")
    association.get("/domainview/add", status=404)
    form = association.get("/domainview/edit/1").forms["model_form"]
    assert {"domain", "state", "usable_from"} & set(form.fields) == set()
    form["department"] = "契約検査課"
    form.submit()
    row = fresh().scalars(select(OrdererDomain)).one()
    assert (row.department, row.state, row.changed_at) == ("契約検査課", "registered", office.clock.now())

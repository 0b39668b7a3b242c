"""The agencies' own data on the screen: entered by the lead office, mended by the agency (Q5, Q7)."""

import pytest
from flask import Flask
from webtest import TestApp

from hoshou.platform.db import transact
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration
from tests.accounts import add_agency, add_user, fresh, log_in
from tests.plugins.guardkun.ground import Ground, lay_ground

LIST = "/guardkun/registrations/list/"


@pytest.fixture
def ground(app: Flask) -> Ground:
    return transact(lay_ground)


@pytest.fixture
def agent(app: Flask, ground: Ground) -> TestApp:
    add_user(app, "agent", Role.AGENCY, agency="みなと代理店")
    return log_in(app, "agent")


@pytest.mark.req("B-065", "B-100")
def test_an_agency_mends_its_codes_after_a_reorganisation(agent: TestApp, ground: Ground) -> None:
    own = ground.registrations["10000000001"]
    form = agent.get(f"/guardkun/registrations/edit/{own}").forms["model_form"]
    form["office_code"], form["phone"] = "RRR00-AB12", ""
    refused = form.submit()
    assert "部店課支社コード・代理店コードは「AAA00-1234」の形で入力してください。" in refused
    assert "必須" in refused
    form = refused.forms["model_form"]
    form["office_code"], form["phone"] = "BBB01-5678", "03-9999-0000"
    form.submit().follow()
    row = fresh().get_one(AgencyRegistration, own)
    assert (row.office_code, row.phone, row.registration_number) == ("BBB01-5678", "03-9999-0000", "10000000001")


@pytest.mark.req("B-101")
def test_an_agency_sees_its_own_registrations_only(agent: TestApp, ground: Ground) -> None:
    page = agent.get(LIST)
    assert "10000000001" in page
    assert "20000000002" not in page
    agent.get(f"/guardkun/registrations/edit/{ground.registrations['20000000002']}", status=404)
    agent.get("/guardkun/registrations/add", status=403)


@pytest.mark.req("B-065", "B-095", "B-096", "B-100")
def test_the_lead_office_enters_an_agency_under_its_number(app: Flask, ground: Ground) -> None:
    add_agency(app, "あらた代理店")
    add_user(app, "lead", Role.LEAD_OFFICE, insurer="ms")
    lead = log_in(app, "lead")
    branch = fresh().get_one(AgencyRegistration, ground.registrations["10000000001"]).branch_id
    elsewhere = fresh().get_one(AgencyRegistration, ground.registrations["20000000002"]).branch_id
    insurer = fresh().get_one(AgencyRegistration, ground.registrations["10000000001"]).insurer_id
    values = {
        "agency": "あらた代理店",
        "insurer": str(insurer),
        "registration_number": "10000000009",
        "branch": str(branch),
        "office_code": "AAA00-9999",
        "share_pattern": "124",
        "contact_name": "窓口 三郎",
        "phone": "03-5555-6666",
        "postal_code": "100-0002",
        "address": "東京都千代田区皇居外苑1-1",
    }
    for changes, told in (
        ({"registration_number": "123"}, "代理店登録番号は11桁の数字で入力してください。"),
        ({"registration_number": "10000000001"}, "すでに"),
        ({"share_pattern": ""}, "分担パターン番号は3桁の数字で入力してください。"),
        ({"branch": str(elsewhere)}, "担当課は、所属する保険会社の営業店から選択してください。"),
        ({"agency": "知らない代理店"}, "知らない代理店"),
    ):
        form = lead.get("/guardkun/registrations/add").forms["model_form"]
        for name, value in {**values, **changes}.items():
            form[name] = value
        assert told in form.submit(), told
    for name, value in values.items():
        form[name] = value
    form.submit().follow()
    assert "10000000009" in lead.get(LIST)
    assert fresh().query(AgencyRegistration).count() == 4

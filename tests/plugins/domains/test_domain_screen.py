"""The association enters orderers' domains (A-060, A-076, D-13, D-14)."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from webtest import TestApp

from hoshou.base.clock import FixedClock
from hoshou.platform.db import db
from hoshou.platform.subject import Role
from hoshou.plugins.domains.models import OrdererDomain
from hoshou.plugins.domains.rules.free_mail import is_free_mail
from hoshou.plugins.domains.services.registered import is_registered
from tests.accounts import add_user, log_in


@pytest.fixture
def site(make_app: Callable[..., Flask], sqlite_url: str) -> Flask:
    app = make_app(sqlite_url)
    add_user(app, "kyokai", Role.ASSOCIATION)
    return app


@pytest.fixture
def client(site: Flask) -> TestApp:
    return log_in(site, "kyokai")


def enter(client: TestApp, domain: str, **fields: str) -> object:
    form = client.get("/domainview/add").forms["model_form"]
    form["domain"], form["organisation"] = domain, "横浜市"
    for name, value in fields.items():
        form[name] = value
    return form.submit()


def domains(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(OrdererDomain.domain)))


@pytest.mark.req("A-060")
def test_registered_domain_lets_in_from_its_day_on(site: Flask, client: TestApp, clock: FixedClock) -> None:
    enter(client, "City.Yokohama.LG.jp", state="registered", usable_from="2026-04-15")
    assert domains(site) == ["city.yokohama.lg.jp"]
    with site.app_context():
        assert is_registered(db.session(), clock, "taro@city.yokohama.lg.jp")
        assert not is_registered(db.session(), clock, "taro@sub.city.yokohama.lg.jp")
    form = client.get("/domainview/edit/1").forms["model_form"]
    assert "domain" not in form.fields
    form["state"] = "removed"
    form.submit()
    with site.app_context():
        assert not is_registered(db.session(), clock, "taro@city.yokohama.lg.jp")
        row = db.session.scalars(select(OrdererDomain)).one()
        assert row.changed_at == clock.now()
    assert "削除済" in client.get("/domainview/list/")


@pytest.mark.req("D-14", "A21")
@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com", "GMAIL.com", "mail.yahoo.co.jp", "docomo.ne.jp", "a@b.jp", "ok.jp.", "nodot", "ｏｋ.jp",
        "ok.jp evil.jp", "ok.jp,evil.jp", "[192.0.2.1]", "ok..jp", "-ok.jp", "http://ok.jp",
    ],
)  # fmt: skip
def test_free_mail_and_whatever_is_unclear_is_refused_at_the_field(
    site: Flask, client: TestApp, domain: str
) -> None:
    answer = enter(client, domain)
    assert answer.status_int == 200  # type: ignore[attr-defined]
    error = answer.html.find(id="domain-error").text  # type: ignore[attr-defined]
    assert "ドメイン" in error
    assert domains(site) == []


def test_registered_needs_its_day_and_a_domain_is_entered_once(site: Flask, client: TestApp) -> None:
    answer = enter(client, "ok.jp", state="registered")
    assert "利用開始日が必要" in answer.html.find(id="usable_from-error").text  # type: ignore[attr-defined]
    enter(client, "ok.jp")
    again = enter(client, "OK.jp")
    assert "同じ内容の登録がすでにある" in again  # type: ignore[operator]
    assert domains(site) == ["ok.jp"]


@pytest.mark.req("D-14")
def test_free_mail_rule_looks_at_whole_labels() -> None:
    assert is_free_mail("gmail.com")
    assert is_free_mail("x.gmail.com")
    assert not is_free_mail("notgmail.com")
    assert not is_free_mail("city.yokohama.lg.jp")

"""Getting in, staying in, getting out: sessions, throttles, second step, passwords, links (A9, A23, P-017)."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from webtest import TestApp

from hoshou.base.clock import FixedClock
from hoshou.platform.audit import AuditEntry
from hoshou.platform.db import db
from hoshou.platform.mail.outbox import OutboxMail
from hoshou.platform.staff.models import StaffLink
from hoshou.platform.throttle import ThrottleCounter
from hoshou.platform.tickets import Ticket
from hoshou.plugins.organisations.services.mails import INVITATION_MAIL
from tests.accounts import PASSWORD, add_user, browser, log_in, token

NEW_PASSWORD = "a wholly new sentence"


def copy_of(client: TestApp, app: Flask) -> TestApp:
    """Another browser with the same cookies."""
    thief = browser(app)
    for name, value in client.cookies.items():
        thief.set_cookie(name, value)
    return thief


def is_in(client: TestApp) -> bool:
    return client.get("/home/", status="*").status_int == 200


def log_out(client: TestApp) -> None:
    client.post("/logout/", {"csrf_token": token(client.get("/home/"))})


def try_login(app: Flask, password: str, username: str = "agency", address: str = "192.0.2.7") -> int:
    client = browser(app)
    client.extra_environ["REMOTE_ADDR"] = address
    fields = {"csrf_token": token(client.get("/login/")), "username": username, "password": password}
    return int(client.post("/login/", fields, status="*").status_int)


def test_who_is_turned_away_again_and_again_is_told_once(site: Flask) -> None:
    client = browser(site)
    for _ in range(3):
        client.get("/userview/list/", status=302)
    assert len(client.get("/login/").html.select(".alert")) == 1


@pytest.mark.req("A9")
def test_copied_cookie_dies_with_the_session(site: Flask) -> None:
    client = log_in(site, "agency")
    thief = copy_of(client, site)
    assert is_in(thief)
    log_out(client)
    assert not is_in(thief)


@pytest.mark.req("A9")
def test_login_starts_a_fresh_session(site: Flask) -> None:
    client = browser(site)
    before = dict(client.cookies), token(client.get("/login/"))
    client = log_in(site, "agency")
    first = dict(client.cookies)
    assert first != before[0]
    again = log_in(site, "agency")
    assert dict(again.cookies) != first


@pytest.mark.req("A9")
def test_copied_cookie_dies_with_the_password(site: Flask) -> None:
    client = log_in(site, "agency")
    thief, elsewhere = copy_of(client, site), log_in(site, "agency")
    page = client.get("/account/")
    fields = {"csrf_token": token(page), "current": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert client.post("/account/password", fields).status_int == 302
    assert is_in(client)
    assert not is_in(thief)
    assert not is_in(elsewhere)
    assert try_login(site, PASSWORD) == 401
    assert try_login(site, NEW_PASSWORD) == 302


@pytest.mark.req("A9")
def test_session_ends_when_the_user_is_deactivated(site: Flask, admin: TestApp) -> None:
    client = log_in(site, "agency")
    with site.app_context():
        number = db.session.scalars(select(User.id).where(User.username == "agency")).one()
    form = admin.get(f"/userview/edit/{number}").forms
    form = next(found for found in form.values() if "username" in found.fields)
    form["active"] = False
    assert form.submit().status_int == 302
    assert not is_in(client)
    assert try_login(site, PASSWORD) == 401


@pytest.mark.req("A9")
def test_idle_session_ends_and_background_requests_do_not_matter(site: Flask, clock: FixedClock) -> None:
    client = log_in(site, "agency")
    clock.advance(timedelta(minutes=59, seconds=59))
    assert is_in(client)
    clock.advance(timedelta(minutes=60))
    assert not is_in(client)


@pytest.mark.req("A9")
def test_session_ends_after_twelve_hours_at_the_latest(usual_url: str, make_app: Any, clock: FixedClock) -> None:
    app = make_app(usual_url, SERVICE_HOURS_ENFORCED=False)
    add_user(app, "late")
    client = log_in(app, "late")
    for _half_hour in range(23):
        clock.advance(timedelta(minutes=30))
        assert is_in(client)
    clock.advance(timedelta(minutes=30))
    assert not is_in(client)


@pytest.mark.req("A9")
def test_user_ends_own_sessions_and_nobody_else_s(site: Flask) -> None:
    client, other, stranger = log_in(site, "agency"), log_in(site, "agency"), log_in(site, "insurer")
    with site.app_context():
        ids = list(db.session.scalars(select(Ticket.public_id).order_by(Ticket.issued_at, Ticket.public_id)))
    form_token = token(stranger.get("/account/"))
    for public_id in ids:
        answer = stranger.post(f"/account/sessions/{public_id}/end", {"csrf_token": form_token}, status="*")
        if answer.status_int == 302:
            # That was its own.
            stranger = log_in(site, "insurer")
            form_token = token(stranger.get("/account/"))
    assert is_in(client)
    assert is_in(other)
    page = client.get("/account/")
    form = next(found for found in page.forms.values() if "/sessions/" in found.action)
    form.submit()
    assert is_in(client)
    assert not is_in(other)


@pytest.mark.req("P-017", "A3")
def test_sixth_try_is_refused_even_with_the_right_password(site: Flask, clock: FixedClock) -> None:
    assert [try_login(site, "wrong") for _try in range(5)] == [401] * 5
    assert try_login(site, PASSWORD) == 429
    with site.app_context():
        assert db.session.scalar(select(func.max(ThrottleCounter.tries))) >= 5
        refused = db.session.scalars(select(AuditEntry.action)).all()
    assert refused.count("staff.login_throttled") == 1
    clock.advance(timedelta(minutes=15))
    assert try_login(site, PASSWORD) == 302


@pytest.mark.req("A5")
def test_the_rightful_user_gets_in_from_elsewhere(site: Flask) -> None:
    assert [try_login(site, "wrong") for _try in range(6)] == [401] * 5 + [429]
    assert try_login(site, PASSWORD, address="198.51.100.9") == 302


@pytest.mark.req("A4")
def test_limit_holds_against_changing_addresses_and_spellings(site: Flask) -> None:
    answers = [
        try_login(site, "wrong", username=f" AGENCY{' ' * (number % 2)}", address=f"203.0.{number}.9")
        for number in range(21)
    ]
    assert answers == [401] * 20 + [429]


@pytest.mark.req("A3")
def test_parallel_tries_are_each_counted(site: Flask) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _number: try_login(site, "wrong"), range(12)))
    assert sorted(answers) == [401] * 5 + [429] * 7


@pytest.mark.req("A2")
def test_unknown_and_known_users_get_the_same_answer(site: Flask) -> None:
    pages = []
    for username in ("agency", "nobody"):
        client = browser(site)
        fields = {"csrf_token": token(client.get("/login/")), "username": username, "password": "wrong"}
        page = client.post("/login/", fields, status=401).text
        pages.append(re.sub(r'nonce="[^"]*"|value="[^"]*"', "", page))
    assert pages[0] == pages[1]


@pytest.mark.req("A19", "A23")
@pytest.mark.parametrize(
    "target",
    [
        "http://evil.example/",
        "https://evil.example/home/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "http://127.0.0.1@evil.example/",
    ],
)
def test_login_leads_nowhere_else(site: Flask, target: str) -> None:
    client = browser(site)
    page = client.get("/login/", {"next": target})
    form = next(form for form in page.forms.values() if "username" in form.fields)
    form["username"], form["password"] = "agency", PASSWORD
    location = form.submit().headers["Location"]
    assert location in ("/home/", "http://127.0.0.1/home/")
    assert client.get("/login/", {"next": target}).headers["Location"] in ("/home/", "http://127.0.0.1/home/")


@pytest.mark.req("A19")
def test_foreign_host_is_refused(site: Flask) -> None:
    client = browser(site)
    assert client.get("/audit/list/", headers={"Host": "evil.example"}, status="*").status_int == 400


def test_login_goes_on_to_the_page_that_was_asked_for(site: Flask) -> None:
    client = browser(site)
    page = client.get("/agencyview/list/?x=1").follow()
    form = next(form for form in page.forms.values() if "username" in form.fields)
    form["username"], form["password"] = "agency", PASSWORD
    assert form.submit().headers["Location"].endswith("/agencyview/list/?x=1")


@pytest.mark.req("A23")
def test_leaving_takes_a_post(site: Flask) -> None:
    client = log_in(site, "agency")
    assert client.get("/logout/", status="*").status_int == 405
    assert is_in(client)


def second_step(client: TestApp, step: str, code: str = "") -> Any:
    fields = {"csrf_token": token(client.get("/account/")), "step": step, "code": code}
    return client.post("/account/second-step", fields, status="*")


def set_up_second_step(client: TestApp, clock: FixedClock) -> pyotp.TOTP:
    second_step(client, "start")
    page = client.get("/account/")
    assert 'src="data:image/svg+xml' in page
    totp = pyotp.TOTP(page.html.find("code", class_="secret").text)
    assert second_step(client, "confirm", totp.at(clock.now())).status_int == 302
    return totp


@pytest.mark.req("A9")
def test_second_step_is_offered_set_up_asked_for_and_removed(site: Flask, clock: FixedClock) -> None:
    client = log_in(site, "agency")
    assert "2段階認証を設定できます" in client.get("/home/")
    totp = set_up_second_step(client, clock)
    assert "2段階認証を設定できます" not in client.get("/home/")
    assert totp.secret not in client.get("/account/")

    clock.advance(timedelta(seconds=90))
    client = log_in(site, "agency")
    assert not is_in(client)
    page = client.get("/login/code")
    wrong = client.post("/login/code", {"csrf_token": token(page), "code": "000000"}, status="*")
    assert wrong.status_int == 401
    code = totp.at(clock.now())
    assert client.post("/login/code", {"csrf_token": token(page), "code": code}).status_int == 302
    assert is_in(client)

    assert second_step(client, "remove", code).status_int == 400
    clock.advance(timedelta(seconds=90))
    assert second_step(client, "remove", totp.at(clock.now())).status_int == 302
    assert is_in(log_in(site, "agency"))


@pytest.mark.req("A6")
def test_a_code_counts_once(site: Flask, clock: FixedClock) -> None:
    totp = set_up_second_step(log_in(site, "agency"), clock)
    clock.advance(timedelta(seconds=90))
    code = totp.at(clock.now())
    first, second = log_in(site, "agency"), log_in(site, "agency")
    answers = [
        client.post("/login/code", {"csrf_token": token(client.get("/login/code")), "code": code}, status="*")
        for client in (first, second)
    ]
    assert [answer.status_int for answer in answers] == [302, 401]
    assert not is_in(second)


@pytest.mark.req("A7")
def test_after_five_wrong_codes_the_right_one_has_to_wait(site: Flask, clock: FixedClock) -> None:
    totp = set_up_second_step(log_in(site, "agency"), clock)
    clock.advance(timedelta(seconds=90))
    client = log_in(site, "agency")
    fields = {"csrf_token": token(client.get("/login/code"))}
    tries = [client.post("/login/code", {**fields, "code": "0"}, status="*").status_int for _try in range(5)]
    assert tries == [401] * 5
    right = client.post("/login/code", {**fields, "code": totp.at(clock.now())}, status="*")
    assert right.status_int == 429
    assert not is_in(client)


@pytest.mark.req("A8")
def test_the_second_step_can_t_be_skipped(site: Flask, clock: FixedClock) -> None:
    set_up_second_step(log_in(site, "agency"), clock)
    client = log_in(site, "agency")
    assert not is_in(client)
    clock.advance(timedelta(minutes=5))
    assert client.get("/login/code").headers["Location"].endswith("/login/")
    assert browser(site).get("/login/code").headers["Location"].endswith("/login/")


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "12文字以上"),
        ("password1234", "よく使われる"),
        ("aaaaaaaaaaaaaa", "よく使われる"),
        ("my-agency-is-nice", "利用者ID"),
    ],
)
def test_weak_passwords_are_refused(site: Flask, password: str, words: str) -> None:
    client = log_in(site, "agency")
    fields = {
        "csrf_token": token(client.get("/account/")),
        "current": PASSWORD,
        "password": password,
        "again": password,
    }
    answer = client.post("/account/password", fields, status=400)
    assert words in answer
    assert try_login(site, PASSWORD) == 302


@pytest.mark.req("A3")
def test_own_password_is_changed_only_by_who_knows_it(site: Flask) -> None:
    client = log_in(site, "agency")
    fields = {"csrf_token": token(client.get("/account/")), "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    for _try in range(5):
        assert "現在のパスワードが違います" in client.post(
            "/account/password", {**fields, "current": "x"}, status=400
        )
    assert client.post("/account/password", {**fields, "current": PASSWORD}, status="*").status_int == 429
    assert try_login(site, NEW_PASSWORD) == 401


def invited(site: Flask, admin: TestApp) -> str:
    """Enter a new user; returns the path of the mailed link."""
    page = admin.get("/userview/add")
    fields = {
        "csrf_token": token(page), "username": "hanako", "last_name": "損保", "first_name": "花子",
        "email": "hanako@example.jp", "roles": "association", "active": "1",
    }  # fmt: skip
    assert admin.post("/userview/add", fields).status_int == 302
    return mailed_link(site)


def mailed_link(site: Flask) -> str:
    with site.app_context():
        mail = db.session.scalars(
            select(OutboxMail).where(OutboxMail.template_key == INVITATION_MAIL.key).order_by(OutboxMail.id.desc())
        ).first()
        assert mail is not None
        body = site.extensions["hoshou"].keys.open("outbox", mail.sealed_body, mail.message_token).decode()
    found = re.search(r"http://127\.0\.0\.1(/staff/link/\S+)", body)
    assert found
    return found.group(1)


def use(site: Flask, path: str, password: str = NEW_PASSWORD) -> int:
    client = browser(site)
    page = client.get(path, status="*")
    if page.status_int != 200:
        return int(page.status_int)
    fields = {"csrf_token": token(page), "password": password, "again": password}
    return int(client.post(path, fields, status="*").status_int)


@pytest.mark.req("P-005")
def test_new_user_sets_a_password_by_a_link_that_works_once(site: Flask, admin: TestApp) -> None:
    path = invited(site, admin)
    assert use(site, path, "short") == 400
    assert use(site, path) == 302
    assert use(site, path) == 404
    assert is_in(log_in(site, "hanako", NEW_PASSWORD))
    with site.app_context():
        secret = path.rsplit("/", 1)[1]
        assert secret not in db.session.scalars(select(StaffLink.digest)).all()
        assert not [entry for entry in db.session.scalars(select(AuditEntry)) if secret in entry.detail]


def test_link_ends_after_a_day_and_with_the_next_one(site: Flask, admin: TestApp, clock: FixedClock) -> None:
    first = invited(site, admin)
    with site.app_context():
        number = db.session.scalars(select(User.id).where(User.username == "hanako")).one()
    page = admin.get(f"/userview/show/{number}")
    admin.post(f"/userview/invite/{number}", {"csrf_token": token(page)})
    second = mailed_link(site)
    assert first != second
    assert use(site, first) == 404
    clock.advance(timedelta(hours=24) - timedelta(seconds=1))
    assert browser(site).get(second, status="*").status_int == 200
    clock.advance(timedelta(seconds=1))
    assert use(site, second) == 404
    assert use(site, "/staff/link/guessed") == 404


@pytest.mark.req("A6")
def test_one_link_has_one_winner(site: Flask, admin: TestApp) -> None:
    path = invited(site, admin)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda number: use(site, path, f"{NEW_PASSWORD} {number}"), range(6)))
    assert answers.count(302) == 1
    assert set(answers) <= {302, 404}


def test_invitations_are_few(site: Flask, admin: TestApp) -> None:
    invited(site, admin)
    with site.app_context():
        number = db.session.scalars(select(User.id).where(User.username == "hanako")).one()
    page = admin.get(f"/userview/show/{number}")
    for _try in range(6):
        admin.post(f"/userview/invite/{number}", {"csrf_token": token(page)})
    with site.app_context():
        assert db.session.scalar(select(func.count()).select_from(OutboxMail)) == 5

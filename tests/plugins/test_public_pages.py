"""What must hold for every page of the viewer and of the orderers (A12, A19, A20, A22 to A24, A-061, A-062)."""

import json
import logging
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import inspect, text

from hoshou.base.clock import jst
from hoshou.platform.calendar import Maintenance
from hoshou.platform.db import db
from hoshou.plugins.bonds.services.notify import PASSWORD_MAIL, URL_MAIL
from tests.plugins.public_site import PublicSite, form_to, form_with, images, type_password
from tests.plugins.viewer.test_entrance import WRONG

TICKET_TIMES = {"platform_ticket": {"last_seen_at"}}


def addresses(site: PublicSite) -> list[tuple[object, str, int]]:
    """A browser and an address of every page, error pages included, with the status to expect."""
    made = site.folder()
    viewer, viewer_page = site.enter(made)
    orderer, preview = site.preview(made)
    otp = site.login(made, orderer).follow().request.path
    stranger = site.browser()
    return [
        (stranger, f"/v/{made.token}", 200),
        (stranger, viewer_page.request.path, 403),
        (stranger, images(viewer_page)[0], 403),
        (viewer, viewer_page.request.path, 200),
        (viewer, images(viewer_page)[0], 200),
        (viewer, viewer_page.request.path.replace("/files/1", "/files/9"), 404),
        (viewer, preview.request.path + "/download", 403),
        (stranger, "/orderer", 200),
        (stranger, otp, 403),
        (orderer, otp, 200),
        (stranger, preview.request.path, 302),
        (orderer, preview.request.path, 200),
        (orderer, images(preview)[0], 200),
        (orderer, preview.request.path + "/download", 200),
        (stranger, "/orderer/nothing/here", 404),
    ]


@pytest.fixture
def site(public_site: PublicSite) -> PublicSite:
    public_site.register()
    return public_site


@pytest.mark.req("A24", "A20")
def test_every_answer_has_the_guarding_headers(make_site: Callable[..., PublicSite]) -> None:
    site = make_site(PUBLIC_URL="https://127.0.0.1", EXTRA_HOSTS=["localhost"])
    site.register()
    made = site.folder()
    browser = site.browser()
    browser.extra_environ["wsgi.url_scheme"] = "https"
    answers = [
        browser.get(f"/v/{made.token}"),
        browser.get("/orderer"),
        browser.post("/orderer", status=400),
        browser.get(f"/v/{made.token}/files/1", status=403),
        browser.get("/nothing", status=404),
        browser.put("/orderer", status=405),
        *(type_password(browser, made, WRONG) for _ in range(6)),
    ]
    other = site.browser("198.51.100.2")
    other.extra_environ["wsgi.url_scheme"] = "https"
    answers.append(entered := type_password(other, made, made.password))
    site.clock.move_to(jst(2026, 4, 18, 12))
    answers.append(browser.get("/orderer", status=503))
    assert entered.status_int == 302
    assert {answer.status_int for answer in answers} == {200, 302, 400, 403, 404, 405, 429, 503}
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        for part in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "default-src 'self'"):
            assert part in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


@pytest.mark.req("A22", "A24")
def test_no_page_has_inline_scripts_styles_or_foreign_hosts(site: PublicSite) -> None:
    for browser, address, status in addresses(site):
        answer = browser.get(address, status=status)  # type: ignore[attr-defined]
        if answer.content_type != "text/html" or status == 302:
            continue
        assert not answer.html.select("[style], style, [onclick], [onload], [onerror]"), address
        for script in answer.html.select("script"):
            assert script["nonce"] in answer.headers["Content-Security-Policy"]
            assert not script.get_text(strip=True)
        for element in answer.html.select("[src], link[href]"):
            assert (element.get("src") or element.get("href")).startswith("/"), address


@pytest.mark.req("A22")
@pytest.mark.parametrize(
    "payload", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "'--"]
)
def test_what_was_typed_is_shown_as_it_was_typed(site: PublicSite, payload: str) -> None:
    made = site.folder(
        contractor_name=payload, project_name=payload, files=[(payload.replace("/", "") + ".pdf", b"")]
    )
    typed = site.login(made, site.browser(), email=payload, url=payload)
    assert typed.html.select_one("#url")["value"] == payload
    for _, page in (site.enter(made), site.preview(made)):
        assert payload.replace("/", "") in page.html.select_one("option").get_text()
        assert not page.html.select("script:not([nonce]), img[onerror]")
        assert "49" not in page.html.select_one("option").get_text().partition(payload[:2])[2]


@pytest.mark.req("A23")
def test_every_form_needs_its_token(site: PublicSite) -> None:
    made = site.folder()
    viewer, _ = site.enter(made)
    browser, preview = site.preview(made)
    otp = site.login(made, browser).follow().request.path
    ticket = preview.request.path.rpartition("/files/")[0]
    posts = [
        (viewer, f"/v/{made.token}", {"password": made.password}),
        (viewer, f"/v/{made.token}/leave", {}),
        (browser, "/orderer", {"email": "a@city.example.lg.jp", "url": made.url, "password": made.password}),
        (browser, otp, {"otp": site.code()}),
        (browser, otp.replace("/otp", "/resend"), {}),
        (browser, ticket + "/back", {}),
    ]
    before = snapshot(site)
    for sender, address, fields in posts:
        answer = sender.post(address, fields, status=400)
        assert "Cookieが有効になっていることをお確かめください" in answer.text
    assert snapshot(site) == before
    declared = {
        rule.endpoint
        for rule in site.app.url_map.iter_rules()
        if "POST" in rule.methods and rule.endpoint.startswith(("viewer.", "orderer."))
    }
    assert len(declared) == len(posts), "a new form needs a line here"


def snapshot(site: PublicSite, *without: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, but for tickets' times and the tables named."""
    with site.app.app_context():
        rows = {}
        for table in sorted(inspect(db.engine).get_table_names()):
            if table in without:
                continue
            columns = [
                column["name"]
                for column in inspect(db.engine).get_columns(table)
                if column["name"] not in TICKET_TIMES.get(table, set())
            ]
            listed = ", ".join(f'"{column}"' for column in columns)
            rows[table] = sorted(map(tuple, db.session.execute(text(f"SELECT {listed} FROM {table}"))), key=repr)  # noqa: S608
        db.session.remove()
        return rows


@pytest.mark.req("A23")
def test_reading_changes_nothing_but_the_audit_log_and_the_idle_time(site: PublicSite) -> None:
    pages = addresses(site)
    before = snapshot(site, "platform_audit")
    site.clock.advance(timedelta(minutes=3))
    for browser, address, status in pages:
        browser.get(address, status=status)  # type: ignore[attr-defined]
    assert snapshot(site, "platform_audit") == before


@pytest.mark.req("A19")
@pytest.mark.parametrize("header", ["HTTP_HOST", "HTTP_X_FORWARDED_HOST"])
def test_a_forged_host_reaches_no_mail_and_no_link(site: PublicSite, header: str) -> None:
    made = site.folder()
    browser = site.browser()
    page = browser.get("/orderer")
    browser.extra_environ[header] = "evil.example"
    form = form_to(page, "/orderer")
    form["email"], form["url"], form["password"] = "a@city.example.lg.jp", made.url, made.password
    answer = form.submit(expect_errors=True)
    assert answer.status_int == (400 if header == "HTTP_HOST" else 302)
    assert "evil.example" not in answer.text + str(answer.headers)
    assert all("evil.example" not in "".join(mail) for mail in site.mails("orderer.otp"))
    browser.get(f"/v/{made.token}", status=400 if header == "HTTP_HOST" else 200)


@pytest.mark.req("A1", "A20", "A-030", "A-069")
def test_url_and_password_are_nowhere_that_they_need_not_be(
    site: PublicSite, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = site.folder()
    type_password(site.browser(), made, WRONG)
    site.enter(made)
    _, preview = site.preview(made)
    preview.click("^ダウンロード$")
    site.login(made, site.browser(), email="a@elsewhere.example")
    secrets_ = {made.token, made.password, made.password.replace("-", ""), site.code()}
    stored = json.dumps(snapshot(site), default=str, ensure_ascii=False)
    for secret in secrets_:
        assert secret not in stored
        assert secret not in caplog.text
    for template, secret, other in (
        (URL_MAIL, made.token, made.password),
        (PASSWORD_MAIL, made.password, made.token),
    ):
        ((_, subject, body),) = site.mails(template.key)
        assert secret in body
        assert other not in subject + body
    for _, subject, body in site.mails("orderer.otp"):
        assert not any(secret in subject + body for secret in (made.token, made.password))


@pytest.mark.req("A-061", "A12", "D-16")
@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (jst(2026, 4, 15, 5, 59, 59), False),
        (jst(2026, 4, 15, 6), True),
        (jst(2026, 4, 15, 23, 59, 59), True),
        (jst(2026, 4, 16), False),
        (jst(2026, 4, 18, 12), False),
        (jst(2026, 4, 19, 12), False),
        (jst(2026, 11, 23, 12), False),
        (jst(2026, 12, 31, 12), False),
        (jst(2027, 1, 3, 12), False),
        (jst(2027, 1, 4, 5, 59, 59), False),
        (jst(2027, 1, 4, 6), True),
    ],
)
def test_the_service_hours(site: PublicSite, at: object, is_open: bool) -> None:
    site.clock.move_to(at)  # type: ignore[arg-type]
    browser = site.browser()
    for address in ("/orderer", "/v/some-token", "/v/some-token/files/1", "/orderer/x/files/1/download"):
        answer = browser.get(address, expect_errors=True)
        assert (answer.status_int != 503) is is_open, address
        if not is_open:
            assert "サービス時間外です" in answer.text
            assert "6時～24時" in answer.text


@pytest.mark.req("A12", "D-16")
def test_a_session_does_not_outlive_midnight(site: PublicSite) -> None:
    site.clock.move_to(jst(2026, 4, 15, 23, 55))
    made = site.folder()
    viewer, page = site.enter(made)
    orderer, preview = site.preview(made)
    site.clock.move_to(jst(2026, 4, 15, 23, 59, 59))
    viewer.get(page.request.path)
    orderer.get(preview.request.path)
    site.clock.move_to(jst(2026, 4, 16, 0, 0, 1))
    for browser, address in (
        (viewer, page.request.path),
        (viewer, images(page)[0]),
        (orderer, preview.request.path),
        (orderer, preview.request.path + "/download"),
        (orderer, images(preview)[0]),
    ):
        answer = browser.get(address, status=503)
        assert "2026/04/16 06:00" in answer.text
    site.clock.move_to(jst(2026, 4, 16, 6))
    viewer.get(page.request.path, status=403)
    orderer.get(preview.request.path + "/download", status=403)


@pytest.mark.req("A-062")
def test_maintenance_closes_the_pages_with_its_own_text(site: PublicSite) -> None:
    now = site.clock.now()
    site.run(
        lambda session: session.add(
            Maintenance(starts_at=now, ends_at=now + timedelta(hours=2), notice="機器を入れ替えています。")
        )
    )
    answer = site.browser().get("/orderer", status=503)
    assert "機器を入れ替えています。" in answer.text
    assert "2026/04/15 14:00" in answer.text
    site.clock.advance(timedelta(hours=2))
    site.browser().get("/orderer")


@pytest.mark.req("A-067", "A-005", "A-006")
def test_public_pages_ask_for_no_account_and_say_what_they_need(site: PublicSite) -> None:
    users = snapshot(site)["ab_user"]
    made = site.folder()
    _, page = site.enter(made)
    site.preview(made)
    assert snapshot(site)["ab_user"] == users
    assert "JavaScriptとCookieを有効にしてください" in page.html.noscript.get_text()
    assert not re.search("料金|お支払い", page.text)


@pytest.mark.req("A-031")
def test_a_lost_url_or_password_is_asked_of_people_and_not_of_the_system(site: PublicSite) -> None:
    made = site.folder()
    for address, fields in (("/orderer", ["email", "url", "password"]), (f"/v/{made.token}", ["password"])):
        main = site.browser().get(address).html.main
        assert "受注者さまへ再度通知を依頼してください。" in main.get_text()
        (form,) = main.select("form")
        assert [field["name"] for field in form.select("input:not([type=hidden])")] == fields
        assert not [one for one in main.select("a, button") if re.search("再発行|再通知|忘れ", one.get_text())]


@pytest.mark.req("A-067")
def test_without_cookies_the_page_says_so(site: PublicSite) -> None:
    form = form_with(site.browser().get("/orderer"), "email")
    bare = site.browser()
    answer = bare.post("/orderer", dict(form.submit_fields()), status=400)
    assert "Cookieが無効になっています" in answer.text


@pytest.mark.req("A-064")
def test_back_and_reload_show_nothing_after_the_end(site: PublicSite) -> None:
    made = site.folder()
    browser, page = site.enter(made)
    form_to(page, "/leave").submit()
    answer = browser.get(page.request.path, status=403)
    assert made.policy_number not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "続けるには、はじめから操作してください。" in answer.text
    assert "複数のタブやブラウザの「戻る」ボタンをお使いになると" in answer.text
    assert answer.html.find("a", string="はじめから操作する")["href"] == f"/v/{made.token}"


@pytest.mark.req("A-004", "A-086")
def test_the_home_leads_each_visitor_to_what_they_can_do(site: PublicSite) -> None:
    """By the plugins' hook ``entrances``."""
    page = site.browser().get("/")
    sections = {section.h2.get_text(): section.get_text() for section in page.html.select("section.audience")}
    assert "発注者さま用ログイン" in sections["発注者さま"]
    assert "閲覧用パスワード" in sections["発注者さま"]
    assert "閲覧用パスワード" in sections["受注者さま"]
    assert "発注者さま用ログイン" not in sections["受注者さま"]

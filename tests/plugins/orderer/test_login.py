"""発注者さま用ログイン and the one-time password (A-040 to A-051, A6, A7, A21)."""

import re
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from hoshou.base.errors import TooManyTries
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.context import platform
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.bonds.services import passwords
from hoshou.plugins.bonds.services.unlock import Match
from hoshou.plugins.domains.models import DomainState, OrdererDomain
from hoshou.plugins.orderer.models import OrdererAttempt
from hoshou.plugins.orderer.services.login import CODES_PER_HOUR, OTP_DIGITS, start_attempt
from hoshou.plugins.orderer.services.verify import TRIES_PER_CODE, TRIES_PER_DAY, daily_limits, verify
from tests.plugins.public_site import PublicSite, form_to
from tests.plugins.viewer.test_entrance import WRONG, delete, essence

THIEF = Actor(ActorKind.ORDERER, "a***@city.example.lg.jp", origin="203.0.113.5")
LIFE = timedelta(minutes=30)
MAIL = Path(__file__).with_name("one_time_password_mail.txt")
CODE_IN_MAIL = re.compile(r"^ワンタイムパスワード: ([0-9]{8})$", re.MULTILINE)
GENERIC = "閲覧用URLまたは閲覧用パスワードが正しくありません。"


@pytest.fixture
def site(public_site: PublicSite) -> PublicSite:
    public_site.register()
    return public_site


@pytest.mark.req("A-040", "A-041", "A-042", "A-059", "A-031")
def test_the_login_page_has_its_three_fields_and_its_help(site: PublicSite) -> None:
    page = site.browser().get("/orderer")
    labels = {label.get_text(strip=True) for label in page.html.select("label")}
    assert {"メールアドレス", "閲覧用URL", "閲覧用パスワード"} <= labels
    assert "認証メール送信" in {button.get_text(strip=True) for button in page.html.select("button")}
    steps = [step.get_text() for step in page.html.select("details ol li")]
    assert steps == [
        "「ポップアップがブロックされました」と表示された部分をクリックします。",
        "「ポップアップがブロックされました」の小さい別ウインドウが表示されますので、設定を変更し、"
        "「完了」ボタンを押下のうえ、再度ログイン画面を立ち上げてください。",
    ]
    assert "受注者さまへ再度通知を依頼してください。" in page.text


@pytest.mark.req("A-041")
@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("email", "メールアドレスを入力してください。"),
        ("url", "閲覧用URLを入力してください。"),
        ("password", "閲覧用パスワードを入力してください。"),
    ],
)
def test_each_empty_field_has_its_own_error(site: PublicSite, field: str, sentence: str) -> None:
    answer = site.login(site.folder(), site.browser(), **{field: "  "})
    assert answer.status_int == 400
    assert sentence in answer.html.select_one(f"#{field}-error").get_text()
    assert len(answer.html.select(".field__error")) == 1
    assert site.mails("orderer.otp") == []


@pytest.mark.req("A-042", "A-048", "A-049")
def test_the_code_goes_to_the_address_that_was_typed(site: PublicSite) -> None:
    made = site.folder()
    answer = site.login(made, site.browser())
    assert answer.status_int == 302
    assert urlsplit(answer.location).path.endswith("/otp")
    ((recipient, subject, body),) = site.mails("orderer.otp")
    assert recipient == "keiyaku@city.example.lg.jp"
    assert subject == (
        "【保証証券等確認システム】ワンタイムパスワードのご案内 "
        f"(保険会社名: 三井住友海上火災保険株式会社、証券番号: {made.policy_number})"
    )
    code = CODE_IN_MAIL.search(body)
    assert code is not None
    assert body == (MAIL.read_text().replace("A123456789", made.policy_number).replace("12345678", code[1])), (
        "the mail of manual 5.(1) to the letter"
    )


@pytest.mark.req("A-042")
@pytest.mark.parametrize(
    "mangle",
    [
        lambda url: f"  {url}\n",
        lambda url: url[:30] + "\r\n " + url[30:],
        lambda url: f"<{url}>",
        lambda url: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in url),
    ],
)
def test_a_pasted_url_may_be_broken_or_full_width(site: PublicSite, mangle: object) -> None:
    made = site.folder()
    browser = site.browser()
    # A browser's one-line field drops line breaks; whoever posts by other means may keep them.
    token = form_to(browser.get("/orderer"), "/orderer")["csrf_token"].value
    answer = browser.post(
        "/orderer",
        {
            "csrf_token": token,
            "email": "ｋｅｉｙａｋｕ＠city.example.lg.jp",
            "url": mangle(made.url),  # type: ignore[operator]
            "password": made.password,
        },
    )
    assert answer.status_int == 302


@pytest.mark.req("A-044", "D-12", "A2")
def test_wrong_url_wrong_password_and_a_gone_folder_answer_the_same(site: PublicSite) -> None:
    made, gone = site.folder(), site.folder()
    delete(site, gone)
    cases = [
        (made, {"password": WRONG}),
        (made, {"url": "http://127.0.0.1/v/" + "x" * 43}),
        (gone, {}),
        (gone, {"password": WRONG}),
        (made, {"password": WRONG, "email": "x@unknown.example"}),
    ]
    answers = set()
    for number, (folder, changes) in enumerate(cases):
        answer = site.login(folder, site.browser(f"198.51.{number}.1"), **changes)
        assert (answer.status_int, GENERIC in answer.text) == (400, True)
        typed = {**{"email": "keiyaku@city.example.lg.jp", "url": folder.url}, **changes}
        _, headers, body = essence(answer, typed["url"])
        shorter = [header for header in headers if header[0] != "Content-Length"]  # type: ignore[attr-defined]
        answers.add((str(shorter), body.replace(typed["email"], "EMAIL")))
    assert len(answers) == 1
    assert site.mails("orderer.otp") == []
    assert len(site.audit("orderer.refused")) == len(cases)


@pytest.mark.req("A-043", "D-12")
def test_the_domain_is_told_only_to_who_holds_both_secrets(site: PublicSite) -> None:
    made = site.folder()
    wrong = site.login(made, site.browser(), email="x@unknown.example", password=WRONG)
    assert "ドメインは登録されていない" not in wrong.text
    right = site.login(made, site.browser(), email="x@unknown.example")
    assert right.status_int == 400
    assert "このメールアドレスのドメインは登録されていないため、ログインできません。" in right.text
    (help_,) = right.html.select("details.help[open]")
    assert "一般社団法人 日本損害保険協会の公式ウェブサイトに申請方法を記載しています" in help_.get_text()
    assert site.mails("orderer.otp") == []


@pytest.mark.req("A-060", "A-072")
@pytest.mark.parametrize("domain", ["elsewhere.example.jp", "city.example.lg.jp"])
def test_a_domain_that_is_not_or_no_longer_registered_is_refused(public_site: PublicSite, domain: str) -> None:
    state = DomainState.REGISTERED if domain == "elsewhere.example.jp" else DomainState.REMOVED
    public_site.register(domain, state=state)
    answer = public_site.login(public_site.folder(), public_site.browser())
    assert "このメールアドレスのドメインは登録されていない" in answer.text


@pytest.mark.req("A-060", "A-077")
def test_before_the_day_of_its_use_a_domain_is_refused(site: PublicSite) -> None:
    made, tomorrow = site.folder(), site.clock.today() + timedelta(days=1)
    site.run(lambda session: session.query(OrdererDomain).update({OrdererDomain.usable_from: tomorrow}))
    assert "このメールアドレスのドメインは登録されていない" in site.login(made, site.browser()).text
    assert site.mails("orderer.otp") == []
    site.clock.advance(timedelta(days=1))
    assert site.login(made, site.browser()).status_int == 302


@pytest.mark.req("A21", "D-13")
@pytest.mark.parametrize(
    "email",
    [
        "a@city.example.lg.jp.evil.example",
        "a@evil.example@city.example.lg.jp",
        '"x@evil.example"@city.example.lg.jp',
        "a@sub.city.example.lg.jp",
        "a@city.example.lg.jp.",
        "a@сity.example.lg.jp",
        "a%evil.example@city.example.lg.jp",
    ],
)
def test_an_address_of_another_domain_in_disguise_gets_no_mail(site: PublicSite, email: str) -> None:
    assert site.login(site.folder(), site.browser(), email=email).status_int == 400
    assert site.mails("orderer.otp") == []


@pytest.mark.req("D-15")
@pytest.mark.parametrize("excluded", [False, True])
def test_the_contractors_own_domain_can_be_shut_out(make_site: object, excluded: bool) -> None:
    site: PublicSite = make_site(EXCLUDE_CONTRACTOR_DOMAIN=excluded)  # type: ignore[operator]
    site.register()
    made = site.folder(contractor_email="kensetsu@city.example.lg.jp")
    assert site.login(made, site.browser()).status_int == (400 if excluded else 302)


@pytest.mark.req("A3", "A5")
def test_the_login_counts_with_the_viewing_page(site: PublicSite) -> None:
    made = site.folder()
    browser = site.browser()
    answers = [site.login(made, browser, password=WRONG).status_int for _ in range(6)]
    assert answers == [400] * 5 + [429]
    assert site.login(made, browser).status_int == 429
    assert site.login(made, site.browser("198.51.100.1")).status_int == 302


@pytest.mark.req("A-051", "A-056")
def test_the_screen_of_the_code(site: PublicSite) -> None:
    page = site.login(site.folder(), site.browser()).follow()
    assert page.html.h1.get_text() == "ワンタイムパスワード認証"
    assert page.html.select_one("label[for=otp]").get_text() == "ワンタイムパスワード"
    back = next(a for a in page.html.select("a") if a.get_text() == "戻る")
    assert back["href"] == "/orderer"
    assert "迷惑メールに分類されていないかをご確認ください。" in page.text
    assert "入力したメールアドレスに誤りが無いかをご確認ください。" in page.text
    assert "再度ログインを行ってください。" in page.text
    assert "2026/04/15 12:30 まで有効です。" in page.text
    assert page.html.select_one("[data-countdown]")["data-seconds"] == "1800"


@pytest.mark.req("A-045", "A-047", "A6", "D-05")
def test_a_code_lives_thirty_minutes_to_the_second(site: PublicSite) -> None:
    made = site.folder()
    early, late = site.browser(), site.browser()
    first = site.login(made, early, email="a@city.example.lg.jp").follow()
    first_code = site.code()
    second = site.login(made, late, email="b@city.example.lg.jp").follow()
    second_code = site.code()
    site.clock.advance(timedelta(minutes=29, seconds=59))
    assert site.verify(first, first_code).status_int == 302
    site.clock.advance(timedelta(seconds=1))
    answer = site.verify(second, second_code)
    assert answer.status_int == 400
    assert "ワンタイムパスワードの有効期限が切れました" in answer.text
    assert answer.html.select_one(".column .button--primary")["href"] == "/orderer"


@pytest.mark.req("A-046", "A-047", "A6")
def test_a_code_works_once(site: PublicSite) -> None:
    page = site.login(site.folder(), site.browser()).follow()
    assert site.verify(page, site.code()).status_int == 302
    answer = site.verify(page, site.code())
    assert answer.status_int == 400
    assert "このワンタイムパスワードは使用済みです" in answer.text
    assert answer.html.select_one(".column .button--primary")["href"] == "/orderer"


@pytest.mark.req("A6")
def test_a_new_code_voids_the_old_one(site: PublicSite) -> None:
    made = site.folder()
    old_page, old_code = site.login(made, site.browser()).follow(), site.code()
    new_page = site.login(made, site.browser()).follow()
    new_code = site.code()
    answer = site.verify(old_page, old_code)
    assert (answer.status_int, "無効になりました" in answer.text) == (400, True)
    assert site.verify(new_page, old_code).status_int == 400
    assert site.verify(new_page, new_code).status_int == 302


@pytest.mark.req("A6", "A8")
def test_another_attempts_code_does_not_fit(site: PublicSite) -> None:
    made, other = site.folder(), site.folder()
    page = site.login(made, site.browser()).follow()
    site.login(other, site.browser()).follow()
    answer = site.verify(page, site.code())
    assert "ワンタイムパスワードが正しくありません。あと4回入力できます。" in answer.text


@pytest.mark.req("A6")
def test_another_browser_has_no_part_in_an_attempt(site: PublicSite) -> None:
    made = site.folder()
    page = site.login(made, site.browser()).follow()
    code = site.code()
    thief = site.browser()
    thief.get(page.request.path, status=403)
    token = form_to(thief.get("/orderer"), "/orderer")["csrf_token"].value
    thief.post(page.request.path, {"csrf_token": token, "otp": code}, status=403)
    thief.post(page.request.path.replace("/otp", "/resend"), {"csrf_token": token}, status=403)
    assert site.verify(page, code).status_int == 302


@pytest.mark.req("A7", "D-11")
def test_five_wrong_codes_void_the_attempt(site: PublicSite) -> None:
    page = site.login(site.folder(), site.browser()).follow()
    wrong = str((int(site.code()) + 1) % 10**8).zfill(8)
    answers = [site.verify(page, wrong) for _ in range(5)]
    assert "あと1回入力できます。" in answers[3].text
    assert "無効になりました" in answers[4].text
    assert site.verify(page, site.code()).status_int == 400


@pytest.mark.req("A-051")
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("", "ワンタイムパスワードを入力してください。"), ("abcd", "数字で入力してください。")],
)
def test_what_is_no_code_costs_no_try(site: PublicSite, typed: str, sentence: str) -> None:
    page = site.login(site.folder(), site.browser()).follow()
    for _ in range(6):
        answer = site.verify(page, typed)
        assert sentence in answer.text
    code = site.code()
    spaced = "".join(chr(ord(digit) + 0xFEE0) for digit in code[:4]) + " " + code[4:]
    assert site.verify(page, spaced).status_int == 302


@pytest.mark.req("A7")
@pytest.mark.parametrize("number", [0, 1], ids=["at one address", "at every address of a folder"])
def test_guessing_codes_at_full_speed_for_a_year_is_hopeless(site: PublicSite, number: int) -> None:
    """By the limits in force: one more window than fits into a year can be begun in it."""
    limit = daily_limits(platform(site.app).keys, "a@city.example.lg.jp", 1)[number]
    guesses = limit.tries * (timedelta(days=365) // limit.window + 1)
    assert Fraction(guesses, 10**OTP_DIGITS) <= Fraction(1, 1000)


@pytest.mark.req("A7")
def test_who_changes_the_address_with_each_code_has_two_hundred_tries_a_day(site: PublicSite) -> None:
    """A contractor, say: holds URL and password, and names addresses that somebody else reads."""
    made, tries, begun = site.folder(), 0, site.clock.now()

    def guess_on(session: Session) -> int:
        here = platform()
        match, address = Match(made.folder_id, 1, is_gone=False), f"a{tries}@city.example.lg.jp"
        started = start_attempt(session, here.clock, here.keys, THIEF, match, address, life=LIFE)
        attempt = session.get_one(OrdererAttempt, started.public_id)
        for count in range(TRIES_PER_CODE):
            try:
                until = here.clock.now() + LIFE
                verify(session, here.clock, here.keys, THIEF, attempt, "0" * 8, idle=LIFE, until=until)
            except TooManyTries:
                return count
        return TRIES_PER_CODE

    while (guessed := site.run(guess_on)) == TRIES_PER_CODE:
        tries += guessed
        if tries % (CODES_PER_HOUR * TRIES_PER_CODE) == 0:
            site.clock.advance(timedelta(hours=1))
    assert (tries + guessed, site.clock.now() - begun < timedelta(days=1)) == (200, True)
    # Neither the right code nor another address helps until the day is over.
    site.clock.move_to(begun + timedelta(hours=11))
    page = site.login(made, site.browser()).follow()
    assert site.verify(page, site.code()).status_int == 429


@pytest.mark.req("A7")
def test_an_address_has_fifty_wrong_codes_a_day(site: PublicSite) -> None:
    made = site.folder()
    tries = 0
    while True:
        page = site.login(made, site.browser()).follow()
        wrong = str((int(site.code()) + 1) % 10**8).zfill(8)
        statuses = [site.verify(page, wrong).status_int for _ in range(5)]
        tries += statuses.count(400)
        if 429 in statuses:
            break
        site.clock.advance(timedelta(minutes=15))
    assert tries == TRIES_PER_DAY
    assert site.verify(page, site.code()).status_int == 429


@pytest.mark.req("A7", "A21", "D-11")
def test_an_address_gets_five_codes_an_hour(site: PublicSite) -> None:
    made = site.folder()
    answers = [site.login(made, site.browser()).status_int for _ in range(6)]
    assert answers == [302] * 5 + [429]
    assert len(site.mails("orderer.otp")) == 5


@pytest.mark.req("A21")
def test_a_hundred_requests_for_one_mail_box_send_five_mails(
    site: PublicSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From many networks, for several folders, by the login and by the button that sends again."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    folders, answers = [site.folder() for _ in range(4)], []
    for number in range(50):
        browser = site.browser(f"198.51.{number}.1")
        answer = site.login(folders[number % 4], browser, email="Keiyaku@City.Example.lg.jp")
        answers.append(answer.status_int)
        if answer.status_int == 302:
            page = answer.follow()
            site.clock.advance(timedelta(seconds=60))
            answers.append(form_to(page, "/resend").submit(expect_errors=True).status_int)
        else:
            answers.append(site.login(folders[0], browser).status_int)
    assert len(answers) == 100
    assert answers.count(429) >= 90
    assert len(site.mails("orderer.otp")) == 5


@pytest.mark.req("A-056", "D-05")
def test_a_code_can_be_sent_again_after_a_pause(site: PublicSite) -> None:
    made = site.folder()
    page = site.login(made, site.browser()).follow()
    old_code = site.code()
    soon = form_to(page, "/resend").submit().follow()
    assert "再送するまで、しばらくお待ちください。" in soon.text
    assert len(site.mails("orderer.otp")) == 1
    site.clock.advance(timedelta(seconds=60))
    again = form_to(page, "/resend").submit().follow()
    assert "ワンタイムパスワードを再送しました。" in again.text
    assert again.request.path != page.request.path
    assert len(site.mails("orderer.otp")) == 2
    assert site.verify(page, old_code).status_int == 400
    assert site.verify(again, site.code()).status_int == 302


@pytest.mark.req("A-047", "A8")
@pytest.mark.parametrize("over", ["used", "void", "expired", "password_changed"])
def test_a_login_that_is_over_sends_no_more_codes(site: PublicSite, over: str) -> None:
    made = site.folder()
    page = site.login(made, site.browser()).follow()
    if over == "used":
        site.verify(page, site.code())
    elif over == "void":
        for _ in range(5):
            site.verify(page, "00000000" if site.code() != "00000000" else "11111111")
    elif over == "password_changed":
        site.folder(policy_number=made.policy_number)
    site.clock.advance(timedelta(minutes=30 if over == "expired" else 2))
    answer = form_to(page, "/resend").submit().follow()
    assert len(site.mails("orderer.otp")) == 1
    assert "再度ワンタイムパスワードを発行してください" in answer.text


@pytest.mark.req("A-015", "A6")
def test_a_code_is_void_once_the_viewing_password_changed(site: PublicSite) -> None:
    made = site.folder()
    page = site.login(made, site.browser()).follow()
    site.folder(policy_number=made.policy_number)
    assert site.verify(page, site.code()).status_int == 400


@pytest.mark.req("A8")
def test_the_paper_folder_without_url_opens_to_nobody(site: PublicSite) -> None:
    made = site.folder()
    site.run(lambda session: session.query(BondFolder).update({BondFolder.password_hash: ""}))
    assert site.login(made, site.browser()).status_int == 400


@pytest.mark.req("D-12", "A2")
def test_refused_domains_use_up_the_tries(site: PublicSite) -> None:
    made = site.folder()
    answers = [site.login(made, site.browser(), email=f"a@d{n}.example").status_int for n in range(6)]
    assert answers == [400] * 5 + [429]

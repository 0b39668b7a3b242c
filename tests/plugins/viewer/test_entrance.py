"""The viewing URL and its password page (A-033, A-039, A1 to A5)."""

import base64
import re
import secrets

import pytest
import webtest

from hoshou.platform.db import db
from hoshou.platform.throttle import ThrottleCounter
from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.bonds.rules.secret import (
    PASSWORD_ALPHABET,
    PASSWORD_LENGTH,
    guess_probability,
    new_password,
    new_token,
)
from hoshou.plugins.bonds.services.end_access import end_access
from hoshou.plugins.bonds.services.unlock import TRIES_PER_URL, WINDOW
from tests.plugins.bonds.factories import MadeFolder
from tests.plugins.public_site import PublicSite, form_with, images, type_password

WRONG = "AAAA-BBBB-CCCC"
NONCES = re.compile(r'nonce="[^"]*"|nonce-[\w-]+|name="csrf_token" value="[^"]*"')


def essence(answer: webtest.TestResponse, token: str) -> tuple[str, object, str]:
    """Status, headers and body without what is new in every answer, and without the URL itself."""
    headers = sorted(
        (name, NONCES.sub("", value)) for name, value in answer.headers.items() if name != "Set-Cookie"
    )
    return answer.status, headers, NONCES.sub("", answer.text).replace(token, "TOKEN")


def delete(site: PublicSite, made: MadeFolder) -> None:
    def work(session: object) -> None:
        folder = session.get_one(BondFolder, made.folder_id)  # type: ignore[attr-defined]
        folder.deleted_at = site.clock.now()
        end_access(session, site.clock, folder.id, "deleted")  # type: ignore[arg-type]

    site.run(work)


@pytest.mark.req("A-033", "A-035")
def test_the_right_password_opens_the_viewer(public_site: PublicSite) -> None:
    made = public_site.folder()
    asked = public_site.browser().get(f"/v/{made.token}").html.select("main input:not([type=hidden])")
    assert [field["name"] for field in asked] == ["password"], "no mail address is asked for"
    _, page = public_site.enter(made)
    assert page.status_int == 200
    assert made.policy_number in page.text
    assert "Page 1" in page.text
    assert len(images(page)) == 1
    assert len(public_site.audit("viewer.entered")) == len(public_site.audit("viewer.viewed")) == 1


@pytest.mark.req("A-033")
def test_a_wrong_password_opens_nothing(public_site: PublicSite) -> None:
    made = public_site.folder()
    browser = public_site.browser()
    answer = type_password(browser, made, WRONG)
    assert answer.status_int == 400
    assert "閲覧用URLまたは閲覧用パスワードが正しくありません。" in answer.text
    assert "%PDF" not in answer.text
    assert browser.get(f"/v/{made.token}/files/1", status=403)
    (entry,) = public_site.audit("viewer.refused")
    assert (entry.object_kind, entry.object_id) == ("bonds_folder", str(made.folder_id))


@pytest.mark.req("A-033")
def test_an_empty_password_costs_no_try(public_site: PublicSite) -> None:
    made = public_site.folder()
    browser = public_site.browser()
    for _ in range(12):
        answer = type_password(browser, made, " - ")
        assert "閲覧用パスワードを入力してください。" in answer.text
    public_site.enter(made, browser)


@pytest.mark.req("A-033")
@pytest.mark.parametrize("change", [str.lower, lambda text: text.replace("-", ""), lambda text: f" {text} "])
def test_the_password_may_be_typed_in_any_case_and_grouping(public_site: PublicSite, change: object) -> None:
    made = public_site.folder()
    assert type_password(public_site.browser(), made, change(made.password)).status_int == 302  # type: ignore[operator]


@pytest.mark.req("A-069", "A-015")
def test_an_added_upload_voids_the_old_password(public_site: PublicSite) -> None:
    made = public_site.folder()
    added = public_site.folder(policy_number=made.policy_number)
    assert (added.folder_id, added.url) == (made.folder_id, made.url)
    assert type_password(public_site.browser(), made, made.password).status_int == 400
    _, page = public_site.enter(added)
    assert len(page.html.select("select[name=file] option")) == 2


@pytest.mark.req("A-039", "D-46")
def test_a_deleted_folder_is_explained_to_who_holds_its_last_password(public_site: PublicSite) -> None:
    made = public_site.folder()
    delete(public_site, made)
    browser = public_site.browser()
    answer = type_password(browser, made, made.password)
    assert answer.status_int == 410
    assert "保険終期+3年が経過した" in answer.text
    assert "誤登録" in answer.text
    assert "契約締結したときにダウンロードした証券等を確認ください" in answer.text
    assert browser.get(f"/v/{made.token}/files/1", status=403)
    assert len(public_site.audit("viewer.told_gone")) == 1


@pytest.mark.req("A-039", "A-022")
def test_a_folder_whose_last_file_was_deleted_is_explained_too(public_site: PublicSite) -> None:
    made = public_site.folder()
    public_site.run(lambda session: session.query(BondFile).update({BondFile.deleted_at: public_site.clock.now()}))
    assert type_password(public_site.browser(), made, made.password).status_int == 410


@pytest.mark.req("A1")
def test_tokens_never_collide_and_hold_256_bits() -> None:
    tokens = {new_token() for _ in range(100_000)}
    assert len(tokens) == 100_000
    assert min(len(base64.urlsafe_b64decode(token + "=")) for token in tokens) >= 32


@pytest.mark.req("A1")
def test_random_urls_all_answer_the_same(public_site: PublicSite) -> None:
    browser = public_site.browser()
    tokens = [secrets.token_urlsafe(32) for _ in range(200)]
    assert len({str(essence(browser.get(f"/v/{token}"), token)) for token in tokens}) == 1


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.req("A1")
def test_ten_thousand_random_urls_get_ten_thousand_identical_answers(make_site: object) -> None:
    site: PublicSite = make_site(SERVICE_HOURS_ENFORCED=False)  # type: ignore[operator]
    site.folder()
    client, seen = site.app.test_client(use_cookies=False), set()
    for _ in range(10_000):
        token = secrets.token_urlsafe(32)
        answer = client.get(f"/v/{token}")
        headers = [(name, NONCES.sub("", text)) for name, text in answer.headers if name != "Set-Cookie"]
        body = NONCES.sub("", answer.text).replace(token, "TOKEN")
        seen.add((answer.status_code, tuple(sorted(headers)), body))
    assert len(seen) == 1
    assert next(iter(seen))[0] == 200


@pytest.mark.req("A2", "D-46")
def test_who_lacks_the_password_cannot_tell_one_url_from_another(public_site: PublicSite) -> None:
    open_, gone, paper_url = public_site.folder(), public_site.folder(), new_token()
    delete(public_site, gone)
    tokens = {"open": open_.token, "gone": gone.token, "none": paper_url}
    pages, answers, lost = set(), set(), set()
    for number, token in enumerate(tokens.values()):
        browser = public_site.browser(f"198.51.{number}.7")
        page = browser.get(f"/v/{token}")
        form = form_with(page, "password")
        form["password"] = WRONG
        pages.add(str(essence(page, token)))
        answers.add(str(essence(form.submit(expect_errors=True), token)))
        lost.add(str(essence(browser.get(f"/v/{token}/files/1", status=403), token)))
    assert len(pages) == len(answers) == len(lost) == 1


@pytest.mark.req("A2", "A3")
def test_a_locked_url_looks_the_same_whether_it_exists_or_not(public_site: PublicSite) -> None:
    answers = set()
    for number, token in enumerate((public_site.folder().token, new_token())):
        browser = public_site.browser(f"198.51.{number}.7")
        for _ in range(6):
            form = form_with(browser.get(f"/v/{token}"), "password")
            form["password"] = WRONG
            answer = form.submit(expect_errors=True)
        assert answer.status_int == 429
        answers.add(str(essence(answer, token)))
    assert len(answers) == 1


@pytest.mark.req("A3", "D-11")
def test_the_sixth_try_in_fifteen_minutes_is_refused_even_if_right(public_site: PublicSite) -> None:
    made = public_site.folder()
    browser = public_site.browser()
    for _ in range(5):
        assert type_password(browser, made, WRONG).status_int == 400
    answer = type_password(browser, made, made.password)
    assert answer.status_int == 429
    assert "約15分" in answer.text
    public_site.clock.advance(WINDOW)
    public_site.enter(made, browser)


@pytest.mark.req("A3")
def test_one_network_has_ten_tries_whatever_the_url_and_one_url_ten_whatever_the_network(
    public_site: PublicSite,
) -> None:
    urls = [public_site.folder() for _ in range(4)]
    network = public_site.browser("203.0.113.5")
    answers = [type_password(network, made, WRONG).status_int for made in urls[:3] for _ in range(4)]
    assert answers == [400] * 10 + [429] * 2
    networks = [public_site.browser(f"198.51.{number}.7") for number in range(3)]
    answers = [type_password(one, urls[3], WRONG).status_int for one in networks for _ in range(4)]
    assert answers == [400] * 10 + [429] * 2


@pytest.mark.req("A3")
def test_a_right_password_does_not_count_as_a_try(public_site: PublicSite) -> None:
    made = public_site.folder()
    for _ in range(TRIES_PER_URL + 2):
        public_site.enter(made)


@pytest.mark.req("A3")
def test_guessing_for_thirty_days_is_hopeless() -> None:
    windows = 30 * 24 * 60 // 15
    assert guess_probability(windows * TRIES_PER_URL) <= 1e-9
    assert set(new_password().replace("-", "")) <= set(PASSWORD_ALPHABET)
    assert len(PASSWORD_ALPHABET) ** PASSWORD_LENGTH >= 2**60


@pytest.mark.req("A4")
def test_a_forged_forwarding_header_does_not_make_a_new_visitor(public_site: PublicSite) -> None:
    made = public_site.folder()
    answers = []
    for number in range(6):
        browser = public_site.browser()
        browser.extra_environ["HTTP_X_FORWARDED_FOR"] = f"198.{18 + number}.0.1"
        answers.append(type_password(browser, made, WRONG).status_int)
    assert answers == [400] * 5 + [429]


@pytest.mark.req("A4")
def test_counters_are_in_the_database(public_site: PublicSite) -> None:
    made = public_site.folder()
    type_password(public_site.browser(), made, WRONG)
    with public_site.app.app_context():
        counted = db.session.query(ThrottleCounter).filter(ThrottleCounter.tries == 1).count()
    assert counted == 4


@pytest.mark.req("A4")
def test_without_a_database_nothing_opens(make_site: object) -> None:
    site: PublicSite = make_site(SQLALCHEMY_DATABASE_URI="postgresql+psycopg://nobody@127.0.0.1:1/none")  # type: ignore[operator]
    answer = site.browser().get(f"/v/{new_token()}", expect_errors=True)
    assert answer.status_int == 503
    assert "数分おいてから" in answer.text


@pytest.mark.req("A5")
def test_the_rightful_reader_gets_in_while_another_network_is_locked(public_site: PublicSite) -> None:
    made = public_site.folder()
    attacker = public_site.browser("203.0.113.5")
    while type_password(attacker, made, WRONG).status_int != 429:
        pass
    public_site.enter(made, public_site.browser("198.51.100.8"))
    assert type_password(public_site.browser("203.0.113.99"), made, made.password).status_int == 429

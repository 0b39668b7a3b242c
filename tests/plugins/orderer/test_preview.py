"""発注者さま用プレビュー and the download (A-037, A-052 to A-058, A9, A18)."""

import unicodedata
from datetime import timedelta
from urllib.parse import unquote

import pytest

from hoshou.platform.db import db
from hoshou.platform.files.model import StoredFile
from tests.plugins.public_site import PublicSite, cookie_of, form_to, images
from tests.samples.pdfs import plain

ANSWER_8 = (
    "発注者さまの利用端末の空き容量低下などでダウンロードに失敗する場合、空き容量を確保するなど必要な対策を行い、"
    "再度ダウンロードを行ってください（再度ログイン、ワンタイムパスワード認証を行う）。それでも解決しない場合は、"
    "契約の取扱代理店または損害保険会社営業店担当者にご相談ください。"
)
"""What the manual answers to question 8."""


@pytest.fixture
def site(public_site: PublicSite) -> PublicSite:
    public_site.register()
    return public_site


@pytest.mark.req("A-054")
def test_the_preview_says_that_a_file_may_take_its_time(site: PublicSite) -> None:
    _browser, page = site.preview(site.folder())
    assert "ファイルによっては、表示されるまでに時間がかかる場合があります" in page
    assert page.html.select_one(".page__loading").get_text() == "読み込み中…"


@pytest.mark.req("A-053")
def test_each_file_of_the_folder_comes_back_byte_for_byte(site: PublicSite) -> None:
    made = site.folder(files=[("1.pdf", plain(1))])
    added = site.folder(policy_number=made.policy_number, files=[("2.pdf", plain(2))])
    browser, page = site.preview(added)
    assert page.click("^ダウンロード$").body == added.files[0]
    form = form_to(page, "/files/2")
    form["file"] = "1"
    first = form.submit().follow()
    assert first.click("^ダウンロード$").body == made.files[0]
    assert browser.get(images(first)[0]).content_type == "image/jpeg"


@pytest.mark.req("A-053", "D-06")
def test_back_ends_the_session_and_shows_the_used_code(site: PublicSite) -> None:
    browser, page = site.preview(site.folder())
    download = page.html.find("a", string="ダウンロード")["href"]
    copied = cookie_of(browser, "orderer-")
    answer = form_to(page, "/back").submit().follow()
    assert answer.html.h1.get_text() == "ワンタイムパスワード認証"
    assert "このワンタイムパスワードは使用済みです" in answer.text
    assert answer.html.select_one(".column .button--primary")["href"] == "/orderer"
    thief = site.browser()
    thief.set_cookie(copied.name, copied.value)
    assert thief.get(download, status=403).content_type == "text/html"
    assert thief.get(page.request.path).location.endswith("/orderer")
    assert len(site.audit("orderer.left")) == 1


@pytest.mark.req("A-055", "A9")
def test_twenty_idle_minutes_lead_to_the_login_with_a_message(site: PublicSite) -> None:
    browser, page = site.preview(site.folder())
    site.clock.advance(timedelta(minutes=19, seconds=59))
    browser.get(page.request.path)
    site.clock.advance(timedelta(minutes=20))
    answer = browser.get(page.request.path).follow()
    assert answer.request.path == "/orderer"
    assert "20分間経過したため、自動的にログアウトしました。" in answer.text
    assert "再度ワンタイムパスワードを発行し" in answer.text


@pytest.mark.req("A9")
def test_downloads_keep_a_session_alive_and_images_do_not(site: PublicSite) -> None:
    browser, page = site.preview(site.folder())
    site.clock.advance(timedelta(minutes=19))
    page.click("^ダウンロード$")
    site.clock.advance(timedelta(minutes=19))
    browser.get(images(page)[0])
    site.clock.advance(timedelta(minutes=1))
    browser.get(images(page)[0], status=403)


@pytest.mark.req("A-015", "A9")
def test_a_changed_viewing_password_ends_the_download_session(site: PublicSite) -> None:
    made = site.folder()
    browser, page = site.preview(made)
    site.folder(policy_number=made.policy_number)
    answer = browser.get(page.request.path).follow()
    assert "閲覧用パスワードが変更されたため" in answer.text
    browser.get(page.request.path + "/download", status=403)


@pytest.mark.req("A9")
def test_each_login_has_a_session_of_its_own(site: PublicSite) -> None:
    made = site.folder()
    browser, first = site.preview(made)
    before = cookie_of(browser, "orderer-")
    other, second = site.preview(made)
    after = cookie_of(other, "orderer-")
    assert (before.name, before.value) != (after.name, after.value)
    # One session's cookie does not open the address of another.
    thief = site.browser()
    thief.set_cookie(after.name, before.value)
    assert thief.get(second.request.path).location.endswith("/orderer")
    thief.get(second.request.path + "/download", status=403)
    assert first.request.path != second.request.path


@pytest.mark.req("A-037", "A8", "A10")
def test_a_viewing_session_never_downloads_and_the_try_is_noted(site: PublicSite) -> None:
    made = site.folder()
    _, preview = site.preview(made)
    viewer, _ = site.enter(made)
    for address in (preview.request.path + "/download", "/orderer/x/files/1/download"):
        answer = viewer.get(address, status=403)
        assert "受注者さまはダウンロードできません。" in answer.text
        assert b"%PDF" not in answer.body
    tries = site.audit("viewer.download_refused")
    assert [entry.object_id for entry in tries] == [str(made.folder_id)] * 2
    # The viewing cookie's value in the place of a download cookie opens nothing either.
    ticket = preview.request.path.split("/")[2]
    viewer.set_cookie(f"orderer-{ticket[:16]}", cookie_of(viewer, "view-").value)
    viewer.get(preview.request.path + "/download", status=403)


@pytest.mark.req("A-064", "A9")
def test_two_tabs_on_two_folders_stay_apart(site: PublicSite) -> None:
    folders = [site.folder(files=[("証券.pdf", plain(number))]) for number in (1, 2)]
    browser = site.browser()
    tabs = [site.preview(made, browser)[1] for made in folders]
    for made, tab in zip(folders, tabs, strict=True):
        assert made.policy_number in browser.get(tab.request.path).text
        assert tab.click("^ダウンロード$").body == made.files[0]
    form_to(tabs[0], "/back").submit()
    browser.get(tabs[0].request.path + "/download", status=403)
    assert browser.get(tabs[1].request.path + "/download").body == folders[1].files[0]


@pytest.mark.req("A-058")
def test_an_orderer_may_use_both_ways(site: PublicSite) -> None:
    made = site.folder()
    browser, preview = site.preview(made)
    _, view = site.enter(made, browser)
    assert images(view)
    assert browser.get(preview.request.path + "/download").body == made.files[0]
    site.preview(made, browser)


@pytest.mark.req("A-057")
def test_who_failed_to_download_logs_in_again_and_downloads(site: PublicSite) -> None:
    made = site.folder()
    browser, page = site.preview(made)
    assert ANSWER_8 in page.text
    site.clock.advance(timedelta(minutes=20))
    browser.get(page.request.path + "/download", status=403)
    _, again = site.preview(made, browser)
    assert again.click("^ダウンロード$").body == made.files[0]


@pytest.mark.req("A-038", "A-057")
def test_a_damaged_file_is_explained_and_not_noted_as_downloaded(site: PublicSite) -> None:
    browser, page = site.preview(site.folder())
    with site.app.app_context():
        store = site.app.extensions["hoshou"].files
        store.delete(db.session.query(StoredFile.storage_key).scalar())
        db.session.remove()
    for address in (page.request.path, page.request.path + "/download", images(page)[0]):
        answer = browser.get(address, status=422)
        assert "データや環境不正により" in answer.text
    assert site.audit("orderer.downloaded") == []


@pytest.mark.req("A18", "A17")
@pytest.mark.parametrize(
    "name",
    [
        "保証証券.pdf",
        "証券（令和8年度）①.PDF",
        unicodedata.normalize("NFD", "ガード保証.pdf"),
        'a"b.pdf',
        "a;b=c.pdf",
        "-rf.pdf",
        "%41.pdf",
        "😀.pdf",
        "a'b.pdf",
        ("長" * 80) + ".pdf",
    ],
)
def test_the_file_keeps_its_name(site: PublicSite, name: str) -> None:
    _, page = site.preview(site.folder(files=[(name, plain())]))
    header = page.click("^ダウンロード$").headers["Content-Disposition"]
    assert header.startswith("attachment; filename")
    assert downloaded_name(header) == unicodedata.normalize("NFC", name)
    assert header.isascii()


@pytest.mark.req("A18")
@pytest.mark.parametrize(
    "bad",
    [
        "\r\nSet-Cookie: x=1",
        "\n",
        "\x85",
        "\u2028",
        "\u202e",
        "../",
        "..\\",
        pytest.param("\x00", marks=pytest.mark.sqlite),
    ],
)
def test_a_name_that_no_upload_lets_in_can_not_break_the_header(site: PublicSite, bad: str) -> None:
    made = site.folder()
    site.run(lambda session: session.query(StoredFile).update({StoredFile.original_name: f"a{bad}b.pdf"}))
    browser, page = site.preview(made)
    answer = browser.get(page.request.path + "/download")
    assert answer.body == made.files[0]
    assert "x" not in dict(answer.headers).get("Set-Cookie", "")
    name = downloaded_name(answer.headers["Content-Disposition"])
    assert name.startswith("a")
    assert name.endswith("b.pdf")
    assert not set(name) & set("\r\n\x00/\\\u2028\u202e\x85")


def downloaded_name(header: str) -> str:
    """The name that a browser saves under (RFC 6266)."""
    if "filename*=UTF-8''" in header:
        return unquote(header.rpartition("filename*=UTF-8''")[2])
    return header.partition("filename=")[2].removeprefix('"').removesuffix('"').replace('\\"', '"')

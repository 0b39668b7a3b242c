"""The viewer: page images of one folder for as long as the session lives (A-034 to A-038, A9, A10)."""

import copy
import functools
import hashlib
import io
import itertools
from datetime import timedelta

import pytest
import webtest
from PIL import Image

from hoshou.base.clock import jst
from hoshou.platform.db import db
from hoshou.platform.files.model import StoredFile
from hoshou.platform.tickets import Ticket
from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.bonds.services.end_access import end_access
from tests.plugins.bonds.uploading import stored_blobs
from tests.plugins.public_site import PublicSite, form_to, form_with, images, viewer_cookie
from tests.samples.pdfs import japanese, plain

WINDOW = 64


@functools.cache
def windows(original: bytes) -> frozenset[bytes]:
    """All 64 bytes in a row."""
    return frozenset(original[start : start + WINDOW] for start in range(len(original) - WINDOW + 1))


def leaks(answer: webtest.TestResponse, original: bytes) -> bool:
    """Whether an answer holds anything of the file: its mark, its digest, or 64 bytes in a row."""
    said = answer.body + str(answer.headers).encode()
    parts = windows(original)
    return (
        b"%PDF" in said
        or hashlib.sha256(original).hexdigest().encode() in said
        or any(answer.body[start : start + WINDOW] in parts for start in range(len(answer.body) - WINDOW + 1))
    )


@pytest.mark.req("A-034", "D-04")
def test_a_page_is_an_image_with_a_watermark(public_site: PublicSite) -> None:
    browser, page = public_site.enter(public_site.folder(files=[("証券.pdf", japanese(2))]))
    addresses = images(page)
    assert len(addresses) == 2
    answer = browser.get(addresses[1])
    assert answer.content_type == "image/jpeg"
    assert Image.open(io.BytesIO(answer.body)).width == 1240
    public_site.clock.advance(timedelta(minutes=1))
    assert browser.get(addresses[1]).body != answer.body, "the time is drawn into the image"


@pytest.mark.req("A-034")
def test_the_viewer_offers_no_download(public_site: PublicSite) -> None:
    _, page = public_site.enter(public_site.folder())
    assert "ダウンロード" not in page.html.main.get_text()
    assert not page.html.select("[download]")


@pytest.mark.req("A-034")
def test_the_text_of_each_page_is_there_for_screen_readers(public_site: PublicSite) -> None:
    _, page = public_site.enter(public_site.folder(files=[("証券.pdf", japanese(2))]))
    for number, section in enumerate(page.html.select("[data-page]"), start=1):
        assert f"履行保証保険証券 {number}" in section.get_text()


@pytest.mark.req("A-036", "D-03")
def test_every_live_file_can_be_chosen_and_the_newest_valid_one_comes_first(public_site: PublicSite) -> None:
    made = public_site.folder(files=[("1.pdf", plain(1))])
    public_site.folder(policy_number=made.policy_number, files=[("2.pdf", plain(2))], replaces="1")
    made = public_site.folder(policy_number=made.policy_number, files=[("3.pdf", plain(3))], kind="change_notice")
    browser, page = public_site.enter(made)
    options = page.html.select("select[name=file] option")
    assert [option["value"] for option in options] == ["3", "2", "1"]
    assert [option["value"] for option in options if option.has_attr("selected")] == ["3"]
    assert "【差替済】" in options[2].get_text()
    assert "契約内容変更のお知らせ" in options[0].get_text()
    form = form_to(page, "/files/3")
    form["file"] = "1"
    chosen = form.submit().follow()
    assert chosen.request.path.endswith("/files/1")
    assert "差替済のファイルです" in chosen.text
    public_site.run(
        lambda session: (
            session.query(BondFile)
            .filter_by(number=2)
            .update({BondFile.deleted_at: public_site.clock.now(), BondFile.deleted_why: "誤登録"})
        )
    )
    assert [o["value"] for o in browser.get(chosen.request.path).html.select("option")] == ["3", "1"]
    browser.get(chosen.request.path.replace("/1", "/2"), status=404)
    browser.get(chosen.request.path.replace("/1", "/2") + "/pages/1", status=404)
    browser.get(chosen.request.path + "/pages/9", status=404)


@pytest.mark.req("A-008", "A-036")
def test_all_kinds_of_documents_stand_in_one_pull_down(public_site: PublicSite) -> None:
    made = public_site.folder()
    for kind in ("annex", "change_notice"):
        made = public_site.folder(policy_number=made.policy_number, kind=kind)
    _, page = public_site.enter(made)
    (picker,) = page.html.select("select")
    assert [option.get_text().split("　")[1] for option in picker.select("option")] == [
        "契約内容変更のお知らせ",
        "証券別紙・付属資料",
        "証券",
    ]


@pytest.mark.req("A-038")
@pytest.mark.parametrize("damage", ["gone", "altered", "not_a_pdf"])
def test_a_damaged_file_is_explained(public_site: PublicSite, damage: str) -> None:
    made = public_site.folder()
    browser, page = public_site.enter(made)
    with public_site.app.app_context():
        store = public_site.app.extensions["hoshou"].files
        file = db.session.query(StoredFile).one()
        [path] = stored_blobs(public_site.app)
        if damage == "gone":
            path.unlink()
        elif damage == "altered":
            path.write_bytes(path.read_bytes()[:-1] + b"!")
        else:
            blob = store.put(b"%PDF-1.7 no more than that")
            file.storage_key, file.sha256, file.wrapped_key = blob.storage_key, blob.sha256, blob.wrapped_key
            db.session.commit()
        db.session.remove()
    for address in (page.request.path, images(page)[0]):
        answer = browser.get(address, status=422)
        assert "データや環境不正により、証券等を確認することができません。" in answer.text
        assert (
            "再度、処理を実行してください。"
            "解決しない場合は、契約の取扱代理店または損害保険会社営業店担当者にご相談ください。"
        ) in answer.text
        assert "Traceback" not in answer.text


@pytest.mark.req("A9", "A-064")
def test_a_session_opens_one_folder_only(public_site: PublicSite) -> None:
    first, second = public_site.folder(), public_site.folder()
    browser, page = public_site.enter(first)
    for address in (f"/v/{second.token}/files/1", f"/v/{second.token}/files/1/pages/1"):
        assert "image/" not in browser.get(address, status=403).content_type
    # Even the cookie's value under the other folder's cookie name opens nothing.
    value = viewer_cookie(browser).value
    public_site.enter(second, other := public_site.browser())
    thief = public_site.browser()
    thief.set_cookie(viewer_cookie(other).name, value)
    thief.get(f"/v/{second.token}/files/1", status=403)
    # And two tabs on two folders, in one browser, stay apart.
    _, other_page = public_site.enter(second, browser)
    assert first.policy_number in browser.get(page.request.path).text
    assert second.policy_number in browser.get(other_page.request.path).text


@pytest.mark.req("A9")
def test_each_entry_gets_a_new_session_and_ends_the_earlier(public_site: PublicSite) -> None:
    made = public_site.folder()
    browser, page = public_site.enter(made)
    before = viewer_cookie(browser)
    public_site.enter(made, browser)
    assert viewer_cookie(browser).value != before.value
    thief = public_site.browser()
    thief.set_cookie(before.name, before.value)
    thief.get(page.request.path, status=403)


@pytest.mark.req("A9")
def test_a_fixed_cookie_is_not_taken_over(public_site: PublicSite) -> None:
    made = public_site.folder()
    cookie = copy.copy(viewer_cookie(public_site.enter(made)[0]))
    cookie.value = "0" * 32 + ".planted"
    browser = public_site.browser()
    browser.cookiejar.set_cookie(cookie)
    public_site.enter(made, browser)
    assert viewer_cookie(browser).value != cookie.value


@pytest.mark.req("A9")
@pytest.mark.parametrize("ending", ["leave", "password_changed", "folder_gone", "added_upload"])
def test_a_copied_cookie_dies_with_the_session(public_site: PublicSite, ending: str) -> None:
    made = public_site.folder()
    browser, page = public_site.enter(made)
    thief = public_site.browser()
    thief.set_cookie(viewer_cookie(browser).name, viewer_cookie(browser).value)
    assert thief.get(page.request.path).status_int == 200
    if ending == "leave":
        after = form_to(page, "/leave").submit().follow()
        assert "表示を終了しました。" in after.text
        assert len(public_site.audit("viewer.left")) == 1
    elif ending == "added_upload":
        public_site.folder(policy_number=made.policy_number)
    else:
        public_site.run(lambda session: end_access(session, public_site.clock, made.folder_id, ending))
    for address in (page.request.path, images(page)[0]):
        assert thief.get(address, status=403).content_type == "text/html"


@pytest.mark.req("A-055", "A9")
def test_twenty_idle_minutes_end_the_session(public_site: PublicSite) -> None:
    browser, page = public_site.enter(public_site.folder())
    public_site.clock.advance(timedelta(minutes=19, seconds=59))
    browser.get(page.request.path)
    public_site.clock.advance(timedelta(minutes=20))
    answer = browser.get(page.request.path, status=403)
    assert "20分間経過したため" in answer.text
    assert "はじめから操作する" in answer.text


@pytest.mark.req("A9")
def test_images_do_not_keep_a_session_alive(public_site: PublicSite) -> None:
    browser, page = public_site.enter(public_site.folder())
    for _ in range(2):
        public_site.clock.advance(timedelta(minutes=9, seconds=59))
        browser.get(images(page)[0])
    public_site.clock.advance(timedelta(seconds=2))
    browser.get(images(page)[0], status=403)
    browser.get(page.request.path, status=403)


@pytest.mark.req("D-16", "A12")
def test_midnight_ends_a_session_even_where_no_hours_are_kept(make_site: object) -> None:
    site: PublicSite = make_site(SERVICE_HOURS_ENFORCED=False)  # type: ignore[operator]
    site.clock.move_to(jst(2026, 4, 15, 23, 55))
    browser, page = site.enter(site.folder())
    site.clock.move_to(jst(2026, 4, 15, 23, 59, 59))
    browser.get(page.request.path)
    site.clock.move_to(jst(2026, 4, 16))
    assert "24時まで" in browser.get(page.request.path, status=403).text


@pytest.mark.req("A9")
def test_the_cookie_is_guarded(make_site: object) -> None:
    site: PublicSite = make_site(PUBLIC_URL="https://bonds.example.jp", EXTRA_HOSTS=["localhost"])  # type: ignore[operator]
    made = site.folder()
    browser = webtest.TestApp(site.app, extra_environ={"wsgi.url_scheme": "https"})
    form = form_with(browser.get(f"/v/{made.token}"), "password")
    form["password"] = made.password
    # Sent as browsers send it: our pages have them keep the Referer to themselves.
    given = browser.post(f"/v/{made.token}", form.submit_fields(), status=302).headers.getall("Set-Cookie")
    (header,) = [header for header in given if header.startswith("__Host-view-")]
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in header.split(";")}
    assert "Domain" not in header
    assert browser.get(f"/v/{made.token}/files/1").status_int == 200


@pytest.mark.req("A10", "A-034")
def test_no_route_gives_a_viewer_anything_of_the_file(public_site: PublicSite) -> None:
    original = japanese(2)
    made = public_site.folder(files=[("証券.pdf", original)])
    browser, _ = public_site.enter(made)
    with public_site.app.app_context():
        key = db.session.query(StoredFile.storage_key).scalar()
        ticket = db.session.query(Ticket.public_id).scalar()
    values = {
        "token": made.token,
        "number": 1,
        "page": 1,
        "ticket": ticket,
        "attempt": ticket,
        "filename": key,
        "pk": 1,
    }
    tried = 0
    for rule in public_site.app.url_map.iter_rules():
        adapter = public_site.app.url_map.bind("127.0.0.1")
        arguments = {name: values.get(name, "1") for name in rule.arguments}
        try:
            address = adapter.build(rule.endpoint, arguments)
        except Exception:  # noqa: S112 - a converter that takes none of our values
            continue
        for query, headers in itertools.product(
            ("", "?download=1", "?format=pdf"),
            ({}, {"Range": "bytes=0-"}, {"Accept": "application/pdf"}, {"If-None-Match": "*"}),
        ):
            methods = rule.methods & {"GET", "HEAD"} if not (query or headers) else rule.methods & {"GET"}
            for method in methods:
                answer = browser.request(address + query, method=method, headers=headers, expect_errors=True)
                assert answer.content_type != "application/pdf", address
                # Styles and scripts are the same for everybody.
                assert rule.endpoint.endswith("static") or not leaks(answer, original), address
                tried += 1
    assert tried > 200


@pytest.mark.req("A10")
def test_a_leak_would_be_found() -> None:
    original = japanese(2)
    app = webtest.TestApp(lambda environ, start: (start("200 OK", []), [b"x" + original[500:564]])[1], lint=False)
    assert leaks(app.get("/"), original)


@pytest.mark.req("A23")
def test_leaving_and_entering_need_a_form_token(public_site: PublicSite) -> None:
    made = public_site.folder()
    browser, page = public_site.enter(made)
    browser.post(f"/v/{made.token}/leave", status=400)
    browser.post(f"/v/{made.token}", {"password": made.password}, status=400)
    assert browser.get(page.request.path).status_int == 200


@pytest.mark.req("A-080")
def test_a_file_of_a_gone_folder_has_no_bytes(public_site: PublicSite) -> None:
    made = public_site.folder()
    browser, page = public_site.enter(made)
    public_site.run(
        lambda session: session.query(BondFolder).update({BondFolder.deleted_at: public_site.clock.now()})
    )
    assert browser.get(images(page)[0], status=404).content_type == "text/html"

"""Every public page, and the main staff pages, each in a state that a reader meets: how one gets there."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from playwright.sync_api import expect

from hoshou.base.clock import jst
from hoshou.platform.calendar import Maintenance
from hoshou.plugins.bonds.services.reading import read_folder
from hoshou.plugins.demo.services.parties import REGISTERED
from tests.browser import scene as who
from tests.browser.scene import Folder, Scene
from tests.browser.visitor import Visitor, visiting
from tests.samples import pdfs

SUNDAY = jst(2026, 4, 19, 10, 0)
_orderers = count(1)
CODE = re.compile(r"ワンタイムパスワード: (\d{8})")

WATCH_PROGRESS = """() => {
  const line = document.querySelector("[data-progress]");
  const note = () => line.hidden || sessionStorage.setItem("progress", line.textContent);
  new MutationObserver(note).observe(line, { attributes: true, childList: true, subtree: true });
}"""
"""Notes what the upload's progress said, for after the page is gone."""


@dataclass(frozen=True)
class Place:
    """A page; ``username`` must be logged in first."""

    name: str
    open: Callable[[Visitor, Scene], None]
    username: str = ""


def type_password(visitor: Visitor, folder: Folder, password: str) -> None:
    visitor.go(folder.path)
    visitor.page.fill("#password", password)
    visitor.press("表示")


def enter_viewer(visitor: Visitor, folder: Folder) -> None:
    """From the viewing URL into the viewer, its first page drawn."""
    type_password(visitor, folder, folder.password)
    visitor.page.wait_for_url("**/files/*")
    wait_for_picture(visitor)


def show_file(visitor: Visitor, number: int) -> None:
    """Choose a file in the pull-down."""
    visitor.page.select_option("#file", str(number))
    visitor.page.wait_for_url(f"**/files/{number}")
    wait_for_picture(visitor)


def wait_for_picture(visitor: Visitor) -> None:
    """Until the first page is drawn; what stands in its place meanwhile goes then."""
    first = visitor.page.locator("[data-page='1']")
    first.locator("img").wait_for()
    expect(first.locator(".page__loading")).to_have_count(0)
    assert first.locator("img").evaluate("image => image.naturalWidth") > 500


def ask_for_code(visitor: Visitor, folder: Folder, address: str) -> None:
    """認証メール送信."""
    visitor.go("/orderer")
    visitor.page.fill("#email", address)
    visitor.page.fill("#url", visitor.site.url + folder.path)
    visitor.page.fill("#password", folder.password)
    visitor.press("認証メール送信")


def to_code_page(visitor: Visitor, folder: Folder) -> str:
    """To ワンタイムパスワード認証, as an orderer who hasn't asked before; returns the code of the mail."""
    address = f"keiyaku{next(_orderers)}@{REGISTERED.domain}"
    ask_for_code(visitor, folder, address)
    visitor.page.wait_for_url("**/otp")
    visitor.site.deliver()
    found = CODE.search(visitor.site.mail(address, "ワンタイムパスワード").text)
    assert found is not None
    return found[1]


def enter_code(visitor: Visitor, code: str) -> None:
    visitor.page.fill("#otp", code)
    visitor.press("表示")


def enter_preview(visitor: Visitor, folder: Folder) -> None:
    """From the login to 発注者さま用プレビュー, its first page drawn."""
    enter_code(visitor, to_code_page(visitor, folder))
    visitor.page.wait_for_url("**/files/*")
    wait_for_picture(visitor)


def _at(address: str, status: int = 200) -> Callable[[Visitor, Scene], None]:
    return lambda visitor, scene: visitor.go(address, status)


def _moved(instant: datetime, address: str, status: int) -> Callable[[Visitor, Scene], None]:
    def open(visitor: Visitor, scene: Scene) -> None:
        visitor.site.clock.move_to(instant)
        visitor.go(address, status)

    return open


def _login_errors(visitor: Visitor, scene: Scene) -> None:
    visitor.go("/orderer")
    visitor.press("認証メール送信")


def _unregistered(visitor: Visitor, scene: Scene) -> None:
    ask_for_code(visitor, scene.certificate, "tantou@other.example")


def _code(visitor: Visitor, scene: Scene) -> None:
    to_code_page(visitor, scene.certificate)


def _wrong_code(visitor: Visitor, scene: Scene) -> None:
    code = to_code_page(visitor, scene.certificate)
    enter_code(visitor, f"{(int(code) + 1) % 10**8:08}")
    visitor.page.locator("[data-error-summary]").wait_for()


def _used_code(visitor: Visitor, scene: Scene) -> None:
    enter_preview(visitor, scene.certificate)
    visitor.press("戻る")
    visitor.page.wait_for_url("**/otp")


def _expired_code(visitor: Visitor, scene: Scene) -> None:
    to_code_page(visitor, scene.certificate)
    visitor.site.clock.advance(timedelta(minutes=30))
    visitor.page.reload()


def _wrong_password(visitor: Visitor, scene: Scene) -> None:
    type_password(visitor, scene.certificate, "AAAA-AAAA-AAAA")
    visitor.page.locator("[data-error-summary]").wait_for()


def _locked(visitor: Visitor, scene: Scene) -> None:
    # A URL of nobody's, so that no folder is locked for the others.
    for _ in range(20):
        visitor.page.goto(visitor.site.url + "/v/nobody")
        visitor.page.fill("#password", "AAAA-AAAA-AAAA")
        visitor.press("表示")
        if visitor.page.locator("#password").count() == 0:
            return
    raise AssertionError("never locked")


def _viewer(visitor: Visitor, scene: Scene) -> None:
    enter_viewer(visitor, scene.certificate)
    show_file(visitor, 1)


def _preview(visitor: Visitor, scene: Scene) -> None:
    enter_preview(visitor, scene.certificate)
    show_file(visitor, 1)


def _replaced(visitor: Visitor, scene: Scene) -> None:
    enter_viewer(visitor, scene.replaced)
    show_file(visitor, 2)


def _gone(visitor: Visitor, scene: Scene) -> None:
    type_password(visitor, scene.gone, scene.gone.password)
    visitor.page.get_by_text("削除されるパターン").wait_for()


def _unreadable(visitor: Visitor, scene: Scene) -> None:
    type_password(visitor, scene.broken, scene.broken.password)
    visitor.page.wait_for_url("**/files/*")


def _left(visitor: Visitor, scene: Scene) -> None:
    enter_viewer(visitor, scene.certificate)
    visitor.press("表示を終了する")
    visitor.page.get_by_text("表示を終了しました").wait_for()


def _lost(visitor: Visitor, scene: Scene) -> None:
    visitor.go(scene.certificate.path + "/files/1", 403)


def _idle(visitor: Visitor, scene: Scene) -> None:
    enter_viewer(visitor, scene.certificate)
    visitor.site.clock.advance(timedelta(minutes=20))
    visitor.page.reload()


def _idle_preview(visitor: Visitor, scene: Scene) -> None:
    enter_preview(visitor, scene.certificate)
    visitor.site.clock.advance(timedelta(minutes=20))
    visitor.page.reload()


def _forbidden(visitor: Visitor, scene: Scene) -> None:
    enter_viewer(visitor, scene.certificate)
    visitor.go("/orderer/nobody/files/1/download", 403)


def _form_expired(visitor: Visitor, scene: Scene) -> None:
    visitor.go("/orderer")
    visitor.context.clear_cookies()
    visitor.press("認証メール送信")


def _maintenance(visitor: Visitor, scene: Scene) -> None:
    now = visitor.site.clock.now()
    window = Maintenance(
        starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=2), notice="機器を入れ替えています。"
    )
    visitor.site.run(lambda session: session.add(window))
    visitor.go("/orderer", 503)


def choose_to_verify(visitor: Visitor, data: bytes) -> None:
    """Choose a PDF to be checked."""
    visitor.page.set_input_files("#file", {"name": "証券.pdf", "mimeType": "application/pdf", "buffer": data})


def _verified(visitor: Visitor, scene: Scene) -> None:
    """The newest certificate of the scene, as its holder has it."""
    visitor.go("/verify")
    visitor.page.fill("#sha256", _digest(visitor, scene.certificate))
    visitor.press("照合する")
    visitor.page.locator("[data-verify-answer]").wait_for()


def _digest(visitor: Visitor, folder: Folder) -> str:
    return visitor.site.run(lambda session: read_folder(session, folder.id).first_shown.sha256)


def _verified_unknown(visitor: Visitor, scene: Scene) -> None:
    visitor.go("/verify")
    choose_to_verify(visitor, pdfs.plain())
    visitor.page.locator("[data-verify-answer]").wait_for()


def _verify_errors(visitor: Visitor, scene: Scene) -> None:
    visitor.go("/verify")
    visitor.press("照合する")
    visitor.page.locator("[data-error-summary]").wait_for()


PUBLIC = [
    Place("home", _at("/")),
    Place("home-closed", _moved(SUNDAY, "/", 200)),
    Place("orderer-login", _at("/orderer")),
    Place("orderer-login-errors", _login_errors),
    Place("orderer-unregistered", _unregistered),
    Place("orderer-otp", _code),
    Place("orderer-otp-wrong", _wrong_code),
    Place("orderer-otp-used", _used_code),
    Place("orderer-otp-expired", _expired_code),
    Place("orderer-preview", _preview),
    Place("orderer-idle", _idle_preview),
    Place("domains-apply", _at("/domains/apply")),
    Place("domains-status", _at("/domains/status")),
    Place("domains-bodies", _at("/domains")),
    Place("verify", _at("/verify")),
    Place("verify-current", _verified),
    Place("verify-unknown", _verified_unknown),
    Place("verify-errors", _verify_errors),
    Place("viewer-password", lambda visitor, scene: visitor.go(scene.certificate.path)),
    Place("viewer-password-wrong", _wrong_password),
    Place("viewer", _viewer),
    Place("viewer-replaced", _replaced),
    Place("viewer-left", _left),
    Place("viewer-idle", _idle),
    Place("lost-session", _lost),
    Place("gone", _gone),
    Place("unreadable", _unreadable),
    Place("locked", _locked),
    Place("closed", _moved(SUNDAY, "/orderer", 503)),
    Place("maintenance", _maintenance),
    Place("forbidden", _forbidden),
    Place("form-expired", _form_expired),
    Place("not-found", _at("/nowhere", 404)),
    Place("staff-login", _at("/login/")),
]


def _uploaded(visitor: Visitor, scene: Scene) -> None:
    """The page after an added upload."""
    visitor.go(f"/bonds/upload/?folder={scene.growing.id}")
    visitor.page.fill("#contractor_email_again", visitor.page.input_value("#contractor_email"))
    visitor.page.set_input_files(
        "#files", {"name": "証券別紙.pdf", "mimeType": "application/pdf", "buffer": pdfs.plain(2)}
    )
    visitor.press("アップロード")
    visitor.page.wait_for_url("**/bonds/upload/done/*")


def _refused_upload(visitor: Visitor, scene: Scene) -> None:
    visitor.go("/bonds/upload/")
    visitor.press("アップロード")
    visitor.page.locator("[data-error-summary]").wait_for()


def _receipt(visitor: Visitor, scene: Scene) -> None:
    """The receipt of a folder that a contractor looked at and an orderer downloaded."""
    browser = visitor.context.browser
    assert browser is not None
    with visiting(visitor.site, browser) as guest:
        enter_viewer(guest, scene.certificate)
    with visiting(visitor.site, browser) as guest:
        enter_preview(guest, scene.certificate)
        with guest.page.expect_download():
            guest.page.get_by_role("link", name="ダウンロード", exact=True).click()
    visitor.go(f"/receipts/folders/{scene.certificate.id}")


STAFF = [
    Place("staff-home", _at("/home/"), who.AGENT),
    Place("staff-upload", _at("/bonds/upload/"), who.AGENT),
    Place("staff-upload-errors", _refused_upload, who.AGENT),
    Place("staff-uploaded", _uploaded, who.AGENT),
    Place("staff-folders", _at("/bonds/folders/list/"), who.AGENT),
    Place("staff-folder", lambda v, s: v.go(f"/bonds/folders/show/{s.certificate.id}"), who.AGENT),
    Place("staff-addition", lambda v, s: v.go(f"/bonds/upload/?folder={s.certificate.id}"), who.AGENT),
    Place("staff-file", lambda v, s: v.go(f"/bonds/folders/{s.certificate.id}/files/1/"), who.AGENT),
    Place("staff-receipt", _receipt, who.AGENT),
    Place("staff-undownloaded", _at("/receipts/list/?side=begun&days=366"), who.AGENT),
    Place("staff-dashboard", _at("/dashboard/"), who.AGENT),
    Place("staff-account", _at("/account/"), who.AGENT),
    Place("staff-tokens", _at("/tokens/"), who.AGENT),
    Place("staff-home-admin", _at("/home/"), who.ADMIN),
    Place("staff-insurers", _at("/insurerview/list/"), who.ADMIN),
    Place("staff-insurer", _at("/insurerview/edit/1"), who.ADMIN),
    Place("staff-agencies", _at("/agencyview/list/"), who.ADMIN),
    Place("staff-agency", _at("/agencyview/show/1"), who.ADMIN),
    Place("staff-agency-codes", _at("/agencycodeview/list/"), who.ADMIN),
    Place("staff-branches", _at("/branchview/list/"), who.ADMIN),
    Place("staff-users", _at("/userview/list/"), who.ADMIN),
    Place("staff-user", _at("/userview/show/1"), who.ADMIN),
    Place("staff-user-add", _at("/userview/add"), who.ADMIN),
    Place("staff-wordings", _at("/mail-wording/list/"), who.ADMIN),
    Place("staff-wording", _at("/mail-wording/edit/orderer.otp"), who.ADMIN),
    Place("staff-jobs", _at("/jobs/list/"), who.ADMIN),
    Place("staff-job", _at("/jobs/show/mail.deliver"), who.ADMIN),
    Place("staff-outbox", _at("/outbox/list/"), who.ADMIN),
    Place("staff-audit", _at("/audit/list/"), who.ADMIN),
    Place("staff-audit-entry", _at("/audit/show/1"), who.ADMIN),
    Place("staff-grants", _at("/grants/list/"), who.ADMIN),
    Place("staff-dashboard-association", _at("/dashboard/"), who.CLERK),
    Place("staff-domains", _at("/domainview/list/"), who.CLERK),
    Place("staff-domain", _at("/domainview/show/1"), who.CLERK),
    Place("staff-domain-edit", _at("/domainview/edit/1"), who.CLERK),
    Place("staff-domain-applications", _at("/domains/applications/list/"), who.CLERK),
    Place("staff-domain-application", _at("/domains/applications/show/1"), who.CLERK),
    Place("staff-holidays", _at("/holidayview/list/"), who.CLERK),
    Place("staff-calendar-years", _at("/calendaryearview/list/"), who.CLERK),
    Place("staff-maintenance", _at("/maintenanceview/list/"), who.CLERK),
    Place("staff-maintenance-add", _at("/maintenanceview/add"), who.CLERK),
]

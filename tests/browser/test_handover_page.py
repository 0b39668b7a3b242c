"""発注者提出用フォーマット in a real browser: the encrypted file is saved from the page that shows its password."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest

from hoshou.platform.subject import Role
from tests.accounts import add_agency, add_user, insurer_id, log_in
from tests.browser.live import LiveSite, running_site
from tests.browser.visitor import Visitor
from tests.plugins.bonds.uploading import form_values, send

pytestmark = pytest.mark.browser


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path) -> Iterator[LiveSite]:
    """An empty site of the test's own."""
    with running_site(tmp_path, sqlite_template) as site:
        yield site


@pytest.mark.req("A-028", "A-029", "P-021", "A22")
def test_the_encrypted_form_is_saved_and_opens_with_the_password_on_the_page(
    site: LiveSite, visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    app = site.app
    add_agency(app, "見本損害保険代理店", ms="MS-1")
    add_user(app, "agent", Role.AGENCY, agency="見本損害保険代理店")
    with app.app_context():
        values = form_values(insurer_id("ms"))
    send(log_in(app, "agent"), values)
    visitor = visit(site)
    visitor.log_in("agent")
    visitor.go("/bonds/folders/show/1")
    assert visitor.axe() == []
    visitor.press("暗号化PDFを作成")
    visitor.page.locator(".handover__password").wait_for()
    assert visitor.axe() == []
    assert visitor.overflow(360) == 0
    password = visitor.page.inner_text(".handover__password")
    with visitor.page.expect_download() as saving:
        visitor.page.get_by_role("link", name="暗号化PDFを保存").click()
    assert saving.value.suggested_filename == "発注者提出用フォーマット_A123456789.pdf"
    saving.value.save_as(tmp_path / "form.pdf")
    with pikepdf.open(io.BytesIO((tmp_path / "form.pdf").read_bytes()), password=password) as pdf:
        assert len(pdf.Root.AcroForm.Fields) == 4
    with visitor.page.expect_download() as saving:
        visitor.go("/bonds/folders/show/1")
        visitor.press("暗号化せずにダウンロード")
    assert saving.value.suggested_filename == "発注者提出用フォーマット_A123456789.pdf"
    visitor.go("/bonds/folders/show/1")
    assert "連絡が済んでいません" not in visitor.text()

"""The whole way on both databases."""

from collections.abc import Callable

import pytest

from tests.plugins.public_site import PublicSite, form_to, images, type_password
from tests.plugins.viewer.test_entrance import WRONG


@pytest.mark.req("P-016", "A-033", "A-042", "A-053")
def test_viewing_and_downloading_work_on_both_databases(
    make_site: Callable[..., PublicSite], database_url: str
) -> None:
    site = make_site(SQLALCHEMY_DATABASE_URI=database_url)
    site.register()
    made = site.folder()
    assert type_password(site.browser(), made, WRONG).status_int == 400
    viewer, page = site.enter(made)
    assert viewer.get(images(page)[0]).content_type == "image/jpeg"
    browser, preview = site.preview(made)
    assert preview.click("^ダウンロード$").body == made.files[0]
    assert "使用済み" in form_to(preview, "/back").submit().follow().text
    otp = site.login(made, browser).follow()
    site.folder(policy_number=made.policy_number)
    assert site.verify(otp, site.code()).status_int == 400
    viewer.get(page.request.path, status=403)

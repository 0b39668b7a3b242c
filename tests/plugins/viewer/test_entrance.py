"""The viewing URL and its password page (A-033, A-039, A1 to A5)."""

import pytest

from tests.plugins.public_site import PublicSite, images, type_password


@pytest.mark.req("A-033", "A-035")
def test_the_right_password_opens_the_viewer(public_site: PublicSite) -> None:
    made = public_site.folder()
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
    answer = type_password(browser, made, "AAAA-BBBB-CCCC")
    assert answer.status_int == 400
    assert "閲覧用URLまたは閲覧用パスワードが正しくありません。" in answer.text
    assert browser.get(f"/v/{made.token}/files/1", status=403)
    assert len(public_site.audit("viewer.refused")) == 1

"""From the login to the download (A-040 to A-054)."""

import hashlib

import pytest

from tests.plugins.public_site import PublicSite
from tests.samples.pdfs import signed


@pytest.mark.req("A-042", "A-051", "A-052", "A-053", "A15")
def test_three_steps_lead_to_the_stored_bytes(public_site: PublicSite) -> None:
    original = signed()
    made = public_site.folder(files=[("保証証券.pdf", original)])
    public_site.register()
    browser = public_site.browser()
    otp = public_site.login(made, browser).follow()
    assert "<h1>ワンタイムパスワード認証</h1>" in otp.text
    assert {"表示", "戻る"} <= {item.get_text(strip=True) for item in otp.html.select(".button")}
    page = public_site.verify(otp, public_site.code()).follow()
    assert hashlib.sha256(original).hexdigest() in page.text
    answer = page.click("^ダウンロード$")
    assert answer.body == original
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''%E4%BF%9D%E8%A8%BC%E8%A8%BC%E5%88%B8.pdf" in answer.headers["Content-Disposition"]
    (entry,) = public_site.audit("orderer.downloaded")
    assert hashlib.sha256(original).hexdigest() in entry.detail
    assert entry.actor_name == "k***@city.example.lg.jp"

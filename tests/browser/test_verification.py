"""証券等の照合 in a real browser: the file is digested there and never leaves it."""

import hashlib
from collections.abc import Callable

import pytest
from playwright.sync_api import Request, expect

from tests.browser.conftest import Visit
from tests.browser.live import LiveSite
from tests.browser.pages import choose_to_verify
from tests.browser.visitor import Visitor
from tests.plugins.bonds.factories import make_folder
from tests.samples import pdfs

pytestmark = pytest.mark.browser

DROP = """([name, bytes]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], name, { type: "application/pdf" }));
  const happening = { dataTransfer: transfer, bubbles: true, cancelable: true };
  document.querySelector("footer").dispatchEvent(new DragEvent("drop", happening));
}"""


def choose(visitor: Visitor, data: bytes) -> None:
    choose_to_verify(visitor, data)


def drop(visitor: Visitor, data: bytes) -> None:
    """Anywhere on the page, beside the box too."""
    visitor.page.evaluate(DROP, ["証券.pdf", list(data)])


@pytest.mark.req("P-021")
@pytest.mark.parametrize("give", [choose, drop])
def test_a_file_is_checked_and_never_leaves_the_browser(
    own_site: LiveSite, visit: Visit, give: Callable[[Visitor, bytes], None]
) -> None:
    data = pdfs.japanese()
    own_site.run(lambda session: make_folder(session, files=[("証券.pdf", data)]))
    visitor = visit(own_site)
    visitor.go("/verify")
    sent: list[Request] = []
    visitor.page.on("request", lambda request: sent.append(request))
    give(visitor, data)
    answer = visitor.page.locator("[data-verify-answer]")
    expect(answer).to_contain_text("登録されています")
    expect(answer.locator("h2")).to_be_focused()
    expect(visitor.page.locator("#sha256")).to_have_value(hashlib.sha256(data).hexdigest())
    posted = [request.post_data_buffer or b"" for request in sent]
    assert sum(map(len, posted)) < 500
    assert not any(data[at : at + 32] in body for body in posted for at in range(0, len(data) - 32, 32))


@pytest.mark.req("A-067")
def test_a_file_too_large_to_be_registered_is_not_even_read(own_site: LiveSite, visit: Visit) -> None:
    visitor = visit(own_site)
    visitor.go("/verify")
    visitor.page.evaluate("document.querySelector('[data-verify]').dataset.maxBytes = 1000")
    choose(visitor, bytes(1001))
    expect(visitor.page.locator("[data-verify-status]")).to_have_text("20MBを超えるファイルは登録されていません。")
    expect(visitor.page.locator("#sha256")).to_have_value("")


@pytest.mark.req("A-067")
def test_where_the_browser_cannot_digest_the_value_is_typed(own_site: LiveSite, visit: Visit) -> None:
    visitor = visit(own_site)
    visitor.page.add_init_script("Object.defineProperty(window.crypto, 'subtle', { value: undefined })")
    visitor.go("/verify")
    expect(visitor.page.locator("#file")).to_be_hidden()
    visitor.page.fill("#sha256", "0" * 64)
    visitor.press("照合する")
    expect(visitor.page.locator("[data-verify-answer]")).to_contain_text("登録されていません")

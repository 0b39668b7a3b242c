"""Browsers keep a static file as long as its content stays, and ask for no file again on the next page."""

import os
import re
from pathlib import Path

import pytest
from flask import Flask, url_for

from hoshou.platform.site import blueprint

ADDRESS = re.compile(r'(?:href|src)="(/(?:assets|static)/[^"]+)"')
KEPT = "public, max-age=31536000, immutable"


@pytest.mark.parametrize("page", ["/", "/staff/login"])
def test_files_of_a_page_are_kept_for_a_year(app: Flask, page: str) -> None:
    client = app.test_client()
    files = ADDRESS.findall(client.get(page, follow_redirects=True).text)
    assert len(files) >= 4
    for address in files:
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, KEPT), address
        answer.close()


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789ab"])
def test_a_file_under_another_digest_is_asked_for_again(app: Flask, query: str) -> None:
    with app.test_client().get(f"/assets/site/site.css{query}") as answer:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-cache"


def test_what_is_not_there_has_no_digest(app: Flask) -> None:
    with app.test_request_context():
        address = url_for("site.static", filename="none.css")
    assert address == "/assets/site/none.css"
    answer = app.test_client().get(f"{address}?v=0123456789ab")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


def test_a_changed_file_has_another_address(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blueprint.site, "static_folder", str(tmp_path))
    file = tmp_path / "site.css"
    addresses = []
    for content, changed in (("a", 1), ("b", 2), ("a", 3)):
        file.write_text(content)
        os.utime(file, (changed, changed))
        with app.test_request_context():
            addresses.append(url_for("site.static", filename="site.css"))
    first, second, third = addresses
    assert first == third != second

"""What every template and asset must hold, read as source."""

import re
from pathlib import Path

import pytest

import hoshou

ROOT = Path(hoshou.__file__).parent
TEMPLATES = sorted(ROOT.rglob("templates/**/*.html"))
ASSETS = sorted(path for path in ROOT.rglob("static/**/*") if path.suffix in (".css", ".js"))
JAPANESE = re.compile("[\u3041-\u30fa\u4e00-\u9fff]")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.req("A22", "A24")
@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_a_template_stays_within_the_content_policy(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:|<style|\|\s*safe|autoescape false", source)
    assert not re.search(r"https?://", source)
    for script in re.findall(r"<script[^>]*>", source):
        assert "src=" in script
        assert 'nonce="{{ csp_nonce() }}"' in script


@pytest.mark.req("P-019")
@pytest.mark.parametrize("path", ASSETS, ids=relative)
def test_an_asset_asks_no_foreign_host(path: Path) -> None:
    assert not re.search(r"https?://|@import|//cdn", path.read_text())


@pytest.mark.req("P-010")
@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_all_japanese_goes_through_gettext(path: Path) -> None:
    outside = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(), flags=re.DOTALL)
    left = [line for line in outside.splitlines() if JAPANESE.search(line) and 'lang="ja"' not in line]
    assert left == []
    inside = "".join(re.findall(r"\{%.*?%\}|\{\{.*?\}\}", path.read_text(), flags=re.DOTALL))
    assert not JAPANESE.search(re.sub(r"\b_\(\s*'[^']*'", "", inside))


@pytest.mark.req("A23")
@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_every_post_form_carries_the_token(path: Path) -> None:
    for form in re.findall(r'<form[^>]*method="post".*?</form>', path.read_text(), re.DOTALL):
        assert "ui.csrf()" in form or 'name="csrf_token"' in form

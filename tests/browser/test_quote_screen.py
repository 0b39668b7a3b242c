"""The quote's form in a real browser: it computes while somebody types, and says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from hoshou.platform.db import db
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.enrolments import Quote
from tests.accounts import add_user
from tests.browser.conftest import Visit
from tests.browser.live import running_site
from tests.browser.visitor import Visitor
from tests.plugins.guardkun.test_quoting import lay_ground_with_all_limits

pytestmark = pytest.mark.browser


@pytest.fixture
def agent(sqlite_template: Path, tmp_path: Path, visit: Visit) -> Iterator[Visitor]:
    """The form, an agency's user logged in; the test works in the site's context."""
    with running_site(tmp_path, sqlite_template) as site:
        site.run(lambda session: lay_ground_with_all_limits(session).year_id)
        add_user(site.app, "agent", Role.AGENCY, agency="みなと代理店")
        visitor = visit(site)
        visitor.log_in("agent")
        visitor.go("/guardkun/quoting/")
        with site.app.app_context():
            yield visitor


@pytest.mark.req("B-036", "B-042", "P-020", "P-021")
def test_the_levy_follows_the_typing_and_is_stored_in_the_end(agent: Visitor) -> None:
    page = agent.page
    page.fill("#prospect_name", "見本警備株式会社")
    page.select_option("#start", "2026-06-01")
    page.select_option("#limit", "300000000")
    page.fill("#sales", "120000000")
    result = page.locator("[data-quote-result]")
    # 120,000,000 at 0.67 per thousand with 5 % on top; at 0.52 for 1億.
    expect(result.locator(".quote__total")).to_contain_text("84,420円")
    expect(page.locator("[data-quote-status]")).to_have_text("計算しました")
    page.select_option("#limit", "100000000")
    expect(result.locator(".quote__total")).to_contain_text("65,520円")
    page.check("#transport")
    page.fill("#largest_load", "20000000")
    page.check("#valuables_not_taken")
    expect(page.locator("#valuables_not_taken")).to_be_checked()
    page.fill("#fiscal_year_end", "2025-12-31")
    page.fill("#evidence", "決算書")
    expect(page.locator("#valuables_not_taken")).to_be_checked()
    assert agent.axe() == []
    for width in (1024, 360):
        assert agent.overflow(width) == 0, width
    agent.press("見積を保存")
    page.wait_for_url("**/show/*")
    assert "Q2026-000001" in agent.text()
    assert agent.axe() == []
    assert agent.overflow(360) == 0
    assert db.session.query(Quote).count() == 1

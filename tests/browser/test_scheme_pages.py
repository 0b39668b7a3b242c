"""Every page of the group scheme, in both languages: accessible, within its window, and in one language only."""

import pytest

from hoshou.base.clock import jst
from hoshou.plugins.demo.rules.scheme import ASKING, BOOKED, JOINING
from tests.browser.conftest import Visit
from tests.browser.live import LiveSite
from tests.browser.visitor import DESKTOP, Visitor
from tests.browser.year import Offices, enrol_members, fill, lay_scheme, press
from tests.translations import read

pytestmark = pytest.mark.browser

NARROW, SMALL_DESKTOP = 360, 1024
MESSAGES = {message.id for message in read("ja_JP")}
NEXT = len(BOOKED) + 1
"""The number of the enrolment, and of its quote, that follows the members' own."""
PAGES = {
    "agent": (
        "/home/",
        "/guardkun/work/",
        "/guardkun/quotes/list/",
        "/guardkun/quotes/show/1",
        "/guardkun/quoting/?like=1",
        "/guardkun/applications/",
        f"/guardkun/applications/new?quote={NEXT + 1}",
        f"/guardkun/applications/{NEXT}/edit",
        "/guardkun/applications/2/renew",
        "/guardkun/enrolments/list/",
        "/guardkun/enrolments/show/1",
        f"/guardkun/enrolments/show/{NEXT}",
        "/guardkun/changes/list/",
        "/guardkun/changes/show/1",
        "/guardkun/changes/withdrawal/2",
        "/guardkun/changes/particulars/2",
        "/guardkun/changes/plan/2",
        "/guardkun/changes/agency/2",
        "/guardkun/defects/",
        "/scheme/calendar/",
        "/scheme/help/",
    ),
    "branch": ("/guardkun/work/", f"/guardkun/enrolments/show/{NEXT}"),
    "lead": (
        "/guardkun/work/",
        "/guardkun/booking/list/",
        "/guardkun/booking/show/1",
        "/guardkun/members/list/",
        "/guardkun/members/show/1",
        "/guardkun/members/load",
        "/guardkun/registrations/list/",
        "/guardkun/registrations/add",
        "/guardkun/registrations/edit/1",
        "/guardkun/rates/1/effect",
        "/premium/rates/list/",
        "/premium/rates/show/1",
        "/premium/rates/import",
        "/scheme/years/list/",
        "/scheme/years/show/1",
        "/scheme/years/edit/1",
    ),
}


@pytest.fixture
def offices(own_site: LiveSite, visit: Visit) -> Offices:
    """Members enrolled, an application with a defect at the branch, a quote, and a notice of withdrawal."""
    lay_scheme(own_site)
    enrol_members(own_site)
    offices = Offices(own_site, visit)
    offices.at(jst(2026, 9, 1, 10))
    offices.quote("agent", JOINING, "2026-10-01", 100_000_000)
    assert offices.apply("agent", JOINING) == NEXT
    offices.register("agent", NEXT, closing=1)
    offices.send("agent", NEXT)
    offices.quote("agent", ASKING, "2026-10-01", 100_000_000)
    agent = offices("agent")
    agent.go("/guardkun/changes/withdrawal/1")
    fill(agent.page, {"effective_on": "2026-11-01", "reason": "closure"})
    press(agent, "変更届出書を作成する", "2026/10/20")
    page = offices.open("branch", NEXT)
    page.get_by_text("不備を登録する").first.click()
    page.select_option("#defect-reason", index=1)
    press(offices("branch"), "不備を登録する", "解消した")
    return offices


def faults_of(visitor: Visitor, address: str, *, english: bool) -> list[str]:
    """What is wrong with the page as this language shows it."""
    visitor.page.set_viewport_size(DESKTOP)
    visitor.go(address)
    found = visitor.axe()
    if english:
        # Names of companies and bodies stay as they are; what the catalogues have has a translation.
        words = [one for one in visitor.japanese_words() if one in MESSAGES]
    else:
        words = [one for one in visitor.foreign_words() if one not in MESSAGES]
    found += [f"in the other language: {one}" for one in words]
    found += [f"sideways at {width}" for width in (SMALL_DESKTOP, NARROW) if visitor.overflow(width) > 0]
    return [f"{address}: {one}" for one in found]


@pytest.mark.req("A-066", "P-010")
def test_the_schemes_pages_are_sound_in_both_languages(offices: Offices) -> None:
    found = []
    for username, addresses in PAGES.items():
        visitor = offices(username)
        for english in (False, True):
            if english:
                visitor.page.set_viewport_size(DESKTOP)
                visitor.press("English", "body")
            for address in addresses:
                found += faults_of(visitor, address, english=english)
    assert found == []

"""The group scheme's people at their screens: who belongs where, and how each takes a step of the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from playwright.sync_api import Page, expect

from hoshou.platform.calculators import Calculators
from hoshou.platform.context import platform
from hoshou.platform.subject import Role
from hoshou.plugins.demo.rules.scheme import MITSUI, NISSHIN, Company
from hoshou.plugins.demo.services import scheme
from hoshou.plugins.guardkun.rules.checklist import CHECKLIST
from hoshou.plugins.guardkun.services.seed import seed_scheme
from hoshou.plugins.organisations.models import Agency
from tests.accounts import add_user
from tests.browser.conftest import Visit
from tests.browser.live import LiveSite
from tests.browser.visitor import Visitor

ADDRESS = "東京都新宿区見本町4-5-6"


def lay_scheme(site: LiveSite) -> None:
    """The manual's year, open under sample rates; an agency each at two insurers, and somebody in every office."""
    site.run(lambda session: session.add_all([Agency(name=one.agency.name) for one in (MITSUI, NISSHIN)]))
    site.run(lambda session: seed_scheme(session, site.clock))
    add_user(site.app, "admin", Role.ADMINISTRATOR)
    add_user(site.app, "agent", Role.AGENCY, agency=MITSUI.agency.name)
    add_user(site.app, "agent7", Role.AGENCY, agency=NISSHIN.agency.name)
    add_user(site.app, "branch", Role.INSURER, insurer="ms")
    add_user(site.app, "branch7", Role.INSURER, insurer="nisshin")
    add_user(site.app, "lead", Role.LEAD_OFFICE, insurer="ms")
    add_user(site.app, "head7", Role.CO_INSURER, insurer="nisshin")
    add_user(site.app, "prefecture", Role.PREFECTURE)
    site.run(lambda session: scheme.seed_masters(session, site.clock))


def enrol_members(site: LiveSite) -> None:
    """The demo's members, enrolled since 1 June 2026, their certificates shipped at the end of May."""
    with site.app.app_context():
        here = platform()
        scheme.enrol(Calculators(here.plugins.collect("calculators")), here.keys, here.files)


@dataclass
class Offices:
    """Everybody's window. Sessions end overnight: who comes on another day logs in anew."""

    site: LiveSite
    visit: Visit
    windows: dict[str, Visitor] = field(default_factory=dict)
    came: dict[str, date] = field(default_factory=dict)

    def at(self, instant: datetime) -> None:
        """It is now that time."""
        self.site.clock.move_to(instant)

    def __call__(self, username: str) -> Visitor:
        if username not in self.windows:
            self.windows[username] = self.visit(self.site)
        visitor, today = self.windows[username], self.site.clock.today()
        if self.came.get(username) != today:
            visitor.context.clear_cookies()
            visitor.log_in(username)
            self.came[username] = today
        return visitor

    def open(self, username: str, enrolment: int) -> Page:
        """The enrolment's record."""
        visitor = self(username)
        visitor.go(f"/guardkun/enrolments/show/{enrolment}")
        return visitor.page

    def quote(self, agent: str, company: Company, start: str, limit: int) -> Page:
        """A quote, typed and stored."""
        visitor = self(agent)
        visitor.go("/guardkun/quoting/")
        fill(
            visitor.page,
            {
                "prospect_name": company.name,
                "start": start,
                "sales": str(company.sales),
                "fiscal_year_end": "2026-03-31" if start > "2026-06-01" else "2025-12-31",
                "evidence": "決算書",
                "limit": str(limit),
            },
        )
        press(visitor, "見積を保存", "見積を保存しました。")
        return visitor.page

    def apply(self, agent: str, company: Company) -> int:
        """The application form of the quote that stands open; returns the enrolment's number."""
        visitor = self(agent)
        visitor.page.get_by_role("link", name="加入申込票を作成").click()
        fill(
            visitor.page,
            {
                "prefecture_code": "13",
                "member_number": company.number,
                "company_kana": company.kana,
                "representative_title": "代表取締役",
                "representative": company.representative,
                "postal_code": "160-0000",
                "address": ADDRESS,
                "phone": "03-0000-5678",
            },
        )
        visitor.page.check("#mandate_collected")
        press(
            visitor, "加入申込票を作成する", "加入申込票を作成しました。印字して、加入者の記名を受けてください。"
        )
        return int(visitor.page.url.rsplit("/", 1)[1])

    def register(self, agent: str, enrolment: int, closing: int) -> None:
        """本登録: in time for that closing, if the papers are too."""
        self.open(agent, enrolment)
        press(self(agent), "本登録する", f"書類一式が締切までに到着すれば、第{closing}回の計上になります。")

    def send(self, agent: str, enrolment: int) -> None:
        """The papers go to the agency's own insurer."""
        page = self.open(agent, enrolment)
        page.check("#copy_kept")
        page.get_by_role("button", name="へ送付する").click()
        expect(page.locator("main")).to_contain_text("担当課確認中")

    def forward(self, branch: str, enrolment: int) -> None:
        """The branch ticks the whole list and forwards; it is led there by its own list of work."""
        visitor = self(branch)
        visitor.go("/guardkun/work/")
        visitor.page.locator(f"main a[href$='/enrolments/show/{enrolment}']").click()
        for item in CHECKLIST:
            visitor.page.check(f"[name=checks][value={item.key}]")
        visitor.page.check("#copy_kept")
        press(visitor, "制度幹事保険会社へ回送する", "幹事会社確認中")

    def arrive(self, enrolment: int, closing: int) -> None:
        """The lead office notes that the papers are here now."""
        self.open("lead", enrolment)
        press(self("lead"), "到着を登録する", f"到着を登録しました。第{closing}回の計上になります。")

    def book(self) -> Page:
        """The lead office books what stands ready; the scheduler does the work."""
        visitor = self("lead")
        visitor.go("/guardkun/booking/list/")
        press(visitor, "計上処理を開く", "計上を妨げるもの")
        press(visitor, "計上を開始する", "処理を続けています。")
        self.site.work("guardkun.booking")
        visitor.page.reload()
        return visitor.page

    def issue(self) -> Page:
        """The certificates of the batch that stands open."""
        visitor = self("lead")
        press(visitor, "加入者証を発行する", "処理を続けています。")
        self.site.work("guardkun.certificates")
        visitor.page.reload()
        return visitor.page

    def ship(self, batch: int) -> None:
        """The batch's certificates are posted today."""
        visitor = self("lead")
        visitor.go(f"/guardkun/booking/show/{batch}")
        press(visitor, "発送を記録する", "登録しました。")


def fill(page: Page, values: Mapping[str, str]) -> None:
    """Type or choose each value."""
    for name, value in values.items():
        target = page.locator(f"#{name}")
        if target.evaluate("element => element.tagName") == "SELECT":
            target.select_option(value)
        else:
            target.fill(value)


def press(visitor: Visitor, button: str, told: str) -> None:
    """Press the button; the page then says so."""
    visitor.press(button)
    expect(visitor.page.locator("main")).to_contain_text(told)


def printed(visitor: Visitor, link: str) -> bytes:
    """The document behind the page's link."""
    with visitor.page.expect_download() as download:
        visitor.page.locator("main").get_by_role("link", name=link, exact=True).click()
    return download.value.path().read_bytes()

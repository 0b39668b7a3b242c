"""Who works in the demo. All share one password, which is no secret."""

from dataclasses import dataclass

from hoshou.plugins.demo.rules.parties import AGENCIES, INSURERS, Agency, Insurer

PASSWORD = "hoshou-demo-2025"


@dataclass(frozen=True)
class DemoAccount:
    """A staff user; ``role`` is the platform's name of it. At most one of ``insurer`` and ``agency`` is theirs."""

    username: str
    role: str
    last_name: str
    first_name: str
    email: str
    insurer: Insurer | None = None
    agency: Agency | None = None


_AGENCY_STAFF = (
    ("未来野", "はな"),
    ("東雲", "一郎"),
    ("朝霧", "さくら"),
    ("白鷺", "健"),
    ("潮凪", "みなと"),
    ("千鳥", "あおい"),
)
_INSURER_STAFF = (
    ("青木", "結"),
    ("伊東", "陽向"),
    ("上野", "湊"),
    ("江川", "葵"),
    ("大城", "海"),
    ("河合", "蓮"),
    ("木村", "凛"),
    ("久保", "樹"),
)

AGENCY_ACCOUNTS = tuple(
    DemoAccount(f"agency{number}", "agency", last, first, agency.email, agency=agency)
    for number, (agency, (last, first)) in enumerate(zip(AGENCIES, _AGENCY_STAFF, strict=True), start=1)
)
INSURER_ACCOUNTS = tuple(
    DemoAccount(f"insurer{number}", "insurer", last, first, f"hoshou@insurer{number}.example", insurer=insurer)
    for number, (insurer, (last, first)) in enumerate(zip(INSURERS, _INSURER_STAFF, strict=True), start=1)
)
SCHEME_ACCOUNTS = (
    DemoAccount("lead", "lead_office", "三井", "健太", "lead@insurer8.example", insurer=INSURERS[7]),
    DemoAccount("head7", "co_insurer", "日新", "彩", "head@insurer7.example", insurer=INSURERS[6]),
    DemoAccount("group1", "group_association", "全警", "一郎", "group1@keibi.example"),
    DemoAccount("group2", "group_association", "全警", "二葉", "group2@keibi.example"),
    DemoAccount("prefecture", "prefecture", "都警", "三奈", "tokyo@keibi.example"),
)
"""The group scheme's own: the lead office, a co-insurer's head office, two of the association, one of a prefecture's."""
ACCOUNTS = (
    DemoAccount("admin", "administrator", "管理", "太郎", "admin@hoshou.example"),
    DemoAccount("association", "association", "協会", "花子", "clerk@association.example"),
    DemoAccount("auditor", "auditor", "監査", "次郎", "auditor@association.example"),
    *AGENCY_ACCOUNTS,
    *INSURER_ACCOUNTS,
    *SCHEME_ACCOUNTS,
)

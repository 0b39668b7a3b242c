"""Every document of the scheme, made from one booked enrolment and its rows."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform.calculators import Calculators
from hoshou.plugins.guardkun.models.changes import Change
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment
from hoshou.plugins.guardkun.models.members import Particulars, PrefectureAssociation
from hoshou.plugins.guardkun.rules.failure_notice import FailureNotice
from hoshou.plugins.guardkun.rules.printed import PrintedInstalment
from hoshou.plugins.guardkun.rules.validity_statement import ValidityStatement
from hoshou.plugins.guardkun.services.documents.accident_report import accident_report
from hoshou.plugins.guardkun.services.documents.application_form import application_form
from hoshou.plugins.guardkun.services.documents.brochure import brochure
from hoshou.plugins.guardkun.services.documents.certificate import print_certificate
from hoshou.plugins.guardkun.services.documents.change_confirmation import change_confirmation
from hoshou.plugins.guardkun.services.documents.change_notice import change_notice
from hoshou.plugins.guardkun.services.documents.checklist import checklist
from hoshou.plugins.guardkun.services.documents.facts import enrolment_facts
from hoshou.plugins.guardkun.services.documents.failure_letter import failure_letter
from hoshou.plugins.guardkun.services.documents.mandate_form import empty_mandate_form, mandate_form
from hoshou.plugins.guardkun.services.documents.proof_of_cover import proof_of_cover
from hoshou.plugins.guardkun.services.documents.quotation import quotation
from hoshou.plugins.guardkun.services.documents.share_table import share_table
from hoshou.plugins.guardkun.services.documents.slip import slip
from hoshou.plugins.guardkun.services.documents.validity_statement import validity_statement
from hoshou.plugins.premium.plugin import calculators as premium_calculators
from hoshou.plugins.proration.plugin import calculators as proration_calculators
from tests.plugins.guardkun.documents.wording import add_wording
from tests.plugins.guardkun.ground import LONG_AGO, Ground, add_enrolment, lay_ground

CALCULATORS = Calculators([*premium_calculators(), *proration_calculators()])
ALL_OPTIONS = {
    "key_recreation": {"limit": 5_000_000},
    "valuables": {"limit": 30_000_000, "other_sales": 8_000_000, "transported": 500_000_000},
    "transport": {"largest_load": 20_000_000},
    "labour_dispute": {},
}
AUGUST = PrintedInstalment(date(2026, 8, 12), 5_200, 260, 5_460)
SEPTEMBER = PrintedInstalment(date(2026, 9, 14), 5_200, 260, 5_460)
FIRST_FAILURE = FailureNotice((AUGUST,), next_debit=SEPTEMBER)
FACTS = {
    "company_name": "見本警備株式会社",
    "company_kana": "ミホンケイビ",
    "representative_title": "代表取締役",
    "representative": "見本 一郎",
    "postal_code": "160-0022",
    "address": "東京都新宿区新宿1-1-1",
    "phone": "03-3333-4444",
    "email": "",
}
SECOND_FAILURE = FailureNotice((AUGUST, SEPTEMBER), pay_by=date(2026, 9, 28), is_second=True)
STATEMENT = ValidityStatement(
    "確認 太郎", True, "総勘定元帳", date(2026, 4, 10), True, "7", "同額の契約だけであるため"
)


@dataclass(frozen=True)
class Shelf:
    """The rows that documents are made from."""

    session: Session
    clock: Clock
    enrolment: Enrolment
    change: Change

    @property
    def makers(self) -> Mapping[str, Callable[[], bytes]]:
        session, enrolment, clock = self.session, self.enrolment, self.clock
        return {
            "brochure": lambda: brochure(session, CALCULATORS, enrolment.scheme_year, clock),
            "quotation": lambda: quotation(session, enrolment.quote, clock),
            "application_form": lambda: application_form(session, enrolment, clock),
            "mandate_form": lambda: mandate_form(session, enrolment, clock),
            "empty_mandate_form": lambda: empty_mandate_form(session, enrolment.scheme_year, clock),
            "slip": lambda: slip(session, enrolment, clock),
            "checklist": lambda: checklist(session, enrolment, clock),
            "share_table": lambda: share_table(session, enrolment, clock),
            "certificate": lambda: print_certificate(
                enrolment_facts(session, enrolment, clock.now()), clock.today()
            ),
            "proof_of_cover": lambda: proof_of_cover(session, enrolment, clock),
            "change_notice": lambda: change_notice(session, enrolment, self.change, clock),
            "empty_change_notice": lambda: change_notice(session, enrolment, None, clock),
            "change_confirmation": lambda: change_confirmation(session, self.change, clock),
            "first_failure_letter": lambda: failure_letter(session, enrolment, FIRST_FAILURE, clock),
            "second_failure_letter": lambda: failure_letter(session, enrolment, SECOND_FAILURE, clock),
            "validity_statement": lambda: validity_statement(session, enrolment, STATEMENT, clock),
            "empty_validity_statement": lambda: validity_statement(session, enrolment, None, clock),
            "accident_report": lambda: accident_report(session, enrolment, clock),
        }

    def make(self, name: str) -> bytes:
        return self.makers[name]()


NAMES = tuple(Shelf(None, None, None, None).makers)  # type: ignore[arg-type]


def lay(session: Session) -> Ground:
    """The ground with the manual's clauses, cover table and lead agency."""
    ground = lay_ground(session)
    add_wording(session, ground.year_id)
    return ground


def fill(session: Session, clock: Clock, ground: Ground | None = None, **enrolment: object) -> Shelf:
    """A booked enrolment with an accepted change of its address."""
    booked = add_enrolment(session, ground or lay(session), **{"options": ALL_OPTIONS, **enrolment})  # type: ignore[arg-type]
    change = Change(
        enrolment_id=booked.id,
        kind="particulars",
        state="accepted",
        details=json.dumps({"facts": {**FACTS, "address": "東京都港区新橋2-2-2"}}),
        effective_on=date(2026, 10, 1),
        requested_at=LONG_AGO,
        requested_by="担当者",
        arrived_on=date(2026, 9, 18),
    )
    session.add(change)
    session.flush()
    return Shelf(session, clock, booked, change)


def particulars_of(shelf: Shelf) -> Particulars:
    return shelf.session.scalars(select(Particulars).where(Particulars.unit_id == shelf.enrolment.unit_id)).one()


def stretch(shelf: Shelf) -> None:
    """The longest that may be entered, everywhere: also words without a gap, and rare characters."""
    session, enrolment = shelf.session, shelf.enrolment
    name = ("株式会社髙﨑〜𠮷野警備保障①" * 8)[:100]
    address = ("東京都新宿区西新宿二丁目八番一号ビルディング東棟" * 9)[:200]
    row = particulars_of(shelf)
    row.company_name, row.company_kana, row.address = name, "ｶ" * 100, address
    row.representative, row.representative_title = "W" * 100, ("代表取締役社長" * 6)[:40]
    row.phone, row.email = "0" * 20, "m" * 241 + "@example.jp.."[:13]
    assert enrolment.unit is not None
    enrolment.unit.name = ("西日本統括支店" * 15)[:100]
    enrolment.quote.prospect_name = name
    enrolment.quote.evidence = ("確認資料" * 50)[:200]
    enrolment.branch_note = ("連絡事項" * 125)[:500]
    enrolment.same_sales_evidence = ("内部資料" * 50)[:200]
    shelf.change.details = json.dumps({"facts": {**FACTS, "address": "A" * 200, "company_name": name[::-1]}})
    shelf.change.note = ("備考" * 250)[:500]
    registration: AgencyRegistration = enrolment.registration
    registration.agency.name = ("みなと総合保険サービス代理店" * 8)[:100]
    registration.branch.name = ("東京第一支社" * 17)[:100]
    registration.address, registration.contact_name = address, ("窓口" * 50)[:100]
    session.scalars(select(PrefectureAssociation)).one().name = ("一般社団法人東京都警備業協会" * 8)[:100]
    session.flush()

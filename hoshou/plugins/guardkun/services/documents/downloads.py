"""One document for one reader: whose it is, made or taken from the store, and noted (B-054, B-062, B-090, B-101, B-109)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.calculators import Calculators
from hoshou.platform.files.model import StoredFile
from hoshou.platform.files.store import FileStore
from hoshou.platform.subject import Subject
from hoshou.plugins.guardkun.models.changes import Change
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Quote
from hoshou.plugins.guardkun.rules.validity_statement import read_statement
from hoshou.plugins.guardkun.services.calendar import year_for
from hoshou.plugins.guardkun.services.documents import (
    accident_report,
    application_form,
    brochure,
    certificate,
    change_confirmation,
    change_notice,
    checklist,
    mandate_form,
    proof_of_cover,
    quotation,
    share_table,
    slip,
    validity_statement,
)
from hoshou.plugins.guardkun.services.scope import enrolment_for, visible_quotes
from hoshou.plugins.guardkun.services.years import YEAR

Maker = Callable[[Session, Enrolment, Clock], bytes]

MADE = "guardkun.document_made"
ACTION_LABELS = {MADE: N_("帳票「%(title)s」をダウンロードしました。")}


@dataclass(frozen=True)
class Download:
    """A document on its way to a reader; ``kind`` and ``row_id`` name the row that it is about."""

    title: str
    file_name: str
    content: bytes
    kind: str
    row_id: int


def _statement(session: Session, enrolment: Enrolment, clock: Clock) -> bytes:
    stored = enrolment.same_sales_confirmation
    return validity_statement.validity_statement(
        session, enrolment, read_statement(stored) if stored else None, clock
    )


MAKERS: Mapping[str, tuple[str, Maker]] = {
    "application_form": (application_form.TITLE, application_form.application_form),
    "mandate_form": (mandate_form.TITLE, mandate_form.mandate_form),
    "slip": (slip.TITLE, slip.slip),
    "share_table": (share_table.TITLE, share_table.share_table),
    "validity_statement": (validity_statement.TITLE, _statement),
    "checklist": (checklist.TITLE, checklist.checklist),
    "proof_of_cover": (proof_of_cover.TITLE, proof_of_cover.proof_of_cover),
    "accident_report": (accident_report.TITLE, accident_report.accident_report),
}
"""What is made for an enrolment anew each time, by its name in addresses."""


def available(enrolment: Enrolment) -> Mapping[str, str]:
    """The titles of the documents that the enrolment has by now, by name."""
    registered, booked = enrolment.slip_number is not None, enrolment.policy_number is not None
    of_lead = any(
        row.is_lead and row.insurer_id == enrolment.registration.insurer_id
        for row in enrolment.scheme_year.insurers
    )
    there = {
        "application_form": enrolment.unit_id is not None,
        "mandate_form": enrolment.unit_id is not None,
        "slip": registered,
        "share_table": registered and of_lead,
        "validity_statement": bool(enrolment.same_sales_confirmation),
        "checklist": registered,
        "proof_of_cover": booked,
        "accident_report": booked,
    }
    titles = {name: MAKERS[name][0] for name, is_there in there.items() if is_there}
    if enrolment.certificate_file_id is not None:
        titles["certificate"] = certificate.TITLE
    return titles


def enrolment_document(session: Session, clock: Clock, subject: Subject, enrolment_id: int, name: str) -> Download:
    """A document of an enrolment that the reader may know of, made now.

    Raises NotFound for a foreign enrolment, and what the document's own maker raises.
    """
    enrolment = enrolment_for(session, subject, enrolment_id)
    title, make = MAKERS[name]
    return _of_enrolment(enrolment, title, make(session, enrolment, clock))


def change_document(
    session: Session, clock: Clock, subject: Subject, enrolment_id: int, change_id: int | None
) -> Download:
    """変更届出書 of one of the enrolment's changes; without a change, with the contract filled in.

    Raises NotFound for a foreign enrolment or change, Refused ``not_booked``.
    """
    enrolment = enrolment_for(session, subject, enrolment_id)
    change = _change(session, enrolment, change_id) if change_id is not None else None
    content = change_notice.change_notice(session, enrolment, change, clock)
    return _of_enrolment(enrolment, change_notice.TITLE, content)


def confirmation_document(
    session: Session, clock: Clock, subject: Subject, enrolment_id: int, change_id: int
) -> Download:
    """変更確認書 of one of the enrolment's changes.

    Raises NotFound for a foreign enrolment or change, and as ``change_confirmation`` does.
    """
    enrolment = enrolment_for(session, subject, enrolment_id)
    content = change_confirmation.change_confirmation(session, _change(session, enrolment, change_id), clock)
    return _of_enrolment(enrolment, change_confirmation.TITLE, content)


def issued_certificate(session: Session, files: FileStore, subject: Subject, enrolment_id: int) -> Download:
    """The certificate as it was issued, byte for byte (B-061).

    Raises NotFound for a foreign enrolment, ``certificate_not_issued`` before the issue.
    """
    enrolment = enrolment_for(session, subject, enrolment_id)
    stored = session.get(StoredFile, enrolment.certificate_file_id) if enrolment.certificate_file_id else None
    if stored is None or stored.deleted_at is not None:
        raise NotFound("certificate_not_issued", N_("加入者証はまだ発行されていません。"))
    return _of_enrolment(enrolment, certificate.TITLE, files.read(stored.blob))


def quote_document(session: Session, clock: Clock, subject: Subject, quote_id: int) -> Download:
    """The quotation of a quote that the reader may know of. Raises NotFound for a foreign one."""
    quote = session.scalar(select(Quote).where(Quote.id == quote_id, visible_quotes(subject)))
    if quote is None:
        raise NotFound("quote_not_found", N_("該当する見積が見つかりません。"))
    content = quotation.quotation(session, quote, clock)
    return Download(quotation.TITLE, f"{quotation.TITLE}_{quote.number}.pdf", content, "guardkun_quote", quote.id)


def year_brochure(
    session: Session, clock: Clock, subject: Subject, calculators: Calculators, year_id: int
) -> Download:
    """The brochure of a scheme year that the reader may know of.

    Raises NotFound for a foreign year, and as ``brochure`` does.
    """
    year = year_for(session, subject, year_id)
    content = brochure.brochure(session, calculators, year, clock)
    return Download(brochure.TITLE, f"{brochure.TITLE}_{year.name}.pdf", content, YEAR, year.id)


def note_download(session: Session, clock: Clock, actor: Actor, download: Download) -> None:
    """Note the download; to be called before the document leaves."""
    audit.record(session, clock, actor, MADE, download.kind, download.row_id, title=download.title)


def _of_enrolment(enrolment: Enrolment, title: str, content: bytes) -> Download:
    return Download(title, f"{title}_{enrolment!r}.pdf", content, "guardkun_enrolment", enrolment.id)


def _change(session: Session, enrolment: Enrolment, change_id: int) -> Change:
    found = session.scalar(select(Change).where(Change.id == change_id, Change.enrolment_id == enrolment.id))
    if found is None:
        raise NotFound("change_not_found", N_("該当する変更届出書が見つかりません。"))
    return found

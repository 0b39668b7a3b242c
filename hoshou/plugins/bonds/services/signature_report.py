"""What a file's digital signatures were found to be: looked at once, by a job, and kept with the file until it goes.

So nobody who asks about a file has it opened.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hoshou.base.errors import Refused, Unavailable
from hoshou.platform.files.model import StoredFile
from hoshou.platform.files.store import FileStore, StoredBlob
from hoshou.platform.pdf import Signature, read_signatures
from hoshou.platform.pdf.signatures import signatures_from_json, signatures_to_json
from hoshou.plugins.bonds.models import BondFile
from hoshou.plugins.bonds.services.scope import is_readable

UNSIGNED = signatures_to_json(())
UNREADABLE = "unreadable"
MOST_IN_A_RUN = 1000


@dataclass(frozen=True)
class SignatureReport:
    """``is_readable`` is False for signatures that can't be made sense of."""

    signatures: tuple[Signature, ...]
    is_readable: bool


def report_of(file: BondFile) -> SignatureReport | None:
    """The report on a file; None while it isn't made yet."""
    if file.signature_report is None:
        return None
    if file.signature_report == UNREADABLE:
        return SignatureReport((), is_readable=False)
    return SignatureReport(signatures_from_json(file.signature_report), is_readable=True)


def make_reports(unit_of_work: Callable[[], AbstractContextManager[Session]], store: FileStore) -> int:
    """Look at files that have no report yet, the oldest first; returns at how many.

    Works in small transactions: stopped anywhere, it is taken up again by the next call. Stops when PDF work can't
    be done now.
    """
    count, last = 0, 0
    while count < MOST_IN_A_RUN:
        with unit_of_work() as session:
            found = session.execute(
                select(BondFile.id, StoredFile)
                .join(StoredFile, BondFile.stored_file_id == StoredFile.id)
                .where(BondFile.signature_report.is_(None), is_readable(), BondFile.id > last)
                .order_by(BondFile.id)
                .limit(1)
            ).one_or_none()
            if found is None:
                return count
            last, blob = found[0], found[1].blob
        report = _look(store, blob)
        if report is None:
            return count
        with unit_of_work() as session:
            session.execute(
                update(BondFile)
                .where(BondFile.id == last, BondFile.deleted_at.is_(None))
                .values(signature_report=report)
                .execution_options(synchronize_session=False)
            )
        count += 1
    return count


def _look(store: FileStore, blob: StoredBlob) -> str | None:
    try:
        return signatures_to_json(read_signatures(store.read(blob)))
    except Refused:
        return UNREADABLE
    except Unavailable as error:
        return UNREADABLE if error.code == "file_damaged" else None

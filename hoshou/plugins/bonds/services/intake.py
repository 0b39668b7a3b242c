"""Before the transaction: look at the PDFs in confinement, store them, make the new secrets.

All that takes time happens here, so that the transaction itself is short. What is stored and then not
used is an orphan that the sweep removes.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.errors import Invalid, Refused, Unavailable
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import pdf
from hoshou.platform.files.model import StoredFile
from hoshou.platform.files.scanner import NotScanned, Scanner
from hoshou.platform.files.store import FileStore, StoredBlob
from hoshou.plugins.bonds.rules.kinds import FileKind
from hoshou.plugins.bonds.rules.limits import UploadLimits
from hoshou.plugins.bonds.rules.request import UploadForm, UploadRequest, check_upload
from hoshou.plugins.bonds.services.passwords import NewSecrets, new_secrets

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class IncomingFile:
    """A file as it was sent. Without a ``kind`` of its own it is of the form's."""

    name: str
    data: bytes
    kind: str = ""


@dataclass(frozen=True)
class PreparedFile:
    """A file that was looked at and stored, and has no row yet."""

    name: str
    kind: FileKind
    blob: StoredBlob
    pages: int
    signed: bool


@dataclass(frozen=True)
class PreparedUpload:
    """An upload ready for its transaction. ``digest`` tells one request from another.

    ``is_scanned``: the malware scanner has found nothing, or there is none; else the upload will wait for it.
    """

    request: UploadRequest
    files: tuple[PreparedFile, ...]
    digest: str
    secrets: NewSecrets
    is_scanned: bool = True

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.blob.size for file in self.files)


def prepare_upload(
    store: FileStore,
    form: UploadForm,
    files: Sequence[IncomingFile],
    limits: UploadLimits,
    scanner: Scanner | None = None,
) -> PreparedUpload:
    """Check everything that needs no database and store the content.

    Raises Invalid with all faults of the form and of each file; then nothing was stored.
    """
    errors: list[Refused] = []
    request: UploadRequest | None = None
    try:
        request = check_upload(form)
    except Invalid as invalid:
        errors.extend(invalid.errors)
    inspected: list[tuple[str, FileKind, pdf.Inspection]] = []
    if not files:
        errors.append(Refused("no_file", N_("アップロードするPDFファイルを選択してください。"), field="files"))
    elif len(files) > limits.folder_files:
        errors.append(
            Refused(
                "too_many_files",
                N_("一度に登録できるファイルは%(most)d件までです。"),
                field="files",
                most=limits.folder_files,
            )
        )
    else:
        for file in files:
            try:
                name = pdf.check_filename(file.name)
                kind = _kind(file.kind or form.kind)
                pdf.check_size(len(file.data), limit=limits.file_bytes)
                inspected.append((name, kind, pdf.inspect(file.data)))
            except Refused as refusal:
                errors.append(FileRefused(file.name, refusal))
    if errors or request is None:
        raise Invalid(errors)
    is_scanned = scanner is None or _scan(scanner, files)
    prepared = tuple(
        PreparedFile(name, kind, store.put(file.data), inspection.pages, inspection.signed)
        for file, (name, kind, inspection) in zip(files, inspected, strict=True)
    )
    return PreparedUpload(request, prepared, request_digest(request, prepared), new_secrets(), is_scanned)


def _scan(scanner: Scanner, files: Sequence[IncomingFile]) -> bool:
    """Whether all files were scanned. Raises Invalid for what the scanner found."""
    errors: list[Refused] = []
    try:
        for file in files:
            found = scanner.scan(file.data)
            if found:
                log.warning("malware was refused at upload: %s", found)
                errors.append(FileRefused(file.name, infected(found)))
    except NotScanned:
        if not errors:
            return False
    if errors:
        raise Invalid(errors)
    return True


def infected(found: str) -> Refused:
    """The refusal of a file in which the scanner found this."""
    return Refused(
        "file_infected",
        N_("ウイルスなどの不正なプログラム（%(found)s）が検出されたため、登録できません。"),
        found=found,
    )


def discard_unused(session: Session, store: FileStore, prepared: PreparedUpload) -> None:
    """Remove the content that no row took over: the transaction failed, or a request was repeated.

    To be called after the transaction. What a crash or a silent store leaves here is an orphan for the sweep.
    """
    keys = {file.blob.storage_key for file in prepared.files}
    taken = set(session.scalars(select(StoredFile.storage_key).where(StoredFile.storage_key.in_(keys))))
    for key in keys - taken:
        try:
            store.delete(key)
        except Unavailable:
            log.warning("content that nobody needs is left to the sweep: %s", key)


def _kind(text: str) -> FileKind:
    if text not in set(FileKind):
        raise Refused("missing", N_("ファイルの種類を選択してください。"))
    return FileKind(text)


class FileRefused(Refused):
    """One file's refusal; ``about`` is the file's name."""

    def __init__(self, name: str, refusal: Refused) -> None:
        super().__init__(refusal.code, refusal.message, field="files", **refusal.values)
        self.about = name


def request_digest(request: UploadRequest, files: Sequence[PreparedFile]) -> str:
    """One value for the whole request: the same key with another digest is a mistake (F12)."""
    parts = [repr(request), *(f"{file.name}\0{file.kind}\0{file.blob.sha256}" for file in files)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()

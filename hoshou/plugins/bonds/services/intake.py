"""Before the transaction: look at the PDFs in confinement, store them, make the new secrets.

All that takes time happens here, so that the transaction itself is short. What is stored and then not
used is an orphan that the sweep removes.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from hoshou.base.errors import Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import pdf
from hoshou.platform.files.store import FileStore, StoredBlob
from hoshou.plugins.bonds.rules.request import UploadForm, UploadRequest, check_upload
from hoshou.plugins.bonds.rules.secret import bare_password, new_password, new_token
from hoshou.plugins.bonds.services.passwords import hash_password


@dataclass(frozen=True)
class IncomingFile:
    """A file as it was sent."""

    name: str
    data: bytes


@dataclass(frozen=True)
class PreparedFile:
    """A file that was looked at and stored, and has no row yet."""

    name: str
    blob: StoredBlob
    pages: int
    signed: bool


@dataclass(frozen=True)
class PreparedUpload:
    """An upload ready for its transaction. ``digest`` tells one request from another."""

    request: UploadRequest
    files: tuple[PreparedFile, ...]
    digest: str
    token: str
    password: str
    password_hash: str


def prepare_upload(
    store: FileStore, form: UploadForm, files: Sequence[IncomingFile], *, max_files: int, max_bytes: int
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
    inspections = []
    if not files:
        errors.append(Refused("no_file", N_("アップロードするPDFファイルを選択してください。"), field="files"))
    elif len(files) > max_files:
        errors.append(
            Refused(
                "too_many_files",
                N_("一度に登録できるファイルは%(most)d件までです。"),
                field="files",
                most=max_files,
            )
        )
    else:
        for file in files:
            try:
                pdf.check_filename(file.name)
                pdf.check_size(len(file.data), limit=max_bytes)
                inspections.append(pdf.inspect(file.data))
            except Refused as refusal:
                errors.append(FileRefused(file.name, refusal))
    if errors or request is None:
        raise Invalid(errors)
    prepared = tuple(
        PreparedFile(file.name, store.put(file.data), inspection.pages, inspection.signed)
        for file, inspection in zip(files, inspections, strict=True)
    )
    password = new_password()
    return PreparedUpload(
        request=request,
        files=prepared,
        digest=request_digest(request, prepared),
        token=new_token(),
        password=password,
        password_hash=hash_password(bare_password(password)),
    )


class FileRefused(Refused):
    """One file's refusal, with the file's name in front."""

    def __init__(self, name: str, refusal: Refused) -> None:
        super().__init__(refusal.code, refusal.message, field="files", **refusal.values)
        self.file_name = name


def request_digest(request: UploadRequest, files: Sequence[PreparedFile]) -> str:
    """One value for the whole request: the same key with another digest is a mistake (F12)."""
    parts = [repr(request), *(f"{file.name}\0{file.blob.sha256}" for file in files)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()

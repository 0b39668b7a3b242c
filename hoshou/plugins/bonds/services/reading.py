"""What a viewer or orderer sees of a folder: its live files, newest first (A-036, A-018)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.errors import NotFound
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.files.store import StoredBlob
from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.bonds.rules.kinds import FILE_KIND_LABELS, FileKind
from hoshou.plugins.bonds.services.scope import is_readable


@dataclass(frozen=True)
class FileFacts:
    """One file in the pull-down. ``kind_label`` is a message id; ``is_replaced`` shows as 差替済 (D-03)."""

    number: int
    kind_label: str
    name: str
    size: int
    sha256: str
    pages: int
    uploaded_at: datetime
    is_replaced: bool
    blob: StoredBlob


@dataclass(frozen=True)
class FolderFacts:
    """A folder as its pages show it; ``files`` newest first."""

    folder_id: int
    insurer_name: str
    policy_number: str
    project_name: str
    contractor_name: str
    files: tuple[FileFacts, ...]

    def file(self, number: int) -> FileFacts:
        """Raises NotFound for a file that isn't among the live ones."""
        for file in self.files:
            if file.number == number:
                return file
        raise NotFound("file_not_found", N_("ファイルが見つかりません。"))

    @property
    def first_shown(self) -> FileFacts:
        """The file that is selected at first: the newest that wasn't replaced (D-03)."""
        if not self.files:
            raise NotFound("file_not_found", N_("ファイルが見つかりません。"))
        return next((file for file in self.files if not file.is_replaced), self.files[0])


def read_folder(session: Session, folder_id: int) -> FolderFacts:
    """Raises NotFound for a deleted folder."""
    folder = session.get(BondFolder, folder_id)
    if folder is None or folder.deleted_at is not None:
        raise NotFound("folder_not_found", N_("該当する証券が見つかりません。"))
    files = session.scalars(
        select(BondFile).where(BondFile.folder_id == folder_id, is_readable()).order_by(BondFile.number.desc())
    )
    return FolderFacts(
        folder.id,
        folder.insurer.name,
        folder.policy_number,
        folder.project_name,
        folder.contractor_name,
        tuple(_facts(file) for file in files),
    )


def _facts(file: BondFile) -> FileFacts:
    stored = file.stored_file
    return FileFacts(
        number=file.number,
        kind_label=FILE_KIND_LABELS[FileKind(file.kind)],
        name=stored.original_name,
        size=stored.size,
        sha256=stored.sha256,
        pages=file.pages,
        uploaded_at=file.uploaded_at,
        is_replaced=file.replaced_at is not None,
        blob=stored.blob,
    )

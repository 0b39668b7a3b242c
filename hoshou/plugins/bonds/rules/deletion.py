"""What a deletion by staff must say, and what the deletion of one file means for its folder (A-022, A-081)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.bonds.rules.request import CONTROL

REASON_MAX = 500
REASON_FIELD = "reason"


@dataclass(frozen=True)
class UploadedFile:
    """One file of a folder as far as deletion is concerned. ``replaces`` is another file's number."""

    number: int
    insurance_end: date
    is_live: bool
    replaces: int | None = None


def checked_reason(text: str) -> str:
    """The reason in one line. Raises Refused ``missing``, ``control_character`` or ``too_long``."""
    reason = text.strip()
    if not reason:
        raise Refused("missing", N_("削除する理由を入力してください。"), field=REASON_FIELD)
    if CONTROL.search(reason):
        raise Refused("control_character", N_("改行などの制御文字は使えません。"), field=REASON_FIELD)
    if len(reason) > REASON_MAX:
        raise Refused(
            "too_long", N_("%(longest)d文字以内で入力してください。"), field=REASON_FIELD, longest=REASON_MAX
        )
    return reason


def insurance_end_without(files: Collection[UploadedFile], deleted: int) -> date:
    """The 保険終期 that counts once this file is gone: that of the last upload that is left (A-081).

    Raises Refused ``last_file`` when none is left: then the folder is to be deleted as a whole.
    """
    left = [file for file in files if file.is_live and file.number != deleted]
    if not left:
        raise Refused(
            "last_file",
            N_("この証券番号に残っているファイルはこれだけです。フォルダごと削除してください。"),
        )
    return max(left, key=lambda file: file.number).insurance_end


def no_longer_replaced(files: Collection[UploadedFile], deleted: int) -> int | None:
    """The number of the file that the deleted one had replaced, unless another live file replaces it too (D-03)."""
    by_number = {file.number: file for file in files}
    replaced = by_number[deleted].replaces
    others = [file for file in files if file.is_live and file.number != deleted and file.replaces == replaced]
    return None if others else replaced

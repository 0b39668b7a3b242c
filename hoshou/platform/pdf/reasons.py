"""Why a PDF is refused: each stable code with its sentence, in one table.

A child process only ever names a code and plain values; the sentence is chosen here.
"""

from collections.abc import Mapping
from typing import Any

from hoshou.base.errors import DomainError, NotFound, Refused, Unavailable
from hoshou.base.errors import noop_gettext as N_

REFUSALS: Mapping[str, str] = {
    "pdf_name_extension": N_("登録できるのは、拡張子が「PDF」または「pdf」のファイルだけです。"),
    "pdf_name_characters": N_("ファイル名に使えない文字（制御文字、「/」、「\\」など）が含まれています。"),
    "pdf_name_too_long": N_("ファイル名が長すぎます。%(limit)s文字以内にしてください。"),
    "pdf_too_large": N_("ファイルが大きすぎます。%(limit_mb)sMB以下のPDFを登録してください。"),
    "pdf_not_pdf": N_("PDFファイルではありません。拡張子を変えただけのファイルは登録できません。"),
    "pdf_unreadable": N_("PDFファイルが壊れているため、読み取れません。"),
    "pdf_encrypted": N_("パスワードや印刷・編集の制限がかかったPDFは登録できません。制限を外してください。"),
    "pdf_javascript": N_("PDFにJavaScriptが含まれているため、登録できません。"),
    "pdf_launch": N_("PDFに他のプログラムを起動する仕組みが含まれているため、登録できません。"),
    "pdf_attachment": N_("PDFに添付ファイルが含まれているため、登録できません。"),
    "pdf_active_content": N_("PDFに自動で動作する仕組み（%(kind)s）が含まれているため、登録できません。"),
    "pdf_no_pages": N_("PDFにページがありません。"),
    "pdf_too_many_pages": N_("PDFのページ数が多すぎます。%(limit)sページ以内にしてください。"),
    "pdf_page_too_large": N_("PDFの%(page)sページ目の用紙が大きすぎます。"),
    "pdf_too_heavy": N_("PDFの処理に時間またはメモリがかかりすぎるため、扱えません。"),
}

_NO_SUCH_PAGE = N_("指定されたページはありません。")
_BUSY = N_("ただいまPDFの処理が混み合っています。しばらくしてからもう一度お試しください。")
_UNAVAILABLE = N_("ただいまPDFを処理できません。しばらくしてからもう一度お試しください。")


def refusal(code: str, **values: Any) -> DomainError:
    """The error for ``code``; a code that isn't in the table counts as an unreadable file."""
    if code == "pdf_no_such_page":
        return NotFound(code, _NO_SUCH_PAGE)
    if code not in REFUSALS:
        code, values = "pdf_unreadable", {}
    return Refused(code, REFUSALS[code], field="file", **values)


def busy() -> Unavailable:
    """All slots for PDF work are taken and stayed so."""
    return Unavailable("pdf_busy", _BUSY)


def unavailable() -> Unavailable:
    """PDF work can't be done on this machine just now."""
    return Unavailable("pdf_unavailable", _UNAVAILABLE)

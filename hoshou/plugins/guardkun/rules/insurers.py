"""How an insurer writes its office and agency codes (B-095, B-096, B-100; manual II.(12), Q5)."""

import re
from enum import StrEnum

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_


class CodeForm(StrEnum):
    """The insurer whose form a 部店課支社コード－代理店コード follows."""

    MITSUI_SUMITOMO = "mitsui_sumitomo"
    AIOI_NISSAY_DOWA = "aioi_nissay_dowa"
    NISSHIN = "nisshin"


_FORMS = {
    CodeForm.MITSUI_SUMITOMO: (re.compile(r"[A-Z]{3}[0-9]{2}-[0-9]{4}"), "AAA00-1234"),
    CodeForm.AIOI_NISSAY_DOWA: (re.compile(r"[A-Z]{3}[0-9]{2}-[A-Z]{2}[0-9]{2}"), "RRR00-AB12"),
    CodeForm.NISSHIN: (re.compile(r"[0-9]{5}-[0-9]{6}"), "12345-654321"),
}
_REGISTRATION_NUMBER = re.compile(r"[0-9]{11}")
_SHARE_PATTERN = re.compile(r"[0-9]{3}")


def require_office_code(form: CodeForm, code: str) -> None:
    """Raise Refused ``office_code`` unless ``code`` is written as that insurer writes it."""
    pattern, example = _FORMS[form]
    if not pattern.fullmatch(code):
        raise Refused(
            "office_code",
            N_("部店課支社コード・代理店コードは「%(example)s」の形で入力してください。"),
            field="office_code",
            example=example,
        )


def require_registration_number(number: str) -> None:
    """Raise Refused ``registration_number`` unless it has eleven digits (B-096)."""
    if not _REGISTRATION_NUMBER.fullmatch(number):
        raise Refused(
            "registration_number",
            N_("代理店登録番号は11桁の数字で入力してください。"),
            field="registration_number",
        )


def require_share_pattern(form: CodeForm, pattern: str) -> None:
    """Raise Refused ``share_pattern`` unless a 三井住友海上 agency gives its three digits, and no other any (B-095)."""
    if form is CodeForm.MITSUI_SUMITOMO:
        if not _SHARE_PATTERN.fullmatch(pattern):
            raise Refused(
                "share_pattern", N_("分担パターン番号は3桁の数字で入力してください。"), field="share_pattern"
            )
    elif pattern:
        raise Refused(
            "share_pattern", N_("分担パターン番号は三井住友海上の代理店だけが入力します。"), field="share_pattern"
        )

"""【同額更改】保険料算出の基礎数値妥当性確認書: why the sales are last year's to the yen (B-034, B-035)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.rules.lines import one_line, optional_line


class Finding(StrEnum):
    """The result that is ticked, ① to ⑦ of the form; ③ and ⑦ need words of their own."""

    SETTLED_AS_EXPECTED = "1"
    SETTLED_SAME_FOR_REASON = "2"
    SETTLED_OTHER = "3"
    SAME_FISCAL_YEAR = "4"
    FIXED_CONTRACTS = "5"
    SMALL_NUMBERS = "6"
    OTHER = "7"


FINDING_LABELS = {
    Finding.SETTLED_AS_EXPECTED: N_("①暫定保険料算出時に見込んだ基礎数値と一致していないことを確認した。"),
    Finding.SETTLED_SAME_FOR_REASON: N_("②暫定基礎数値と確定基礎数値が一致しているが、以下④⑤に該当する。"),
    Finding.SETTLED_OTHER: N_("③上記以外（ゼロ精算。具体的な理由を記載）"),
    Finding.SAME_FISCAL_YEAR: N_(
        "④決算月の変更、決算確定の遅れ、中途更改などの理由により、更改前契約と同一の会計年度の売上高等を採用している。"
    ),
    Finding.FIXED_CONTRACTS: N_(
        "⑤固定（特定）の請負契約費用のみを売上高とするような業態のため、結果として一致した。"
    ),
    Finding.SMALL_NUMBERS: N_("⑥比較的小さい数（量）を基礎数値とするため、結果として変動が発生しない。"),
    Finding.OTHER: N_("⑦上記以外（同額更改。具体的な理由を記載）"),
}
NEED_WORDS = frozenset({Finding.SETTLED_OTHER, Finding.OTHER})


@dataclass(frozen=True, slots=True)
class SameSalesConfirmation:
    """The form as filled in. ``checked_points`` says that the seven checkpoints of the form were gone through."""

    confirmed_by: str
    is_employee: bool
    documents: str
    viewed_on: date | None
    checked_points: bool
    finding: str
    words: str = ""


def check_confirmation(form: SameSalesConfirmation, today: date) -> SameSalesConfirmation:
    """The form without a fault.

    Raises Refused ``missing``, ``viewed_on``, ``checked_points``, ``finding`` or ``finding_words``.
    """
    confirmed_by = one_line(form.confirmed_by, "confirmed_by", 100)
    documents = one_line(form.documents, "documents", 200)
    if form.viewed_on is None or form.viewed_on > today:
        raise Refused("viewed_on", N_("閲覧日を入力してください。未来の日は指定できません。"), field="viewed_on")
    if not form.checked_points:
        raise Refused(
            "checked_points", N_("妥当性確認チェックポイントをすべて確認してください。"), field="checked_points"
        )
    if form.finding not in set(Finding):
        raise Refused("finding", N_("確認結果を①～⑦から選択してください。"), field="finding")
    words = optional_line(form.words, "finding_words", 500)
    if form.finding in NEED_WORDS and not words:
        raise Refused(
            "finding_words", N_("③または⑦の場合は、具体的な理由を入力してください。"), field="finding_words"
        )
    return SameSalesConfirmation(
        confirmed_by, form.is_employee, documents, form.viewed_on, True, form.finding, words
    )

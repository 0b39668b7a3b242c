"""【ゼロ精算・同額更改】保険料算出の基礎数値妥当性確認書: the manual's last page (B-034, B-035)."""

import json
from dataclasses import dataclass
from datetime import date

from hoshou.base.errors import Invalid, Refused
from hoshou.base.errors import noop_gettext as N_

POINTS = (
    "通知(告知)対象期間は、普通保険約款・特約等に照らし合わせて適切である。",
    "基礎数値の単位に誤りがない。(例:千円単位で通知すべきところ、誤って百万円単位とする等)",
    "お客さま内部の資料に記載の数値と、通知(告知)書、保険申込書、変更届出書に記載した基礎数値が一致している。",
    "通知(告知)書の「代理店(会社)確認欄」に確認者の押印がある。"
    "(傷害・新種の場合、かんたんPDFによる手続時は確認者押印の省略が可能)",
    "ゼロ精算の場合「暫定基礎数値」と「確定基礎数値」が一致していないこと(一致する場合はその理由)を確認。",
    "(傷害)同額更改の場合旧契約(更改前契約)の基礎数値と一致していないこと(一致する場合はその理由)を確認。",
    "(新種・貨物)同額更改の場合旧契約(更改前契約)の基礎数値と一致している理由を確認。",
)
"""妥当性確認チェックポイント, as printed."""


@dataclass(frozen=True)
class Finding:
    """One result that can be ticked; ``needs_words`` asks for the reason in free text."""

    key: str
    text: str
    notes: tuple[str, ...] = ()
    needs_words: bool = False


SETTLEMENT = (
    Finding(
        "1",
        "①暫定保険料算出時に見込んだ基礎数値と一致していないことを確認した。",
        ("例:基礎数値に変動が少なかったため、結果として暫定保険料と確定保険料が同額となったケース等",),
    ),
    Finding("2", "②暫定基礎数値と確定基礎数値が一致しているが、以下④⑤に該当する。"),
    Finding("3", "③上記以外(具体的な理由を以下に記載してください)", needs_words=True),
)
"""ゼロ精算の場合."""

RENEWAL = (
    Finding(
        "4",
        "④お客さま決算月の変更、決算確定の遅れ、中途更改などの理由により、"
        "旧契約(更改前契約)と同一の会計年度の売上高等を採用している。",
        (
            "(新規設立事業において「事業計画値」を基礎数値とし、初年度の決算数値が未確定のため、"
            "引き続き「事業計画値」を基礎数値とするケースを含む)",
        ),
    ),
    Finding("5", "⑤固定(特定)の請負契約費用のみを売上高とするような業態のため、結果として一致した。"),
    Finding(
        "6",
        "⑥比較的小さい数(量)を基礎数値とするため、結果として変動が発生しない。",
        (
            "例:商店会総合、自治会、塾総合、労総(平均被用者数)等",
            "(数は必ずしも小さくはないが、仕組み上変動が生じず結果として基礎数値が完全に一致する"
            "レク(行事参加者)包括契約等を含む)",
        ),
    ),
    Finding("7", "⑦上記以外(具体的な理由を以下に記載してください)", needs_words=True),
)
"""同額更改の場合."""

_FINDINGS = {finding.key: finding for finding in (*SETTLEMENT, *RENEWAL)}


@dataclass(frozen=True)
class ValidityStatement:
    """The statement as filled in: who looked at what and when, and which of ①–⑦ is so (``finding`` "1" to "7").

    Raises Invalid with a Refused for each field at fault: ``required`` for a missing name or material,
    ``checked_points`` unless all checkpoints were gone through, ``finding`` for none of ①–⑦, ``finding_words`` for
    ③ or ⑦ without a reason.
    """

    confirmed_by: str
    is_employee: bool
    documents: str
    viewed_on: date
    checked_points: bool
    finding: str
    words: str = ""

    def __post_init__(self) -> None:
        faults = [
            Refused("required", N_("入力してください。"), field=field)
            for field in ("confirmed_by", "documents")
            if not getattr(self, field).strip()
        ]
        if not self.checked_points:
            message = N_("妥当性確認チェックポイントをすべて確認してください。")
            faults.append(Refused("checked_points", message, field="checked_points"))
        finding = _FINDINGS.get(self.finding)
        if finding is None:
            faults.append(Refused("finding", N_("確認結果を①～⑦から選択してください。"), field="finding"))
        elif finding.needs_words and not self.words.strip():
            message = N_("③または⑦の場合は、具体的な理由を入力してください。")
            faults.append(Refused("finding_words", message, field="words"))
        if faults:
            raise Invalid(faults)


def read_statement(document: str) -> ValidityStatement:
    """The statement as it is kept with an enrolment: JSON of its fields."""
    fields = json.loads(document)
    return ValidityStatement(**{**fields, "viewed_on": date.fromisoformat(fields["viewed_on"])})

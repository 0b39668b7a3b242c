"""ガードくんシステム登録内容チェックリスト: what the insurer's branch checks before it forwards the papers.

The manual (III.2 ⑥, B-055) names the list and leaves its items open; each item here is a rule of the manual whose
breach it calls a defect. The form and the branch's screen both take the items from here.
"""

from dataclasses import dataclass

from hoshou.base.errors import noop_gettext as N_


@dataclass(frozen=True)
class ChecklistItem:
    """One thing to check; ``key`` is stable ASCII, ``title`` a message id."""

    key: str
    title: str


CHECKLIST = (
    ChecklistItem("form", N_("加入申込票（記名・日付を含む）の内容と、本登録の内容が一致している。")),
    ChecklistItem("applicant", N_("申込人と被保険者（加入者）が同一である。")),
    ChecklistItem("member", N_("加入期間の開始時点で加盟員であり、所属協会名と加盟員番号が正しい。")),
    ChecklistItem(
        "particulars", N_("住所・名称・代表者などが最新である（期中の変更は更改時に自動では反映されない）。")
    ),
    ChecklistItem("start", N_("加入期間の開始日は毎月1日であり、本登録と書類の締切に間に合う。")),
    ChecklistItem("sales", N_("売上高が把握可能な最近の会計年度1年分で、単位を含めて確認資料と一致している。")),
    ChecklistItem("plan", N_("事業計画値による場合、確認資料があり、帳票送付状にその旨の記載がある。")),
    ChecklistItem("same_sales", N_("売上高が前年同値の場合、お客さまの内部資料または妥当性確認書がある。")),
    ChecklistItem("cover", N_("支払限度額とオプション1～4の選択が、加入者の意向と一致している。")),
    ChecklistItem("transport", N_("オプション3の場合、オプション2の要否と1回の輸送額の最大値を確認した。")),
    ChecklistItem("agency", N_("代理店の情報（名称・所在地・電話番号・コード）が漏れなく正しい。")),
    ChecklistItem(
        "share", N_("分担パターン番号3桁と分担表（三井住友海上）、または代理店登録番号11桁（他社）がある。")
    ),
    ChecklistItem("mandate", N_("口座振替依頼書がある（更改で口座変更が無い場合は不要）。")),
    ChecklistItem("copy", N_("募集代理店と担当課が、送付する書類の写しを保管した。")),
)

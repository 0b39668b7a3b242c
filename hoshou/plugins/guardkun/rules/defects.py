"""What is found wrong with papers or data, and what it holds up (B-058, B-066)."""

from enum import StrEnum

from hoshou.base.errors import noop_gettext as N_


class DefectReason(StrEnum):
    """The kinds that are counted, so that their number can be brought down."""

    FORM_DIFFERS = "form_differs"
    FORM_INCOMPLETE = "form_incomplete"
    MANDATE_MISSING = "mandate_missing"
    MANDATE_INCOMPLETE = "mandate_incomplete"
    SALES_EVIDENCE = "sales_evidence"
    SAME_SALES = "same_sales"
    SLIP = "slip"
    MEMBERSHIP = "membership"
    WRONG_ROUTE = "wrong_route"
    OTHER = "other"


DEFECT_LABELS = {
    DefectReason.FORM_DIFFERS: N_("加入申込票と登録内容の相違"),
    DefectReason.FORM_INCOMPLETE: N_("加入申込票の記入もれ"),
    DefectReason.MANDATE_MISSING: N_("口座振替依頼書の不足"),
    DefectReason.MANDATE_INCOMPLETE: N_("口座振替依頼書の不備"),
    DefectReason.SALES_EVIDENCE: N_("売上高の確認資料の不備"),
    DefectReason.SAME_SALES: N_("同額更改の確認資料の不足"),
    DefectReason.SLIP: N_("帳票送付状の不備"),
    DefectReason.MEMBERSHIP: N_("加盟員の確認ができない"),
    DefectReason.WRONG_ROUTE: N_("帳票回送の経路の誤り"),
    DefectReason.OTHER: N_("その他"),
}

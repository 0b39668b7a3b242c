"""The closed lists of the bonds system, in the words of the manual."""

from enum import StrEnum

from hoshou.base.errors import noop_gettext as N_


class ContractType(StrEnum):
    """対象契約 (manual 1.(1), A-001)."""

    PERFORMANCE_BOND = "performance_bond"
    BID_BOND = "bid_bond"
    PERFORMANCE_INSURANCE = "performance_insurance"


CONTRACT_TYPE_LABELS = {
    ContractType.PERFORMANCE_BOND: N_("公共工事履行保証証券（公共工事履行ボンド）"),
    ContractType.BID_BOND: N_("入札保証保険"),
    ContractType.PERFORMANCE_INSURANCE: N_("履行保証保険"),
}


class FileKind(StrEnum):
    """What a PDF of a folder is (manual Q20, A-008)."""

    CERTIFICATE = "certificate"
    ANNEX = "annex"
    CHANGE_NOTICE = "change_notice"


FILE_KIND_LABELS = {
    FileKind.CERTIFICATE: N_("証券"),
    FileKind.ANNEX: N_("証券別紙・付属資料"),
    FileKind.CHANGE_NOTICE: N_("契約内容変更のお知らせ"),
}


class Submission(StrEnum):
    """提出方法 agreed beforehand between contractor and orderer (manual 3, A-009)."""

    ELECTRONIC = "electronic"
    PAPER = "paper"


SUBMISSION_LABELS = {
    Submission.ELECTRONIC: N_("電磁的方法"),
    Submission.PAPER: N_("書面"),
}

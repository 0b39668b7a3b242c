"""The kinds that guide pages are sorted by: whom a question concerns, the groups, the lanes of a flow."""

from enum import IntEnum, StrEnum

from hoshou.base.errors import noop_gettext as N_

LARGEST_TENTHS = 10


class Book(StrEnum):
    """The manual that a text belongs to: the public's guide to the bonds, or the staff's to the group scheme."""

    BONDS = "bonds"
    SCHEME = "scheme"


class Audience(StrEnum):
    """Whom a question concerns."""

    ORDERER = "orderer"
    CONTRACTOR = "contractor"
    BOTH = "both"

    def concerns(self, reader: "Audience | None") -> bool:
        """Whether a reader who chose ``reader`` is shown it: what concerns both concerns each."""
        return reader in (None, self) or self is Audience.BOTH


class FaqGroup(IntEnum):
    """The manual's five groups of questions (chapter 6)."""

    SECRETS = 1
    ERRORS = 2
    MAILS = 3
    DOCUMENTS = 4
    OTHERS = 5


class Lane(StrEnum):
    """Who does a step, from left to right."""

    ORDERER = "orderer"
    CONTRACTOR = "contractor"
    AGENCY = "agency"
    INSURER = "insurer"
    SYSTEM = "system"


class Flow(StrEnum):
    """The two flows of chapter 4; the values are their pages' keys."""

    NEW = "new-contract"
    CHANGE = "change"


AUDIENCE_LABELS = {
    Audience.ORDERER: N_("発注者"),
    Audience.CONTRACTOR: N_("受注者"),
    Audience.BOTH: N_("発注者・受注者共通"),
}

GROUP_LABELS = {
    FaqGroup.SECRETS: N_("ワンタイムパスワード・閲覧用パスワード・閲覧用URL関連"),
    FaqGroup.ERRORS: N_("エラー表示"),
    FaqGroup.MAILS: N_("メール関連"),
    FaqGroup.DOCUMENTS: N_("証券等PDF関連"),
    FaqGroup.OTHERS: N_("その他"),
}

LANE_LABELS = {
    Lane.ORDERER: N_("発注者さま"),
    Lane.CONTRACTOR: N_("受注者さま"),
    Lane.AGENCY: N_("損害保険代理店"),
    Lane.INSURER: N_("損害保険会社"),
    Lane.SYSTEM: N_("保証証券等確認システム"),
}

FLOW_LABELS = {
    Flow.NEW: N_("新規契約"),
    Flow.CHANGE: N_("保険期間中の増額・延長等の変更"),
}

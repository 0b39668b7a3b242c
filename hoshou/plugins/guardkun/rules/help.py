"""How the scheme's questions are grouped; the manual itself has no groups (VI, B-107)."""

from enum import IntEnum

from hoshou.base.errors import noop_gettext as N_


class HelpGroup(IntEnum):
    """What a question is about."""

    JOINING = 1
    DEBITS = 2
    SYSTEM = 3
    CHANGES = 4


HELP_GROUP_LABELS = {
    HelpGroup.JOINING: N_("募集・加入"),
    HelpGroup.DEBITS: N_("口座振替"),
    HelpGroup.SYSTEM: N_("システムの利用"),
    HelpGroup.CHANGES: N_("変更・脱退"),
}

HELP_PAGES = ("scheme-features", "scheme-cover", "scheme-joining", "scheme-changes", "scheme-claims")
"""The pages of running text by their keys, in the manual's order."""

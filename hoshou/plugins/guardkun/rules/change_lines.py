"""What a notice of change shows item by item, before and after (III.4.(3), B-089, B-092)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.rules.changes import ChangeKind
from hoshou.plugins.guardkun.rules.printed import PrintedEnrolment

_PARTICULARS = {
    "company_name": N_("名称"),
    "company_kana": N_("フリガナ"),
    "representative_title": N_("代表者の役職"),
    "representative": N_("代表者"),
    "postal_code": N_("郵便番号"),
    "address": N_("所在地"),
    "phone": N_("電話番号"),
    "email": N_("メールアドレス"),
}


@dataclass(frozen=True)
class ChangeLine:
    """One item; ``title`` is a message id."""

    title: str
    before: str
    after: str


def change_lines(kind: ChangeKind, details: Mapping[str, Any], facts: PrintedEnrolment) -> tuple[ChangeLine, ...]:
    """The items that the change's ``details`` alter, in the order of the form; none for a withdrawal.

    ``details`` has the new particulars by name, or the agency's ``new_number`` and ``new_name``.
    """
    if kind is ChangeKind.PARTICULARS:
        pairs = [
            (title, str(getattr(facts.member, name)), str(details[name]))
            for name, title in _PARTICULARS.items()
            if name in details
        ]
    elif kind is ChangeKind.AGENCY:
        agency = facts.quote.agency
        pairs = [
            (
                N_("代理店登録番号"),
                str(details.get("old_number", agency.registration_number)),
                str(details.get("new_number", "")),
            ),
            (
                N_("代理店名"),
                str(details.get("old_name", agency.name)),
                str(details.get("new_name", "")),
            ),
        ]
    else:
        pairs = []
    return tuple(ChangeLine(*pair) for pair in pairs if pair[1] != pair[2])

"""The clauses that carry a premium of their own."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from hoshou.base.errors import noop_gettext as N_


class Clause(StrEnum):
    """A rated clause by the name it has in a breakdown, in the order of a breakdown."""

    BASIC = "basic"
    KEY_RECREATION = "key_recreation"
    VALUABLES_OTHER = "valuables_other"
    VALUABLES_TRANSPORT = "valuables_transport"
    TRANSPORT = "transport"
    LABOUR_DISPUTE = "labour_dispute"


class PrintedClause(NamedTuple):
    """How a clause is printed: its 特約コード, and its name as message id."""

    code: str
    title: str


PRINTED: Mapping[Clause, PrintedClause] = {
    Clause.BASIC: PrintedClause("58", N_("基本補償")),
    Clause.KEY_RECREATION: PrintedClause("88", N_("鍵再作成費用補償特約")),
    Clause.VALUABLES_OTHER: PrintedClause("B4", N_("現金・貴重品補償特約（輸送警備以外）")),
    Clause.VALUABLES_TRANSPORT: PrintedClause("B5", N_("現金・貴重品補償特約（輸送警備）")),
    Clause.TRANSPORT: PrintedClause("B1", N_("運送業務補償特約")),
    Clause.LABOUR_DISPUTE: PrintedClause("B3", N_("労働争議補償特約")),
}
"""The rated clauses as the manual prints them (II.(1), II.(2), B-016)."""

_SALES = N_("警備業務の売上高")
BASIS_TITLES: Mapping[Clause, str] = {
    Clause.BASIC: _SALES,
    Clause.KEY_RECREATION: _SALES,
    Clause.VALUABLES_OTHER: N_("輸送警備以外の見込み売上高"),
    Clause.VALUABLES_TRANSPORT: N_("見込み延輸送金額"),
    Clause.TRANSPORT: _SALES,
    Clause.LABOUR_DISPUTE: _SALES,
}
"""What each clause's premium is computed from (II.(5), B-031, B-032)."""

"""The six guarding duties of the 警備業法, insured as one block (II.(3), B-029)."""

from collections.abc import Collection
from enum import StrEnum

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_


class Duty(StrEnum):
    """One duty; all six are covered together."""

    FACILITY = "facility"
    CROWD = "crowd"
    TRAFFIC = "traffic"
    TRANSPORT = "transport"
    ESCORT = "escort"
    MACHINE = "machine"


DUTY_LABELS = {
    Duty.FACILITY: N_("施設警備業務"),
    Duty.CROWD: N_("雑踏警備業務"),
    Duty.TRAFFIC: N_("交通誘導警備業務"),
    Duty.TRANSPORT: N_("輸送警備業務"),
    Duty.ESCORT: N_("身辺警備業務"),
    Duty.MACHINE: N_("機械警備業務"),
}
ALL_DUTIES = ",".join(Duty)


def require_all_duties(duties: Collection[str]) -> str:
    """The duties as they are stored. Raises Refused ``duties``: some of them can't be insured alone."""
    if set(duties) != set(Duty):
        raise Refused(
            "duties",
            N_("請け負うすべての警備業務を包括して引き受けます。一部の業務だけで加入することはできません。"),
            field="duties",
        )
    return ALL_DUTIES

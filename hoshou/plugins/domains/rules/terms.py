"""The settings by which applications are approved and registered (D-09, D-45)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Approval(StrEnum):
    """Who must approve after the association: every participating insurer, or nobody else."""

    ALL = "all"
    ASSOCIATION = "association"


@dataclass(frozen=True)
class Terms:
    """``registration_day`` is the day of the batch's month; when it is no business day, the next one counts."""

    approval: Approval
    registration_day: int

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Terms":
        """Raises ValueError for settings that mean nothing."""
        day = int(settings["DOMAIN_REGISTRATION_DAY"])
        if not 1 <= day <= 28:
            raise ValueError("DOMAIN_REGISTRATION_DAY must be a day that every month has")
        return cls(Approval(settings["DOMAIN_APPROVAL"]), day)


def insurers_agree(approval: Approval, active: Collection[int], approving: Collection[int]) -> bool:
    """Whether the insurers' part is done: each active one has approved, and there is one at all."""
    if approval is Approval.ASSOCIATION:
        return True
    return bool(active) and set(active) <= set(approving)

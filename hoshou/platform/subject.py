"""Who a staff user is to the rules: roles and the organisation whose rows are theirs (D-44)."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """The roles of P-005. The values are stable: permissions hang on them."""

    ADMINISTRATOR = "administrator"
    ASSOCIATION = "association"
    INSURER = "insurer"
    AGENCY = "agency"
    AUDITOR = "auditor"
    LEAD_OFFICE = "lead_office"
    CO_INSURER = "co_insurer"
    GROUP_ASSOCIATION = "group_association"
    PREFECTURE = "prefecture"


@dataclass(frozen=True)
class Subject:
    """A staff user as the rules see it. No organisation, no rows."""

    user_id: int
    name: str
    email: str
    roles: frozenset[str] = field(default_factory=frozenset)
    insurer_id: int | None = None
    branch_id: int | None = None
    agency_id: int | None = None
    organisation_name: str = ""

    def has(self, *roles: Role) -> bool:
        return any(role.value in self.roles for role in roles)

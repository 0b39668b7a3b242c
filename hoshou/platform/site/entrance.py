"""What a plugin offers on the public home."""

from dataclasses import dataclass
from enum import StrEnum


class Audience(StrEnum):
    """Who somebody is when they come to the public home."""

    ORDERER = "orderer"
    CONTRACTOR = "contractor"
    STAFF = "staff"


@dataclass(frozen=True)
class Entrance:
    """A template that says what this audience can do, with the way there."""

    audience: Audience
    template: str

"""What a plugin offers on the public home and at the foot of every public page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Audience(StrEnum):
    """Who somebody is when they come to the public home."""

    ORDERER = "orderer"
    CONTRACTOR = "contractor"
    STAFF = "staff"


@dataclass(frozen=True)
class Entrance:
    """A template that says what this audience can do, with the way there; lower ``order`` comes first."""

    audience: Audience
    template: str
    order: int = 100


@dataclass(frozen=True)
class FootLink:
    """A link to a page of the plugin; ``label`` is a message id."""

    endpoint: str
    label: str
    values: Mapping[str, str] = field(default_factory=dict)

"""Who did it: staff, somebody in a public page, or a job."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    STAFF = "staff"
    VIEWER = "viewer"
    ORDERER = "orderer"
    PUBLIC = "public"
    JOB = "job"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """``name`` is a user name, a job's name, or a masked address; ``origin`` the network address, if any."""

    kind: ActorKind
    name: str
    user_id: int | None = None
    origin: str = ""


SYSTEM = Actor(ActorKind.SYSTEM, "system")

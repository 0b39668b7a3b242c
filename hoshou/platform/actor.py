"""Who did it: staff, somebody in a public page, or a job."""

from dataclasses import dataclass
from enum import StrEnum

from hoshou.base.errors import noop_gettext as N_


class ActorKind(StrEnum):
    STAFF = "staff"
    VIEWER = "viewer"
    ORDERER = "orderer"
    PUBLIC = "public"
    JOB = "job"
    SYSTEM = "system"


ACTOR_LABELS = {
    ActorKind.STAFF: N_("担当者"),
    ActorKind.VIEWER: N_("閲覧者"),
    ActorKind.ORDERER: N_("発注者"),
    ActorKind.PUBLIC: N_("外部の利用者"),
    ActorKind.JOB: N_("自動処理"),
    ActorKind.SYSTEM: N_("システム"),
}


@dataclass(frozen=True)
class Actor:
    """``name`` is a user name, a job's name, or a masked address; ``origin`` the network address, if any."""

    kind: ActorKind
    name: str
    user_id: int | None = None
    origin: str = ""


SYSTEM = Actor(ActorKind.SYSTEM, "system")

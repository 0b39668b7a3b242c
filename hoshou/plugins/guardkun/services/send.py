"""The papers' route: agency → own insurer's branch → lead office, never past the branch (⑤ ⑥, B-054 to B-056)."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor
from hoshou.platform.subject import Subject
from hoshou.plugins.guardkun.rules.checklist import CHECKLIST
from hoshou.plugins.guardkun.rules.lines import optional_line
from hoshou.plugins.guardkun.rules.stages import Step
from hoshou.plugins.guardkun.services.progress import advance, hold
from hoshou.plugins.guardkun.services.rights import require_agency, require_branch


def send_to_branch(
    session: Session, clock: Clock, actor: Actor, subject: Subject, enrolment_id: int, *, copy_kept: bool
) -> None:
    """The agency sends its papers to the branch in charge; nowhere else can it send them (B-054).

    Raises NotFound, Forbidden, Refused ``copy_not_kept`` and ``step_not_allowed``.
    """
    enrolment = hold(session, subject, enrolment_id)
    require_agency(subject, enrolment.registration)
    _require_copy(copy_kept)
    changes = {"sent_at": clock.now(), "agency_copy_kept": True}
    branch = repr(enrolment.registration.branch)
    advance(session, clock, actor, enrolment, Step.SEND_TO_BRANCH, changes, branch=branch)


def forward(
    session: Session,
    clock: Clock,
    actor: Actor,
    subject: Subject,
    enrolment_id: int,
    *,
    ticked: Collection[str],
    copy_kept: bool,
    note: str = "",
) -> None:
    """The branch has checked everything and forwards to the lead office (B-055).

    Raises NotFound, Forbidden, Refused ``checks_incomplete``, ``copy_not_kept`` and ``step_not_allowed``.
    """
    enrolment = hold(session, subject, enrolment_id)
    require_branch(subject, enrolment.registration)
    required = [item.key for item in CHECKLIST]
    if not set(required) <= set(ticked):
        raise Refused(
            "checks_incomplete",
            N_("登録内容チェックリストのすべての項目を確認してから回送してください。"),
            field="checks",
        )
    _require_copy(copy_kept)
    changes = {
        "forwarded_at": clock.now(),
        "branch_copy_kept": True,
        "checks": ",".join(required),
        "branch_note": optional_line(note, "note", 500),
    }
    advance(session, clock, actor, enrolment, Step.FORWARD, changes)


def _require_copy(kept: bool) -> None:
    if not kept:
        raise Refused("copy_not_kept", N_("送付する書類の写しを保管してから送付してください。"), field="copy_kept")

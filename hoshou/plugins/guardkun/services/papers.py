"""Which documents an enrolment has for this reader at its stage (B-054, B-062, B-109)."""

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.stages import BOOKED_STAGES, Stage
from hoshou.plugins.guardkun.services.rights import leads

_PAPERS = (Role.AGENCY, Role.INSURER, Role.CO_INSURER, Role.LEAD_OFFICE, Role.AUDITOR)
_CHECKERS = (Role.INSURER, Role.CO_INSURER, Role.LEAD_OFFICE)


def papers_of(subject: Subject, enrolment: Enrolment) -> list[tuple[str, str]]:
    """Name of the download and its title, a message id, in the order of the way."""
    stage = enrolment.current_stage
    booked = stage in BOOKED_STAGES
    reads, checks = subject.has(*_PAPERS), subject.has(*_CHECKERS)
    has_form = reads and enrolment.form_version > 0 and stage is not Stage.CANCELLED
    registered = has_form and enrolment.registered_at is not None
    of_lead = leads(enrolment.scheme_year, enrolment.registration.insurer_id)
    offered = (
        ("application_form", N_("加入申込票"), has_form),
        ("mandate_form", N_("口座振替依頼書"), has_form and not booked),
        ("validity_statement", N_("妥当性確認書"), has_form and enrolment.previous_id is not None),
        ("slip", N_("帳票送付状"), registered),
        ("share_table", N_("分担表"), registered and of_lead),
        ("checklist", N_("登録内容チェックリスト"), registered and (checks or subject.has(Role.AUDITOR))),
        ("proof_of_cover", N_("付保証明書"), booked and checks),
        (
            "certificate",
            N_("加入者証"),
            enrolment.certificate_file_id is not None and not _only_prefecture(subject),
        ),
        ("accident_report", N_("事故報告書"), booked and reads),
    )
    return [(name, title) for name, title, given in offered if given]


def _only_prefecture(subject: Subject) -> bool:
    return not subject.has(*_PAPERS, Role.GROUP_ASSOCIATION)

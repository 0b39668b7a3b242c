"""新規アップロード and 追加アップロード: one transaction for folder, files, password and both mails.

A new policy number makes a folder with a viewing URL and a viewing password; a known one gets the files
added, keeps its URL and changes its password (A-013, A-015, A-019, A-021, A-024). A crash at any
point leaves all of it or none of it (F1).
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Forbidden, NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.fence import over_the_fence
from hoshou.platform.files.model import keep
from hoshou.platform.keys import KeyRing
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.bonds.models import BondFile, BondFolder, UploadReceipt
from hoshou.plugins.bonds.rules.idempotency import checked_key
from hoshou.plugins.bonds.rules.kinds import Submission
from hoshou.plugins.bonds.rules.limits import UploadLimits
from hoshou.plugins.bonds.rules.request import UploadRequest
from hoshou.plugins.bonds.services.intake import PreparedUpload
from hoshou.plugins.bonds.services.publish import publish
from hoshou.plugins.bonds.services.quota import reserve
from hoshou.plugins.bonds.services.scope import require_uploader
from hoshou.plugins.bonds.services.signature_report import UNSIGNED
from hoshou.plugins.bonds.services.waiting import keep_waiting
from hoshou.plugins.organisations.models import AgencyCode, Insurer

PDF = "application/pdf"


@dataclass(frozen=True)
class UploadOutcome:
    """What was done: the numbers of the new files, newest last, and whether the folder is new.

    ``waiting``: for the malware scanner; until it has answered nobody can read the files and no mail goes out.
    """

    folder_id: int
    policy_number: str
    is_new: bool
    file_numbers: tuple[int, ...]
    mailed: bool
    waiting: bool = False


def upload(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    subject: Subject,
    prepared: PreparedUpload,
    *,
    idempotency_key: str,
    limits: UploadLimits,
    public_url: str,
) -> UploadOutcome:
    """Store an upload once; the same key and content again answer the same and do nothing.

    Raises Forbidden for who may not upload for this insurer or agency, Refused ``key_reused`` for the
    same key with other content, ``folder_full``, ``nothing_to_replace``, ``facts_differ``, and what the
    quotas refuse (``services.quota``).
    """
    require_uploader(subject)
    idempotency_key = checked_key(idempotency_key)
    request = prepared.request
    # A number that another agency has taken is refused below, whosever it is.
    with over_the_fence(session):
        folder = session.scalar(
            select(BondFolder)
            .where(
                BondFolder.insurer_id == request.insurer_id,
                BondFolder.policy_number == request.policy_number,
                BondFolder.deleted_at.is_(None),
            )
            .with_for_update()
        )
    # With the folder locked: the same upload running at this moment has answered by now (F12).
    earlier = session.scalar(
        select(UploadReceipt).where(UploadReceipt.user_id == subject.user_id, UploadReceipt.key == idempotency_key)
    )
    if earlier is not None:
        return _answer_again(earlier, prepared)
    agency_id = _agency(session, clock.today(), subject, request)
    is_new = folder is None
    if folder is None:
        folder = _new_folder(session, clock, request, agency_id)
    else:
        _check_addition(subject, folder, request, agency_id)
        _take_over_facts(clock, folder, request, agency_id)
    reserve(session, clock, subject, folder, prepared.size, limits)
    files = _add_files(session, clock, actor, folder, prepared, limits.folder_files)
    mailed = False
    if prepared.is_scanned:
        mailed = publish(session, clock, keys, actor, subject, folder, files, prepared.secrets, public_url)
    else:
        keep_waiting(session, clock, actor, subject, folder, files)
    outcome = UploadOutcome(
        folder.id,
        folder.policy_number,
        is_new,
        tuple(file.number for file in files),
        mailed,
        waiting=not prepared.is_scanned,
    )
    session.add(
        UploadReceipt(
            user_id=subject.user_id,
            key=idempotency_key,
            request_digest=prepared.digest,
            folder_id=folder.id,
            answer=json.dumps(asdict(outcome)),
            created_at=clock.now(),
        )
    )
    session.flush()
    return outcome


def outcome_of(session: Session, subject: Subject, idempotency_key: str) -> UploadOutcome:
    """What the user's upload with this key did. Raises NotFound for nobody's or anybody else's key."""
    answer = session.scalar(
        select(UploadReceipt.answer).where(
            UploadReceipt.user_id == subject.user_id, UploadReceipt.key == idempotency_key
        )
    )
    if answer is None:
        raise NotFound("upload_not_found", N_("この登録は見つかりません。"))
    return _outcome(answer)


def _outcome(answer: str) -> UploadOutcome:
    values = json.loads(answer)
    return UploadOutcome(**{**values, "file_numbers": tuple(values["file_numbers"])})


def _answer_again(receipt: UploadReceipt, prepared: PreparedUpload) -> UploadOutcome:
    if receipt.request_digest != prepared.digest:
        raise Refused(
            "key_reused",
            N_("この送信はすでに別の内容で受け付けています。画面を開き直して、もう一度登録してください。"),
        )
    return _outcome(receipt.answer)


def _agency(session: Session, today: date, subject: Subject, request: UploadRequest) -> int | None:
    """The agency that the folder will belong to; checks insurer and agency against who uploads."""
    insurer = session.get(Insurer, request.insurer_id)
    if insurer is None or not insurer.is_active(today):
        raise Refused("unknown_insurer", N_("保険会社を選択してください。"), field="insurer_id")
    if subject.has(Role.INSURER) and subject.insurer_id is not None:
        if subject.insurer_id != request.insurer_id:
            raise Forbidden("foreign_insurer", N_("他の保険会社の証券等は登録できません。"))
        agency_id = request.agency_id
    else:
        agency_id = subject.agency_id
    if agency_id is not None:
        code = session.scalar(
            select(AgencyCode.id).where(AgencyCode.agency_id == agency_id, AgencyCode.insurer_id == insurer.id)
        )
        if code is None:
            raise Refused(
                "agency_without_code",
                N_("この代理店は、選択した保険会社の取扱代理店として登録されていません。"),
                field="insurer_id",
            )
    return agency_id


def _new_folder(session: Session, clock: Clock, request: UploadRequest, agency_id: int | None) -> BondFolder:
    if request.replaces is not None:
        raise _nothing_to_replace()
    folder = BondFolder(
        insurer_id=request.insurer_id,
        agency_id=agency_id,
        policy_number=request.policy_number,
        contract_type=request.contract_type.value,
        national_direct=request.national_direct,
        submission=request.submission.value,
        contract_date=request.contract_date,
        insurance_start=request.insurance_start,
        insurance_end=request.insurance_end,
        contractor_name=request.contractor_name,
        contractor_email=request.contractor_email,
        orderer_name=request.orderer_name,
        project_name=request.project_name,
        override_reason=request.override_reason,
        password_hash="",
        password_serial=0,
        created_at=clock.now(),
        changed_at=clock.now(),
    )
    session.add(folder)
    session.flush()
    return folder


def _check_addition(subject: Subject, folder: BondFolder, request: UploadRequest, agency_id: int | None) -> None:
    if subject.has(Role.AGENCY) and folder.agency_id != subject.agency_id:
        raise Forbidden(
            "foreign_folder",
            N_("この証券番号は他の代理店が登録しています。損害保険会社の担当者にご確認ください。"),
        )
    if folder.contract_type != request.contract_type:
        raise Refused(
            "facts_differ",
            N_("同じ証券番号が別の契約種類で登録されています。証券番号と契約種類をご確認ください。"),
            field="contract_type",
        )
    if agency_id is not None and folder.agency_id not in (None, agency_id):
        raise Refused("facts_differ", N_("同じ証券番号が別の取扱代理店で登録されています。"), field="agency_id")
    if folder.token_sealed is not None and request.submission is Submission.PAPER:
        raise Refused(
            "facts_differ",
            N_("この証券番号にはすでに閲覧用URLがあるため、書面に変えることはできません。"),
            field="submission",
        )


def _take_over_facts(clock: Clock, folder: BondFolder, request: UploadRequest, agency_id: int | None) -> None:
    # The last upload counts, for the purge date too.
    folder.agency_id = folder.agency_id or agency_id
    folder.submission = request.submission.value
    folder.insurance_start = request.insurance_start
    folder.insurance_end = request.insurance_end
    folder.contractor_name = request.contractor_name
    folder.contractor_email = request.contractor_email
    folder.orderer_name = request.orderer_name or folder.orderer_name
    folder.project_name = request.project_name
    folder.changed_at = clock.now()


def _add_files(
    session: Session, clock: Clock, actor: Actor, folder: BondFolder, prepared: PreparedUpload, max_files: int
) -> Sequence[BondFile]:
    present = session.scalars(select(BondFile).where(BondFile.folder_id == folder.id)).all()
    if len([file for file in present if file.deleted_at is None]) + len(prepared.files) > max_files:
        raise Refused(
            "folder_full",
            N_("1つの証券番号に登録できるファイルは%(most)d件までです。"),
            field="files",
            most=max_files,
        )
    replaced = _replaced(present, prepared)
    number = max((file.number for file in present), default=0)
    added = []
    for incoming in prepared.files:
        number += 1
        instead_of = replaced if replaced is not None and replaced.kind == incoming.kind else None
        stored = keep(session, clock, actor, incoming.blob, incoming.name, PDF)
        file = BondFile(
            folder_id=folder.id,
            number=number,
            kind=incoming.kind.value,
            stored_file_id=stored.id,
            pages=incoming.pages,
            signed=incoming.signed,
            signature_report=None if incoming.signed else UNSIGNED,
            insurance_end=prepared.request.insurance_end,
            replaces_id=instead_of.id if instead_of else None,
            uploaded_at=clock.now(),
            uploaded_by=actor.name,
        )
        session.add(file)
        added.append(file)
        audit.record(
            session,
            clock,
            actor,
            "bonds.uploaded",
            "bonds_folder",
            folder.id,
            file=number,
            kind=incoming.kind.value,
            sha256=stored.sha256,
            size=stored.size,
            replaces=instead_of.number if instead_of else None,
        )
    session.flush()
    return added


def _replaced(present: Sequence[BondFile], prepared: PreparedUpload) -> BondFile | None:
    if prepared.request.replaces is None:
        return None
    kinds = {file.kind.value for file in prepared.files}
    for file in present:
        if file.number == prepared.request.replaces and file.deleted_at is None and file.kind in kinds:
            return file
    raise _nothing_to_replace()


def _nothing_to_replace() -> Refused:
    return Refused(
        "nothing_to_replace",
        N_("差し替えの対象となる同じ種類のファイルが、この証券番号に登録されていません。"),
        field="replaces",
    )

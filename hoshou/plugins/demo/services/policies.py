"""The demo's policies, uploaded one file after the other by the product's own upload."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoshou.base.clock import JST, Clock, FixedClock
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.files.store import FileStore
from hoshou.platform.keys import KeyRing
from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.bonds.rules.kinds import ContractType, FileKind
from hoshou.plugins.bonds.rules.limits import UploadLimits
from hoshou.plugins.bonds.rules.request import UploadForm
from hoshou.plugins.bonds.services.handover import note_told
from hoshou.plugins.bonds.services.intake import IncomingFile, PreparedUpload, prepare_upload
from hoshou.plugins.bonds.services.upload import upload
from hoshou.plugins.demo.certificates import certificate_pdf, scanned
from hoshou.plugins.demo.rules import certificate
from hoshou.plugins.demo.rules.accounts import AGENCY_ACCOUNTS, INSURER_ACCOUNTS, DemoAccount
from hoshou.plugins.demo.rules.parties import INSURERS
from hoshou.plugins.demo.rules.portfolio import DemoFile, DemoPolicy
from hoshou.plugins.demo.services.parties import insurer_row
from hoshou.plugins.organisations.services.accounts import agency_called
from hoshou.plugins.organisations.services.subject import subject_of

CONTRACT_TYPES = {
    certificate.ContractType.BOND: ContractType.PERFORMANCE_BOND,
    certificate.ContractType.BID: ContractType.BID_BOND,
    certificate.ContractType.PERFORMANCE: ContractType.PERFORMANCE_INSURANCE,
}
FILE_KINDS = {
    certificate.DocumentKind.CERTIFICATE: FileKind.CERTIFICATE,
    certificate.DocumentKind.ANNEX: FileKind.ANNEX,
    certificate.DocumentKind.CHANGE_NOTICE: FileKind.CHANGE_NOTICE,
}
FIRST_UPLOAD = time(9, 30)
BETWEEN = timedelta(minutes=7)
UPLOADING_INSURERS = INSURERS[3::4]
"""These have their own staff upload; the others leave it to the agencies."""


@dataclass(frozen=True)
class DemoUpload:
    """One file on its way into its folder; ``number`` is the one that it will have there."""

    policy: DemoPolicy
    file: DemoFile
    number: int
    username: str
    at: datetime


def demo_uploads(policies: Iterable[DemoPolicy], clock: Clock) -> list[DemoUpload]:
    """Every file of the policies in the order of their uploads, none later than now."""
    files = [
        (file.uploaded_on, index, number, policy, file)
        for index, policy in enumerate(policies)
        for number, file in enumerate(policy.files, start=1)
    ]
    uploads: list[DemoUpload] = []
    same_day = 0
    last: date | None = None
    for day, _, number, policy, file in sorted(files, key=lambda entry: entry[:3]):
        same_day = same_day + 1 if day == last else 0
        last = day
        at = datetime.combine(day, FIRST_UPLOAD, JST) + same_day * BETWEEN
        uploads.append(DemoUpload(policy, file, number, uploader_of(policy).username, min(at, clock.now())))
    return uploads


def uploader_of(policy: DemoPolicy) -> DemoAccount:
    """Who uploads the policy's files and is mailed their passwords."""
    if policy.insurer in UPLOADING_INSURERS:
        return next(account for account in INSURER_ACCOUNTS if account.insurer == policy.insurer)
    return next(account for account in AGENCY_ACCOUNTS if account.agency == policy.agency)


def is_uploaded(session: Session, one: DemoUpload) -> bool:
    """Whether an earlier run has come past this file."""
    folder = folder_of(session, one.policy)
    if folder is None:
        return False
    newest = session.scalar(select(func.max(BondFile.number)).where(BondFile.folder_id == folder.id))
    return (newest or 0) >= one.number


def folder_of(session: Session, policy: DemoPolicy) -> BondFolder | None:
    """The folder of a policy of the demo."""
    insurer = insurer_row(session, policy.insurer)
    return session.scalar(
        select(BondFolder).where(
            BondFolder.insurer_id == insurer.id, BondFolder.policy_number == policy.facts.policy_number
        )
    )


def prepare_demo_upload(
    session: Session, store: FileStore, one: DemoUpload, limits: UploadLimits
) -> PreparedUpload:
    """Make the document and take it in, before the transaction."""
    data, policy = one.file.data, one.policy
    pdf = certificate_pdf(one.file.kind, data)
    form = UploadForm(
        insurer_id=str(insurer_row(session, policy.insurer).id),
        agency_id=str(agency_called(session, policy.agency.name).id),
        policy_number=data.policy_number,
        contract_type=CONTRACT_TYPES[data.contract_type],
        contract_date=data.contracted_on.isoformat(),
        insurance_start=data.insured_from.isoformat(),
        insurance_end=data.insured_to.isoformat(),
        contractor_name=data.contractor,
        contractor_email=policy.contractor.email,
        contractor_email_again=policy.contractor.email,
        orderer_name=data.orderer,
        project_name=data.project_name,
        kind=FILE_KINDS[one.file.kind],
        replaces="" if one.file.replaces is None else str(one.file.replaces + 1),
    )
    incoming = IncomingFile(one.file.filename, scanned(pdf) if one.file.scanned else pdf)
    return prepare_upload(store, form, [incoming], limits)


def upload_demo_file(
    session: Session,
    keys: KeyRing,
    one: DemoUpload,
    prepared: PreparedUpload,
    limits: UploadLimits,
    public_url: str,
) -> None:
    """Upload as the user who would have, on the day on which they would have, and have the contractor told."""
    user_id = session.scalars(select(User.id).where(User.username == one.username)).one()
    subject = subject_of(session, user_id)
    if subject is None:
        raise LookupError(one.username)
    clock, actor = FixedClock(one.at), Actor(ActorKind.STAFF, one.username, user_id)
    outcome = upload(
        session,
        clock,
        keys,
        actor,
        subject,
        prepared,
        idempotency_key=f"demo-{one.policy.facts.policy_number}-{one.number}",
        limits=limits,
        public_url=public_url,
    )
    if outcome.mailed:
        note_told(session, clock, actor, subject, outcome.folder_id)

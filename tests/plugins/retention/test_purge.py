"""Purging folders whose time is over: what goes, what stays, when, and who is told (A-080 to A-082, A25)."""

import hashlib
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from hoshou.base.clock import FixedClock, jst
from hoshou.platform import audit
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.platform.files.store import FileStore
from hoshou.platform.jobs import commands
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.runner import run_job
from hoshou.platform.mail.outbox import SEALING, OutboxMail
from hoshou.platform.subject import Role
from hoshou.plugins.bonds.models import BondFile, BondFolder, BondWaiting
from hoshou.plugins.bonds.services import unlock
from hoshou.plugins.retention.jobs import PURGE
from hoshou.plugins.retention.models import RetentionPurge
from hoshou.plugins.retention.services import purge
from tests.accounts import add_user, fresh
from tests.plugins.bonds.factories import make_folder
from tests.plugins.bonds.test_deletion import show
from tests.plugins.retention.ground import GONE_ON, INSURED_UNTIL, add_folders, blobs_on_disk, dump, run
from tests.samples import signed

NIGHT = jst(2029, 4, 1, 2)
"""A Sunday: deletion keeps no business days."""
JOB = "retention.purge"
CANARIES = ("鳴鳥建設", "kanaria.tarou", "鳴鳥橋", "鳴鳥市", "鳴鳥の証券", "鳴鳥の理由")


def upload(**changes: Any) -> Any:
    return transact(lambda session: make_folder(session, **changes))


@pytest.mark.req("A-080", "A-082", "D-10", "A25")
def test_present_on_the_last_day_and_gone_in_the_next_night(app_on_both: Flask, clock: FixedClock) -> None:
    made = upload(insurance_start="2026-03-01", insurance_end="2026-03-31")
    clock.move_to(jst(2029, 3, 31, 2))
    assert run(app_on_both, JOB, clock.now())["folders"] == 0
    clock.move_to(jst(2029, 3, 31, 23, 59))
    assert run(app_on_both, JOB, clock.now())["folders"] == 0
    assert len(blobs_on_disk(app_on_both)) == 1
    clock.move_to(NIGHT)
    assert run(app_on_both, JOB, NIGHT)["folders"] == 1
    session = fresh()
    folder = session.get_one(BondFolder, made.folder_id)
    assert folder.deleted_at == NIGHT
    assert folder.policy_number == made.policy_number
    assert blobs_on_disk(app_on_both) == set()
    [file] = session.scalars(select(BondFile))
    assert len(file.stored_file.sha256) == 64
    assert file.stored_file.erased_at == NIGHT
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "retention.purged")).one()
    told = json.loads(entry.detail)
    assert told == {
        "number": made.policy_number,
        "insurance_end": "2026-03-31",
        "sha256": {"1": file.stored_file.sha256},
    }
    assert audit.verify(session, audit.audit_key()) == []
    assert run(app_on_both, JOB, NIGHT + timedelta(hours=1))["folders"] == 0
    assert unlock.match(fresh(), platform().keys, made.token, made.password).is_gone


@pytest.mark.req("A-039", "D-46")
def test_who_comes_with_the_last_password_of_a_purged_folder_is_told(app: Flask, clock: FixedClock) -> None:
    made = upload(insurance_start="2026-03-01", insurance_end="2026-03-31")
    clock.move_to(NIGHT)
    assert run(app, JOB, NIGHT)["folders"] == 1
    clock.move_to(jst(2029, 4, 2, 10))
    gone = show(app, made.token, made.password)
    assert gone.status_int == 410
    assert (
        "同一証券番号で最後にアップロードしたファイルの保険終期+3年が経過したフォルダおよび同一証券番号のファイル"
        in gone
    )
    assert "契約の取扱代理店または損害保険会社営業店担当者が誤登録したファイル" in gone
    assert "契約締結したときにダウンロードした証券等を確認ください" in gone
    other = show(app, made.token, "AAAA-AAAA-AAAA")
    assert other.status_int == 400
    assert "削除" not in other


@pytest.mark.req("A-081")
@pytest.mark.parametrize(
    ("added", "gone_on"), [("2027-03-31", date(2030, 4, 1)), ("2026-01-31", date(2029, 2, 1))]
)
def test_the_last_upload_moves_the_day_both_ways(app: Flask, clock: FixedClock, added: str, gone_on: date) -> None:
    dates = {"contract_date": "2026-01-01", "insurance_start": "2026-01-01"}
    made = upload(insurance_end="2026-03-31", **dates)
    upload(insurance_end=added, policy_number=made.policy_number, **dates)
    for day, expected in ((gone_on - timedelta(days=1), 0), (gone_on, 1)):
        clock.move_to(jst(day.year, day.month, day.day, 2))
        assert run(app, JOB, clock.now())["folders"] == expected
    assert blobs_on_disk(app) == set()


@pytest.mark.req("A25", "A-082")
def test_of_people_and_contents_nothing_is_left(app: Flask, clock: FixedClock) -> None:
    made = upload(
        files=[("鳴鳥の証券.pdf", b""), ("鳴鳥の証券2.pdf", b"")],
        insurance_end="2026-04-30",
        contract_date="2025-11-01",
        override_reason="鳴鳥の理由",
        contractor_name="鳴鳥建設",
        contractor_email="kanaria.tarou@builder.example.jp",
        project_name="鳴鳥橋補修工事",
        orderer_name="鳴鳥市",
    )
    with unit_of_work() as session:
        file = session.scalars(select(BondFile).where(BondFile.number == 1)).one()
        file.deleted_at, file.deleted_why = clock.now(), "鳴鳥の理由"
    for canary in CANARIES:
        assert canary in dump(), canary
    clock.move_to(jst(2029, 5, 1, 2))
    assert run(app, JOB, clock.now())["folders"] == 1
    db.session.rollback()
    left = dump()
    assert made.policy_number in left
    for canary in (*CANARIES, made.token, made.password):
        assert canary not in left, canary
    assert blobs_on_disk(app) == set()
    mails = fresh().scalars(select(OutboxMail).where(OutboxMail.about_id == str(made.folder_id))).all()
    assert {mail.sealed_body for mail in mails} == {None}


@pytest.mark.req("A25", "A16", "A-082")
def test_of_signatures_and_of_uploads_that_wait_nothing_is_left_either(app: Flask, clock: FixedClock) -> None:
    data = signed.signed_by("鳴鳥署名") + b"\n% kanaria-content\n"
    made = upload(files=[("証券.pdf", data)], insurance_end="2026-04-30")
    run(app, "bonds.signatures", clock.now())
    with unit_of_work() as session:
        waiting = BondWaiting(
            folder_id=made.folder_id, user_id=1, email="kanaria.machi@agency.example.jp", since=clock.now()
        )
        session.add(waiting)
        session.flush()
        session.scalars(select(BondFile)).one().waiting_id = waiting.id
    canaries = ("鳴鳥署名", "kanaria.machi")
    for canary in canaries:
        assert canary in dump(), canary
    assert all(b"kanaria-content" not in path.read_bytes() for path in files_of(app)), "the store is encrypted"
    clock.move_to(jst(2029, 5, 1, 2))
    assert run(app, JOB, clock.now())["folders"] == 1
    db.session.rollback()
    left = dump()
    assert hashlib.sha256(data).hexdigest() in left, "the digest stays"
    for canary in canaries:
        assert canary not in left, canary
    assert files_of(app) == []


def files_of(app: Flask) -> list[Path]:
    """Everything in the file store, whatever its name."""
    return [path for path in (Path(app.config["DATA_DIR"]) / "files").rglob("*") if path.is_file()]


@pytest.mark.req("A-080", "P-009")
def test_a_dry_run_says_exactly_what_would_go_and_changes_nothing(app: Flask, clock: FixedClock) -> None:
    due = add_folders(3, files=2)
    add_folders(2, insurance_end=INSURED_UNTIL + timedelta(days=1))
    before = (dump(), blobs_on_disk(app))
    clock.move_to(NIGHT)
    answer = CliRunner().invoke(commands.jobs, ["run", JOB, "--dry-run", "--json"], obj=lambda: app)
    told = json.loads(answer.output)["result"]
    assert (dump(), blobs_on_disk(app)) == before
    assert [folder["folder_id"] for folder in told["would_delete"]] == due
    assert set(told["would_delete"][0]) == {"folder_id", "insurer", "policy_number", "insurance_end", "files"}
    assert {folder["files"] for folder in told["would_delete"]} == {2}
    assert run(app, JOB, NIGHT)["folders"] == told["folders"] == 3
    gone = fresh().scalars(select(BondFolder.id).where(BondFolder.deleted_at.is_not(None))).all()
    assert sorted(gone) == due


@pytest.mark.req("A25")
def test_nothing_is_deleted_early_by_naming_a_later_instant(app: Flask) -> None:
    add_folders(1)
    assert run(app, JOB, NIGHT)["folders"] == 0
    assert run(app, JOB, NIGHT + timedelta(hours=1), dry_run=True)["folders"] == 1
    assert len(blobs_on_disk(app)) == 1


@pytest.mark.req("A25", "A-081")
def test_an_upload_that_comes_first_saves_its_folder(
    app: Flask, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    [saved, gone] = add_folders(2)
    clock.move_to(NIGHT)
    real = purge._batches

    def batches(*arguments: Any) -> Any:
        for numbers in real(*arguments):
            with unit_of_work() as session:
                session.get_one(BondFolder, saved).insurance_end = date(2030, 3, 31)
            yield numbers

    monkeypatch.setattr(purge, "_batches", batches)
    assert run(app, JOB, NIGHT)["folders"] == 1
    assert fresh().get_one(BondFolder, saved).deleted_at is None
    assert fresh().get_one(BondFolder, gone).deleted_at == NIGHT


@pytest.mark.req("A25", "F5")
def test_a_disk_that_refuses_leaves_nothing_readable_and_the_next_run_erases(
    app: Flask, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_folders(3)
    clock.move_to(NIGHT)

    def refuse(_store: FileStore, _key: str) -> None:
        raise OSError("read-only file system")

    with monkeypatch.context() as broken:
        broken.setattr(FileStore, "delete", refuse)
        assert run_job(app, all_jobs(app)[JOB], NIGHT).state == "failed"
    assert len(blobs_on_disk(app)) == 3
    clock.advance(timedelta(days=1))
    assert run(app, JOB, clock.now())["folders"] == 2
    assert blobs_on_disk(app) == set()
    assert fresh().scalar(select(func.count()).select_from(RetentionPurge)) == 3


@pytest.mark.req("A-080", "A25")
def test_some_hundred_folders_go_in_batches(
    app: Flask, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "BATCH", 50)
    add_folders(210)
    clock.move_to(NIGHT)
    steps: list[tuple[int, int]] = []
    held: list[int] = []

    def progress(done: int, total: int) -> None:
        steps.append((done, total))
        held.append(len(db.session.identity_map))

    count = purge.purge_due(unit_of_work, clock, platform().files, PURGE, GONE_ON, progress)
    assert count == 210
    assert steps == [(50, 210), (100, 210), (150, 210), (200, 210), (210, 210)]
    assert max(held) < 50
    assert blobs_on_disk(app) == set()


@pytest.mark.req("A-080")
def test_the_association_gets_a_report_without_personal_data(app: Flask, clock: FixedClock) -> None:
    add_user(app, "kyokai", Role.ASSOCIATION)
    add_folders(2)
    clock.move_to(NIGHT)
    assert run(app, JOB, NIGHT) == {"day": "2029-04-01", "folders": 2, "reported": 2}
    [mail] = fresh().scalars(select(OutboxMail).where(OutboxMail.template_key == "retention.report"))
    body = platform().keys.open(SEALING, mail.sealed_body or b"", mail.message_token).decode()
    assert mail.recipient == "kyokai@example.jp"
    assert "2件" in mail.subject
    for number in fresh().scalars(select(BondFolder.policy_number)):
        assert f"三井住友海上 {number}" in body
    assert "見本建設" not in body
    assert "contractor.example.jp" not in body
    assert run(app, JOB, NIGHT + timedelta(minutes=5)) == {"day": "2029-04-01", "folders": 0, "reported": 0}
    assert len(fresh().scalars(select(OutboxMail)).all()) == 1


@pytest.mark.req("A-080")
def test_a_long_report_comes_in_parts(app: Flask, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hoshou.plugins.retention.services.report.NUMBERS_PER_MAIL", 2)
    add_user(app, "kyokai", Role.ASSOCIATION)
    add_folders(3)
    clock.move_to(NIGHT)
    run(app, JOB, NIGHT)
    subjects = fresh().scalars(select(OutboxMail.subject).order_by(OutboxMail.id)).all()
    assert [subject[-4:-1] for subject in subjects] == ["1/2", "2/2"]

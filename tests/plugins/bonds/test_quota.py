"""How much may be uploaded in a day and into a folder, and what is said when it is enough (A28)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from webtest import TestResponse

from hoshou.base.clock import FixedClock, jst
from hoshou.platform.subject import Role
from hoshou.plugins.bonds.models import BondFile, UploadQuota
from tests.accounts import fresh, log_in
from tests.conftest import AppMaker
from tests.plugins.bonds.conftest import Office, open_office
from tests.plugins.bonds.test_deletion import delete
from tests.plugins.bonds.uploading import PDF, form_values, send, stored_blobs
from tests.samples import pdfs

SIZE = len(PDF[1])
MakeOffice = Callable[..., Office]


@pytest.fixture
def make_office(usual_url: str, make_app: AppMaker) -> Iterator[MakeOffice]:
    """An office under limits of the test's own."""

    with ExitStack() as contexts:

        def make(**settings: int) -> Office:
            app = make_app(usual_url, **settings)
            contexts.enter_context(app.app_context())
            return open_office(app)

        yield make


def upload(office: Office, number: str, status: int = 302, **options: object) -> TestResponse:
    return send(office.agent, form_values(office.ms, policy_number=number), status=status, **options)


def files() -> int:
    return fresh().scalar(select(func.count()).select_from(BondFile)) or 0


@pytest.mark.req("A28")
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"UPLOADS_PER_USER_A_DAY": 2}, "一日にアップロードできる量（2回、合計5000MB）を超えます"),
        ({"BYTES_PER_USER_A_DAY": 2 * SIZE}, "一日にアップロードできる量（1000回"),
        ({"UPLOADS_PER_ORGANISATION_A_DAY": 2}, "所属の代理店または保険会社で一日にアップロードできる量（2回"),
        ({"BYTES_PER_ORGANISATION_A_DAY": 3 * SIZE - 1}, "所属の代理店または保険会社で"),
    ],
)
def test_a_days_quota_is_full_and_begins_anew_at_midnight(
    make_office: MakeOffice, clock: FixedClock, settings: dict[str, int], words: str
) -> None:
    clock.move_to(jst(2026, 4, 15, 23, 50))
    office = make_office(SERVICE_HOURS_ENFORCED=False, **settings)
    for number in ("B-1", "B-2"):
        upload(office, number)
    assert words in upload(office, "B-3", status=400)
    assert files() == len(stored_blobs(office.app)) == 2
    clock.advance(timedelta(minutes=9, seconds=59))
    upload(office, "B-3", status=400)
    clock.advance(timedelta(seconds=1))
    upload(office, "B-3")
    assert files() == 3


@pytest.mark.req("A28")
def test_an_organisations_quota_is_shared_and_a_users_is_not(make_office: MakeOffice) -> None:
    office = make_office(UPLOADS_PER_USER_A_DAY=2, UPLOADS_PER_ORGANISATION_A_DAY=3)
    colleague = office.someone("colleague", Role.AGENCY, agency="見本損害保険代理店")
    upload(office, "B-1")
    upload(office, "B-2")
    assert "一日にアップロードできる量（2回" in upload(office, "B-3", status=400)
    send(colleague, form_values(office.ms, policy_number="B-3"), status=302)
    assert "所属の代理店" in send(colleague, form_values(office.ms, policy_number="B-4"), status=400)
    insurer = office.someone("insurer", Role.INSURER, insurer="ms")
    send(insurer, form_values(office.ms, policy_number="B-5"), status=302)


@pytest.mark.req("A28", "F12")
def test_what_was_refused_or_is_repeated_does_not_count(make_office: MakeOffice) -> None:
    office = make_office(UPLOADS_PER_USER_A_DAY=2)
    for _ in range(3):
        upload(office, "B-1", key="the-same-upload")
        send(office.agent, form_values(office.ms, policy_number="B-2"), ("証券.pdf", b"nothing"), status=400)
    upload(office, "B-1")
    upload(office, "B-1", key="the-same-upload")
    counted = {row.key: (row.uploads, row.bytes) for row in fresh().scalars(select(UploadQuota))}
    assert counted == {f"user:{office.agent_id}": (2, 2 * SIZE), f"agency:{office.agency}": (2, 2 * SIZE)}


@pytest.mark.req("A28", "D-19")
def test_a_folder_holds_so_much_and_takes_so_many_uploads_a_day(
    make_office: MakeOffice, clock: FixedClock
) -> None:
    big = ("大.pdf", pdfs.of_size(600_000))
    office = make_office(MAX_BYTES_PER_FOLDER=1024 * 1024, UPLOADS_PER_FOLDER_A_DAY=3)
    values = form_values(office.ms)
    send(office.agent, values, big, status=302)
    assert "合計1MBまで" in send(office.agent, values, big, status=400)
    send(office.agent, values, status=302)
    # What was deleted takes no room.
    delete(office.agent, "/bonds/deletion/1/files/1")
    send(office.agent, values, big, status=302)
    assert "一日にアップロードできるのは3回まで" in send(office.agent, values, status=400)
    clock.advance(timedelta(days=1))
    send(log_in(office.app, "agent"), values, status=302)


@pytest.mark.req("A28")
def test_one_upload_larger_than_the_quota_is_refused(make_office: MakeOffice) -> None:
    office = make_office(BYTES_PER_USER_A_DAY=SIZE - 1)
    upload(office, "B-1", status=400)
    assert fresh().scalars(select(UploadQuota)).all() == []

"""The second fence: with the row scopes forgotten, PostgreSQL itself shows nobody what is others' (A11)."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import func, select, text, true
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError

from hoshou.base.clock import FixedClock, jst
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.fence import over_the_fence, put_up
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.bonds.models import BondFile, BondFolder, BondHandover, UploadQuota, UploadReceipt
from hoshou.plugins.bonds.views.folders import BondFolderView
from tests.accounts import fresh
from tests.conftest import AppMaker
from tests.plugins.bonds.conftest import Office, open_office
from tests.plugins.bonds.test_api import Caller
from tests.plugins.bonds.uploading import POLICY, form_values, press, send

pytestmark = pytest.mark.postgres
TABLES = (BondFolder, BondFile, BondHandover, UploadReceipt)
"""Of an uploaded folder each has one row."""


@pytest.fixture
def office(postgres_url: str, make_app: AppMaker) -> Iterator[Office]:
    app = make_app(postgres_url)
    with app.app_context():
        yield open_office(app)


@pytest.fixture
def unscoped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row scope of the folders forgets whom it asks for."""
    for module in ("services.scope", "api"):
        monkeypatch.setattr(f"hoshou.plugins.bonds.{module}.visible_folders", lambda _subject: true())
    monkeypatch.setattr(BondFolderView, "row_scope", staticmethod(lambda _subject: true()))


def seen(subject: Subject | None) -> list[int]:
    """How many rows of each table a query without any scope finds for the subject."""
    session = fresh()
    put_up(session, subject)
    counts = [session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]
    with over_the_fence(session):
        assert [session.scalar(select(func.count()).select_from(table)) for table in TABLES] == [1] * len(TABLES)
    # The fence stands again, in this transaction and the next.
    assert session.scalar(select(func.count()).select_from(BondFolder)) == counts[0]
    session.rollback()
    assert session.scalar(select(func.count()).select_from(BondFolder)) == counts[0]
    db.session.remove()
    return counts


@pytest.mark.req("A11")
def test_a_query_without_scope_finds_what_is_the_readers_and_nothing_else(office: Office) -> None:
    send(office.agent, form_values(office.ms))

    def reader(*roles: Role, insurer: int | None = None, agency: int | None = None) -> Subject:
        names = frozenset(role.value for role in roles)
        return Subject(99, "x", "x@example.jp", names, insurer_id=insurer, agency_id=agency)

    for own in (
        reader(Role.AGENCY, agency=office.agency),
        reader(Role.INSURER, insurer=office.ms),
        reader(Role.AUDITOR),
        reader(Role.ASSOCIATION, Role.AUDITOR),
    ):
        assert seen(own) == [1, 1, 1, 1], own
    for foreign in (
        reader(Role.AGENCY, agency=office.agency + 1),
        reader(Role.AGENCY),
        # A home without the role that works there is worth nothing.
        reader(Role.ADMINISTRATOR, agency=office.agency, insurer=office.ms),
        reader(Role.INSURER, insurer=office.tokio),
        reader(Role.CO_INSURER, insurer=office.ms),
        reader(Role.ASSOCIATION),
        reader(Role.LEAD_OFFICE),
        None,
    ):
        assert seen(foreign) == [0, 0, 0, 0], foreign


@pytest.mark.req("A11")
@pytest.mark.usefixtures("unscoped")
def test_a_forgotten_scope_opens_no_page_and_no_answer(office: Office) -> None:
    send(office.agent, form_values(office.ms))
    rival = office.someone("rival", Role.INSURER, insurer="tokio")
    for user in (rival, office.neighbour()):
        assert POLICY not in user.get("/bonds/folders/list/")
        assert user.get("/bonds/folders/show/1", status="*").status_int == 404
        assert Caller(office, user).get("/api/v1/bonds/folders").json["items"] == []
        assert Caller(office, user).get("/api/v1/bonds/folders/1", status="*").status_int == 404
    assert POLICY in office.agent.get("/bonds/folders/list/")
    assert office.agent.get("/bonds/folders/show/1").status_int == 200
    assert len(Caller(office, office.agent).get("/api/v1/bonds/folders").json["items"]) == 1


@pytest.mark.req("A11", "A-012")
def test_a_number_that_another_agency_has_taken_is_still_refused(office: Office) -> None:
    send(office.agent, form_values(office.ms))
    answer = send(office.neighbour(), form_values(office.ms), status=403)
    assert "この証券番号は他の代理店が登録しています。" in answer
    assert fresh().scalar(select(func.count()).select_from(BondFile)) == 1


@pytest.mark.req("A11")
def test_nobody_writes_rows_that_they_would_not_see(office: Office) -> None:
    send(office.agent, form_values(office.ms))
    session = fresh()
    put_up(session, Subject(99, "x", "x@example.jp", frozenset({"agency"}), agency_id=office.agency + 1))
    assert session.execute(text("UPDATE bonds_folder SET project_name = 'x'")).rowcount == 0
    assert session.execute(text("DELETE FROM bonds_file")).rowcount == 0
    with pytest.raises(ProgrammingError, match="row-level security"), unit_of_work() as work:
        work.execute(
            text(
                "INSERT INTO bonds_waiting (folder_id, user_id, email, since) VALUES (1, 99, 'x@example.jp', now())"
            )
        )


@pytest.mark.req("A11")
def test_the_fence_comes_back_after_a_failure_over_it(office: Office) -> None:
    send(office.agent, form_values(office.ms))
    session = fresh()
    put_up(session, None)
    with pytest.raises(DBAPIError), over_the_fence(session):
        session.execute(text("SELECT 1 / 0"))
    session.rollback()
    assert session.scalar(select(func.count()).select_from(BondFolder)) == 0
    # What went wrong is told as it was: whoever tries again after a lost race goes by it.
    with pytest.raises(IntegrityError), over_the_fence(session):
        session.add_all(UploadQuota(key="x", day=date(2026, 4, 1), uploads=1, bytes=1) for _ in range(2))
        session.flush()
    session.rollback()
    with pytest.raises(OperationalError), over_the_fence(session):
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    session.rollback()
    with pytest.raises(LookupError), over_the_fence(session):
        assert session.scalar(select(func.count()).select_from(BondFolder)) == 1
        raise LookupError
    assert session.scalar(select(func.count()).select_from(BondFolder)) == 0


@pytest.mark.req("A11", "P-008", "A-080")
def test_a_job_that_an_administrator_runs_sees_all(office: Office, clock: FixedClock) -> None:
    send(office.agent, form_values(office.ms))
    clock.move_to(jst(2030, 4, 2, 10))
    admin = office.someone("admin", Role.ADMINISTRATOR)
    answer = press(admin, "/jobs/show/retention.purge", "/jobs/run/retention.purge")
    assert "ジョブを実行しました。" in answer.follow()
    assert fresh().get_one(BondFolder, 1).deleted_at is not None

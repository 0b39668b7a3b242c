"""The fence in the database: which tables it stands round, who may look over it, and what its role may do (A11, A26)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask_appbuilder import Model
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError

from hoshou.base.errors import Unavailable
from hoshou.platform import migrations
from hoshou.platform.db import db, unit_of_work
from tests.conftest import AppMaker, set_up
from tests.databases import own_postgres
from tests.plugins.bonds.conftest import open_office
from tests.plugins.bonds.uploading import POLICY, form_values, mails, send

ROOT = Path(__file__).resolve().parents[2]
SOMEBODYS = {"bonds_folder", "domains_application", "guardkun_enrolment", "guardkun_quote"}
"""The tables whose rows are somebody's; what refers to one of them stands behind the fence with it."""

OVER_THE_FENCE = {
    # Whose the policy number is that somebody uploads.
    "plugins/bonds/services/upload.py",
    # The association counts folders that it doesn't see.
    "plugins/bonds/services/uploads_by_month.py",
    "plugins/receipts/services/undownloaded.py",
    "plugins/retention/services/outlook.py",
    # A unit has one cover at a time and renews the one before, whichever agency's they are.
    "plugins/guardkun/services/apply.py",
    "plugins/guardkun/services/register.py",
    # A task for others is opened.
    "plugins/debits/services/tasks.py",
}


@pytest.mark.req("A11", "B8")
@pytest.mark.postgres
def test_every_table_of_somebodys_business_is_fenced(postgres_url: str, make_app: AppMaker) -> None:
    wanted = SOMEBODYS | {
        table.name
        for table in Model.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in SOMEBODYS
    }
    with make_app(postgres_url).app_context(), db.engine.connect() as connection:
        fenced = connection.scalars(
            text(
                "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid "
                "WHERE c.relrowsecurity AND p.polname = 'fence'"
            )
        ).all()
    assert wanted - set(fenced) == set()


@pytest.mark.req("A11")
def test_only_those_look_over_the_fence_that_have_said_why() -> None:
    users = {
        str(path.relative_to(ROOT / "hoshou"))
        for path in (ROOT / "hoshou").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "over_the_fence"
    }
    assert users == OVER_THE_FENCE


@pytest.fixture
def logins(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A server of its own with two logins that are no superusers: the tables' owner, and who runs the product."""
    with own_postgres() as server:
        with psycopg.connect(server.address.replace("+psycopg", "") + "/postgres", autocommit=True) as admin:
            for name in ("owner", "product"):
                admin.execute(f"CREATE ROLE {name} LOGIN")
            admin.execute("CREATE DATABASE hoshou OWNER owner TEMPLATE template0")
        address = make_url(server.address + "/hoshou")
        yield tuple(
            address.set(username=name).render_as_string(hide_password=False) for name in ("owner", "product")
        )


def as_superuser(owner_url: str, statement: str) -> None:
    url = make_url(owner_url).set(drivername="postgresql", username="postgres")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute(statement)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.req("A11", "A26", "P-002")
def test_the_product_runs_as_a_login_that_owns_nothing(
    logins: tuple[str, str], make_app: AppMaker, tmp_path: Path
) -> None:
    owner, product = logins
    app = make_app(owner)
    with app.app_context(), pytest.raises(Unavailable) as told:
        migrations.upgrade()
    assert told.value.code == "fence_role_missing"
    # What the refusal asks for is enough.
    [statements] = re.findall("「(.+)」", str(told.value))
    as_superuser(owner, statements)
    set_up(owner, tmp_path)
    as_superuser(owner, "GRANT hoshou_fenced TO product")

    with make_app(product).app_context() as context:
        office = open_office(context.app)
        send(office.agent, form_values(office.ms))
        url_mail, _password = mails()
        assert POLICY in office.agent.get("/bonds/folders/list/")
        assert POLICY not in office.neighbour().get("/bonds/folders/list/")
        assert context.app.test_client().get(f"/v/{url_mail.token}").status_code == 200
        for forbidden in (
            "UPDATE platform_audit SET actor_name = 'nobody'",
            "DELETE FROM platform_audit",
            "TRUNCATE platform_audit",
            "DROP TRIGGER platform_audit_append_only ON platform_audit",
            "ALTER TABLE bonds_folder DISABLE ROW LEVEL SECURITY",
        ):
            with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), unit_of_work() as work:
                work.execute(text(forbidden))

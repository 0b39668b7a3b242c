"""What every test may use: migrated databases, a clock that stands still, an application, staff."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from hoshou.app import create_app
from hoshou.base.clock import FixedClock, jst
from hoshou.platform import access, migrations
from hoshou.platform.calendar import seed_calendar
from hoshou.platform.db import db, transact
from hoshou.platform.staff.builder import staff_builder
from hoshou.plugins.bonds.services import passwords
from hoshou.plugins.guides.services.seed import seed_guides
from hoshou.plugins.organisations.services.seed import seed_insurers
from tests.databases import postgres_binaries, postgres_database, postgres_server

NOON = jst(2026, 4, 15, 12, 0)
"""A Wednesday, in service hours."""

MASTER_KEY = "dGVzdC10ZXN0LXRlc3QtdGVzdC10ZXN0LXRlc3QtdGVzdC10ZXN0"


THOROUGH = os.environ.get("HOSHOU_TESTS") == "thorough"
"""Whether random walks go as far as they are asked to before a release, which takes many minutes."""

USUAL_DATABASE = os.environ.get("HOSHOU_TEST_DATABASE", "sqlite")
"""Where the tests work that aren't about one database or both: ``sqlite`` or ``postgres``."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server."""
    if not os.environ.get("HOSHOU_TEST_POSTGRES") and postgres_binaries() is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is needed and not installed")
        pytest.skip("PostgreSQL is not installed")
    with postgres_server() as server:
        yield server


def settings_for(url: str, data_dir: Path) -> dict[str, object]:
    """The settings of a test's application."""
    return {
        "SQLALCHEMY_DATABASE_URI": url,
        "DATA_DIR": str(data_dir),
        "MASTER_KEY": MASTER_KEY,
        "PUBLIC_URL": "http://127.0.0.1",
        "MAIL_PORT": 1,
    }


def set_up(url: str, data_dir: Path) -> None:
    """Migrate an empty database and enter what every installation has."""
    app = create_app(settings_for(url, data_dir), clock=FixedClock(NOON))
    with app.app_context():
        migrations.upgrade()
        transact(lambda session: access.sync(session, staff_builder().contributions))
        transact(seed_calendar)
        transact(seed_insurers)
        transact(seed_guides)
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    path = folder / "template.sqlite"
    set_up(f"sqlite:///{path}", folder)
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a migrated PostgreSQL database, to be copied."""
    with postgres_database(postgres) as url:
        set_up(url, tmp_path_factory.mktemp("template"))
        yield url.rsplit("/", 1)[1]


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of the test's own."""
    path = tmp_path / "test.sqlite"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres: str, postgres_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database of the test's own."""
    with postgres_database(postgres, template=postgres_template) as url:
        yield url


@pytest.fixture
def usual_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of the kind that most tests of this run work on."""
    url: str = request.getfixturevalue(f"{USUAL_DATABASE}_url")
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database: once SQLite, once PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(autouse=True, scope="session")
def quick_hashes() -> Iterator[None]:
    """Viewing passwords are hashed with the least work; what the product spends has a test of its own."""
    strong, passwords._hasher = passwords._hasher, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield
    passwords._hasher = strong


class Compiled(BytecodeCache):
    """Templates that were compiled once, for every application of the test run."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        code = self._codes.get((bucket.key, bucket.checksum))
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


@pytest.fixture(autouse=True, scope="session")
def templates_compiled_once() -> Iterator[None]:
    """Each application would compile its templates anew, though they are the same."""
    Flask.jinja_options, options = {**Flask.jinja_options, "bytecode_cache": Compiled()}, Flask.jinja_options
    yield
    Flask.jinja_options = options


@pytest.fixture(autouse=True, scope="session")
def addresses_compiled_once() -> Iterator[None]:
    """Each application would compile the builder of each of its 360 addresses anew: half of what it takes to make one."""
    real, kept = Rule._compile_builder, {}

    def builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in kept:
            kept[key] = real(rule, append_unknown)
        return kept[key]

    Rule._compile_builder = builder  # type: ignore[method-assign]
    yield
    Rule._compile_builder = real  # type: ignore[method-assign]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


AppMaker = Callable[..., Flask]


@pytest.fixture
def make_app(tmp_path: Path, clock: FixedClock) -> Iterator[AppMaker]:
    """Builds applications on a given database; closes their connections at the end."""
    made: list[Flask] = []

    def make(url: str, **settings: object) -> Flask:
        app = create_app({**settings_for(url, tmp_path), **settings}, clock=clock)
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def app(usual_url: str, make_app: AppMaker) -> Iterator[Flask]:
    """An application with its context entered."""
    app = make_app(usual_url)
    with app.app_context():
        yield app


@pytest.fixture
def app_on_both(database_url: str, make_app: AppMaker) -> Iterator[Flask]:
    """An application, once on SQLite and once on PostgreSQL, with its context entered."""
    app = make_app(database_url)
    with app.app_context():
        yield app


@pytest.fixture
def session(app: Flask) -> Session:
    return db.session()


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays until the end: the modules and the tests themselves."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first, so that none of them begins when all else is done."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)

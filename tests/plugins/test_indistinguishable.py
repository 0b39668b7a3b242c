"""Who lacks URL or password can't tell a real URL from a false one: by bytes, by work done, by time (A2).

The classes: no such URL, a folder's URL with a wrong password, a deleted folder's, and at the orderers' login an
address of an unknown domain besides. Locked is a group of its own: anybody can lock any URL, a false one too.
"""

import bisect
import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from argon2 import Parameters, PasswordHasher, extract_parameters
from flask.testing import FlaskClient
from sqlalchemy import event

from hoshou.platform.actor import SYSTEM
from hoshou.platform.db import db
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.bonds.rules.secret import new_token
from hoshou.plugins.bonds.services import passwords
from hoshou.plugins.bonds.services.entomb import entomb
from hoshou.plugins.bonds.services.unlock import TRIES_PER_URL, WINDOW
from tests.plugins.public_site import ORDERER, PublicSite
from tests.plugins.viewer.test_entrance import NONCES, WRONG

pytestmark = pytest.mark.sqlite

STRANGER = "keiyaku@nowhere.example.jp"
TIMINGS = 500
WARM_UP = 20
CHEAP = {"time_cost": 1, "memory_cost": 2048, "parallelism": 1}
"""A smaller share of the whole than in service: what else differs shows the more, and a hash left out still does."""


@dataclass(frozen=True)
class Ask:
    """A request: with form fields a POST, without them a GET."""

    address: str
    fields: Mapping[str, str]

    def __call__(self, client: FlaskClient) -> Any:
        return client.post(self.address, data=self.fields) if self.fields else client.get(self.address)


Group = dict[str, Ask]


@dataclass(frozen=True)
class Stage:
    """A site with a folder, a deleted folder, and a browser whose form token fits every form."""

    site: PublicSite
    client: FlaskClient
    tokens: dict[str, str]
    form_token: str

    def viewer(self, path: str = "", **fields: str) -> Group:
        typed = {"csrf_token": self.form_token, **fields} if fields else {}
        return {name: Ask(f"/v/{token}{path}", typed) for name, token in self.tokens.items()}

    def orderer(self) -> Group:
        group = {name: self._login(token, ORDERER) for name, token in self.tokens.items()}
        return {**group, "unknown domain": self._login(self.tokens["wrong password"], STRANGER)}

    def _login(self, token: str, email: str) -> Ask:
        url = f"http://127.0.0.1/v/{token}"
        typed = {"csrf_token": self.form_token, "email": email, "url": url, "password": WRONG}
        return Ask("/orderer", typed)

    def groups(self) -> dict[str, Group]:
        """Each group's members must look alike."""
        return {
            "password page": self.viewer(),
            "password refused": self.viewer(password=WRONG),
            "file without a session": self.viewer("/files/1"),
            "image without a session": self.viewer("/files/1/pages/1"),
            "login refused": self.orderer(),
        }

    def begin_window(self) -> None:
        """Nobody has tried too often any more."""
        self.site.clock.advance(WINDOW)

    def lock(self) -> Group:
        """The viewing page when its URL is locked."""
        group = self.viewer(password=WRONG)
        self.begin_window()
        for ask in group.values():
            for number in range(TRIES_PER_URL):
                self.client.environ_base["REMOTE_ADDR"] = f"198.51.{number}.1"
                assert ask(self.client).status_code == 400
            assert ask(self.client).status_code == 429
        self.client.environ_base["REMOTE_ADDR"] = "203.0.113.5"
        return group


def forget_the_disk(site: PublicSite) -> None:
    """Commits wait for no disk: it takes its time whoever asks."""
    with site.app.app_context():

        @event.listens_for(db.engine, "connect")
        def on_connect(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA synchronous=OFF")

        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def stage(make_site: Callable[..., PublicSite], monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(**CHEAP))
    passwords._nobody.cache_clear()
    site = make_site(SERVICE_HOURS_ENFORCED=False)
    forget_the_disk(site)
    site.register()
    made, gone = site.folder(), site.folder()
    site.run(lambda session: entomb(session, site.clock, SYSTEM, session.get_one(BondFolder, gone.folder_id), "x"))
    client = site.app.test_client()
    client.environ_base["REMOTE_ADDR"] = "203.0.113.5"
    tokens = {"no such URL": new_token(), "wrong password": made.token, "deleted": gone.token}
    page = client.get("/orderer").text
    form_token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    return Stage(site, client, tokens, form_token)


def essence(answer: Any, ask: Ask) -> tuple[Any, ...]:
    """Status, headers and body, but for what is new in every answer and what the asker typed."""
    typed = [ask.address.split("/")[2]] if ask.address.startswith("/v/") else [*ask.fields.values()][1:3]
    body = NONCES.sub("", answer.text)
    for number, text in enumerate(typed):
        body = body.replace(text, f"TYPED{number}")
    cookies = sorted(cookie.partition("=")[0] for cookie in answer.headers.getlist("Set-Cookie"))
    headers = sorted((name, NONCES.sub("", text)) for name, text in answer.headers if name != "Set-Cookie")
    return answer.status_code, headers, cookies, body


@pytest.mark.req("A2", "A-044", "D-12", "D-46")
def test_every_class_gets_the_same_bytes(stage: Stage) -> None:
    assert len(ORDERER) == len(STRANGER)
    for name, group in stage.groups().items():
        stage.begin_window()
        answers = {essence(ask(stage.client), ask).__repr__() for ask in group.values()}
        assert len(answers) == 1, name
    locked = stage.lock()
    assert len({essence(ask(stage.client), ask).__repr__() for ask in locked.values()}) == 1


@pytest.mark.req("A2")
def test_every_class_takes_the_same_statements(stage: Stage) -> None:
    statements: list[str] = []
    with stage.site.app.app_context():
        engine = db.engine

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    for name, group in (*stage.groups().items(), ("locked", stage.lock())):
        stage.begin_window()
        seen = set()
        for ask in group.values():
            statements.clear()
            ask(stage.client)
            seen.add(tuple(statements))
        assert len(seen) == 1, name
        assert "platform_throttle" in str(seen) or "refused" not in name


class NotingHasher(PasswordHasher):
    """Notes what each check of a hash costs."""

    def __init__(self) -> None:
        super().__init__(**CHEAP)
        self.costs: list[Parameters] = []

    def verify(self, hashed: str | bytes, password: str | bytes) -> Literal[True]:
        self.costs.append(extract_parameters(str(hashed)))
        return super().verify(hashed, password)


@pytest.mark.req("A2")
def test_every_class_costs_one_check_of_a_hash(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = NotingHasher()
    monkeypatch.setattr(passwords, "_hasher", hasher)
    for name in ("password refused", "login refused"):
        stage.begin_window()
        for ask in stage.groups()[name].values():
            ask(stage.client)
    assert len(hasher.costs) == 3 + 4
    assert len({str(cost) for cost in hasher.costs}) == 1


def auc(first: list[float], second: list[float]) -> float:
    """How often a threshold tells two classes apart: 0.5 is guessing, 1 is always."""
    second = sorted(second)
    below = sum(bisect.bisect_left(second, value) + bisect.bisect_right(second, value) for value in first)
    share = below / 2 / len(first) / len(second)
    return max(share, 1 - share)


def timings(stage: Stage, group: Group) -> dict[str, list[float]]:
    """Seconds of the thread's own time for each class, asked in turns and each turn in an order of its own.

    The processor's time is what the classes could differ in: on a busy machine the clock on the wall shows others.
    """
    taken: dict[str, list[float]] = {name: [] for name in group}
    chance = random.Random(20260415)
    for number in range(WARM_UP + TIMINGS):
        stage.begin_window()
        for name in chance.sample(list(group), len(group)):
            begun = time.thread_time()
            answer = group[name](stage.client)
            ended = time.thread_time()
            assert answer.status_code == 400
            if number >= WARM_UP:
                taken[name].append(ended - begun)
    return taken


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.req("A2")
@pytest.mark.parametrize("page", ["password refused", "login refused"])
def test_every_class_takes_the_same_time(stage: Stage, page: str) -> None:
    taken = timings(stage, stage.groups()[page])
    medians = {name: statistics.median(times) for name, times in taken.items()}
    assert max(medians.values()) <= 1.05 * min(medians.values()), medians
    told_apart = {(one, other): auc(taken[one], taken[other]) for one in taken for other in taken if one < other}
    assert max(told_apart.values()) <= 0.60, told_apart

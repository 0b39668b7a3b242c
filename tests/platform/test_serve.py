"""`hoshou serve` as real processes: what runs, how it stops, what it logs."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from hoshou.platform.logs import redact
from hoshou.platform.web_server import Listening
from tests.conftest import MASTER_KEY, THOROUGH

HOSHOU = [sys.executable, "-c", "from hoshou.cli import main; main()"]
TOKEN = "CanaryCanaryCanaryCanaryCanaryCanary_-12345"
PATIENCE = 40
VERSIONS = 3 if THOROUGH else 1


def wait_until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children(pid: int) -> set[int]:
    """The living children of a process."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return {int(child) for task in tasks for child in (task / "children").read_text().split()}
    except FileNotFoundError:
        return set()


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@dataclass
class Service:
    """A running `hoshou serve`; its output goes into ``log``."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def get(self, path: str, headers: dict[str, str] | None = None) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers=headers or {})
            return connection.getresponse().status
        finally:
            connection.close()

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.get("/healthz") == 200
        except OSError:
            return False

    def started(self, name: str) -> list[int]:
        """The process ids that a child has had, oldest first."""
        marker = f"{name} started as process "
        return [int(line.rpartition(" ")[2]) for line in self.log.read_text().splitlines() if marker in line]

    def workers(self) -> set[int]:
        return children(self.started("web")[-1])


def environment(database_url: str, data_dir: Path) -> dict[str, str]:
    return os.environ | {
        "HOSHOU_DATABASE_URL": database_url,
        "HOSHOU_DATA_DIR": str(data_dir),
        "HOSHOU_MASTER_KEY": MASTER_KEY,
        "HOSHOU_SERVICE_HOURS": "0",
    }


@contextmanager
def serving(database_url: str, data_dir: Path, *options: str) -> Iterator[Service]:
    port, log = free_port(), data_dir / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*HOSHOU, "serve", "--port", str(port), "--workers", "2", *options],
            env=environment(database_url, data_dir),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    service = Service(process, port, log)
    try:
        wait_until(service.answers)
        yield service
    finally:
        process.terminate()
        process.wait(PATIENCE)


pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.mark.req("P-008", "P-020")
def test_two_workers_and_a_scheduler_run_and_end_with_sigterm(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path) as service:
        wait_until(lambda: len(service.workers()) == 2)
        family = {*service.workers(), *service.started("web"), *service.started("scheduler")}
        assert len(family) == 4
        assert all(is_alive(pid) for pid in family)

        service.process.send_signal(signal.SIGTERM)

        assert service.process.wait(PATIENCE) == 0
        assert not any(is_alive(pid) for pid in family)


@pytest.mark.req("P-008", "F8")
def test_a_killed_scheduler_is_started_again_and_the_web_goes_on(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path) as service:
        (first,) = service.started("scheduler")
        os.kill(first, signal.SIGKILL)

        wait_until(lambda: len(service.started("scheduler")) == 2)
        second = service.started("scheduler")[1]
        assert second != first
        assert is_alive(second)
        assert service.answers()


@pytest.mark.req("F8")
def test_nothing_is_left_when_the_supervisor_is_killed(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path) as service:
        wait_until(lambda: len(service.workers()) == 2)
        family = {*service.workers(), *service.started("web"), *service.started("scheduler")}

        service.process.kill()

        wait_until(lambda: not any(is_alive(pid) for pid in family))


def test_without_the_web_server_everything_ends(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path) as service:
        (scheduler,) = service.started("scheduler")
        os.kill(service.started("web")[0], signal.SIGKILL)

        assert service.process.wait(PATIENCE) == 1
        assert not is_alive(scheduler)


@pytest.mark.req("P-008")
def test_the_scheduler_can_be_left_to_another_host(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path, "--no-scheduler") as service:
        assert service.started("scheduler") == []
        assert service.answers()


@pytest.mark.req("P-020")
def test_a_database_that_is_not_migrated_is_refused(tmp_path: Path) -> None:
    answer = subprocess.run(
        [*HOSHOU, "serve", "--port", str(free_port())],
        env=environment(f"sqlite:///{tmp_path / 'empty.sqlite'}", tmp_path),
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert answer.returncode == 1
    assert "hoshou db upgrade" in answer.stderr.decode()
    assert b"Traceback" not in answer.stderr


@pytest.mark.req("F19")
def test_a_new_version_takes_over_without_a_request_lost_or_a_job_doubled(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path) as service:
        over, answers = threading.Event(), []

        def visit(page: str) -> None:
            while not over.wait(0.02):
                try:
                    answers.append(service.get(page))
                except OSError as error:
                    answers.append(error)

        visitors = [threading.Thread(target=visit, args=(page,)) for page in ("/", "/faq", "/healthz", "/orderer")]
        for visitor in visitors:
            visitor.start()
        try:
            for version in range(1, VERSIONS + 1):
                old = [service.started("web")[-1], service.started("scheduler")[-1]]
                service.process.send_signal(signal.SIGUSR2)
                wait_until(lambda: not any(map(is_alive, old)))  # noqa: B023 - called at once
                wait_until(lambda: len(service.started("scheduler")) == version + 1)  # noqa: B023 - called at once
                wait_until(lambda: len(service.workers()) == 2)
        finally:
            over.set()
            for visitor in visitors:
                visitor.join()
        log = service.log.read_text()

    assert len(service.started("web")) == 1 + VERSIONS
    assert [answer for answer in answers if answer != 200] == []
    assert len(answers) > 100
    assert "Traceback" not in log
    engine = create_engine(sqlite_url)
    with engine.connect() as connection:
        runs = connection.execute(
            text("SELECT job, due_at, count(*) FROM platform_job_run GROUP BY job, due_at")
        ).all()
    engine.dispose()
    assert runs
    assert {count for _job, _due_at, count in runs} == {1}


@pytest.mark.req("F17", "F19")
def test_a_version_that_the_database_is_not_ready_for_is_not_let_in(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path) as service:
        engine = create_engine(sqlite_url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = 'another'"))
        engine.dispose()
        old = service.started("web")[0]

        service.process.send_signal(signal.SIGUSR2)

        wait_until(lambda: "the old one stays" in service.log.read_text())
        assert "hoshou db upgrade" in service.log.read_text()
        assert service.started("web")[1:]
        assert service.workers() == set()
        assert is_alive(old)
        assert service.answers()


def test_a_port_that_is_taken_is_told(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path) as service:
        answer = subprocess.run(
            [*HOSHOU, "serve", "--port", str(service.port)],
            env=environment(sqlite_url, tmp_path),
            capture_output=True,
            timeout=60,
            check=False,
        )

    assert answer.returncode == 1
    assert f"127.0.0.1:{service.port} で待ち受けられません" in answer.stderr.decode()
    assert b"Traceback" not in answer.stderr


@pytest.mark.req("A1")
def test_no_log_holds_the_secret_of_a_viewing_url(sqlite_url: str, tmp_path: Path) -> None:
    encoded = "".join(f"%{ord(letter):02X}" for letter in TOKEN)
    with serving(sqlite_url, tmp_path) as service:
        for path in (f"/v/{TOKEN}", f"/v/{TOKEN}/pages/1?x=1", f"/%76/{TOKEN}", f"//v/{TOKEN}", f"/v/{encoded}"):
            service.get(path, {"Referer": f"http://127.0.0.1/v/{TOKEN}", "User-Agent": f"x /v/{TOKEN}"})
        wait_until(lambda: service.log.read_text().count("GET /v/") >= 3)
        log = service.log.read_text()

    assert "/v/[hidden]/pages/1?x=1" in log
    assert TOKEN not in log
    assert encoded not in log


@pytest.mark.req("A1")
@pytest.mark.parametrize(
    "line",
    [
        f"GET /v/{TOKEN} HTTP/1.1",
        f"http://127.0.0.1:8080/v/{TOKEN}",
        f"('/v/{TOKEN}',)",
        f"/V/{TOKEN}",
        f"/%76/{TOKEN}/pages/2",
        "/v/canary",
    ],
)
def test_a_token_is_hidden_wherever_it_stands_in_a_line(line: str) -> None:
    assert "canary" not in redact(line).lower()
    assert redact(redact(line)) == redact(line)


def test_ordinary_lines_stay_as_they_are() -> None:
    line = 'GET /assets/site/components.css HTTP/1.1" 200 /demo/mailbox?to=a@b.example'

    assert redact(line) == line


@pytest.mark.parametrize(("host", "address"), [("127.0.0.1", "127.0.0.1:80"), ("::1", "[::1]:80")])
def test_an_address_is_written_as_browsers_do(host: str, address: str) -> None:
    assert Listening(host, 80, 1).address == address

"""The fork server and its children: nothing that a child does reaches the process that asked."""

import errno
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hoshou.base.errors import Refused, Unavailable
from hoshou.platform.pdf.runner import Runner

JOBS = "tests.platform.pdf.misbehaving"
MEMORY = 256 * 1024 * 1024


@pytest.fixture(scope="module")
def runner():
    runner = Runner(JOBS, memory_bytes=MEMORY, wall_seconds=5)
    yield runner
    runner.close()


@pytest.fixture
def hasty():
    """A runner whose children have one second."""
    runner = Runner(JOBS, memory_bytes=MEMORY, wall_seconds=1)
    yield runner
    runner.close()


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def server_pid(runner: Runner) -> int:
    runner.start()
    return runner._server._process.pid


def test_bytes_and_values_go_there_and_back(runner):
    data = os.urandom(3 * 1024 * 1024)
    assert runner.ask("echo", data, text="保証", number=7) == ({"text": "保証", "number": 7}, data)


@pytest.mark.req("A13")
@pytest.mark.parametrize("job", ["hang", "spin"])
def test_a_child_that_does_not_end_is_ended(hasty, job):
    started = time.monotonic()
    with pytest.raises(Refused) as refused:
        hasty.ask(job, b"")
    assert refused.value.code == "pdf_too_heavy"
    assert time.monotonic() - started < 4
    assert hasty.ask("echo", b"still here") == ({}, b"still here")


@pytest.mark.req("A13")
@pytest.mark.parametrize(
    ("job", "code"),
    [
        ("crash", "pdf_unreadable"),
        ("fail", "pdf_unreadable"),
        ("invent_a_reason", "pdf_unreadable"),
    ],
)
def test_a_child_that_goes_wrong_gives_a_clean_answer(runner, job, code):
    server = server_pid(runner)
    with pytest.raises(Refused) as refused:
        runner.ask(job, b"")
    assert refused.value.code == code
    assert "script" not in str(refused.value)
    assert runner.ask("echo", b"still here") == ({}, b"still here")
    assert server_pid(runner) == server


@pytest.mark.req("A13")
def test_a_child_that_takes_too_much_memory_is_ended(runner):
    assert runner.ask("take_memory", b"", size=MEMORY // 8)[0] == {"taken": MEMORY // 8}
    with pytest.raises(Refused) as refused:
        runner.ask("take_memory", b"", size=MEMORY)
    assert refused.value.code == "pdf_too_heavy"


@pytest.mark.req("A13")
def test_a_child_has_no_secrets_files_network_or_programs(runner, tmp_path, monkeypatch):
    monkeypatch.setenv("HOSHOU_SECRET_KEY", "canary")
    path = tmp_path / "stored"
    path.write_bytes(b"another policy")
    descriptor = os.open(path, os.O_RDONLY)
    os.set_inheritable(descriptor, True)
    runner.close()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found, _ = runner.ask("probe", b"", port=listener.getsockname()[1], path=str(path), parent=os.getpid())
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()
    os.close(descriptor)
    assert set(found["environment"]) <= {"LANG", "LC_CTYPE"}
    assert len(found["descriptors"]) == 5  # standard input, output and error, the PDF, the answer
    for attempt in ("open", "connect", "execute", "start", "fork", "kill", "unlink"):
        assert found[attempt] == errno.EPERM, attempt
    assert found["grow"] == errno.EFBIG
    assert path.exists()
    assert not is_alive(found["own_pid"]) or wait_until(lambda: not is_alive(found["own_pid"]))


def test_many_threads_ask_at_once(runner):
    def ask(number: int) -> bool:
        data = bytes([number % 256]) * 10_000
        return runner.ask("echo", data, number=number) == ({"number": number}, data)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(60)))


@pytest.mark.req("A13")
def test_no_more_children_at_once_than_slots():
    runner = Runner(JOBS, memory_bytes=MEMORY, wall_seconds=3, slots=1, patience_seconds=0.2)
    runner.start()
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(runner.ask, "hang", b"")
        assert wait_until(lambda: runner._slots._value == 0)
        with pytest.raises(Unavailable) as busy:
            runner.ask("echo", b"")
        assert busy.value.code == "pdf_busy"
        with pytest.raises(Refused):
            hanging.result()
    runner.close()


def test_a_killed_server_is_replaced_under_the_request(runner):
    first = server_pid(runner)
    os.kill(first, signal.SIGKILL)
    assert runner.ask("echo", b"again") == ({}, b"again")
    assert server_pid(runner) != first


def test_a_server_killed_during_a_request_leaves_no_child():
    runner = Runner(JOBS, memory_bytes=MEMORY, wall_seconds=3)
    first = server_pid(runner)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(runner.ask, "hang", b"")
        assert wait_until(lambda: runner._slots._value == 1)
        time.sleep(0.2)
        children = children_of(first)
        os.kill(first, signal.SIGKILL)
        with pytest.raises(Refused):
            asked.result()
    assert children
    assert wait_until(lambda: not any(is_alive(child) for child in children))
    runner.close()


def test_closing_ends_the_server_and_its_children(hasty):
    server = server_pid(hasty)
    children = children_of(server)
    hasty.close()
    assert wait_until(lambda: not any(is_alive(pid) for pid in [server, *children]))


@pytest.mark.req("A13")
def test_children_leave_the_processors_to_the_web_pages(hasty):
    server = server_pid(hasty)
    for pid in [server, *children_of(server)]:
        assert os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getsid(pid) == server
    autogroup = Path(f"/proc/{server}/autogroup")
    if autogroup.exists():
        assert int(autogroup.read_text().split()[-1]) > 0


WORKER = """
import os, sys, threading
from hoshou.platform.pdf.runner import Runner
runner = Runner("tests.platform.pdf.misbehaving", wall_seconds=60)
runner.start()
threading.Thread(target=runner.ask, args=("hang", b""), daemon=True).start()
print(runner._server._process.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("end", ["kill", "leave"])
def test_no_orphans_when_the_web_worker_ends(end):
    with subprocess.Popen([sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        server = int(worker.stdout.readline())
        assert wait_until(lambda: len(children_of(server)) >= 1)
        time.sleep(0.3)
        family = [server, *children_of(server)]
        if end == "kill":
            worker.kill()
        else:
            worker.stdin.close()
        worker.wait(timeout=20)
    assert wait_until(lambda: not any(is_alive(pid) for pid in family))


def _ask_in_fork(runner: Runner, parents_server: int, answers) -> None:
    answer = runner.ask("echo", b"in the fork")
    answers.put((answer, server_pid(runner) != parents_server))
    runner.close()


def test_a_forked_web_worker_gets_a_server_of_its_own(runner):
    server = server_pid(runner)
    forking = multiprocessing.get_context("fork")
    answers = forking.Queue()
    child = forking.Process(target=_ask_in_fork, args=(runner, server, answers))
    child.start()
    assert answers.get(timeout=20) == (({}, b"in the fork"), True)
    child.join(timeout=20)
    assert child.exitcode == 0
    assert runner.ask("echo", b"in the parent") == ({}, b"in the parent")
    assert server_pid(runner) == server


def test_descriptors_are_given_back(runner):
    runner.ask("echo", b"")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(10):
        runner.ask("echo", b"x")
        with pytest.raises(Refused):
            runner.ask("crash", b"")
    assert len(os.listdir("/proc/self/fd")) == before


def test_the_asking_process_loads_no_pdf_library():
    loaded = "import sys, hoshou.platform.pdf; print(sorted({'pikepdf', 'pypdfium2', 'PIL'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", loaded], text=True).strip() == "[]"

"""What clamd says of content, and that no answer is never "clean" (A16)."""

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest

from hoshou.platform.files import scanner
from hoshou.platform.files.scanner import NotScanned, Scanner, ScannerDown
from tests.samples import pdfs
from tests.samples.clamd import EICAR, NAME, clamd

SIGNATURE = "44d88612fea8a8f36de82e1278abb02f:68:Win.Test.EICAR_HDB-1\n"
"""EICAR's MD5 and size, as ClamAV's hash databases write them."""


@pytest.mark.req("A16")
def test_clean_and_infected_content_are_told_apart() -> None:
    with clamd() as server:
        ask = Scanner(server.address)
        assert ask.scan(pdfs.plain()) == ""
        assert ask.scan(EICAR) == NAME
        assert ask.scan(b"") == ""
        assert server.scanned == 3


@pytest.mark.req("A16")
def test_content_of_any_length_arrives_whole() -> None:
    with clamd() as server:
        ask = Scanner(server.address)
        for length in (scanner.CHUNK - 1, scanner.CHUNK, scanner.CHUNK + 1, 5 * scanner.CHUNK):
            # Across the border of two chunks.
            content = bytes(length - 30) + EICAR
            assert ask.scan(content) == NAME


@pytest.mark.req("A16")
@pytest.mark.parametrize("size", [100_000, 20 * 1024 * 1024])
def test_more_than_the_scanner_takes_is_not_clean(size: int) -> None:
    with clamd(limit=70_000) as server, pytest.raises(NotScanned) as refused:
        Scanner(server.address).scan(bytes(size))
    assert not isinstance(refused.value, ScannerDown)


@pytest.mark.req("A16")
def test_without_a_scanner_there_is_no_answer() -> None:
    with clamd() as server:
        address = server.address
    for nowhere in (address, "unix:///nowhere/clamd.ctl"):
        with pytest.raises(ScannerDown):
            Scanner(nowhere).scan(b"x")


STRANGE = [
    b"",
    b"stream: OK",
    b"stream: OK\n\0",
    b"stream: OK\0stream: Win.Test FOUND\0",
    b"UNKNOWN COMMAND\0",
    b"stream:  FOUND\0",
    b"stream: \xff FOUND\0",
    b"x" * 10_000,
]


@pytest.mark.req("A16")
@pytest.mark.parametrize("answer", STRANGE)
def test_a_strange_answer_is_not_clean(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                received = b""
                while not received.endswith(b"\0\0\0\0"):
                    received += connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(NotScanned):
            Scanner(f"tcp://127.0.0.1:{server.getsockname()[1]}").scan(b"x")
        thread.join()


@pytest.mark.req("A16")
def test_a_scanner_that_hangs_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "ANSWER_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(ScannerDown):
        Scanner(f"tcp://127.0.0.1:{server.getsockname()[1]}").scan(b"x")


@pytest.mark.parametrize("address", ["", "localhost", "tcp://localhost", "http://localhost:3310", "unix:"])
def test_an_address_must_be_one(address: str) -> None:
    with pytest.raises(ValueError, match="scanner"):
        Scanner(address)


@pytest.fixture
def real_clamd(tmp_path: Path) -> Iterator[str]:
    """ClamAV's own daemon, where it is installed, with EICAR in its book."""
    program = which("clamd", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("clamd is not installed")
    (tmp_path / "eicar.hdb").write_text(SIGNATURE)
    control = tmp_path / "clamd.ctl"
    settings = tmp_path / "clamd.conf"
    settings.write_text(f"LocalSocket {control}\nDatabaseDirectory {tmp_path}\nForeground yes\n")
    process = subprocess.Popen([program, "--config-file", str(settings)], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not control.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    yield f"unix://{control}"
    process.terminate()
    process.wait()


@pytest.mark.req("A16")
def test_the_real_daemon_understands(real_clamd: str) -> None:
    ask = Scanner(real_clamd)
    assert ask.scan(pdfs.plain()) == ""
    assert "EICAR" in ask.scan(EICAR).upper()

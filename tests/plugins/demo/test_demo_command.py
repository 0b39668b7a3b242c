"""`hoshou demo` as a stranger runs it: one command, a printed walk, pages that answer."""

import re
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from hoshou.plugins.demo.rules.sample import SAMPLE_NAME
from tests.platform.test_serve import HOSHOU, PATIENCE, free_port, wait_until

SEEDING = 240


def page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 - our own address
        text: str = answer.read().decode()
        return text


def start(folder: Path, port: int, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output, (folder / "errors.log").open("wb") as errors:
        return subprocess.Popen(
            [*HOSHOU, "demo", "--port", str(port), "--data-dir", str(folder / "demo")],
            stdout=output,
            stderr=errors,
        )


def wait_for_walk(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + SEEDING
    while "Ctrl-C" not in log.read_text():
        assert process.poll() is None, (log.parent / "errors.log").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.5)
    return log.read_text()


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.req("P-020")
def test_the_demo_starts_stays_up_and_starts_again_at_once(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "walk.txt"
    site = f"http://127.0.0.1:{port}"
    process = start(tmp_path, port, log)
    try:
        walk = wait_for_walk(process, log)
        for needed in (f"{site}/login/", f"{site}/orderer", f"{site}/demo/mailbox", "agency1", "hoshou-demo-2025"):
            assert needed in walk
        assert (tmp_path / "demo" / SAMPLE_NAME).read_bytes().startswith(b"%PDF")
        mail_page = page(re.findall(rf"{site}/demo/mailbox/\d+", walk)[0])
        assert re.search(r"閲覧用パスワード: [0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", mail_page)
        assert "デモ環境です" in page(f"{site}/")
        viewing_url = re.findall(rf"{site}/v/\S+", walk)[0]
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0

    began = time.monotonic()
    process = start(tmp_path, port, log)
    try:
        assert viewing_url in wait_for_walk(process, log)
        assert time.monotonic() - began < 30
        taken = subprocess.run(
            [*HOSHOU, "demo", "--port", str(port), "--data-dir", str(tmp_path / "other")],
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert taken.returncode == 1
        assert "--port" in taken.stderr.decode()
        assert not (tmp_path / "other").exists()
        wait_until(lambda: "デモ環境です" in page(f"{site}/"))
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0

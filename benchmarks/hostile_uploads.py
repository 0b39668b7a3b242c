"""How long a public page takes while hostile PDFs are uploaded without pause, against how long it takes alone (A13).

The product runs as `hoshou demo` does, on a folder of its own. Prints one JSON document.
"""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Event

import click
from sqlalchemy.orm import Session

from hoshou.app import create_app
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.api.tokens import issue_token
from hoshou.platform.context import platform
from hoshou.platform.db import transact
from hoshou.plugins.organisations.services.accounts import insurer_with_code
from hoshou.plugins.premium.services.sample import person_called
from tests.platform.test_serve import free_port
from tests.samples import hostile

PAGES = 3000
UPLOADERS = 2
PATIENCE = 300
GOAL = 2.0
MAKERS: tuple[Callable[[], bytes], ...] = (
    hostile.flate_bomb,
    hostile.many_small_bombs,
    hostile.image_bomb,
    hostile.form_bomb,
    hostile.huge_page,
    hostile.page_tree_loop,
    hostile.deep_nesting,
    hostile.xref_cycle,
    hostile.javascript,
    hostile.truncated,
)


@contextmanager
def running_demo(folder: Path, port: int) -> Iterator[None]:
    command = [sys.executable, "-c", "from hoshou.cli import main; main()"]
    arguments = ["demo", "--port", str(port), "--data-dir", str(folder)]
    with (folder.parent / "demo.log").open("wb") as log:
        process = subprocess.Popen([*command, *arguments], stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + PATIENCE
            while answer(port, "GET", "/healthz")[0] != 200:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(
                        f"the demo doesn't start: {(folder.parent / 'demo.log').read_text()[-2000:]}"
                    )
                time.sleep(0.5)
            yield
        finally:
            process.terminate()
            process.wait(60)


def answer(
    port: int, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, float]:
    """The status, 0 where no answer came, and the seconds it took."""
    begun = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        response.read()
        return response.status, time.perf_counter() - begun
    except OSError:
        return 0, time.perf_counter() - begun
    finally:
        connection.close()


def form(values: dict[str, str], pdf: bytes) -> tuple[bytes, str]:
    """A multipart body and its content type."""
    mark = uuid.uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in values.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
    return b"".join(
        [*parts, head.encode(), pdf, f"\r\n--{mark}--\r\n".encode()]
    ), f"multipart/form-data; boundary={mark}"


def upload_without_pause(port: int, token: str, insurer_id: int, over: Event) -> list[int]:
    """Statuses of the uploads until it is over."""
    samples = [make() for make in MAKERS]
    statuses = []
    numbers = count()
    while not over.is_set():
        number = next(numbers)
        values = {
            "insurer_id": str(insurer_id),
            "policy_number": f"H{number:08d}",
            "contract_type": "performance_bond",
            "contract_date": "2026-04-01",
            "insurance_start": "2026-04-01",
            "insurance_end": "2027-03-31",
            "contractor_name": "見本建設株式会社",
            "contractor_email": "office@contractor.example",
            "contractor_email_again": "office@contractor.example",
            "project_name": "見本橋補修工事",
        }
        body, kind = form(values, samples[number % len(samples)])
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex, "Content-Type": kind}
        statuses.append(answer(port, "POST", "/api/v1/bonds/uploads", body, headers)[0])
    return statuses


def read_pages(port: int, path: str) -> tuple[float, int]:
    """The 95th percentile in seconds, and how many of the pages didn't come."""
    answers = [answer(port, "GET", path) for _ in range(PAGES)]
    seconds = sorted(took for _status, took in answers)
    return seconds[int(PAGES * 0.95)], sum(status != 200 for status, _took in answers)


def way_in(folder: Path) -> tuple[str, int, str]:
    """A personal token of an insurer's user, the insurer, and a viewing URL's path."""
    os.environ |= {"HOSHOU_DEMO": "1", "HOSHOU_DATA_DIR": str(folder), "HOSHOU_SERVICE_HOURS": "0"}
    app = create_app()
    with app.app_context():
        here = platform()

        def issue(session: Session) -> str:
            user = person_called(session, "insurer8")
            actor = Actor(ActorKind.SYSTEM, "benchmark")
            return issue_token(session, here.clock, here.keys, actor, user.user_id, "benchmark")

        token = transact(issue)
        insurer_id = transact(lambda session: insurer_with_code(session, "ms").id)
    return token, insurer_id, "/orderer"


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder, port = Path(temporary) / "demo", free_port()
        with running_demo(folder, port):
            token, insurer_id, path = way_in(folder)
            read_pages(port, path)
            alone, lost_alone = read_pages(port, path)
            over = Event()
            with ThreadPoolExecutor(UPLOADERS) as crowd:
                uploads = [
                    crowd.submit(upload_without_pause, port, token, insurer_id, over) for _ in range(UPLOADERS)
                ]
                time.sleep(2)
                beside, lost = read_pages(port, path)
                over.set()
                statuses = [status for done in uploads for status in done.result()]
    report = {
        "what": "p95 of a public page beside hostile uploads",
        "ours": round(beside * 1000, 2),
        "other_side": round(alone * 1000, 2),
        "unit": "ms",
        "ratio": round(beside / alone, 2),
        "goal": GOAL,
        "met": beside / alone < GOAL and lost == lost_alone == 0,
        "pages_lost": lost + lost_alone,
        "uploads": {str(status): statuses.count(status) for status in sorted(set(statuses))},
    }
    click.echo(json.dumps(report))


if __name__ == "__main__":
    main()

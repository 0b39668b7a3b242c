"""``python -m tests.mutations [ID or list …]``: breaks the rules one by one and tells which tests didn't notice.

First every named test has to pass as things stand; then each has to fail with its rule broken. Ends with status 1
when one doesn't, or when a test ended otherwise than by failing.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import click
import pytest

from tests.mutations import ROOT, Mutation, mutations

CORES = os.cpu_count() or 1
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", "build", "__pycache__", ".*_cache", "*.egg-info")


def ended(copy: Path, *arguments: str) -> tuple[int, str]:
    """The status of pytest in a copy of the repository, and the last line that it printed."""
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=copy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.returncode, done.stdout.rstrip().rpartition("\n")[2]


def outcome(copy: Path, mutation: Mutation) -> str:
    """How the test took the broken rule; the copy is whole again afterwards."""
    path = copy / mutation.file
    whole = path.read_text()
    path.write_text(mutation.broken(whole))
    try:
        status, summary = ended(copy, mutation.test)
    finally:
        path.write_text(whole)
    if status == pytest.ExitCode.OK:
        return "SURVIVED"
    # A fixture that can't be made ends in the same status, and has seen nothing.
    return "noticed" if status == pytest.ExitCode.TESTS_FAILED and " failed" in f" {summary}" else "BROKEN"


def main(wanted: list[str]) -> int:
    chosen = [one for one in mutations() if not wanted or {*one.ids, one.list} & {*wanted}]
    if not chosen:
        click.echo("No rule is broken for that.")
        return 1
    copies: SimpleQueue[Path] = SimpleQueue()

    def judged(mutation: Mutation) -> str:
        copy = copies.get()
        try:
            return outcome(copy, mutation)
        finally:
            copies.put(copy)

    with tempfile.TemporaryDirectory() as room, ThreadPoolExecutor(CORES) as pool:
        for number in range(CORES):
            copies.put(shutil.copytree(ROOT, Path(room) / str(number), ignore=LEFT_OUT))
        tests = sorted({one.test for one in chosen})
        status, _ = ended(Path(room) / "0", "-n", str(min(CORES, len(tests))), *tests)
        if status != pytest.ExitCode.OK:
            click.echo("A named test fails, or isn't there, with every rule in its place.")
            return 1
        unnoticed = 0
        for mutation, result in zip(chosen, pool.map(judged, chosen), strict=True):
            unnoticed += result != "noticed"
            click.echo(f"{result:9} {' '.join(mutation.ids):24} {mutation.test}")
    click.echo(f"{len(chosen) - unnoticed} of {len(chosen)} broken rules were noticed.")
    return int(unnoticed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

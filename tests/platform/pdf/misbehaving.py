"""Jobs that do what a subverted or overwhelmed parser might do."""

import ctypes
import os
import signal
import socket
import subprocess
import time

from hoshou.platform.pdf.child import protocol


def rehearse():
    pass


def echo(file, **options):
    return options, file.read()


def hang(file):
    while True:
        time.sleep(60)


def spin(file):
    while True:
        pass


def take_memory(file, *, size):
    return {"taken": len(bytearray(size))}, b""


def crash(file):
    ctypes.string_at(0)


def fail(file):
    raise KeyError("something unforeseen")


def invent_a_reason(file):
    raise protocol.Refusal("no_such_code", kind="<script>")


def _outcome(attempt):
    try:
        attempt()
    except OSError as error:
        return error.errno
    return "done"


def _reach(port):
    with socket.socket() as connection:
        connection.connect(("127.0.0.1", port))


def probe(file, *, port, path, parent):
    """What the process still has, and what the kernel answers to what it may not do."""
    return {
        "environment": dict(os.environ),
        "descriptors": [number for number in range(64) if _is_open(number)],
        "open": _outcome(lambda: os.open(path, os.O_RDONLY)),
        "connect": _outcome(lambda: _reach(port)),
        "execute": _outcome(lambda: os.execv("/bin/true", ["true"])),  # noqa: S606
        "start": _outcome(lambda: subprocess.Popen(["/bin/true"])),
        "fork": _outcome(os.fork),
        "kill": _outcome(lambda: os.kill(parent, signal.SIGTERM)),
        "grow": _outcome(lambda: os.write(file.fileno(), b"x")),
        "unlink": _outcome(lambda: os.unlink(path)),
        "own_pid": os.getpid(),
    }, b""


def _is_open(number):
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


JOBS = {job.__name__: job for job in (echo, hang, spin, take_memory, crash, fail, invent_a_reason, probe)}

"""Take from the present process what parsing a file doesn't need. Linux on x86-64 and 64-bit ARM.

After ``confine`` the process holds the descriptors that it was given and can't open
another file, nor connect, fork, execute, signal or unlink: the kernel answers every call that
isn't on the short list with EPERM. Memory and processor time have hard limits.
"""

import contextlib
import ctypes
import errno
import itertools
import os
import platform
import resource
import signal
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_SECCOMP_RET_ALLOW = 0x7FFF0000
_SECCOMP_RET_ERRNO = 0x00050000
_NICENESS = 5
_LOAD_WORD = 0x20
_JUMP_IF_EQUAL = 0x15
_RETURN = 0x06

_AUDIT_ARCHITECTURE: Mapping[str, int] = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_ALLOWED_CALLS: Mapping[str, tuple[int, int]] = {
    # name: (x86-64, 64-bit ARM)
    "read": (0, 63),
    "readv": (19, 65),
    "pread64": (17, 67),
    "write": (1, 64),
    "writev": (20, 66),
    "lseek": (8, 62),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "ioctl": (16, 29),
    "fcntl": (72, 25),
    "close": (3, 57),
    # The request and its descriptors arrive by the one socket that the process was given.
    "sendto": (44, 206),
    "recvmsg": (47, 212),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "mprotect": (10, 226),
    "madvise": (28, 233),
    "brk": (12, 214),
    "futex": (202, 98),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getrusage": (98, 165),
    "getrandom": (318, 278),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "exit": (60, 93),
    "exit_group": (231, 94),
}

_libc = ctypes.CDLL(None, use_errno=True)
_libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]


def be_the_first_to_go() -> None:
    """When the machine is out of memory, the kernel ends this process and its children before others."""
    Path("/proc/self/oom_score_adj").write_text("1000")


def let_others_go_first() -> None:
    """A web page is answered before a file is parsed: lower the priority of this process, its session and children.

    Where the kernel shares the processors between sessions, the session's own value is what counts.
    """
    os.nice(_NICENESS)
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(_NICENESS))


def confine(keep: Sequence[int], *, memory_bytes: int, cpu_seconds: float) -> None:
    """Limit this process for good; only the descriptors ``keep`` stay open. Raises OSError if it can't."""
    os.setpgid(0, 0)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.dup2(1, 2)
    _close_all_but({0, 1, 2, *keep})
    whole_seconds = int(cpu_seconds) + 1
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (whole_seconds, whole_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _filter_system_calls()


def _close_all_but(keep: set[int]) -> None:
    # An empty range would close everything: Python 3.11 passes its end less one to close_range(2), unsigned.
    bounds = [-1, *sorted(keep), os.sysconf("SC_OPEN_MAX")]
    for below, above in itertools.pairwise(bounds):
        if below + 1 < above:
            os.closerange(below + 1, above)


def _filter_system_calls() -> None:
    machine = platform.machine()
    if machine not in _AUDIT_ARCHITECTURE:
        raise OSError(errno.ENOSYS, f"no system call filter for {machine}")
    column = list(_AUDIT_ARCHITECTURE).index(machine)
    numbers = [pair[column] for pair in _ALLOWED_CALLS.values()]
    program = [
        # The architecture lies at offset 4 of the kernel's record of a call, the call's number at 0.
        _instruction(_LOAD_WORD, value=4),
        _instruction(_JUMP_IF_EQUAL, value=_AUDIT_ARCHITECTURE[machine], skip_if_not=len(numbers) + 1),
        _instruction(_LOAD_WORD, value=0),
        *(
            _instruction(_JUMP_IF_EQUAL, value=number, skip_if=len(numbers) - position)
            for position, number in enumerate(numbers)
        ),
        _instruction(_RETURN, value=_SECCOMP_RET_ERRNO | errno.EPERM),
        _instruction(_RETURN, value=_SECCOMP_RET_ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(code)))
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(header))


def _instruction(code: int, *, value: int, skip_if: int = 0, skip_if_not: int = 0) -> bytes:
    return struct.pack("HBBI", code, skip_if, skip_if_not, value)


def _prctl(option: int, first: int, second: int = 0) -> None:
    if _libc.prctl(option, first, second, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")

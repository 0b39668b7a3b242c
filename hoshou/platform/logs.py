"""What is logged, and what never is: the secret part of an address (A1)."""

import logging
import re

LINE = "%(asctime)s [%(process)d] %(levelname)s %(name)s: %(message)s"
VIEWING_TOKEN = re.compile(r"(?i)(/v/)[^/\s\"'?#]+")
LONG_SEGMENT = re.compile(r"(?<=/)[A-Za-z0-9_%~-]{32,}")
"""A path segment long enough to be a secret, however its address is written."""

HIDDEN = "[hidden]"


def redact(text: str) -> str:
    """The text without viewing tokens and other secrets in paths."""
    return LONG_SEGMENT.sub(HIDDEN, VIEWING_TOKEN.sub(rf"\1{HIDDEN}", text))


class RedactingFormatter(logging.Formatter):
    """Redacts what another formatter has written, tracebacks included."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return redact(self._inner.format(record))


def hide_secrets(logger: logging.Logger) -> None:
    """Redact everything that this logger's own handlers write."""
    for handler in logger.handlers:
        if not isinstance(handler.formatter, RedactingFormatter):
            handler.setFormatter(RedactingFormatter(handler.formatter or logging.Formatter()))


def init_logging() -> None:
    """Log to standard error, once for each process of a running service."""
    logging.basicConfig(level=logging.INFO, format=LINE, force=True)
    # It would tell of every look at the table of jobs.
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    hide_secrets(logging.getLogger())

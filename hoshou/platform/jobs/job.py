"""What a scheduled job is."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock


@dataclass(frozen=True)
class Every:
    """Due at each full multiple of so many seconds, the same instants on every host."""

    seconds: int


@dataclass(frozen=True)
class At:
    """Due by the calendar, in JST. The fields are cron's, as APScheduler reads them (``day="last"``)."""

    minute: str = "0"
    hour: str = "*"
    day: str = "*"
    month: str = "*"
    day_of_week: str = "*"


Trigger = Every | At


@dataclass(frozen=True)
class JobContext:
    """What a running job works with.

    ``unit_of_work`` is the only way to the database: its commit fails once another process has taken the
    run over, and in a dry run nothing of it stays. Effects outside the database are left out when
    ``dry_run`` is set. ``progress`` takes how many of how many are done. ``clock`` stands still at
    ``due_at`` when the job is run by hand.
    """

    due_at: datetime
    clock: Clock
    unit_of_work: Callable[[], AbstractContextManager[Session]]
    progress: Callable[[int, int], None]
    dry_run: bool = False


@dataclass(frozen=True)
class Job:
    """``run`` must be idempotent for one ``due_at``; it returns what it did, as values for JSON.

    One with ``after_restore`` runs before a restored backup is opened to anybody.
    """

    name: str
    title: str
    trigger: Trigger
    run: Callable[[JobContext], dict[str, Any]]
    after_restore: bool = False

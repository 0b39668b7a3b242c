"""When a job was last due: computed from its trigger alone, so that every process agrees (F8, F11)."""

from datetime import datetime, timedelta

from apscheduler.triggers.cron import CronTrigger

from hoshou.base.clock import JST
from hoshou.platform.jobs.job import At, Every, Trigger

LOOK_BACK = (timedelta(hours=1), timedelta(days=1), timedelta(days=32), timedelta(days=366))
"""Tried in turn, so that neither a job of every minute nor one of every year takes long to compute."""


def latest_due(trigger: Trigger, now: datetime) -> datetime | None:
    """The latest instant up to and including ``now`` at which the trigger is due, or None within a year."""
    if isinstance(trigger, Every):
        seconds = int(now.timestamp()) // trigger.seconds * trigger.seconds
        return datetime.fromtimestamp(seconds, JST)
    for span in LOOK_BACK:
        latest = _latest_within(trigger, now - span, now)
        if latest is not None:
            return latest
    return None


def _latest_within(trigger: At, start: datetime, now: datetime) -> datetime | None:
    cron = _cron(trigger)
    latest: datetime | None = None
    following: datetime | None = cron.get_next_fire_time(None, start)
    while following is not None and following <= now:
        latest = following
        following = cron.get_next_fire_time(latest, latest)
    return latest


def next_due(trigger: Trigger, now: datetime) -> datetime | None:
    """The first instant after ``now`` at which the trigger is due, or None when it never is."""
    if isinstance(trigger, Every):
        return datetime.fromtimestamp((int(now.timestamp()) // trigger.seconds + 1) * trigger.seconds, JST)
    following: datetime | None = _cron(trigger).get_next_fire_time(now, now)
    return following


def _cron(trigger: At) -> CronTrigger:
    return CronTrigger(
        minute=trigger.minute,
        hour=trigger.hour,
        day=trigger.day,
        month=trigger.month,
        day_of_week=trigger.day_of_week,
        timezone=JST,
    )

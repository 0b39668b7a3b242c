"""The whole plugin contract. Each hook says when it is called and what it returns."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from flask import Blueprint

    from hoshou.platform.calculators import Calculator
    from hoshou.platform.jobs.job import Job
    from hoshou.platform.mail.template import MailTemplate
    from hoshou.platform.site.entrance import Entrance, FootLink
    from hoshou.platform.staff.charts import Chart
    from hoshou.platform.staff.contribution import HomeItem, RecordLink, StaffView
    from hoshou.platform.subject import Subject

PROJECT = "hoshou"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def staff_views() -> "Iterable[StaffView]":
    """Called once while the staff site is built; returns its screens, their menu entries and who may do what."""


@hookspec
def public_blueprints() -> "Iterable[Blueprint]":
    """Called once while the public site is built; returns blueprints that anyone may reach in service hours."""


@hookspec
def entrances() -> "Iterable[Entrance]":
    """Called each time the public home is shown; returns what each kind of visitor can do there."""


@hookspec
def foot_links() -> "Iterable[FootLink]":
    """Called each time a page is shown; returns the pages that the foot of every public page leads to."""


@hookspec
def api_blueprints() -> "Iterable[Blueprint]":
    """Called once while the REST API is built; returns blueprints that a personal token opens."""


@hookspec
def calculators() -> "Iterable[Calculator]":
    """Called when an amount is asked for; returns the calculators, each under its name and version."""


@hookspec
def jobs() -> "Iterable[Job]":
    """Called by the scheduler and the command line; returns the scheduled jobs."""


@hookspec
def mail_templates() -> "Iterable[MailTemplate]":
    """Called once at start; returns the mails that the plugin sends, with their wording and variables."""


@hookspec
def action_labels() -> "Iterable[tuple[str, str]]":
    """Called when a record's timeline is shown; returns each audited action with its sentence, a message id."""


@hookspec
def home_items(subject: "Subject") -> "Iterable[HomeItem]":
    """Called each time the staff home is shown; returns what waits for this person."""


@hookspec
def charts(subject: "Subject") -> "Iterable[Chart]":
    """Called each time the staff dashboard is shown; returns the charts that this person may see."""


@hookspec
def record_links(subject: "Subject", object_kind: str, object_id: int) -> "Iterable[RecordLink]":
    """Called when a record's page is shown; returns further pages about it that this person may open."""


@hookspec(firstresult=True)
def subject_of_user(user_id: int) -> "Subject | None":
    """Called when a staff request begins; returns who the user is and which rows are theirs."""

"""Insurers, branches, agencies and the staff who belong to them."""

from hoshou.platform.db import db
from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.subject import Subject
from hoshou.plugins.organisations import models  # noqa: F401 - the tables
from hoshou.plugins.organisations.services.subject import subject_of

NAME = "organisations"
VERSION = "1.0.0"
REQUIRES: tuple[str, ...] = ()


@hookimpl
def subject_of_user(user_id: int) -> Subject | None:
    return subject_of(db.session(), user_id)

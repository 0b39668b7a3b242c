"""Newest-first pages by key, without counting the table."""

from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hoshou.platform.db import LARGEST_KEY

PAGE = 50


@dataclass(frozen=True)
class Page:
    """``older`` is the key to ask from for the next page, or None at the end."""

    rows: list[Any]
    older: int | None


def newest_first(session: Session, statement: Select[Any], key: InstrumentedAttribute[int]) -> Page:
    """One page of the statement's rows, from the request's ``before`` on."""
    before = request.args.get("before", "")
    if before.isascii() and before.isdecimal():
        statement = statement.where(key < min(int(before), LARGEST_KEY))
    rows = list(session.scalars(statement.order_by(key.desc()).limit(PAGE + 1)))
    return Page(rows[:PAGE], getattr(rows[PAGE - 1], key.key) if len(rows) > PAGE else None)

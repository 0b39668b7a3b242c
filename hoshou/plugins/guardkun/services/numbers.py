"""Numbers in a row: each is given once, however many ask at the same moment."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hoshou.plugins.guardkun.models.batches import NumberSeries


def take_numbers(session: Session, series: str, count: int = 1) -> range:
    """The next ``count`` numbers of the series, which others wait for until this transaction ends.

    A transaction that fails gives its numbers back, so a series has no gaps.
    """
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        insert(NumberSeries).values(name=series, last=0).on_conflict_do_nothing(index_elements=["name"])
    )
    last = session.execute(
        update(NumberSeries)
        .where(NumberSeries.name == series)
        .values(last=NumberSeries.last + count)
        .returning(NumberSeries.last)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    return range(last - count + 1, last + 1)

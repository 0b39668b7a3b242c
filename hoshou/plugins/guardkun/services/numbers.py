"""Numbers that are given once: quotes, slips, policies."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from hoshou.plugins.guardkun.models.batches import NumberSeries


def next_number(session: Session, series: str) -> int:
    """The next number of the series, from 1 on. The series stays locked until the transaction ends.

    Two that begin a series at once: the second meets the first one's key, and ``transact`` runs it again.
    """
    number = session.scalar(
        update(NumberSeries)
        .where(NumberSeries.name == series)
        .values(last=NumberSeries.last + 1)
        .returning(NumberSeries.last)
        .execution_options(synchronize_session=False)
    )
    if number is None:
        session.add(NumberSeries(name=series, last=1))
        session.flush()
        return 1
    return number

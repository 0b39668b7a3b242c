"""What long work is handed: its transactions, and whom to tell how far it is."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

UnitOfWork = Callable[[], AbstractContextManager[Session]]
Progress = Callable[[int, int], None]

"""Flask-AppBuilder's data access, with plain words instead of the database's own."""

from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from hoshou.platform.db import begin_writing, db

CONFLICT = _l("同じ内容の登録がすでにあるか、他の登録から使われているため、保存できませんでした。")
TROUBLE = _l("保存できませんでした。もう一度お試しください。")


class StaffDataError(Exception):
    """Shown to staff as it is."""


class StaffInterface(SQLAInterface):
    """Adds, edits and deletes as a writer from the start, and never shows the database's words."""

    def add(self, item: Any, commit: bool = True) -> None:
        self._do(lambda: super(StaffInterface, self).add(item, commit))

    def edit(self, item: Any, commit: bool = True) -> None:
        self._do(lambda: super(StaffInterface, self).edit(item, commit))

    def delete(self, item: Any, commit: bool = True) -> None:
        self._do(lambda: super(StaffInterface, self).delete(item, commit))

    @staticmethod
    def _do(work: Any) -> None:
        try:
            work()
        except Exception as error:
            cause = error.__cause__ if isinstance(error.__cause__, SQLAlchemyError) else error
            if not isinstance(cause, SQLAlchemyError):
                raise
            raise StaffDataError(CONFLICT if isinstance(cause, IntegrityError) else TROUBLE) from error


def begin_change() -> None:
    """To be called before a screen reads what it is about to change."""
    begin_writing(db.session())

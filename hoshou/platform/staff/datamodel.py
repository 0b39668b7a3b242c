"""Flask-AppBuilder's data access, with plain words instead of the database's own."""

from collections.abc import Collection
from datetime import date
from typing import Any

from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.models.sqla.filters import SQLAFilterConverter
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import Time, or_

from hoshou.base.japanese import fold
from hoshou.platform.db import LARGEST_KEY, begins_with

CONFLICT = _l("同じ内容の登録がすでにあるか、他の登録から使われているため、保存できませんでした。")
MOST_LISTED = 1000
"""So many rows of a list can be leafed through; of more, a list says only that there are more."""


class FilterBegins(BaseFilter):
    """A number is searched by how it begins, in capitals too: so an index finds it among any number of rows."""

    name = _l("前方一致")
    arg_name = "bw"

    def apply(self, query: Any, value: str) -> Any:
        column, words = getattr(self.model, self.column_name), fold(value)
        return query.filter(or_(*(begins_with(column, text) for text in {words, words.upper()})))


class StaffFilterConverter(SQLAFilterConverter):
    """A time of day can be kept and shown, not searched for: the framework would warn of it at every start."""

    def convert(self, col_name: str) -> Any:
        if col_name in self.datamodel.numbers:
            return [FilterBegins(col_name, self.datamodel)]
        kind = getattr(self.datamodel.list_columns.get(col_name), "type", None)
        return None if isinstance(kind, Time) else super().convert(col_name)


class StaffInterface(SQLAInterface):
    """Reads for screens. An address that can't be a key finds nothing, on every database alike.

    ``numbers`` are indexed columns that are searched by how they begin.
    """

    filter_converter_class = StaffFilterConverter

    def __init__(self, obj: Any, session: Any = None, numbers: Collection[str] = ()) -> None:
        self.numbers = numbers
        super().__init__(obj, session)

    def get(self, id: Any, *args: Any, **kwargs: Any) -> Any:
        key = self._key(id)
        return None if key is None else super().get(key, *args, **kwargs)

    def query_count(self, query: Any, filters: Any = None, select_columns: Any = None) -> int:
        """How many rows are found, but one more than ``MOST_LISTED`` at most: no page counts a whole table."""
        found = self._apply_inner_all(query, filters, select_columns=select_columns, aliases_mapping={})
        return int(found.with_entities(*self.obj.__mapper__.primary_key).limit(MOST_LISTED + 1).count())

    def get_columns_list(self) -> list[str]:
        """Times of day are left out: the framework has no filter for them."""
        of_day = {name for name, column in self.list_columns.items() if isinstance(column.type, Time)}
        return [name for name in super().get_columns_list() if name not in of_day]

    def get_related_obj(self, col_name: str, value: Any) -> Any:
        related = self.get_related_interface(col_name)
        key = related._key(value)
        return None if key is None else self.session.get(related.obj, key)

    def is_nullable(self, col_name: str) -> bool:
        """Whether a form may leave the field empty: where NULL may stand, and where an empty text is the default."""
        column = self.list_columns.get(col_name)
        empty_by_default = column is not None and column.default is not None and column.default.arg == ""
        return empty_by_default or bool(super().is_nullable(col_name))

    def _key(self, text: Any) -> Any:
        kind = self.list_columns[self.get_pk_name()].type.python_type
        try:
            if kind is int:
                number = int(text)
                return number if 0 <= number <= LARGEST_KEY else None
            if kind is date and not isinstance(text, date):
                return date.fromisoformat(text)
        except ValueError:
            return None
        return text

"""The base of our generated screens: row scope, audit, no unused routes."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from flask import flash, request
from flask_appbuilder import ModelView
from flask_appbuilder.models.filters import BaseFilter
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, true
from sqlalchemy import inspect as inspect_model

from hoshou.platform import audit
from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.datamodel import begin_change
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.subject import Subject

RowScope = Callable[[Subject], ColumnElement[bool]]


def every_row(_subject: Subject) -> ColumnElement[bool]:
    """The scope of master data, which everyone who reaches the screen may see whole."""
    return true()


class RowScopeFilter(BaseFilter):
    """Binds every query of a screen to the rows of whoever asks."""

    def apply(self, query: Any, value: RowScope) -> Any:
        return query.filter(value(current_subject()))


class StaffModelView(ModelView):
    """A generated screen. ``row_scope`` is required: whose rows are seen is never left open."""

    row_scope: ClassVar[RowScope]
    search_columns: ClassVar[Sequence[str]]
    secret_columns: ClassVar[frozenset[str]] = frozenset()
    page_size = 25
    # Files go through storage, bulk actions through services; the framework's own routes for both are dropped.
    exclude_route_methods: ClassVar[set[str]] = {"download", "action", "action_post"}

    def _init_properties(self) -> None:
        scope = type(self).__dict__.get("row_scope") or getattr(type(self), "row_scope", None)
        if scope is None or "search_columns" not in vars(type(self)):
            raise TypeError(f"{type(self).__name__} must state its row_scope and its search_columns")
        key = self.datamodel.get_pk_name()
        scope = scope.__func__ if isinstance(scope, staticmethod) else scope
        self.base_filters = [[key, RowScopeFilter, scope]]
        super()._init_properties()

    def _add(self) -> Any:
        if request.method == "POST":
            begin_change()
        return super()._add()

    def _edit(self, pk: Any) -> Any:
        if request.method == "POST":
            begin_change()
        return super()._edit(pk)

    def _delete(self, pk: Any) -> Any:
        begin_change()
        return super()._delete(pk)

    def pre_add(self, item: Any) -> None:
        self._audit("added", item, self._values(item))

    def pre_update(self, item: Any) -> None:
        changed = {
            attribute.key: str(attribute.history.deleted[0]) if attribute.history.deleted else None
            for attribute in inspect_model(item).attrs
            if attribute.history.has_changes() and attribute.key not in self.secret_columns
        }
        self._audit(
            "changed", item, {"before": changed, "after": {key: str(getattr(item, key)) for key in changed}}
        )

    def pre_delete(self, item: Any) -> None:
        self._audit("deleted", item, self._values(item))

    def _values(self, item: Any) -> dict[str, str]:
        columns = inspect_model(type(item)).column_attrs.keys()
        return {key: str(getattr(item, key)) for key in columns if key not in self.secret_columns}

    def _audit(self, what: str, item: Any, detail: dict[str, Any]) -> None:
        table = type(item).__tablename__
        key = self.datamodel.get_pk_value(item)
        audit.record(db.session(), platform().clock, staff_actor(), f"{table}.{what}", table, key or "", **detail)


def flash_error(error: Any) -> None:
    """Show a domain error on the next page."""
    flash(_(error.message, **error.values) if error.values else _(error.message), "danger")


STAFF_PLATFORM_VIEWS: list[StaffView] = []
"""The platform's own screens, filled by the modules that hold them."""

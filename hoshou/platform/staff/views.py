"""The base of our generated screens: row scope, one transaction a change, audit, no unused routes."""

import copy
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import ModelView
from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.urltools import get_filter_args
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, true
from sqlalchemy import inspect as inspect_model
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hoshou.base.errors import DomainError, Invalid
from hoshou.platform import audit
from hoshou.platform.context import platform
from hoshou.platform.db import unit_of_work
from hoshou.platform.site.errors import words
from hoshou.platform.staff.datamodel import CONFLICT, MOST_LISTED
from hoshou.platform.staff.fields import complain, use_own_fields
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.staff.widgets import StaffFormWidget, StaffListWidget, StaffSearchWidget, StaffShowWidget
from hoshou.platform.subject import Subject

RowScope = Callable[[Subject], ColumnElement[bool]]
LARGEST_PAGE = 100


def every_row(_subject: Subject) -> ColumnElement[bool]:
    """The scope of master data, which everyone who reaches the screen may see whole."""
    return true()


class RowScopeFilter(BaseFilter):
    """Binds every query of a screen to the rows of whoever asks."""

    def apply(self, query: Any, value: RowScope) -> Any:
        return query.filter(value(current_subject()))


class StaffModelView(ModelView):
    """A generated screen on a ``StaffInterface``.

    ``row_scope`` and ``search_columns`` are required: whose rows are seen, and what may be asked about them,
    is never left open. ``list_title`` names the screen and the pages of single records.
    """

    row_scope: ClassVar[RowScope]
    search_columns: ClassVar[Sequence[str]]
    secret_columns: ClassVar[frozenset[str]] = frozenset()
    page_size = 25
    list_title: str = ""
    show_title: str = ""
    add_title: str = ""
    edit_title: str = ""
    list_widget = StaffListWidget
    show_widget = StaffShowWidget
    add_widget = StaffFormWidget
    edit_widget = StaffFormWidget
    search_widget = StaffSearchWidget
    # Files go through storage, bulk actions through services; the framework's own routes for both are dropped.
    exclude_route_methods: ClassVar[set[str]] = {"download", "action", "action_post"}

    def _init_properties(self) -> None:
        scope = getattr(type(self), "row_scope", None)
        if scope is None or "search_columns" not in vars(type(self)):
            raise TypeError(f"{type(self).__name__} must state its row_scope and its search_columns")
        key = self.datamodel.get_pk_name()
        self.base_filters = [[key, RowScopeFilter, scope]]
        super()._init_properties()

    def _init_titles(self) -> None:
        if not self.list_title:
            raise TypeError(f"{type(self).__name__} must state its list_title")
        self.add_title = self.add_title or _l("%(what)s：新規登録", what=self.list_title)
        self.edit_title = self.edit_title or _l("%(what)s：変更", what=self.list_title)
        self.show_title = self.show_title or _l("%(what)s：詳細", what=self.list_title)
        super()._init_titles()

    def _init_forms(self) -> None:
        super()._init_forms()
        columns = inspect_model(self.datamodel.obj).columns
        defaults = {column.key: getattr(column.default, "arg", None) for column in columns}
        may_be_empty = {key for key, default in defaults.items() if default == "" or default is False}
        for form in (self.search_form, self.add_form, self.edit_form):
            use_own_fields(form, may_be_empty)

    # The framework keeps the addresses of recent pages, search terms and all, in the readable cookie.
    def update_redirect(self) -> None:
        pass

    def get_redirect(self) -> str:
        return url_for(f"{self.endpoint}.list")

    def _list(self, **kwargs: Any) -> Any:
        name = type(self).__name__
        order_column = request.args.get(f"_oc_{name}", "")
        direction = request.args.get(f"_od_{name}", "")
        if order_column not in ("", *self.order_columns) or direction not in ("", "asc", "desc"):
            abort(400)
        filters = self._asked_filters()
        page_size = _small_number(f"psize_{name}", LARGEST_PAGE) or self.page_size
        last_page = -(-MOST_LISTED // page_size) - 1
        widgets = self._get_list_widget(
            filters=filters,
            order_column=order_column if direction else "",
            order_direction=direction,
            page=min(_small_number(f"page_{name}", 1_000_000) or 0, last_page),
            page_size=page_size,
            most=MOST_LISTED,
            **kwargs,
        )
        widgets["search"] = self.search_widget(
            form=self.search_form.refresh(), include_cols=self.search_columns, filters=filters
        )
        return widgets

    def _asked_filters(self) -> Any:
        """The request's own filters. The framework's are shared by all requests, and mixing would lose the scope."""
        filters = copy.copy(self._filters)
        try:
            get_filter_args(filters)
        except IndexError:
            abort(400)
        kept = [(found, value) for found, value in zip(filters.filters, filters.values, strict=True) if any(value)]
        filters.filters = [found for found, _value in kept]
        filters.values = [value for _found, value in kept]
        return filters

    def _item(self, pk: Any) -> Any:
        item = self.datamodel.get(pk, self._base_filters)
        if item is None:
            abort(404)
        return item

    def _show(self, pk: Any) -> Any:
        return self._get_show_widget(pk, self._item(pk))

    def _add(self) -> Any:
        form = self.add_form.refresh()
        if request.method == "POST" and self._saved(form):
            return None
        return self._form_widget("add", self.add_widget, self.add_columns, form)

    def _edit(self, pk: Any) -> Any:
        if request.method == "POST":
            form = self.edit_form.refresh(request.form)
            if self._saved(form, pk):
                return None
        else:
            item = self._item(pk)
            form = self.edit_form.refresh(obj=item)
            self.prefill_form(form, self.datamodel.get_pk_value(item))
        return self._form_widget("edit", self.edit_widget, self.edit_columns, form)

    def _form_widget(self, name: str, widget: type, columns: Sequence[str], form: Any) -> dict[str, Any]:
        return {name: widget(form=form, include_cols=columns, exclude_cols=[], back=self.get_redirect())}

    def _saved(self, form: Any, pk: Any = None) -> bool:
        """Whether the form was stored, in one transaction; what stands against it is shown in the form."""
        try:
            with unit_of_work() as session:
                item = self.datamodel.obj() if pk is None else self._item(pk)
                if pk is not None:
                    form._id = self.datamodel.get_pk_value(item)
                if not form.validate():
                    return False
                self.process_form(form, pk is None)
                with session.no_autoflush:
                    form.populate_obj(item)
                    self._store(session, item, is_new=pk is None)
        except Invalid as error:
            for refusal in error.errors:
                complain(form, refusal.field, words(refusal))
            return False
        except DomainError as error:
            complain(form, error.field, words(error))
            return False
        except IntegrityError:
            complain(form, None, str(CONFLICT))
            return False
        flash(_("保存しました。"), "success")
        return True

    def _store(self, session: Session, item: Any, *, is_new: bool) -> None:
        if is_new:
            self.pre_add(item)
            session.add(item)
            session.flush()
            self._audit(session, "added", item, self._values(item))
            self.post_add(item)
        else:
            self.pre_update(item)
            changes = self._changes(item)
            session.flush()
            if changes["after"]:
                self._audit(session, "changed", item, changes)
            self.post_update(item)

    def _delete(self, pk: Any) -> None:
        try:
            with unit_of_work() as session:
                item = self._item(pk)
                self.pre_delete(item)
                self._audit(session, "deleted", item, self._values(item))
                session.delete(item)
                session.flush()
                self.post_delete(item)
        except DomainError as error:
            flash(words(error), "danger")
        except IntegrityError:
            flash(str(CONFLICT), "danger")
        else:
            flash(_("削除しました。"), "success")

    def post_delete_redirect(self) -> Any:
        return redirect(self.get_redirect())

    def _changes(self, item: Any) -> dict[str, dict[str, str]]:
        changed = [
            attribute
            for attribute in inspect_model(item).attrs
            if attribute.history.has_changes() and attribute.key not in self.secret_columns
        ]
        return {
            "before": {a.key: _text(a.history.deleted or ()) for a in changed},
            "after": {a.key: _text(a.history.added or ()) for a in changed},
        }

    def _values(self, item: Any) -> dict[str, str]:
        columns = inspect_model(type(item)).column_attrs.keys()
        return {key: str(getattr(item, key)) for key in columns if key not in self.secret_columns}

    def _audit(self, session: Session, what: str, item: Any, detail: dict[str, Any]) -> None:
        table = type(item).__tablename__
        key = self.datamodel.get_pk_value(item)
        audit.record(session, platform().clock, staff_actor(), f"{table}.{what}", table, key, **detail)


def _text(values: Sequence[Any]) -> str:
    return "、".join(str(value) for value in values if value is not None)


def _small_number(name: str, largest: int) -> int | None:
    """The query's whole number, or None. Anything else is refused as a bad request."""
    text = request.args.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 8 and int(text) <= largest):
        abort(400)
    return int(text)


def flash_error(error: DomainError) -> None:
    """Show a domain error on the next page."""
    flash(words(error), "danger")

"""What Flask-AppBuilder's pages are filled with: its widgets, marked as HTML, and a search form without scripts."""

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_appbuilder.widgets import FormWidget, ListWidget, RenderTemplateWidget, ShowWidget
from markupsafe import Markup
from wtforms.widgets import DateInput, DateTimeLocalInput

OPERATORS = ("bw", "ct", "rel_o_m", "rel_m_m", "eq")
"""Which of a column's filters the search form uses: the first that the column has."""


class MarkedWidget(RenderTemplateWidget):
    """Renders its template as HTML, so that pages needn't call it safe."""

    def __call__(self, **values: Any) -> Markup:
        return Markup(super().__call__(**values))  # noqa: S704 - a template's output, escaped there


class StaffListWidget(MarkedWidget, ListWidget):
    pass


class StaffShowWidget(MarkedWidget, ShowWidget):
    pass


class StaffFormWidget(MarkedWidget, FormWidget):
    pass


@dataclass(frozen=True)
class SearchField:
    """One condition: ``choices`` is None for free text."""

    name: str
    label: str
    value: str
    kind: str = "text"
    choices: tuple[tuple[str, str], ...] | None = None


class StaffSearchWidget(MarkedWidget):
    """One field for each search column."""

    template = "appbuilder/general/widgets/search.html"

    def __call__(self, **values: Any) -> Markup:
        args = self.template_args
        offered = args["filters"].get_search_filters()
        fields = [_search_field(args["form"][column], offered[column]) for column in args["include_cols"]]
        return super().__call__(fields=fields, **values)


def _search_field(field: Any, filters: list[Any]) -> SearchField:
    names = [found.arg_name for found in filters]
    index = next((names.index(operator) for operator in OPERATORS if operator in names), 0)
    name = f"_flt_{index}_{field.name}"
    value = request.args.get(name, "")
    choices = None
    if hasattr(field, "query_func"):
        choices = tuple((found.value, found.label) for found in field.iter_choices() if found.value != "__None")
    kind = "date" if isinstance(field.widget, DateInput) else "text"
    return SearchField(name, str(field.label.text), value, kind, choices)


class DayInput(DateInput):
    """The browser's own date field, in the look of the others."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        html: Markup = super().__call__(field, **{"class": "form-control", **attributes})
        return html


class InstantInput(DateTimeLocalInput):
    """The browser's own field for a day and time."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        html: Markup = super().__call__(field, **{"class": "form-control", **attributes})
        return html

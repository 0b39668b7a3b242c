"""Form fields that Flask-AppBuilder lacks: instants in JST, choices among named states."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from flask_appbuilder.fields import QuerySelectField, QuerySelectMultipleField
from flask_appbuilder.fieldwidgets import BS3TextFieldWidget
from flask_appbuilder.validators import Unique
from flask_babel import lazy_gettext as _l
from wtforms import DateField, DateTimeLocalField, Field, SelectField, StringField
from wtforms.fields.choices import Choice, SelectChoice
from wtforms.fields.core import UnboundField
from wtforms.validators import InputRequired
from wtforms.widgets import Select

from hoshou.base.clock import JST
from hoshou.platform.staff.widgets import DayInput, InstantInput


class InstantField(DateTimeLocalField):
    """A day and a time of day in Japan; its value is aware."""

    widget = InstantInput()

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **options)

    def process_data(self, value: datetime | None) -> None:
        self.data = value.astimezone(JST).replace(tzinfo=None) if value else None

    def populate_obj(self, obj: Any, name: str) -> None:
        setattr(obj, name, self.data.replace(tzinfo=JST) if self.data else None)


class DayField(DateField):
    """A calendar day, entered with the browser's own field."""

    widget = DayInput()


class LineField(StringField):
    """One line of text, without the white space around it."""

    widget = BS3TextFieldWidget()

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([value.strip() for value in valuelist])


class ChoiceInput(Select):
    """A select in the look of the other fields."""

    def __call__(self, field: Any, **attributes: Any) -> Any:
        return super().__call__(field, **{"class": "form-control", **attributes})


class ChoiceField(SelectField):
    """One of a few named values; ``choices`` are pairs of value and label."""

    widget = ChoiceInput()

    def __init__(self, label: Any, *, choices: Iterable[tuple[str, Any]], **options: Any) -> None:
        super().__init__(label, choices=[SelectChoice(value, text) for value, text in choices], **options)


class RowField(QuerySelectField):
    """One row of a related table, in the browser's own select."""

    widget = ChoiceInput()

    def iter_choices(self) -> Iterator[Choice]:
        for value, label, selected, attributes in super().iter_choices():
            yield Choice(value, str(label), selected, attributes)


class RowsField(QuerySelectMultipleField):
    """Several rows of a related table."""

    widget = ChoiceInput(multiple=True)

    def iter_choices(self) -> Iterator[Choice]:
        for value, label, selected, attributes in super().iter_choices():
            yield Choice(value, str(label), selected, attributes)


TAKEN = _l("すでに使われています。")
OWN_FIELDS: dict[type[Field], type[Field]] = {
    QuerySelectField: RowField,
    QuerySelectMultipleField: RowsField,
    DateField: DayField,
}


def use_own_fields(form: type, may_be_empty: Collection[str]) -> None:
    """Put our fields in the place of Flask-AppBuilder's, which need scripts and styles in the page.

    Columns that ``may_be_empty`` hold an empty text or a box left unticked, never NULL; the framework takes
    them for required.
    """
    for name in dir(form):
        unbound = getattr(form, name)
        if not isinstance(unbound, UnboundField):
            continue
        if unbound.field_class in OWN_FIELDS:
            unbound.field_class = OWN_FIELDS[unbound.field_class]
            unbound.kwargs.pop("widget", None)
        for found in unbound.kwargs.get("validators", ()):
            if isinstance(found, Unique):
                found.message = TAKEN
        if name in may_be_empty and "validators" in unbound.kwargs:
            kept = [found for found in unbound.kwargs["validators"] if not isinstance(found, InputRequired)]
            unbound.kwargs["validators"] = kept


def complain(form: Any, field: str | None, sentence: str) -> None:
    """Show the sentence at the field, or above the form when it belongs to no field of it."""
    target: Field | None = form[field] if field and field in form else None
    if target is None:
        form.form_errors.append(sentence)
    else:
        target.errors = [*target.errors, sentence]

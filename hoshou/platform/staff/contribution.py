"""What a plugin contributes to the staff site."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flask_appbuilder.baseviews import BaseView

from hoshou.platform.subject import Role

CRUD = frozenset({"list", "show", "add", "edit", "delete"})
READ = frozenset({"list", "show"})


@dataclass(frozen=True)
class StaffView:
    """A screen and who may do what there.

    ``grants`` names for each role the methods of the view (``list``, ``show``, …) that it may call;
    a role that isn't named can't reach the screen. ``name`` is stable ASCII, since it is the menu
    permission's name; ``label`` is the Japanese message id that people see. ``method_labels`` are
    those of the view's own methods, for the table of rights; ``CRUD``'s have theirs.
    """

    view: type[BaseView]
    grants: Mapping[Role, frozenset[str]]
    name: str = ""
    label: str = ""
    category: str = ""
    category_label: str = ""
    icon: str = ""
    order: int = field(default=100)
    method_labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_menu(self) -> bool:
        return bool(self.name)


@dataclass(frozen=True)
class HomeItem:
    """One thing that waits for a person: shown on the staff home, most urgent first."""

    title: str
    detail: str
    url: str
    due: datetime | None = None
    count: int | None = None
    urgent: bool = False


@dataclass(frozen=True)
class RecordLink:
    """A further page about a record; ``detail`` says what is found there."""

    title: str
    detail: str
    url: str

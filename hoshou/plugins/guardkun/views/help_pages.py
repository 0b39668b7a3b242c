"""Staff screens: the scheme's help for agencies and insurers, and the editing of its texts (B-014, B-105 to B-108)."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.db import db
from hoshou.platform.site.language import chosen_language
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import CRUD, READ, StaffView
from hoshou.platform.staff.datamodel import StaffInterface
from hoshou.platform.staff.fields import ChoiceField, DayField
from hoshou.platform.staff.session import current_subject
from hoshou.platform.staff.views import StaffModelView
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.rules.help import HELP_GROUP_LABELS
from hoshou.plugins.guardkun.services.calendar import KEEPERS, READERS
from hoshou.plugins.guardkun.services.help_texts import help_links, prepare_help
from hoshou.plugins.guides.models import Contact, FaqEntry, GuidePage, Revision
from hoshou.plugins.guides.rules.kinds import Book
from hoshou.plugins.guides.services import read
from hoshou.plugins.guides.services.read import Language

LONGEST_QUERY = 100
_GROUPS = {group.value: label for group, label in HELP_GROUP_LABELS.items()}
_SIGNS = _l(
    "空行で段落を分けます。行頭の「## 」は見出し、「- 」は箇条書き、「1. 」は番号付きの箇条書き、"
    "「**…**」は強調、「__…__」は下線です。"
)


class SchemeHelpView(BaseView):
    """Questions and answers, contacts and running text of the scheme's manual."""

    route_base = "/scheme/help"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> Any:
        session, language = db.session(), _language()
        query = request.args.get("q", "").strip()[:LONGEST_QUERY]
        return self._page(
            "guardkun/help.html",
            _("ガードくん賠償責任保険の案内"),
            query=query,
            questions=read.read_faq(session, language, query, book=Book.SCHEME),
            groups=HELP_GROUP_LABELS,
            editions=read.read_revisions(session, language, Book.SCHEME),
            links=help_links(session, language),
            edits=current_subject().has(*KEEPERS),
        )

    @expose("/<key>")
    @has_access
    @permission_name("list")
    def page(self, key: str) -> Any:
        shown = read.read_page(db.session(), _language(), key, Book.SCHEME)
        return self._page("guardkun/help_page.html", shown.title, page=shown)

    def _page(self, template: str, title: str, **values: Any) -> Any:
        session, language = db.session(), _language()
        values.setdefault("page", None)
        return self.render_template(
            template,
            title=title,
            manual=read.read_manual(session, language, Book.SCHEME),
            contacts=read.read_contacts(session, language, Book.SCHEME),
            address_of=lambda key: url_for("SchemeHelpView.page", key=key),
            **values,
        )


def _language() -> Language:
    return Language(chosen_language().partition("_")[0])


def of_the_scheme(table: type[Any]) -> Any:
    """The scope of these screens: the texts of the scheme's manual."""
    return staticmethod(lambda _subject: table.book == Book.SCHEME.value)


def _group_choices() -> Any:
    return [(value, _l(label)) for value, label in _GROUPS.items()]


class HelpTextView(StaffModelView):
    """A screen of the scheme's texts in both languages."""

    search_columns: ClassVar[Sequence[str]] = ()

    def pre_add(self, item: Any) -> None:
        prepare_help(item)

    def pre_update(self, item: Any) -> None:
        prepare_help(item)


class SchemeFaqView(HelpTextView):
    datamodel = StaffInterface(FaqEntry)
    row_scope = of_the_scheme(FaqEntry)
    list_title = _l("制度のQ&A")
    list_columns = ["number", "faq_group", "question_ja"]
    show_columns = ["number", "faq_group", "question_ja", "answer_ja", "question_en", "answer_en", "position"]
    add_columns = show_columns
    edit_columns = show_columns
    search_columns = ["question_ja", "answer_ja"]
    label_columns = {
        "number": _l("番号"),
        "faq_group": _l("分類"),
        "question_ja": _l("質問"),
        "answer_ja": _l("回答"),
        "question_en": _l("質問（英語）"),
        "answer_en": _l("回答（英語）"),
        "position": _l("位置"),
    }
    description_columns = {"answer_ja": _SIGNS, "answer_en": _SIGNS, "position": _l("一覧に並ぶ順です。")}
    formatters_columns = {"faq_group": display.named(_GROUPS)}
    base_order = ("number", "asc")
    add_form_extra_fields = {"faq_group": ChoiceField(_l("分類"), choices=_group_choices(), coerce=int)}
    edit_form_extra_fields = add_form_extra_fields


class SchemeContactView(HelpTextView):
    datamodel = StaffInterface(Contact)
    row_scope = of_the_scheme(Contact)
    list_title = _l("制度の照会先")
    list_columns = ["position", "subject_ja", "text_ja"]
    show_columns = ["subject_ja", "text_ja", "subject_en", "text_en", "position"]
    add_columns = show_columns
    edit_columns = show_columns
    search_columns = ["subject_ja", "text_ja"]
    label_columns = {
        "subject_ja": _l("用件"),
        "text_ja": _l("お問い合わせ先"),
        "subject_en": _l("用件（英語）"),
        "text_en": _l("お問い合わせ先（英語）"),
        "position": _l("位置"),
    }
    base_order = ("position", "asc")


class SchemeRevisionView(HelpTextView):
    datamodel = StaffInterface(Revision)
    row_scope = of_the_scheme(Revision)
    list_title = _l("制度マニュアルの改定履歴")
    list_columns = ["month", "edition", "content_ja"]
    show_columns = ["month", "edition", "content_ja", "content_en"]
    add_columns = show_columns
    edit_columns = show_columns
    search_columns = ["content_ja"]
    label_columns = {
        "month": _l("改定時期"),
        "edition": _l("順番"),
        "content_ja": _l("改定内容"),
        "content_en": _l("改定内容（英語）"),
    }
    formatters_columns = {"month": lambda month: f"{month:%Y/%m}"}
    base_order = ("edition", "desc")
    add_form_extra_fields = {
        "month": DayField(
            _l("改定時期"), validators=[InputRequired()], description=_l("年と月だけが表示されます。")
        )
    }
    edit_form_extra_fields = add_form_extra_fields


class SchemeTextView(HelpTextView):
    """The pages themselves are the product's; their texts are the lead office's."""

    datamodel = StaffInterface(GuidePage)
    row_scope = of_the_scheme(GuidePage)
    exclude_route_methods = StaffModelView.exclude_route_methods | {"add", "delete"}
    list_title = _l("制度の案内のページ")
    list_columns = ["title_ja", "manual_page"]
    show_columns = ["manual_page", "title_ja", "body_ja", "title_en", "body_en"]
    edit_columns = show_columns
    search_columns = ["title_ja", "body_ja"]
    label_columns = {
        "manual_page": _l("マニュアルのページ"),
        "title_ja": _l("表題"),
        "body_ja": _l("本文"),
        "title_en": _l("表題（英語）"),
        "body_en": _l("本文（英語）"),
    }
    description_columns = {"body_ja": _SIGNS, "body_en": _SIGNS}
    base_order = ("id", "asc")


_KEPT = {**dict.fromkeys(KEEPERS, CRUD), Role.AUDITOR: READ}
STAFF_VIEWS = (
    StaffView(
        SchemeHelpView,
        dict.fromkeys((*KEEPERS, *READERS), frozenset({"list"})),
        name="scheme_help",
        label=N_("制度の案内"),
        category="guardkun",
        category_label=N_("ガードくん"),
        order=39,
    ),
    StaffView(SchemeFaqView, _KEPT, label=N_("制度のQ&A")),
    StaffView(SchemeContactView, _KEPT, label=N_("制度の照会先")),
    StaffView(SchemeRevisionView, _KEPT, label=N_("制度マニュアルの改定履歴")),
    StaffView(
        SchemeTextView,
        {**dict.fromkeys(KEEPERS, READ | {"edit"}), Role.AUDITOR: READ},
        label=N_("制度の案内のページ"),
    ),
)

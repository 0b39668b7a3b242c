"""Staff screens: the association edits what the guide pages say."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.db import db
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import CRUD, READ, StaffView
from hoshou.platform.staff.datamodel import StaffInterface
from hoshou.platform.staff.fields import ChoiceField, ChoiceInput, DayField
from hoshou.platform.staff.views import StaffModelView, every_row
from hoshou.platform.subject import Role
from hoshou.plugins.guides.models import Contact, FaqEntry, FlowStep, GuidePage, Revision, SampleClause
from hoshou.plugins.guides.rules.kinds import (
    AUDIENCE_LABELS,
    FLOW_LABELS,
    GROUP_LABELS,
    LANE_LABELS,
    Book,
)
from hoshou.plugins.guides.services.edit import prepare_clause, prepare_step, prepare_texts

_SIGNS = _l(
    "空行で段落を分けます。行頭の「## 」は見出し、「- 」は箇条書き、「1. 」は番号付きの箇条書き、"
    "「**…**」は強調、「__…__」は下線です。"
)
_POSITION = _l("一覧に並ぶ順です。")
_GROUPS = {group.value: label for group, label in GROUP_LABELS.items()}
_AUDIENCES = {audience.value: label for audience, label in AUDIENCE_LABELS.items()}
_LANES = {lane.value: label for lane, label in LANE_LABELS.items()}
_FLOWS = {flow.value: label for flow, label in FLOW_LABELS.items()}


def _lane_names(text: str) -> str:
    return display.several([_(_LANES[name]) for name in text.split()])


def _choices(labels: dict[Any, str]) -> list[tuple[Any, Any]]:
    return [(value, _l(label)) for value, label in labels.items()]


def of_the_bonds(table: type[Any]) -> Any:
    """The scope of these screens: the texts of the bonds' manual. Other manuals have screens of their own."""
    return staticmethod(lambda _subject: table.book == Book.BONDS.value)


class LanesField(SelectMultipleField):
    """Several lanes, kept as a list with spaces between them."""

    widget = ChoiceInput(multiple=True)

    def __init__(self, label: Any, **options: Any) -> None:
        choices = [SelectChoice(value, _l(lane)) for value, lane in _LANES.items()]
        super().__init__(label, choices=choices, **options)

    def process_data(self, value: str | None) -> None:
        self.data = (value or "").split()

    def populate_obj(self, obj: Any, name: str) -> None:
        setattr(obj, name, " ".join(self.data or ()))


class GuideView(StaffModelView):
    """A screen of texts in both languages."""

    row_scope = every_row
    search_columns: ClassVar[Sequence[str]] = ()

    def pre_add(self, item: Any) -> None:
        prepare_texts(item)

    def pre_update(self, item: Any) -> None:
        self.pre_add(item)


class FaqView(GuideView):
    datamodel = StaffInterface(FaqEntry)
    row_scope = of_the_bonds(FaqEntry)
    list_title = _l("よくあるお問い合わせ")
    list_columns = ["number", "faq_group", "audience", "question_ja"]
    show_columns = [
        "number",
        "faq_group",
        "audience",
        "question_ja",
        "answer_ja",
        "question_en",
        "answer_en",
        "position",
    ]
    add_columns = show_columns
    edit_columns = show_columns
    search_columns = ["question_ja", "answer_ja", "question_en", "answer_en"]
    label_columns = {
        "number": _l("番号"),
        "faq_group": _l("分類"),
        "audience": _l("対象者"),
        "question_ja": _l("質問"),
        "answer_ja": _l("回答"),
        "question_en": _l("質問（英語）"),
        "answer_en": _l("回答（英語）"),
        "position": _l("位置"),
    }
    description_columns = {
        "number": _l("「Q」の後の番号です。公開ページのアドレス（#q9 など）にもなります。"),
        "answer_ja": _SIGNS,
        "answer_en": _SIGNS,
        "position": _POSITION,
    }
    formatters_columns = {"faq_group": display.named(_GROUPS), "audience": display.named(_AUDIENCES)}
    base_order = ("position", "asc")
    add_form_extra_fields = {
        "faq_group": ChoiceField(_l("分類"), choices=_choices(_GROUPS), coerce=int),
        "audience": ChoiceField(_l("対象者"), choices=_choices(_AUDIENCES)),
    }
    edit_form_extra_fields = add_form_extra_fields


class ClauseView(GuideView):
    datamodel = StaffInterface(SampleClause)
    list_title = _l("契約約款の例")
    list_columns = ["position", "title_ja", "tenths"]
    show_columns = ["title_ja", "text_ja", "title_en", "text_en", "tenths", "position"]
    add_columns = show_columns
    edit_columns = show_columns
    search_columns = ["title_ja", "text_ja"]
    label_columns = {
        "title_ja": _l("表題"),
        "text_ja": _l("本文"),
        "title_en": _l("表題（英語）"),
        "text_en": _l("本文（英語）"),
        "tenths": _l("10分の●"),
        "position": _l("位置"),
    }
    description_columns = {
        "text_ja": _SIGNS,
        "text_en": _SIGNS,
        "tenths": _l("「10分の●」の●に入る数（1から10）です。空欄の場合は、●のまま表示します。"),
        "position": _POSITION,
    }
    base_order = ("position", "asc")

    def pre_add(self, item: Any) -> None:
        prepare_clause(item)


class ContactView(GuideView):
    datamodel = StaffInterface(Contact)
    row_scope = of_the_bonds(Contact)
    list_title = _l("お問い合わせ先")
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
    description_columns = {
        "text_ja": _l("「{domain_contact_email}」は、ドメイン申請先のメールアドレスに置き換わります。"),
        "position": _POSITION,
    }
    base_order = ("position", "asc")


class RevisionView(GuideView):
    datamodel = StaffInterface(Revision)
    row_scope = of_the_bonds(Revision)
    list_title = _l("改定履歴")
    list_columns = ["month", "edition", "content_ja"]
    show_columns = ["month", "edition", "content_ja", "content_en"]
    add_columns = show_columns
    edit_columns = show_columns
    search_columns = ["content_ja"]
    label_columns = {
        "month": _l("改定時期"),
        "edition": _l("版"),
        "content_ja": _l("改定内容"),
        "content_en": _l("改定内容（英語）"),
    }
    description_columns = {"edition": _l("「第1版」の場合は、1です。")}
    formatters_columns = {"month": lambda month: f"{month:%Y/%m}"}
    base_order = ("edition", "desc")
    add_form_extra_fields = {
        "month": DayField(
            _l("改定時期"), validators=[InputRequired()], description=_l("年と月だけが表示されます。")
        )
    }
    edit_form_extra_fields = add_form_extra_fields


class GuidePageView(GuideView):
    """The pages themselves are the product's; their texts are the association's."""

    datamodel = StaffInterface(GuidePage)
    row_scope = of_the_bonds(GuidePage)
    list_title = _l("案内のページ")
    list_columns = ["title_ja", "key", "manual_page"]
    show_columns = ["key", "manual_page", "title_ja", "body_ja", "title_en", "body_en"]
    edit_columns = ["manual_page", "title_ja", "body_ja", "title_en", "body_en"]
    search_columns = ["title_ja", "body_ja"]
    label_columns = {
        "key": _l("アドレス"),
        "manual_page": _l("マニュアルのページ"),
        "title_ja": _l("表題"),
        "body_ja": _l("本文"),
        "title_en": _l("表題（英語）"),
        "body_en": _l("本文（英語）"),
    }
    description_columns = {
        "manual_page": _l("紙のマニュアルで始まるページです。文中の「7ページ」などから、このページへ案内します。"),
        "body_ja": _SIGNS,
        "body_en": _SIGNS,
    }
    base_order = ("id", "asc")


class StepView(GuideView):
    datamodel = StaffInterface(FlowStep)
    list_title = _l("対応フローの手順")
    list_columns = ["flow", "stage", "lane", "title_ja"]
    show_columns = [
        "flow",
        "stage",
        "lane",
        "from_lanes",
        "by_mail",
        "title_ja",
        "note_ja",
        "title_en",
        "note_en",
    ]
    add_columns = show_columns
    edit_columns = show_columns
    search_columns = ["title_ja", "note_ja"]
    label_columns = {
        "flow": _l("フロー"),
        "stage": _l("段階"),
        "lane": _l("担当"),
        "from_lanes": _l("矢印の起点"),
        "by_mail": _l("メールで届く"),
        "title_ja": _l("手順名"),
        "note_ja": _l("備考"),
        "title_en": _l("手順名（英語）"),
        "note_en": _l("備考（英語）"),
    }
    description_columns = {"stage": _l("上から並ぶ順です。同じ段階の手順は、横に並びます。"), "note_ja": _SIGNS}
    formatters_columns = {
        "flow": display.named(_FLOWS),
        "lane": display.named(_LANES),
        "from_lanes": _lane_names,
        "by_mail": display.yes_no,
    }
    base_order = ("id", "asc")
    page_size = 50
    add_form_extra_fields = {
        "flow": ChoiceField(_l("フロー"), choices=_choices(_FLOWS)),
        "lane": ChoiceField(_l("担当"), choices=_choices(_LANES)),
        "from_lanes": LanesField(
            _l("矢印の起点"),
            description=_l("前の段階のどの担当から続くかを選びます。最初の手順では選びません。"),
        ),
    }
    edit_form_extra_fields = add_form_extra_fields

    def pre_add(self, item: Any) -> None:
        prepare_step(db.session(), item)


_KEEPERS = (Role.ADMINISTRATOR, Role.ASSOCIATION)
_CATEGORY = {"category": "guides", "category_label": N_("ご案内"), "order": 55}


def _screen(view: type[GuideView], name: str, label: str, methods: frozenset[str] = CRUD) -> StaffView:
    grants = {**dict.fromkeys(_KEEPERS, methods), Role.AUDITOR: READ}
    return StaffView(view, grants, name=name, label=label, **_CATEGORY)  # type: ignore[arg-type]


SCREENS = [
    _screen(FaqView, "guide_faq", N_("よくあるお問い合わせ")),
    _screen(ClauseView, "guide_clauses", N_("契約約款の例")),
    _screen(StepView, "guide_steps", N_("対応フローの手順")),
    _screen(ContactView, "guide_contacts", N_("お問い合わせ先")),
    _screen(RevisionView, "guide_revisions", N_("改定履歴")),
    _screen(GuidePageView, "guide_pages", N_("案内のページ"), READ | {"edit"}),
]

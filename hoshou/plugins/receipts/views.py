"""Staff screens: what became of a folder, and which folders nobody has downloaded."""

from typing import Any

from flask import current_app, request
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import LARGEST_KEY, db, reading, unit_of_work
from hoshou.platform.site.attachment import attachment
from hoshou.platform.site.errors import status_of, words
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.subject import Role
from hoshou.plugins.bonds.rules.kinds import FILE_KIND_LABELS
from hoshou.plugins.bonds.services.record import MAIL_STATE_LABELS
from hoshou.plugins.receipts.rules.steps import STEP_LABELS, VISITOR_LABELS, VisitorKind
from hoshou.plugins.receipts.rules.window import MOST_DAYS, SIDE_LABELS, Window, asked_place, asked_window
from hoshou.plugins.receipts.services import issue, receipt, undownloaded

PDF = "application/pdf"
MAIL_TAGS = {"sent": "good", "dead": "bad", "expired": "bad"}


class ReceiptView(BaseView):
    """Uploaders and auditors see their folders, the association counts."""

    route_base = "/receipts"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        session, subject, today = db.session(), current_subject(), platform().clock.today()
        usual = current_app.config["UNDOWNLOADED_DAYS"]
        asked = {name: request.args.get(name, "") for name in ("days", "side")}
        error, status = "", 200
        try:
            window = asked_window(asked["days"], asked["side"], usual)
        except Refused as refusal:
            window, error, status = Window(usual), words(refusal), status_of(refusal)
        knows_folders = subject.has(Role.AGENCY, Role.INSURER, Role.AUDITOR)
        page = self.render_template(
            "receipts/list.html",
            title=_("未受領の証券等"),
            window=window,
            days=asked["days"] or usual,
            most_days=MOST_DAYS,
            error=error,
            sides=[(side.value, _(label)) for side, label in SIDE_LABELS.items()],
            counts=undownloaded.undownloaded_by_insurer(session, subject, today, window)
            if subject.has(Role.ASSOCIATION)
            else None,
            page=undownloaded.undownloaded_page(
                session, subject, today, window, asked_place(request.args.get("after", ""))
            )
            if knows_folders
            else None,
            today=today,
            steps=STEP_LABELS,
            day=display.day,
            instant=display.instant,
        )
        return page, status

    @expose("/folders/<key:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        session, subject, plugins = db.session(), current_subject(), platform().plugins
        found = receipt.read_receipt(session, subject, pk)
        events = receipt.event_page(
            session,
            subject,
            pk,
            dict(plugins.collect("action_labels")),
            before=min(request.args.get("before", LARGEST_KEY, type=int), LARGEST_KEY),
        )
        return self.render_template(
            "receipts/folder.html",
            title=_("受領の状況：証券番号 %(number)s", number=found.folder.policy_number),
            receipt=found,
            folder=found.folder,
            events=[(event, event.sentence(_)) for event in events.events],
            older=events.older,
            steps=STEP_LABELS,
            kinds=FILE_KIND_LABELS,
            mail_titles={mail.key: _(mail.title) for mail in plugins.collect("mail_templates")},
            mail_states=MAIL_STATE_LABELS,
            mail_tags=MAIL_TAGS,
            visitor=lambda visitor: _visitor_words(found, visitor),
            day=display.day,
            instant=display.instant,
        )

    @expose("/folders/<key:pk>/document", methods=["POST"])
    @has_access
    def issue(self, pk: int) -> Any:
        here, subject, actor = platform(), current_subject(), staff_actor()
        with reading() as session:
            content = issue.receipt_content(
                session,
                here.clock,
                subject,
                pk,
                dict(here.plugins.collect("action_labels")),
                here.plugins.collect("mail_templates"),
            )
        document = issue.make_receipt(content)
        with unit_of_work() as session:
            issue.note_issued(session, here.clock, actor, subject, pk, content.number, document)
        return attachment(document, content.file_name, PDF)


def _visitor_words(found: receipt.Receipt, visitor: Any) -> str:
    """Who it was, in the reader's language: the organisation and its domain where they are proven."""
    label = _(VISITOR_LABELS[visitor.kind])
    if visitor.kind is VisitorKind.ORDERER:
        label = found.organisations.get(visitor.domain) or label
    return f"{label} {visitor.domain}".strip()


READ = frozenset({"list", "show"})

STAFF_VIEWS = (
    StaffView(
        view=ReceiptView,
        grants={
            Role.AGENCY: READ | {"issue"},
            Role.INSURER: READ | {"issue"},
            Role.AUDITOR: READ,
            Role.ASSOCIATION: frozenset({"list"}),
        },
        name="receipts",
        label=N_("未受領の証券等"),
        category="bonds",
        category_label=N_("保証証券等"),
        order=13,
        method_labels={"issue": N_("受領確認書の発行")},
    ),
)

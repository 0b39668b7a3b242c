"""The scheme's documents as downloads; never listed, reached from the years, quotes and enrolments."""

from collections.abc import Callable
from typing import Any

from flask import Response, current_app, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.orm import Session

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import reading, unit_of_work
from hoshou.platform.site.attachment import attachment
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.services.documents import downloads
from hoshou.plugins.guardkun.services.documents.downloads import Download
from hoshou.plugins.guardkun.views.quotes import installed_calculators

PDF = "application/pdf"
ENROLMENT = "/enrolments/<key:pk>/documents"


class GuardkunDocumentsView(BaseView):
    """One address a document, so that each has its own right."""

    route_base = "/guardkun"
    default_view = "application_form"

    @expose("/quotes/<key:pk>/quotation.pdf")
    @has_access
    @permission_name("papers")
    def quotation(self, pk: int) -> Any:
        here, subject = platform(), current_subject()
        return _sent(lambda session: downloads.quote_document(session, here.clock, subject, pk))

    @expose("/years/<key:pk>/brochure.pdf")
    @has_access
    @permission_name("brochure")
    def brochure(self, pk: int) -> Any:
        here, subject, calculators = platform(), current_subject(), installed_calculators()
        return _sent(lambda session: downloads.year_brochure(session, here.clock, subject, calculators, pk))

    @expose(f"{ENROLMENT}/application_form.pdf")
    @has_access
    @permission_name("papers")
    def application_form(self, pk: int) -> Any:
        return _made(pk, "application_form")

    @expose(f"{ENROLMENT}/mandate_form.pdf")
    @has_access
    @permission_name("papers")
    def mandate_form(self, pk: int) -> Any:
        return _made(pk, "mandate_form")

    @expose(f"{ENROLMENT}/slip.pdf")
    @has_access
    @permission_name("papers")
    def slip(self, pk: int) -> Any:
        return _made(pk, "slip")

    @expose(f"{ENROLMENT}/share_table.pdf")
    @has_access
    @permission_name("papers")
    def share_table(self, pk: int) -> Any:
        return _made(pk, "share_table")

    @expose(f"{ENROLMENT}/validity_statement.pdf")
    @has_access
    @permission_name("papers")
    def validity_statement(self, pk: int) -> Any:
        return _made(pk, "validity_statement")

    @expose(f"{ENROLMENT}/change_notice.pdf")
    @has_access
    @permission_name("papers")
    def change_notice(self, pk: int) -> Any:
        here, subject = platform(), current_subject()
        change = request.args.get("change", type=int)
        return _sent(lambda session: downloads.change_document(session, here.clock, subject, pk, change))

    @expose(f"{ENROLMENT}/changes/<key:change>/confirmation.pdf")
    @has_access
    @permission_name("papers")
    def change_confirmation(self, pk: int, change: int) -> Any:
        here, subject = platform(), current_subject()
        return _sent(lambda session: downloads.confirmation_document(session, here.clock, subject, pk, change))

    @expose(f"{ENROLMENT}/accident_report.pdf")
    @has_access
    @permission_name("papers")
    def accident_report(self, pk: int) -> Any:
        return _made(pk, "accident_report")

    @expose(f"{ENROLMENT}/checklist.pdf")
    @has_access
    @permission_name("checklist")
    def checklist(self, pk: int) -> Any:
        return _made(pk, "checklist")

    @expose(f"{ENROLMENT}/proof_of_cover.pdf")
    @has_access
    @permission_name("proof")
    def proof_of_cover(self, pk: int) -> Any:
        return _made(pk, "proof_of_cover")

    @expose(f"{ENROLMENT}/certificate.pdf")
    @has_access
    @permission_name("certificate")
    def certificate(self, pk: int) -> Any:
        here, subject = platform(), current_subject()
        return _sent(lambda session: downloads.issued_certificate(session, here.files, subject, pk))


def document_links(enrolment: Enrolment) -> list[tuple[str, str]]:
    """Titles and addresses of what there is of the enrolment and the reader may have."""
    security = current_app.extensions["appbuilder"].sm
    view = GuardkunDocumentsView.__name__
    return [
        (title, url_for(f"{view}.{name}", pk=enrolment.id))
        for name, title in downloads.available(enrolment).items()
        if security.has_access(f"can_{getattr(GuardkunDocumentsView, name)._permission_name}", view)
    ]


def _made(pk: int, name: str) -> Response:
    here, subject = platform(), current_subject()
    return _sent(lambda session: downloads.enrolment_document(session, here.clock, subject, pk, name))


def _sent(make: Callable[[Session], Download]) -> Response:
    clock, actor = platform().clock, staff_actor()
    with reading() as session:
        download = make(session)
    with unit_of_work() as session:
        downloads.note_download(session, clock, actor, download)
    return attachment(download.content, download.file_name, PDF)


EVERYONE = frozenset({"brochure"})
OWN = EVERYONE | {"papers", "certificate"}
CHECKING = OWN | {"checklist", "proof"}

STAFF_VIEWS = (
    StaffView(
        view=GuardkunDocumentsView,
        label=N_("ガードくんの帳票"),
        grants={
            Role.AGENCY: OWN,
            Role.INSURER: CHECKING,
            Role.CO_INSURER: CHECKING,
            Role.LEAD_OFFICE: CHECKING,
            Role.GROUP_ASSOCIATION: EVERYONE | {"certificate"},
            Role.PREFECTURE: EVERYONE,
            Role.ADMINISTRATOR: EVERYONE,
            Role.AUDITOR: OWN | {"checklist"},
        },
        method_labels={
            "brochure": N_("パンフレット"),
            "papers": N_("申込・変更・事故の帳票"),
            "checklist": N_("チェックリスト"),
            "proof": N_("付保証明書"),
            "certificate": N_("加入者証"),
        },
    ),
)

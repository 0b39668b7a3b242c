"""Staff screens: the application form of an agency, for a new enrolment, mended, or for a renewal (④)."""

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from hoshou.base.errors import DomainError
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.site.errors import status_of
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.models.members import PrefectureAssociation
from hoshou.plugins.guardkun.rules.application import ApplicationForm
from hoshou.plugins.guardkun.rules.duties import DUTY_LABELS
from hoshou.plugins.guardkun.rules.particulars import PARTICULARS_LABELS, MemberFacts
from hoshou.plugins.guardkun.rules.validity_statement import POINTS, RENEWAL, SETTLEMENT, ValidityStatement
from hoshou.plugins.guardkun.services.apply import apply, apply_again, quote_for
from hoshou.plugins.guardkun.services.free_quotes import free_quotes
from hoshou.plugins.guardkun.services.particulars import facts_of, particulars_on
from hoshou.plugins.guardkun.services.quoting import starts
from hoshou.plugins.guardkun.services.renewal import renewal_of
from hoshou.plugins.guardkun.services.rights import require_agency
from hoshou.plugins.guardkun.services.scope import enrolment_for, previous_for
from hoshou.plugins.guardkun.views.forms import DAY, sentences, typed_day

Values = dict[str, Any]
"""A form's values as they are typed: texts, and a list for the duties."""


class GuardkunApplicationView(BaseView):
    """加入申込票: only the agency fills it in."""

    route_base = "/guardkun/applications"
    default_view = "choose"

    @expose("/")
    @has_access
    @permission_name("apply")
    def choose(self) -> Any:
        """Which quote it is made from."""
        return self.render_template(
            "guardkun/application_quotes.html",
            title=_("加入申込票の作成"),
            quotes=free_quotes(db.session(), current_subject()),
            like=url_for("GuardkunQuotingView.new"),
            renews=None,
            day=DAY,
        )

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @permission_name("apply")
    def new(self) -> Any:
        quote_id = request.args.get("quote", type=int) or 0
        if request.method == "GET":
            return self._form(quote_id, self._prefilled(quote_id))
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        try:
            form = form_of(request.form, quote_id)
            enrolment_id = transact(lambda session: apply(session, clock, actor, subject, form).id)
        except DomainError as error:
            return self._refused(error, quote_id)
        flash(_("加入申込票を作成しました。印字して、加入者の記名を受けてください。"), "success")
        return redirect(url_for("GuardkunEnrolmentView.show", pk=enrolment_id))

    @expose("/<key:pk>/edit", methods=["GET", "POST"])
    @has_access
    @permission_name("apply")
    def edit(self, pk: int) -> Any:
        enrolment = enrolment_for(db.session(), current_subject(), pk)
        quote_id = request.args.get("quote", type=int) or enrolment.quote_id
        if request.method == "GET":
            return self._form(quote_id, values_of(enrolment), enrolment=enrolment)
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        try:
            form = form_of(request.form, quote_id)
            transact(lambda session: apply_again(session, clock, actor, subject, pk, form).id)
        except DomainError as error:
            return self._refused(error, quote_id, pk)
        flash(_("加入申込票を修正しました。印字し直してください。"), "success")
        return redirect(url_for("GuardkunEnrolmentView.show", pk=pk))

    @expose("/<key:pk>/renew")
    @has_access
    @permission_name("apply")
    def renew(self, pk: int) -> Any:
        """What the previous contract brings back, what was reported since, and the quotes for the new one."""
        renewal = renewal_of(db.session(), platform().clock, current_subject(), pk)
        return self.render_template(
            "guardkun/renewal.html",
            title=_("更改"),
            renewal=renewal,
            quotes=free_quotes(db.session(), current_subject(), renewal.start, renewal.start),
            like=like_address(renewal.previous, renewal.start),
            renews=pk,
            labels=PARTICULARS_LABELS,
            day=DAY,
        )

    def _prefilled(self, quote_id: int) -> Values:
        session, subject = db.session(), current_subject()
        quote = quote_for(session, subject, quote_id)
        require_agency(subject, quote.registration)
        renews = request.args.get("renews", type=int)
        if renews is None:
            return {
                "company_name": quote.prospect_name,
                "applicant_name": quote.prospect_name,
                "duties": [duty.value for duty in DUTY_LABELS],
            }
        renewal = renewal_of(session, platform().clock, subject, renews)
        facts = renewal.taken_over if "take_over" in request.args else renewal.facts
        return {
            **values_of(renewal.previous),
            **asdict(facts),
            "applicant_name": facts.company_name,
            "mandate_collected": "",
            "account_unchanged": "1",
            "same_sales_evidence": "",
            "has_confirmation": "",
            "reports_seen": "",
        }

    def _refused(self, error: DomainError, quote_id: int, pk: int | None = None) -> Any:
        if status_of(error) == 403 or (status_of(error) == 404 and not error.field):
            raise error
        db.session.rollback()
        typed: Values = {**request.form.to_dict(), "duties": request.form.getlist("duties")}
        enrolment = enrolment_for(db.session(), current_subject(), pk) if pk else None
        return self._form(quote_id, typed, sentences(error), enrolment), 400

    def _form(
        self,
        quote_id: int,
        values: Values,
        errors: dict[str, str] | None = None,
        enrolment: Enrolment | None = None,
    ) -> Any:
        session, subject = db.session(), current_subject()
        quote = quote_for(session, subject, quote_id)
        require_agency(subject, quote.registration)
        renewed = previous_for(session, subject, enrolment) if enrolment else None
        renews = request.args.get("renews", type=int) or (renewed.id if renewed else None)
        return self.render_template(
            "guardkun/application.html",
            title=_("加入申込票の修正") if enrolment else _("加入申込票の作成"),
            quote=quote,
            enrolment=enrolment,
            values=values,
            errors=errors or {},
            renewal=renewal_of(session, platform().clock, subject, renews) if renews else None,
            **choices(),
        )


def like_address(enrolment: Enrolment, start: date) -> str:
    """Where a quote for that start is made from the enrolment's cover; empty while none can be."""
    if start not in starts(db.session(), platform().clock.today()):
        return ""
    return url_for("GuardkunQuotingView.new", like=enrolment.quote_id, start=start.isoformat())


def choices() -> Values:
    """What an application form offers to choose from."""
    prefectures = db.session.scalars(select(PrefectureAssociation).order_by(PrefectureAssociation.code))
    return {
        "prefectures": [(row.code, row.name) for row in prefectures],
        "labels": PARTICULARS_LABELS,
        "duties": DUTY_LABELS,
        "findings": [(finding.key, finding.text) for finding in (*SETTLEMENT, *RENEWAL)],
        "points": POINTS,
        "day": DAY,
    }


def form_of(typed: MultiDict[str, str], quote_id: int) -> ApplicationForm:
    """The form as it was sent. Raises Refused ``invalid_day`` and what stands against the 妥当性確認書."""
    confirmation = None
    if typed.get("has_confirmation"):
        confirmation = ValidityStatement(
            confirmed_by=typed.get("confirmed_by", ""),
            is_employee="is_employee" in typed,
            documents=typed.get("documents", ""),
            viewed_on=typed_day("viewed_on"),
            checked_points="checked_points" in typed,
            finding=typed.get("finding", ""),
            words=typed.get("words", ""),
        )
    prefecture = typed.get("prefecture_code", "")
    return ApplicationForm(
        quote_id=quote_id,
        prefecture_code=int(prefecture) if prefecture.isascii() and prefecture.isdecimal() else 0,
        member_number=typed.get("member_number", ""),
        applicant_name=typed.get("applicant_name", ""),
        facts=facts_typed(typed),
        unit_name=typed.get("unit_name", ""),
        duties=typed.getlist("duties"),
        mandate_collected="mandate_collected" in typed,
        account_unchanged="account_unchanged" in typed,
        same_sales_evidence=typed.get("same_sales_evidence", ""),
        same_sales=confirmation,
        reports_seen="reports_seen" in typed,
    )


def facts_typed(typed: MultiDict[str, str]) -> MemberFacts:
    """Name, representative and address as they were sent."""
    return MemberFacts(**{name: typed.get(name, "") for name in PARTICULARS_LABELS})


def values_of(enrolment: Enrolment) -> Values:
    """An enrolment's form as it stands, to be mended or renewed."""
    values: Values = {
        "duties": enrolment.duties.split(","),
        "mandate_collected": "1" if enrolment.mandate_collected else "",
        "account_unchanged": "1" if enrolment.account_unchanged else "",
        "same_sales_evidence": enrolment.same_sales_evidence,
        "reports_seen": "1",
    }
    if enrolment.same_sales_confirmation:
        stored = json.loads(enrolment.same_sales_confirmation)
        values |= {**stored, "has_confirmation": "1"}
    unit = enrolment.unit
    if unit is not None:
        row = particulars_on(db.session(), unit.id, enrolment.start, platform().clock.now())
        facts = facts_of(row) if row else MemberFacts()
        values |= {
            **asdict(facts),
            "prefecture_code": unit.member.prefecture.code,
            "member_number": unit.member.member_number,
            "unit_name": unit.name,
            "applicant_name": facts.company_name,
        }
    return values


SCREEN = StaffView(
    GuardkunApplicationView,
    {Role.AGENCY: frozenset({"apply"})},
    name="guardkun_applications",
    label=N_("加入申込票の作成"),
    category="guardkun",
    category_label=N_("ガードくん"),
    order=22,
    method_labels={"apply": N_("加入申込")},
)

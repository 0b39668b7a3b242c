"""Staff screen: mandates (口座振替依頼書). Account numbers are masked; a look at one is asked for and audited."""

from datetime import date
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _

from hoshou.base.dates import parse_date
from hoshou.base.errors import DomainError, Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.site.errors import status_of, words
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.paging import newest_first
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.subject import Role
from hoshou.plugins.debits.models.mandates import Mandate
from hoshou.plugins.debits.rules.accounts import ACCOUNT_TYPE_LABELS, Account
from hoshou.plugins.debits.rules.banks import banks_like, branches_of
from hoshou.plugins.debits.rules.mandates import (
    MANDATE_KIND_LABELS,
    MANDATE_REASON_LABELS,
    MANDATE_STATE_LABELS,
    MandateState,
)
from hoshou.plugins.debits.services import mandates
from hoshou.plugins.debits.services.lists import active_agents, mandates_like
from hoshou.plugins.debits.services.papers import empty_form
from hoshou.plugins.debits.views.handing_out import handed_out
from hoshou.plugins.debits.views.rights import CATEGORY, for_handlers
from hoshou.plugins.guardkun.rules.net_banks import NET_BANKS

ACCOUNT_FIELDS = ("bank", "branch", "account_type", "account_number", "holder")
STATE_TAGS = {MandateState.ACCEPTED: "good", MandateState.RETURNED: "bad"}


class MandateView(BaseView):
    """The forms as they arrived at the lead office."""

    route_base = "/debits/mandates"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        asked = request.args.get("q", "").strip()
        return self.render_template(
            "debits/mandates.html",
            title=_("口座振替依頼書"),
            asked=asked,
            page=newest_first(db.session(), mandates_like(asked), Mandate.id),
            awaited=mandates.forms_awaited(db.session()),
            may_add=current_subject().has(Role.LEAD_OFFICE, Role.GROUP_ASSOCIATION),
            kinds=MANDATE_KIND_LABELS,
            states=MANDATE_STATE_LABELS,
            tags=STATE_TAGS,
            day=display.day,
        )

    @expose("/show/<key:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        return self._record(pk)

    @expose("/add", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def add(self) -> Any:
        if request.method == "GET":
            return self._form({})
        here, actor, subject = platform(), staff_actor(), current_subject()
        try:
            form = _form_of_request()
            with unit_of_work() as session:
                mandate = mandates.register(session, here.clock, here.keys, actor, subject, form)
                pk = mandate.id
        except DomainError as error:
            return self._form(_sentences(error)), status_of(error)
        flash(_("口座振替依頼書を登録しました。"), "success")
        return redirect(url_for("MandateView.show", pk=pk))

    @expose("/form.pdf")
    @has_access
    @permission_name("add")
    def empty_form(self) -> Any:
        clock, subject = platform().clock, current_subject()
        return handed_out(lambda session: empty_form(session, clock, subject))

    @expose("/offices")
    @has_access
    @permission_name("add")
    def offices(self) -> Any:
        """Banks that begin with what is typed, or branches of the ``bank`` that is typed beside."""
        typed, bank = request.args.get("q", ""), request.args.get("bank")
        found = banks_like(typed) if bank is None else branches_of(bank, typed)
        return jsonify(offices=[str(office) for office in found])

    @expose("/<key:pk>/reveal", methods=["POST"])
    @has_access
    @permission_name("reveal")
    def reveal(self, pk: int) -> Any:
        here, actor, subject = platform(), staff_actor(), current_subject()
        with unit_of_work() as session:
            number = mandates.reveal(session, here.clock, here.keys, actor, subject, pk)
        return self._record(pk, number=number)

    @expose("/<key:pk>/return", methods=["POST"])
    @has_access
    @permission_name("give_back")
    def give_back(self, pk: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        try:
            with unit_of_work() as session:
                mandates.give_back(session, clock, actor, subject, pk, request.form.get("reason", ""))
        except DomainError as error:
            return self._record(pk, {error.field or "": words(error)}), status_of(error)
        return redirect(url_for("MandateView.show", pk=pk))

    def _record(self, pk: int, errors: dict[str, str] | None = None, number: str = "") -> Any:
        mandate = mandates.mandate_for(db.session(), pk)
        return self.render_template(
            "debits/mandate.html",
            title=_("口座振替依頼書：詳細"),
            mandate=mandate,
            number=number,
            errors=errors or {},
            may_act=current_subject().has(Role.LEAD_OFFICE, Role.GROUP_ASSOCIATION),
            kinds=MANDATE_KIND_LABELS,
            reasons=MANDATE_REASON_LABELS,
            states=MANDATE_STATE_LABELS,
            types=ACCOUNT_TYPE_LABELS,
            tags=STATE_TAGS,
            day=display.day,
            minute=display.instant,
        )

    def _form(self, errors: dict[str, str]) -> Any:
        session, asked = db.session(), request.values.get("q", "").strip()
        return self.render_template(
            "debits/mandate_add.html",
            title=_("口座振替依頼書：新規登録"),
            errors=errors,
            asked=asked,
            units=[
                (unit.id, f"{unit.member.member_number} {unit}") for unit in mandates.units_named(session, asked)
            ],
            agents=[(agent.id, agent.name) for agent in active_agents(session)],
            reasons=[(reason.value, _(label)) for reason, label in MANDATE_REASON_LABELS.items()],
            types=[(kind.value, _(label)) for kind, label in ACCOUNT_TYPE_LABELS.items()],
            net_banks="、".join(NET_BANKS.values()),
            values={**request.form, "account_number": ""},
        )


def _form_of_request() -> mandates.Form:
    values = request.form
    return mandates.Form(
        unit_id=_key(values.get("unit_id", ""), "unit_id"),
        agent_id=_key(values.get("agent_id", ""), "agent_id"),
        reason=values.get("reason", ""),
        account=Account(**{name: values.get(name, "").strip() for name in ACCOUNT_FIELDS}),
        arrived_on=_day(values.get("arrived_on", "")),
    )


def _day(text: str) -> date:
    return parse_date(text, "arrived_on")


def _key(text: str, field: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Refused("required", N_("選択してください。"), field=field)
    return int(text)


def _sentences(error: DomainError) -> dict[str, str]:
    faults = error.errors if isinstance(error, Invalid) else (error,)
    return {fault.field or "": words(fault) for fault in faults}


SCREENS = (
    StaffView(
        MandateView,
        for_handlers("list show", "add reveal give_back"),
        name="mandates",
        label=N_("口座振替依頼書"),
        order=80,
        method_labels={"reveal": N_("口座番号の表示"), "give_back": N_("返戻の登録")},
        **CATEGORY,
    ),
)

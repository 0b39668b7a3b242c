"""Staff screens: what is still owed, transfers that came in, and what comes next (B-076, B-088)."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _

from hoshou.base.dates import parse_date
from hoshou.base.errors import DomainError, NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.site.errors import status_of, words
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.subject import Role
from hoshou.plugins.debits.rules.past import PAST_STATE_LABELS, PastState
from hoshou.plugins.debits.services.endings import standings_of
from hoshou.plugins.debits.services.foresight import foresee, proposed_lapse
from hoshou.plugins.debits.services.lists import enrolment_numbered, open_receivables
from hoshou.plugins.debits.services.past import past_of
from hoshou.plugins.debits.services.transfers import Transfer, payable, receive
from hoshou.plugins.debits.views.rights import CATEGORY, for_handlers
from hoshou.plugins.debits.zengin.results import CODE_MEANINGS
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.changes import ENDING_LABELS

PAST_TAGS = {
    PastState.DEBITED: "good",
    PastState.TRANSFERRED: "good",
    PastState.CANCELLED: "",
    PastState.AWAITED: "active",
    PastState.UNPAID: "bad",
}


class ReceivableView(BaseView):
    """Endings for which something is owed, and the entry of transfers to the association's account."""

    route_base = "/debits/receivables"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        return self.render_template(
            "debits/receivables.html",
            title=_("未収の賦課金"),
            rows=open_receivables(db.session()),
            endings=ENDING_LABELS,
            may_receive=current_subject().has(Role.GROUP_ASSOCIATION),
            day=display.day,
        )

    @expose("/<key:pk>/transfer", methods=["GET", "POST"])
    @has_access
    @permission_name("receive")
    def transfer(self, pk: int) -> Any:
        if request.method == "GET":
            return self._form(pk, {})
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        try:
            transfer = _transfer_of_request(pk)
            transact(lambda session: receive(session, clock, actor, subject, transfer))
        except DomainError as error:
            if status_of(error) != 400:
                raise
            return self._form(pk, {error.field or "": words(error)}), 400
        flash(_("入金を登録しました。"), "success")
        return redirect(url_for("ForesightView.show", pk=pk))

    def _form(self, pk: int, errors: dict[str, str]) -> Any:
        session, today = db.session(), platform().clock.today()
        enrolment = _booked(pk)
        unpaid = payable(session, standings_of(session, pk), pk, today)
        return self.render_template(
            "debits/transfer.html",
            title=_("入金の登録"),
            enrolment=enrolment,
            unpaid=unpaid,
            total=sum(one.levy for one in unpaid),
            errors=errors,
            values=request.form,
            today=today,
            day=display.day,
        )


class ForesightView(BaseView):
    """The debits to come of one enrolment."""

    route_base = "/debits/foresight"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        asked = request.args.get("q", "").strip()
        found = enrolment_numbered(db.session(), asked) if asked else None
        if found is not None:
            return redirect(url_for("ForesightView.show", pk=found.id))
        return self.render_template("debits/foresight_search.html", title=_("今後の口座振替"), asked=asked)

    @expose("/show/<key:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        session, today = db.session(), platform().clock.today()
        enrolment = _booked(pk)
        return self.render_template(
            "debits/foresight.html",
            title=_("今後の口座振替 %(number)s", number=str(enrolment)),
            enrolment=enrolment,
            outlook=foresee(session, enrolment, today),
            lapse=proposed_lapse(session, pk),
            past=past_of(session, pk, today),
            past_states=PAST_STATE_LABELS,
            past_tags=PAST_TAGS,
            codes=CODE_MEANINGS,
            endings=ENDING_LABELS,
            may_receive=current_subject().has(Role.GROUP_ASSOCIATION),
            day=display.day,
        )


def _booked(pk: int) -> Enrolment:
    found: Enrolment | None = db.session.get(Enrolment, pk)
    if found is None or found.booked_at is None:
        raise NotFound("enrolment", N_("該当する加入手続きが見つかりません。"))
    return found


def _transfer_of_request(pk: int) -> Transfer:
    form = request.form
    amount = form.get("amount", "").replace(",", "").strip()
    if not (amount.isascii() and amount.isdecimal() and len(amount) < 13):
        raise Refused("not_digits", N_("金額を数字で入力してください。"), field="amount")
    return Transfer(
        enrolment_id=pk,
        amount=int(amount),
        received_on=parse_date(form.get("received_on", ""), "received_on"),
        reference=form.get("reference", "")[:40],
        refund_excess="refund_excess" in form,
    )


SCREENS = (
    StaffView(
        ReceivableView,
        {**for_handlers("list"), Role.GROUP_ASSOCIATION: frozenset({"list", "receive"})},
        name="debit_receivables",
        label=N_("未収の賦課金"),
        order=84,
        method_labels={"receive": N_("入金の登録")},
        **CATEGORY,
    ),
    StaffView(
        ForesightView,
        for_handlers("list show"),
        name="debit_foresight",
        label=N_("今後の口座振替"),
        order=85,
        **CATEGORY,
    ),
)

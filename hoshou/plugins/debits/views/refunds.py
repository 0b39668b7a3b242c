"""Staff screen: money that members are to get back, and premiums that the lead insurer is to return (B-088)."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _

from hoshou.base.dates import parse_date
from hoshou.base.errors import DomainError, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.site.errors import status_of, words
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.subject import Role
from hoshou.plugins.debits.services.refunds import (
    Payment,
    open_refunds,
    pay_back,
    returns_awaited,
    take_return,
)
from hoshou.plugins.debits.views.rights import CATEGORY, for_handlers


class RefundView(BaseView):
    """Who gets money back, and the entry of its payment and of the insurer's return."""

    route_base = "/debits/refunds"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        return self._list({})

    def _list(self, errors: dict[str, str]) -> Any:
        return self.render_template(
            "debits/refunds.html",
            title=_("過入金の返金"),
            rows=open_refunds(db.session()),
            returns=returns_awaited(db.session()),
            may_pay=current_subject().has(Role.GROUP_ASSOCIATION),
            errors=errors,
            today=platform().clock.today(),
            day=display.day,
        )

    @expose("/<key:pk>/pay", methods=["POST"])
    @has_access
    @permission_name("pay")
    def pay(self, pk: int) -> Any:
        """Enter the payment to the member of that enrolment."""
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        try:
            payment = _payment_of_request(pk)
            transact(lambda session: pay_back(session, clock, actor, subject, payment))
        except DomainError as error:
            return self._list({error.field or "": words(error)}), status_of(error)
        flash(_("返金を登録しました。"), "success")
        return redirect(url_for("RefundView.list"))

    @expose("/<key:pk>/return", methods=["POST"])
    @has_access
    @permission_name("pay")
    def take_return(self, pk: int) -> Any:
        """Enter the lead insurer's return of that overpayment's premium."""
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        try:
            day = parse_date(request.form.get("returned_on", ""), "returned_on")
            transact(lambda session: take_return(session, clock, actor, subject, pk, day))
        except DomainError as error:
            return self._list({error.field or "": words(error)}), status_of(error)
        flash(_("返戻保険料の入金を登録しました。"), "success")
        return redirect(url_for("RefundView.list"))


def _payment_of_request(pk: int) -> Payment:
    form = request.form
    amount = form.get("amount", "").replace(",", "").strip()
    if not (amount.isascii() and amount.isdecimal() and len(amount) < 13):
        raise Refused("not_digits", N_("金額を数字で入力してください。"), field="amount")
    return Payment(pk, int(amount), parse_date(form.get("paid_on", ""), "paid_on"), form.get("reference", "")[:40])


SCREENS = (
    StaffView(
        RefundView,
        {**for_handlers("list"), Role.GROUP_ASSOCIATION: frozenset({"list", "pay"})},
        name="debit_refunds",
        label=N_("過入金の返金"),
        order=86,
        method_labels={"pay": N_("返金・返戻の登録")},
        **CATEGORY,
    ),
)

"""Staff screens of the ledger: trial balances, the lines under each figure, monthly remittances (B-071, B-093, B-094)."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask import Response, abort, request
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hoshou.base.csv_text import csv_text, utf8_bytes
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.db import db
from hoshou.platform.site.attachment import attachment
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import READ, StaffView
from hoshou.platform.staff.paging import newest_first
from hoshou.platform.subject import Role
from hoshou.plugins.debits.models.ledger import LedgerEntry, LedgerPosting
from hoshou.plugins.debits.models.remittances import Remittance, RemittanceLine
from hoshou.plugins.debits.rules.accounts_chart import (
    ACCOUNT_LABELS,
    ENTRY_KIND_LABELS,
    Account,
)
from hoshou.plugins.debits.services.background import REMIT_JOB, failure_reference
from hoshou.plugins.debits.services.ledger.balances import Books, months_booked, postings_under, trial_balance
from hoshou.plugins.debits.services.month_end.statements import (
    AGENCIES_A_PAGE,
    Row,
    by_agency,
    by_branch,
    by_insurer,
    lines_of,
    remittance_of,
    total,
)
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration
from hoshou.plugins.organisations.models import Insurer

MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
CSV = "text/csv; charset=utf-8"
LEDGER_READERS = (Role.GROUP_ASSOCIATION, Role.LEAD_OFFICE, Role.AUDITOR)
CATEGORY, CATEGORY_LABEL = "ledger", N_("精算・台帳")


def month_asked(name: str = "month") -> date | None:
    """The month in the request's query, or None without one. Anything else is a bad request."""
    text = request.args.get(name, "")
    if not text:
        return None
    if not MONTH.fullmatch(text) or text < "0001":
        abort(400)
    return date.fromisoformat(f"{text}-01")


def number_asked(name: str) -> int | None:
    """The key in the request's query, or None without one. Anything else is a bad request."""
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        abort(400)
    return int(text)


def csv_answer(name: str, rows: Iterable[Sequence[str | int]]) -> Response:
    """The rows as a file for spreadsheets."""
    return attachment(utf8_bytes(csv_text(rows)), name, CSV)


class LedgerView(BaseView):
    """The trial balance of a month, of all, of one insurer's agencies or of one agency."""

    route_base = "/debits/ledger"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        session, books = db.session(), _books()
        months = months_booked(session)
        month = month_asked() or (months[0] if months else None)
        return self.render_template(
            "debits/ledger_list.html",
            title=_("試算表"),
            months=months,
            month=month,
            figures=trial_balance(session, month, books) if month else [],
            books=books,
            whose=_whose(books),
            insurers=session.scalars(select(Insurer).order_by(Insurer.position)).all(),
            labels=ACCOUNT_LABELS,
            asked=_asked(books),
        )

    @expose("/csv")
    @has_access
    @permission_name("list")
    def csv(self) -> Any:
        """The trial balance as it is shown."""
        month, books = _month(), _books()
        head = [_("勘定科目"), _("前月繰越"), _("借方"), _("貸方"), _("翌月繰越")]
        rows = [
            [_(ACCOUNT_LABELS[row.account]), row.opening, row.debit, row.credit, row.closing]
            for row in trial_balance(db.session(), month, books)
        ]
        return csv_answer(f"trial-balance-{month:%Y%m}.csv", [head, *rows])

    @expose("/figure/<account>")
    @has_access
    @permission_name("list")
    def figure(self, account: str) -> Any:
        """The lines that a figure is made of."""
        if account not in list(Account):
            abort(404)
        month, books = _month(), _books()
        statement = postings_under(month, Account(account), books).options(
            joinedload(LedgerPosting.entry),
            joinedload(LedgerPosting.enrolment),
            joinedload(LedgerPosting.registration),
        )
        return self.render_template(
            "debits/ledger_figure.html",
            title=f"{_(ACCOUNT_LABELS[Account(account)])} {month:%Y/%m}",
            account=account,
            month=month,
            whose=_whose(books),
            page=newest_first(db.session(), statement, LedgerPosting.id),
            kinds=_kinds(),
            asked=_asked(books),
            day=display.day,
        )

    @expose("/show/<key:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        session = db.session()
        entry = session.get(LedgerEntry, pk) or abort(404)
        postings = session.scalars(
            select(LedgerPosting)
            .where(LedgerPosting.entry_id == pk)
            .options(joinedload(LedgerPosting.registration))
            .order_by(LedgerPosting.id)
        ).all()
        return self.render_template(
            "debits/ledger_entry.html",
            title=_("仕訳 %(number)s", number=entry.id),
            entry=entry,
            postings=postings,
            kind=_kinds()[entry.kind],
            labels={account.value: _(label) for account, label in ACCOUNT_LABELS.items()},
            day=display.day,
            instant=display.instant,
        )


class RemittanceView(BaseView):
    """The months' remittances, each with its statements and its lines."""

    route_base = "/debits/remittances"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        return self.render_template(
            "debits/remittance_list.html",
            title=_("保険料の送金"),
            page=newest_first(db.session(), select(Remittance), Remittance.id),
            failure=failure_reference(db.session(), REMIT_JOB),
            day=display.day,
        )

    @expose("/show/<key:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        session = db.session()
        run = remittance_of(session, pk)
        insurers, after = by_insurer(session, run), number_asked("after") or 0
        agencies = by_agency(session, run, after=after, limit=AGENCIES_A_PAGE + 1)
        return self.render_template(
            "debits/remittance_show.html",
            title=_("保険料の送金 %(month)s", month=f"{run.month:%Y/%m}"),
            run=run,
            insurers=insurers,
            total=total(insurers),
            branches=by_branch(session, run),
            agencies=agencies[:AGENCIES_A_PAGE],
            more=agencies[AGENCIES_A_PAGE - 1].whose.id if len(agencies) > AGENCIES_A_PAGE else None,
            after=after,
            day=display.day,
            instant=display.instant,
        )

    @expose("/lines/<key:pk>")
    @has_access
    @permission_name("show")
    def lines(self, pk: int) -> Any:
        """The instalments under a figure of the statements."""
        session = db.session()
        run = remittance_of(session, pk)
        asked = {name: number_asked(name) for name in ("insurer_id", "branch_id", "registration_id")}
        conditions = [getattr(RemittanceLine, name) == key for name, key in asked.items() if key is not None]
        return self.render_template(
            "debits/remittance_lines.html",
            title=_("保険料の送金 %(month)s：明細", month=f"{run.month:%Y/%m}"),
            run=run,
            page=newest_first(session, lines_of(run, *conditions), RemittanceLine.instalment_id),
            asked={name: key for name, key in asked.items() if key is not None},
            day=display.day,
        )

    @expose("/csv/<key:pk>")
    @has_access
    @permission_name("show")
    def csv(self, pk: int) -> Any:
        """The statement by agency, whole."""
        session = db.session()
        run = remittance_of(session, pk)
        head = [
            _("代理店登録番号"),
            _("代理店"),
            _("保険会社"),
            _("件数"),
            _("保険料"),
            _("うち集金事務費"),
            _("差引"),
            _("幹事代理店分担"),
            _("募集代理店分担"),
            _("保険料請求書の月"),
            _("手数料受取月"),
        ]
        rows = [_agency_cells(row) for row in by_agency(session, run, limit=100_000)]
        return csv_answer(f"remittance-{run.month:%Y%m}.csv", [head, *rows])


def _agency_cells(row: Row) -> list[str | int]:
    sums, months, registration = row.sums, row.months, row.whose
    return [
        registration.registration_number,
        registration.agency.name,
        registration.insurer.name,
        sums.instalments,
        sums.premium,
        sums.collection_fee,
        sums.net,
        sums.lead_share,
        sums.soliciting_share,
        f"{months.statement:%Y-%m}" if months else "",
        f"{months.commission:%Y-%m}" if months else "",
    ]


def _month() -> date:
    """The month asked for, or the latest one booked; without any there is nothing to show."""
    return month_asked() or next(iter(months_booked(db.session())), None) or abort(404)


def _books() -> Books:
    return Books(registration_id=number_asked("registration_id"), insurer_id=number_asked("insurer_id"))


def _asked(books: Books) -> dict[str, int]:
    found = {"registration_id": books.registration_id, "insurer_id": books.insurer_id}
    return {name: key for name, key in found.items() if key is not None}


def _whose(books: Books) -> str:
    """In words, whose part of the ledger is shown; a bad key is not found."""
    session, names = db.session(), []
    if books.insurer_id is not None:
        names.append((session.get(Insurer, books.insurer_id) or abort(404)).name)
    if books.registration_id is not None:
        names.append(repr(session.get(AgencyRegistration, books.registration_id) or abort(404)))
    return "、".join(names)


def _kinds() -> dict[str, str]:
    return {kind.value: _(label) for kind, label in ENTRY_KIND_LABELS.items()}


LEDGER_SCREENS = (
    StaffView(
        LedgerView,
        dict.fromkeys(LEDGER_READERS, READ),
        name="trial_balance",
        label=N_("試算表"),
        order=62,
        category=CATEGORY,
        category_label=CATEGORY_LABEL,
    ),
    StaffView(
        RemittanceView,
        dict.fromkeys(LEDGER_READERS, READ),
        name="remittances",
        label=N_("保険料の送金"),
        order=60,
        category=CATEGORY,
        category_label=CATEGORY_LABEL,
    ),
)

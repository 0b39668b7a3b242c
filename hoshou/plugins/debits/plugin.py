"""Mandates, debit runs, the collection agent's files, and the ledger."""

from collections.abc import Iterable

from flask import url_for
from flask_babel import gettext as _

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.jobs.job import Job
from hoshou.platform.mail.template import MailTemplate
from hoshou.platform.staff import display
from hoshou.platform.staff.charts import Chart, ChartForm, Series
from hoshou.platform.staff.contribution import HomeItem, StaffView
from hoshou.platform.subject import Subject
from hoshou.plugins.debits import models as models
from hoshou.plugins.debits.handoff_views import HANDOFF_SCREENS
from hoshou.plugins.debits.jobs import JOBS
from hoshou.plugins.debits.ledger_jobs import LEDGER_JOBS
from hoshou.plugins.debits.ledger_views import LEDGER_SCREENS
from hoshou.plugins.debits.rules.runs import LINE_STATE_LABELS, LineState
from hoshou.plugins.debits.services.mails import MAILS
from hoshou.plugins.debits.services.outcomes import STATES, count_outcomes
from hoshou.plugins.debits.services.waiting import Waiting, waiting_for
from hoshou.plugins.debits.views.screens import SCREENS
from hoshou.plugins.debits.zengin.results import RESULTS

NAME = "debits"
VERSION = "1.0.0"
REQUIRES = ("guardkun",)

WAITING = {
    Waiting.RELEASE: (N_("承認を待つ口座振替データ"), "DebitRunView.list"),
    Waiting.UNDECIDED: (N_("判断を待つ振替結果"), "DebitRunView.list"),
    Waiting.LAPSE: (N_("不払解除予定の判断"), "FailureBoardView.list"),
    Waiting.CONTACT: (N_("振替不能のご連絡"), "ContactTaskView.list"),
    Waiting.REFUND: (N_("過入金の返金"), "RefundView.list"),
}


@hookimpl
def staff_views() -> Iterable[StaffView]:
    return (*SCREENS, *LEDGER_SCREENS, *HANDOFF_SCREENS)


@hookimpl
def jobs() -> Iterable[Job]:
    return (*JOBS, *LEDGER_JOBS)


@hookimpl
def mail_templates() -> Iterable[MailTemplate]:
    return MAILS


@hookimpl
def home_items(subject: Subject) -> Iterable[HomeItem]:
    for what, count, due in waiting_for(db.session(), subject):
        title, endpoint = WAITING[what]
        yield HomeItem(title=_(title), detail="", url=url_for(endpoint), due=due, count=count)


TONES = {
    LineState.PAID: 2,
    LineState.FAILED: 5,
    LineState.STOPPED: 7,
    LineState.UNDECIDED: 1,
    LineState.WAITING: 6,
}


@hookimpl
def charts(subject: Subject) -> Iterable[Chart]:
    found = count_outcomes(db.session(), platform().clock, subject)
    if found is None:
        return ()
    return (
        Chart(
            title=_("月別の口座振替の結果"),
            note=_("直近12か月に収納代行会社へ依頼した口座振替の件数です。"),
            subject=_("振替月"),
            unit=_("件"),
            categories=tuple(display.month(month) for month in found.months),
            ticks=display.month_ticks(found.months),
            series=tuple(
                Series(_(LINE_STATE_LABELS[state]), found.by_month[state], tone=TONES[state]) for state in STATES
            ),
        ),
        Chart(
            title=_("振替できなかった口座振替（振替結果コード別）"),
            note=_("直近12か月に依頼した口座振替のうち、振替済でないものです。結果待ちを除きます。"),
            subject=_("振替結果コード"),
            unit=_("件"),
            categories=tuple(f"{code} {_(RESULTS[code].meaning)}" for code in found.by_code),
            series=(Series(_("件数"), tuple(found.by_code.values()), tone=TONES[LineState.FAILED]),),
            form=ChartForm.BARS,
        ),
    )


@hookimpl
def action_labels() -> Iterable[tuple[str, str]]:
    return (
        ("debits.receivable_opened", N_("未払いの賦課金を確定しました（必要回数%(required)s回）")),
        ("debits.lapse_proposed", N_("不払解除予定（%(effective_on)s）としました")),
        ("debits.lapse_confirmed", N_("不払解除（%(effective_on)s）を確定しました")),
        ("debits.lapse_waived", N_("不払解除を見送りました（理由：%(note)s）")),
        ("debits.lapse_undone", N_("入金により不払解除予定を取り消しました")),
        ("debits.transfer_received", N_("入金%(amount)s円を登録しました")),
        ("debits.refunded", N_("過入金%(amount)s円の返金を登録しました")),
        ("debits.premium_returned", N_("返戻保険料%(amount)s円の入金を登録しました")),
        ("debits_remittance.made", N_("%(month)s月分の保険料の送金データを作成しました")),
        ("debits_handoff.made", N_("非幹事保険会社への連携データを作成しました")),
        ("debits_handoff.downloaded", N_("非幹事保険会社への連携データをダウンロードしました")),
        ("debits_claims.imported", N_("支払保険金データを取り込みました")),
    )

"""The guide pages: information that anyone may read at any hour (A-083 to A-086)."""

from datetime import date
from typing import Any

from babel.dates import format_skeleton
from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.db import reading
from hoshou.platform.site.entrance import FootLink
from hoshou.platform.site.gate import open_at_any_hour
from hoshou.platform.site.language import chosen_language
from hoshou.plugins.guides.rules.flow import LANES, WAY_HEIGHT
from hoshou.plugins.guides.rules.kinds import AUDIENCE_LABELS, GROUP_LABELS, LANE_LABELS, Audience, Flow, Lane
from hoshou.plugins.guides.services import read
from hoshou.plugins.guides.services.read import Language

LONGEST_QUERY = 100
FAQ = "faq"

guides = open_at_any_hour(Blueprint("guides", __name__))

FOOT_LINKS = (
    FootLink("guides.faq", N_("よくあるお問い合わせ")),
    FootLink("guides.page", N_("新規契約の流れ"), {"key": Flow.NEW.value}),
    FootLink("guides.page", N_("変更の流れ"), {"key": Flow.CHANGE.value}),
    FootLink("guides.page", N_("契約約款の整備"), {"key": "clauses"}),
    FootLink("guides.page", N_("ドメインの申請"), {"key": "domains"}),
    FootLink("guides.page", N_("お問い合わせ先"), {"key": "contacts"}),
    FootLink("guides.page", N_("ご利用条件・推奨環境"), {"key": "terms"}),
    FootLink("guides.page", N_("アクセシビリティ方針"), {"key": "accessibility"}),
    FootLink("guides.page", N_("改定履歴"), {"key": "revisions"}),
)


@guides.get("/faq")
def faq() -> Any:
    """よくあるお問い合わせ: by group, narrowed down by words and by role."""
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    chosen = request.args.get("role", "")
    audience = Audience(chosen) if chosen in set(Audience) else None
    with reading() as session:
        questions = read.read_faq(session, _language(), query, audience)
    return _page(
        FAQ,
        "guides/faq.html",
        query=query,
        role=audience,
        questions=questions,
        audience_labels=AUDIENCE_LABELS,
        group_labels=GROUP_LABELS,
    )


@guides.get("/guide/<key>")
def page(key: str) -> Any:
    """A page of running text."""
    if key == FAQ:
        return redirect(url_for("guides.faq"))
    return _page(key, "guides/text.html")


@guides.get("/guide/clauses")
def clauses() -> Any:
    """契約約款の整備, with the sample clauses."""
    with reading() as session:
        return _page("clauses", "guides/clauses.html", clauses=read.read_clauses(session, _language()))


@guides.get("/guide/contacts")
def contacts() -> Any:
    """お問い合わせ先."""
    with reading() as session:
        return _page("contacts", "guides/contacts.html", contacts=read.read_contacts(session, _language()))


@guides.get("/guide/revisions")
def revisions() -> Any:
    """改定履歴."""
    with reading() as session:
        editions = read.read_revisions(session, _language())
    return _page("revisions", "guides/revisions.html", editions=editions, month_and_year=month_and_year)


@guides.get("/guide/new-contract")
def new_contract() -> Any:
    """受発注者さまの対応フロー (1) 新規契約."""
    return _flow(Flow.NEW)


@guides.get("/guide/change")
def change() -> Any:
    """受発注者さまの対応フロー (2) 保険期間中の増額・延長等の変更."""
    return _flow(Flow.CHANGE)


def month_and_year(day: date) -> str:
    """2025年11月, November 2025."""
    return str(format_skeleton("yMMMM", day, locale=get_locale()))


def address_of(key: str) -> str:
    """The address of a guide page."""
    return url_for("guides.faq") if key == FAQ else url_for("guides.page", key=key)


def _flow(flow: Flow) -> str:
    """A flow, drawn in lanes, and what orderers and contractors do in it."""
    with reading() as session:
        stages = read.read_flow(session, _language(), flow)
    tasks = [
        (lane, [(stage.number, step) for stage in stages for step in stage.steps if step.lane is lane])
        for lane in (Lane.ORDERER, Lane.CONTRACTOR)
    ]
    return _page(
        flow.value,
        "guides/flow.html",
        stages=stages,
        tasks=tasks,
        lanes=LANES,
        lane_labels=LANE_LABELS,
        way_height=WAY_HEIGHT,
    )


def _page(key: str, template: str, **values: Any) -> str:
    with reading() as session:
        shown = read.read_page(session, _language(), key)
        manual = read.read_manual(session, _language())
    return render_template(template, page=shown, manual=manual, address_of=address_of, **values)


def _language() -> Language:
    return Language(chosen_language().partition("_")[0])

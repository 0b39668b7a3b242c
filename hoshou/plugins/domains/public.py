"""Public pages: applying for a domain, how the application fares, and the registered bodies (manual 3.(2))."""

import secrets
from dataclasses import asdict
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask_babel import gettext as _

from hoshou.base.errors import Invalid, Refused
from hoshou.platform.actor import ActorKind
from hoshou.platform.client import client_actor
from hoshou.platform.context import platform
from hoshou.platform.db import reading, transact
from hoshou.platform.mail.address import mask_address
from hoshou.platform.site.errors import status_of, words
from hoshou.plugins.domains.models import DomainApplication
from hoshou.plugins.domains.rules.batches import batch_month
from hoshou.plugins.domains.rules.form import ApplicationForm, Details, check_form
from hoshou.plugins.domains.rules.stages import KIND_LABELS, STAGE_LABELS, Kind, Step, allows
from hoshou.plugins.domains.rules.terms import Terms
from hoshou.plugins.domains.services import apply as applying
from hoshou.plugins.domains.services import status as statuses
from hoshou.plugins.domains.services.calendar import expected_day
from hoshou.plugins.domains.services.registered import registered_bodies
from hoshou.plugins.domains.services.withdraw import withdraw_own

KEY_FIELD = "request_key"
KEY_LENGTH = 64
LONGEST_SEARCH = 100
LONGEST_NAME = 200
ASSOCIATION_URL = "https://www.sonpo.or.jp/about/efforts/syouken/kakunin/index.html"
"""Where the association lists the bodies (A-075)."""

domains = Blueprint("domains", __name__, url_prefix="/domains")


@domains.get("")
def bodies() -> Any:
    """ドメイン登録済み団体一覧: names only, since a domain tells outsiders whose address to forge."""
    search, organisation, department = (
        "".join(c for c in request.args.get(name, "")[:longest] if c.isprintable())
        for name, longest in (("q", LONGEST_SEARCH), ("after", LONGEST_NAME), ("department", LONGEST_NAME))
    )
    with reading() as session:
        found = registered_bodies(session, search, (organisation, department) if organisation else None)
    return render_template(
        "domains/bodies.html",
        search=search,
        bodies=found,
        is_first=not organisation,
        association_url=ASSOCIATION_URL,
    )


@domains.get("/apply")
def apply() -> Any:
    """申請フォーム."""
    return _form_page(ApplicationForm(kind=Kind.ADD.value), {})


@domains.post("/apply")
def send() -> Any:
    """確認画面へ, 入力に戻る, or 申請する."""
    form = ApplicationForm(**{name: request.form.get(name, "") for name in asdict(ApplicationForm())})
    step = request.form.get("step", "")
    if step == "back":
        return _form_page(form, {})
    try:
        details = check_form(form)
    except Invalid as error:
        return _form_page(form, {fault.field: words(fault) for fault in error.errors}), status_of(error)
    key = request.form.get(KEY_FIELD, "")
    if step != "confirm" or not 0 < len(key) <= KEY_LENGTH or not key.isascii() or not key.isprintable():
        return _preview_page(form, details)
    return _apply(details, key)


@domains.get("/status")
def status() -> Any:
    """申請状況の確認."""
    return render_template("domains/status.html", values={}, errors={})


@domains.post("/status")
def look_up() -> Any:
    """The state of the application whose receipt number and address are both right; on request, taken back."""
    receipt, email = request.form.get("receipt", ""), request.form.get("email", "")
    clock, actor = platform().clock, client_actor(ActorKind.PUBLIC)
    transact(lambda session: statuses.reserve(session, clock, actor.origin))

    def find(session: Any) -> DomainApplication:
        found = statuses.find_own(session, receipt, email)
        if request.form.get("step") == "withdraw":
            owner = client_actor(ActorKind.PUBLIC, mask_address(found.email))
            found = withdraw_own(session, clock, owner, receipt, email)
        statuses.accept(session, actor.origin)
        return found

    try:
        found = transact(find)
    except Refused as error:
        values = {"receipt": receipt, "email": email}
        page = render_template("domains/status.html", values=values, errors={error.field: words(error)})
        return page, status_of(error)
    return _status_page(found)


def _apply(details: Details, key: str) -> Any:
    here = platform()
    actor = client_actor(ActorKind.PUBLIC, mask_address(details.email))
    with reading() as session:
        sent = applying.sent_before(session, key) is not None
    if not sent:
        transact(lambda session: applying.reserve(session, here.clock, here.keys, details.email, actor.origin))
    contact = current_app.config["DOMAIN_CONTACT_EMAIL"]
    status_url = current_app.config["PUBLIC_URL"] + url_for("domains.status")
    made = transact(
        lambda session: applying.apply(
            session, here.clock, here.keys, actor, details, key, contact=contact, status_url=status_url
        )
    )
    return render_template("domains/received.html", **_told(made))


def _form_page(form: ApplicationForm, errors: dict[str | None, str]) -> Any:
    month = batch_month(platform().clock.today())
    kinds = [(kind.value, _(label)) for kind, label in KIND_LABELS.items()]
    return render_template(
        "domains/apply.html",
        values=asdict(form),
        errors=errors,
        kinds=kinds,
        month=month,
        expected=_expected(month),
    )


def _preview_page(form: ApplicationForm, details: Details) -> Any:
    month = batch_month(platform().clock.today())
    return render_template(
        "domains/preview.html",
        values=asdict(form),
        details=details,
        kinds=KIND_LABELS,
        month=month,
        expected=_expected(month),
        key=secrets.token_urlsafe(24),
    )


def _status_page(application: DomainApplication) -> Any:
    return render_template("domains/state.html", **_told(application))


def _told(application: DomainApplication) -> dict[str, Any]:
    """What the applicant is told of the application."""
    stage = application.current_stage
    return {
        "application": application,
        "kind": _(KIND_LABELS[Kind(application.kind)]),
        "stage": stage.value,
        "stage_label": _(STAGE_LABELS[stage]),
        "month": application.batch_month,
        "expected": _expected(application.batch_month),
        "may_withdraw": allows(stage, Step.WITHDRAW),
    }


def _expected(month: Any) -> Any:
    with reading() as session:
        return expected_day(session, Terms.of(current_app.config), month)

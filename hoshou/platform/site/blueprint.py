"""The public site's own few addresses and what every public template may use."""

from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, session, url_for
from flask_appbuilder.utils.base import get_safe_redirect
from flask_babel import gettext as _
from flask_login import current_user

from hoshou.platform.context import platform
from hoshou.platform.site.entrance import Audience, Entrance
from hoshou.platform.site.gate import TO_THE_MINUTE, opening_state
from hoshou.platform.site.language import LANGUAGE, chosen_language

site = Blueprint(
    "site",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/assets/site",
)


@site.get("/")
def home() -> Any:
    """For the public: who they are and what they can do. Staff go on to their own home."""
    if current_user.is_authenticated:
        return redirect(url_for("HomeView.index"))
    offered = [Entrance(Audience.STAFF, "staff/entrance.html"), *platform().plugins.collect("entrances")]
    offered.sort(key=lambda entrance: entrance.order)
    entrances = {
        audience.value: [entrance.template for entrance in offered if entrance.audience is audience]
        for audience in Audience
    }
    reopens_at = opening_state().reopens_at
    return render_template(
        "site/home.html",
        entrances=entrances,
        notices=[],
        reopens_at=reopens_at and reopens_at.strftime(TO_THE_MINUTE),
    )


@site.post("/language")
def language() -> Any:
    """Choose the language of the pages; returns to the page it was chosen on."""
    choice = request.form.get("locale", "")
    if choice not in current_app.config["LANGUAGES"]:
        abort(400)
    session[LANGUAGE] = choice
    return redirect(get_safe_redirect(request.form.get("next", "/")))


@site.get("/healthz")
def health() -> Any:
    """For load balancers: the process answers."""
    return {"status": "ok"}


@site.app_context_processor
def shared() -> dict[str, Any]:
    """What every template may use."""
    return {
        "html_lang": chosen_language().partition("_")[0],
        "site_open": opening_state().is_open,
        "in_maintenance": opening_state().reason == "maintenance",
        "domain_contact_email": current_app.config["DOMAIN_CONTACT_EMAIL"],
        "staff_login_url": url_for("StaffAuthView.login"),
        "demo": current_app.config["DEMO"],
        "foot_links": [
            (_(link.label), url_for(link.endpoint, **link.values))
            for link in platform().plugins.collect("foot_links")
        ],
        "url_if": url_if,
    }


def url_if(endpoint: str, **values: Any) -> str:
    """The address of another plugin's page, or an empty text when that plugin isn't there."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""

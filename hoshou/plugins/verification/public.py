"""証券等の照合: whether a PDF in somebody's hands is the one that was registered. The PDF stays in their browser."""

from typing import Any

from flask import Blueprint, current_app, render_template, request

from hoshou.base.errors import Refused
from hoshou.platform.actor import ActorKind
from hoshou.platform.client import client_actor
from hoshou.platform.context import platform
from hoshou.platform.db import transact
from hoshou.platform.site.errors import status_of, words
from hoshou.plugins.verification.rules.digest import FIELD, normal_digest
from hoshou.plugins.verification.services import check as checking

verification = Blueprint("verification", __name__, url_prefix="/verify")


@verification.get("")
def page() -> Any:
    """The page where a PDF is dropped or a digest typed."""
    return _page()


@verification.post("")
def check() -> Any:
    """照合する: what is known of the file with this digest. Every answer about a whole digest is a 200."""
    typed = request.form.get(FIELD, "")
    try:
        digest = normal_digest(typed)
    except Refused as error:
        return _page(value=typed, errors={FIELD: words(error)}), status_of(error)
    here, actor = platform(), client_actor(ActorKind.PUBLIC)
    transact(lambda session: checking.reserve(session, here.clock, actor.origin))
    answer = transact(lambda session: checking.check(session, here.clock, actor, digest))
    return _page(value=digest, answer=answer)


def _page(value: str = "", errors: dict[str, str] | None = None, answer: checking.Answer | None = None) -> str:
    return render_template(
        "verification/page.html",
        field=FIELD,
        value=value,
        errors=errors or {},
        answer=answer,
        max_bytes=current_app.config["MAX_FILE_BYTES"],
    )

"""An upload as HTTP brings it: the same fields and files for the staff screen and the REST API."""

from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from typing import Any

from flask import current_app, request

from hoshou.base.errors import DomainError, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.platform.subject import Subject
from hoshou.plugins.bonds.rules.idempotency import checked_key
from hoshou.plugins.bonds.rules.limits import upload_limits
from hoshou.plugins.bonds.rules.request import UploadForm
from hoshou.plugins.bonds.services.correct_number import Correction, correct_number
from hoshou.plugins.bonds.services.erase import erase_now_or_later
from hoshou.plugins.bonds.services.intake import IncomingFile, discard_unused, prepare_upload
from hoshou.plugins.bonds.services.scope import require_uploader
from hoshou.plugins.bonds.services.upload import UploadOutcome, upload

FILES = "files"
KIND = "kind"
FORM_FIELDS = tuple(field.name for field in fields(UploadForm))


def form_of(values: Mapping[str, Any]) -> UploadForm:
    """The form; what wasn't sent stays empty. A box that isn't ticked isn't sent."""
    texts = {name: str(values[name]) for name in FORM_FIELDS if name in values and name != "national_direct"}
    return UploadForm(**texts, national_direct=bool(values.get("national_direct")))


def sent_files() -> list[IncomingFile]:
    """The files with their kinds: one kind for each, or one for all.

    Raises Refused ``kinds_count`` when the kinds are several and not as many as the files.
    """
    files = [file for file in request.files.getlist(FILES) if file.filename]
    kinds = request.form.getlist(KIND)
    if len(kinds) <= 1:
        kinds = [""] * len(files)
    elif len(kinds) != len(files):
        raise Refused("kinds_count", N_("ファイルの種類は、ファイルごとに1つずつ指定してください。"), field=KIND)
    return [
        IncomingFile(file.filename or "", file.stream.read(), kind)
        for file, kind in zip(files, kinds, strict=True)
    ]


def run_upload(
    actor: Actor,
    subject: Subject,
    form: UploadForm,
    idempotency_key: str,
    correction: Correction | None = None,
) -> UploadOutcome:
    """Take the running request's files in with the form. Raises what the services raise; then nothing is stored.

    With a ``correction`` the folder under the wrong number is deleted in the same transaction.
    When the database fails, the commit may still come through after all (F9): the content stays, and the
    sweep decides. Sending the same again tells.
    """
    here, config = platform(), current_app.config
    require_uploader(subject)
    key = checked_key(idempotency_key)
    take_in = upload if correction is None else partial(correct_number, correction=correction)
    limits = upload_limits(config)
    prepared = prepare_upload(here.files, form, sent_files(), limits, here.scanner)
    try:
        outcome = transact(
            lambda session: take_in(
                session,
                here.clock,
                here.keys,
                actor,
                subject,
                prepared,
                idempotency_key=key,
                limits=limits,
                public_url=config["PUBLIC_URL"],
            )
        )
    except DomainError:
        discard_unused(db.session(), here.files, prepared)
        raise
    discard_unused(db.session(), here.files, prepared)
    if correction is not None:
        erase_now_or_later(unit_of_work, here.clock, here.files, correction.folder_id)
    return outcome

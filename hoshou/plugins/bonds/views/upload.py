"""新規アップロード, 追加アップロード and 番号訂正, one form."""

import secrets
from dataclasses import asdict, replace
from typing import Any

from flask import current_app, flash, jsonify, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _

from hoshou.base.errors import DomainError
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.site.errors import status_of
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.bonds.rules.deletion import REASON_FIELD
from hoshou.plugins.bonds.rules.kinds import (
    CONTRACT_TYPE_LABELS,
    FILE_KIND_LABELS,
    SUBMISSION_LABELS,
    FileKind,
)
from hoshou.plugins.bonds.rules.request import UploadForm
from hoshou.plugins.bonds.services import handover
from hoshou.plugins.bonds.services.address_test import send_test_mail
from hoshou.plugins.bonds.services.correct_number import Correction
from hoshou.plugins.bonds.services.scope import folder_for, require_uploader
from hoshou.plugins.bonds.services.terms_notice import terms_notice
from hoshou.plugins.bonds.services.upload import outcome_of
from hoshou.plugins.bonds.services.upload_choices import agencies_for, insurers_for, replaceable_files
from hoshou.plugins.bonds.upload_request import form_of, run_upload
from hoshou.plugins.bonds.views.forms import sentences
from hoshou.plugins.bonds.views.rights import CATEGORY, UPLOADERS

KEY_FIELD = "idempotency_key"
OVERRIDE_FIELD = "override_reason"


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


class BondUploadView(BaseView):
    """新規アップロード and 追加アップロード, with or without JavaScript."""

    route_base = "/bonds/upload"
    default_view = "upload"

    @expose("/", methods=["GET", "POST"])
    @has_access
    @permission_name("upload")
    def upload(self) -> Any:
        subject = current_subject()
        if request.method == "GET":
            require_uploader(subject)
            return self._form(self._prefilled())
        form, key = form_of(request.form), request.form.get(KEY_FIELD, "")
        try:
            run_upload(staff_actor(), subject, form, key)
        except DomainError as error:
            return self._refused(error, form)
        done = url_for("BondUploadView.done", key=key)
        return jsonify(location=done) if _wants_json() else redirect(done)

    @expose("/test-mail", methods=["POST"])
    @has_access
    @permission_name("upload")
    def test_mail(self) -> Any:
        here, subject, actor, form = platform(), current_subject(), staff_actor(), form_of(request.form)
        try:
            with unit_of_work() as session:
                address = send_test_mail(session, here.clock, here.keys, actor, subject, form)
        except DomainError as error:
            return self._refused(error, form)
        message = _(
            "%(address)s へテストメールを送信しました。届いたことを受注者さまにご確認ください。", address=address
        )
        if _wants_json():
            return jsonify(message=message)
        flash(message, "success")
        return self._form(form)

    @expose("/done/<key>")
    @has_access
    @permission_name("upload")
    def done(self, key: str) -> Any:
        subject = current_subject()
        outcome = outcome_of(db.session(), subject, key)
        folder = folder_for(db.session(), subject, outcome.folder_id)
        return self.render_template(
            "bonds/upload_done.html",
            title=_("アップロードの完了"),
            outcome=outcome,
            folder=folder,
            own_email=subject.email,
            terms=terms_notice(db.session(), folder, platform().clock.today()),
            handover=handover.handover_state(db.session(), platform().clock, subject, folder),
        )

    @expose("/correct/<key:pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("upload")
    def correct(self, pk: int) -> Any:
        """番号訂正: the upload form for the right number; the folder under the wrong one goes with it."""
        subject = current_subject()
        if request.method == "GET":
            require_uploader(subject)
            wrong = folder_for(db.session(), subject, pk)
            return self._form(replace(_form_of_folder(wrong), policy_number=""), corrected=wrong)
        form, key, reason = (
            form_of(request.form),
            request.form.get(KEY_FIELD, ""),
            request.form.get(REASON_FIELD, ""),
        )
        try:
            run_upload(staff_actor(), subject, form, key, Correction(pk, reason))
        except DomainError as error:
            return self._refused(error, form, folder_for(db.session(), subject, pk))
        done = url_for("BondUploadView.done", key=key)
        return jsonify(location=done) if _wants_json() else redirect(done)

    def _prefilled(self) -> UploadForm:
        folder_id = request.args.get("folder", type=int)
        if folder_id is None:
            return UploadForm()
        form = _form_of_folder(folder_for(db.session(), current_subject(), folder_id))
        return replace(form, replaces=request.args.get("replaces", ""))

    def _refused(self, error: DomainError, form: UploadForm, corrected: BondFolder | None = None) -> Any:
        errors = sentences(error)
        if not _wants_json():
            return self._form(form, errors, corrected), status_of(error)
        warnings = []
        if set(errors) == {OVERRIDE_FIELD}:
            warnings = [errors.pop(OVERRIDE_FIELD)]
        by_name = {name or "": sentence for name, sentence in errors.items()}
        return jsonify(errors=by_name, warnings=warnings), status_of(error)

    def _form(
        self,
        form: UploadForm,
        errors: dict[str | None, str] | None = None,
        corrected: BondFolder | None = None,
    ) -> Any:
        errors = errors or {}
        session, subject, config = db.session(), current_subject(), current_app.config
        added_to = request.args.get("folder", type=int)
        folder = folder_for(session, subject, added_to) if added_to is not None else None
        insurers = [
            (insurer.id, insurer.name) for insurer in insurers_for(session, subject, platform().clock.today())
        ]
        if len(insurers) == 1 and not form.insurer_id:
            form = replace(form, insurer_id=str(insurers[0][0]))
        return self.render_template(
            "bonds/upload.html",
            title=_("番号訂正") if corrected else _("証券等のアップロード"),
            values=asdict(form),
            errors=errors,
            warnings=[errors[OVERRIDE_FIELD]] if OVERRIDE_FIELD in errors else [],
            folder=folder,
            replaceable=[
                (
                    file.number,
                    f"{file.number}. {_(FILE_KIND_LABELS[FileKind(file.kind)])} {file.stored_file.original_name}",
                )
                for file in replaceable_files(session, folder)
            ]
            if folder
            else [],
            insurers=insurers,
            agencies=[(agency.id, agency.name) for agency in agencies_for(session, subject)],
            contract_types=[(kind.value, _(label)) for kind, label in CONTRACT_TYPE_LABELS.items()],
            kinds=[(kind.value, _(label)) for kind, label in FILE_KIND_LABELS.items()],
            submissions=[(way.value, _(label)) for way, label in SUBMISSION_LABELS.items()],
            idempotency_key=request.form.get(KEY_FIELD) or secrets.token_urlsafe(16),
            corrected=corrected,
            reason=request.form.get(REASON_FIELD, ""),
            upload_url=url_for("BondUploadView.correct", pk=corrected.id)
            if corrected
            else url_for("BondUploadView.upload", folder=added_to),
            test_mail_url=url_for("BondUploadView.test_mail", folder=added_to),
            max_megabytes=config["MAX_FILE_BYTES"] // (1024 * 1024),
            max_files=config["MAX_FILES_PER_FOLDER"],
        )


def _form_of_folder(folder: BondFolder) -> UploadForm:
    return UploadForm(
        insurer_id=str(folder.insurer_id),
        agency_id=str(folder.agency_id or ""),
        policy_number=folder.policy_number,
        contract_type=folder.contract_type,
        national_direct=folder.national_direct,
        submission=folder.submission,
        contract_date=folder.contract_date.isoformat(),
        insurance_start=folder.insurance_start.isoformat(),
        insurance_end=folder.insurance_end.isoformat(),
        contractor_name=folder.contractor_name,
        contractor_email=folder.contractor_email,
        contractor_email_again=folder.contractor_email,
        orderer_name=folder.orderer_name,
        project_name=folder.project_name,
        override_reason=folder.override_reason,
        kind="",
    )


SCREEN = StaffView(
    view=BondUploadView,
    grants={role: frozenset({"upload"}) for role in UPLOADERS},
    name="bonds_upload",
    label=N_("アップロード"),
    order=10,
    method_labels={"upload": N_("アップロード")},
    **CATEGORY,
)

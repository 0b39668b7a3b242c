"""Staff screens: uploading, the list of folders, and a folder's record."""

import base64
import io
import secrets
from dataclasses import asdict, replace
from typing import Any

from flask import current_app, flash, jsonify, redirect, request, send_file, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hoshou.base.errors import DomainError, Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import pdf
from hoshou.platform.context import platform
from hoshou.platform.db import db, reading, transact, unit_of_work
from hoshou.platform.site.attachment import attachment
from hoshou.platform.site.blueprint import url_if
from hoshou.platform.site.errors import status_of, words
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.datamodel import StaffInterface
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.staff.views import StaffModelView
from hoshou.platform.subject import Role
from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.bonds.rules.deletion import REASON_FIELD
from hoshou.plugins.bonds.rules.kinds import (
    CONTRACT_TYPE_LABELS,
    FILE_KIND_LABELS,
    SUBMISSION_LABELS,
    ContractType,
    FileKind,
)
from hoshou.plugins.bonds.rules.request import UploadForm
from hoshou.plugins.bonds.rules.secret import bare_password, new_password
from hoshou.plugins.bonds.services import handover, renotify
from hoshou.plugins.bonds.services.address_test import send_test_mail
from hoshou.plugins.bonds.services.correct_number import Correction
from hoshou.plugins.bonds.services.delete_file import delete_file
from hoshou.plugins.bonds.services.delete_folder import delete_folder
from hoshou.plugins.bonds.services.erase import erase_deleted
from hoshou.plugins.bonds.services.original import document_for, note_download, note_page
from hoshou.plugins.bonds.services.passwords import hash_password
from hoshou.plugins.bonds.services.record import FOLDER, MAIL_STATE_LABELS, read_record
from hoshou.plugins.bonds.services.scope import folder_for, require_uploader, visible_folders
from hoshou.plugins.bonds.services.upload import PDF, outcome_of
from hoshou.plugins.bonds.services.upload_choices import agencies_for, insurers_for, replaceable_files
from hoshou.plugins.bonds.upload_request import form_of, run_upload

NUMBER = "<int(max=2147483647):%s>"
DAY = "%Y/%m/%d"
MINUTE = "%Y/%m/%d %H:%M"
KEY_FIELD = "idempotency_key"
OVERRIDE_FIELD = "override_reason"


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _sentences(error: DomainError) -> dict[str | None, str]:
    """Each field at fault with its sentences; the key None holds what belongs to no single field."""
    faults = error.errors if isinstance(error, Invalid) else (error,)
    sentences: dict[str | None, str] = {}
    for fault in faults:
        sentence = f"{fault.about}：{words(fault)}" if fault.about else words(fault)
        earlier = sentences.get(fault.field)
        sentences[fault.field] = f"{earlier} {sentence}" if earlier else sentence
    return sentences


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
            handover=handover.handover_state(db.session(), platform().clock, subject, folder),
        )

    @expose(f"/correct/{NUMBER % 'pk'}", methods=["GET", "POST"])
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
        sentences = _sentences(error)
        if not _wants_json():
            return self._form(form, sentences, corrected), status_of(error)
        warnings = []
        if set(sentences) == {OVERRIDE_FIELD}:
            warnings = [sentences.pop(OVERRIDE_FIELD)]
        errors = {name or "": sentence for name, sentence in sentences.items()}
        return jsonify(errors=errors, warnings=warnings), status_of(error)

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


def _contract_type(value: str) -> str:
    return str(_(CONTRACT_TYPE_LABELS[ContractType(value)]))


class BondFolderView(StaffModelView):
    """The folders that the reader may know of: a list, and a record page with the actions allowed there."""

    datamodel = StaffInterface(BondFolder, numbers=("policy_number",))
    route_base = "/bonds/folders"
    row_scope = staticmethod(visible_folders)  # type: ignore[assignment]
    exclude_route_methods = StaffModelView.exclude_route_methods | {"add", "edit", "delete"}
    list_title = _l("証券等の一覧")
    list_columns = [
        "policy_number",
        "insurer",
        "contract_type",
        "contractor_name",
        "project_name",
        "insurance_end",
        "created_at",
        "deleted_at",
    ]
    search_columns = ["policy_number", "insurer", "contractor_name", "project_name", "insurance_end"]
    order_columns = ["policy_number", "contractor_name", "insurance_end", "created_at"]
    base_order = ("id", "desc")
    label_columns = {
        "policy_number": _l("証券番号"),
        "insurer": _l("保険会社"),
        "contract_type": _l("契約種類"),
        "contractor_name": _l("受注者名"),
        "project_name": _l("工事名"),
        "insurance_end": _l("保険終期"),
        "created_at": _l("登録日時"),
        "deleted_at": _l("状態"),
    }
    formatters_columns = {
        "contract_type": _contract_type,
        "insurance_end": lambda day: day.strftime(DAY),
        "created_at": lambda at: at.strftime(MINUTE),
        "deleted_at": lambda at: _("削除済") if at else _("有効"),
    }

    @expose(f"/show/{NUMBER % 'pk'}")
    @has_access
    def show(self, pk: int) -> Any:
        record = read_record(
            db.session(), current_subject(), pk, dict(platform().plugins.collect("action_labels"))
        )
        return self.render_template(
            "bonds/folder.html",
            title=_("証券番号 %(number)s", number=record.folder.policy_number),
            record=record,
            folder=record.folder,
            timeline=[(entry, entry.sentence(_)) for entry in record.timeline],
            contract_types=CONTRACT_TYPE_LABELS,
            kinds=FILE_KIND_LABELS,
            submissions=SUBMISSION_LABELS,
            mail_states=MAIL_STATE_LABELS,
            day=DAY,
            minute=MINUTE,
            handover=handover.handover_state(db.session(), platform().clock, current_subject(), record.folder),
            links=platform().plugins.collect(
                "record_links", subject=current_subject(), object_kind=FOLDER, object_id=pk
            ),
        )

    @expose(f"/{NUMBER % 'pk'}/resend", methods=["POST"])
    @has_access
    @permission_name("renotify")
    def resend(self, pk: int) -> Any:
        here, subject, actor = platform(), current_subject(), staff_actor()
        public_url = current_app.config["PUBLIC_URL"]
        with unit_of_work() as session:
            renotify.resend_url(session, here.clock, here.keys, actor, subject, pk, public_url)
        flash(
            _("受注者さまへ閲覧用URLのメールをもう一度送信します。閲覧用パスワードは変わっていません。"), "success"
        )
        return redirect(url_for("BondFolderView.show", pk=pk))

    @expose(f"/{NUMBER % 'pk'}/reissue", methods=["POST"])
    @has_access
    @permission_name("renotify")
    def reissue(self, pk: int) -> Any:
        here, subject, actor = platform(), current_subject(), staff_actor()
        password = new_password()
        hashed = hash_password(bare_password(password))
        transact(
            lambda session: renotify.reissue_password(
                session, here.clock, here.keys, actor, subject, pk, password, hashed
            )
        )
        flash(
            _(
                "閲覧用パスワードを再発行し、%(address)s へ送信します。以前の閲覧用パスワードは使えなくなりました。",
                address=subject.email,
            ),
            "success",
        )
        return redirect(url_for("BondFolderView.show", pk=pk))

    @expose(f"/{NUMBER % 'pk'}/files/{NUMBER % 'number'}/")
    @has_access
    @permission_name("content")
    def preview(self, pk: int, number: int) -> Any:
        file = document_for(db.session(), current_subject(), pk, number)
        page = min(max(request.args.get("page", 1, type=int), 1), file.pages)
        return self.render_template(
            "bonds/preview.html",
            title=_("プレビュー"),
            file=file,
            folder=file.folder,
            page=page,
            kinds=FILE_KIND_LABELS,
        )

    @expose(f"/{NUMBER % 'pk'}/files/{NUMBER % 'number'}/pages/{NUMBER % 'page'}")
    @has_access
    @permission_name("content")
    def page(self, pk: int, number: int, page: int) -> Any:
        here, subject, actor = platform(), current_subject(), staff_actor()
        with unit_of_work() as session:
            blob = note_page(session, here.clock, actor, subject, pk, number, page).stored_file.blob
        watermark = f"{actor.name} {here.clock.now().strftime(MINUTE)}"
        image = pdf.render_page(here.files.read(blob), page, watermark=watermark)
        return send_file(io.BytesIO(image.content), mimetype=image.mimetype)

    @expose(f"/{NUMBER % 'pk'}/files/{NUMBER % 'number'}/download", methods=["POST"])
    @has_access
    @permission_name("content")
    def original(self, pk: int, number: int) -> Any:
        here, subject, actor = platform(), current_subject(), staff_actor()
        with unit_of_work() as session:
            stored = note_download(session, here.clock, actor, subject, pk, number).stored_file
            blob, name = stored.blob, stored.original_name
        return send_file(io.BytesIO(here.files.read(blob)), mimetype=PDF, as_attachment=True, download_name=name)


class BondHandoverView(BaseView):
    """発注者提出用フォーマット, for who holds the folder's newest password (A-023, A-028, A-029)."""

    route_base = "/bonds/handover"

    @expose(f"/{NUMBER % 'pk'}/form", methods=["POST"])
    @has_access
    @permission_name("handover")
    def form(self, pk: int) -> Any:
        content = self._content(pk)
        form = handover.make_form(content, current_app.config["PUBLIC_URL"], self._verify_url())
        self._note(pk, content, protected=False)
        return attachment(form, content.file_name, PDF)

    @expose(f"/{NUMBER % 'pk'}/encrypted", methods=["POST"])
    @has_access
    @permission_name("handover")
    def encrypted(self, pk: int) -> Any:
        """The one page that has both the file, in itself, and the file's password: neither is kept anywhere."""
        content, form_password = self._content(pk), new_password()
        form = handover.make_encrypted_form(
            content, current_app.config["PUBLIC_URL"], form_password, self._verify_url()
        )
        self._note(pk, content, protected=True)
        return self.render_template(
            "bonds/handover_encrypted.html",
            title=_("暗号化PDFの作成"),
            pk=pk,
            content=content,
            form_password=form_password,
            form_url=f"data:{PDF};base64,{base64.b64encode(form).decode()}",
        )

    @expose(f"/{NUMBER % 'pk'}/told", methods=["POST"])
    @has_access
    @permission_name("handover")
    def told(self, pk: int) -> Any:
        here, subject, actor = platform(), current_subject(), staff_actor()
        with unit_of_work() as session:
            handover.note_told(session, here.clock, actor, subject, pk)
        flash(_("受注者さまに伝えたことを記録しました。"), "success")
        return redirect(url_for("BondFolderView.show", pk=pk))

    def _content(self, pk: int) -> handover.FormContent:
        here = platform()
        with reading() as session:
            return handover.form_content(session, here.clock, here.keys, current_subject(), pk)

    def _verify_url(self) -> str:
        """Where a PDF can be checked, in an installation that has such a page."""
        path = url_if("verification.page")
        return current_app.config["PUBLIC_URL"] + path if path else ""

    def _note(self, pk: int, content: handover.FormContent, *, protected: bool) -> None:
        here, subject, actor = platform(), current_subject(), staff_actor()
        with unit_of_work() as session:
            handover.note_form(
                session, here.clock, actor, subject, pk, content.password_serial, protected=protected
            )


class BondDeletionView(BaseView):
    """誤登録: a page that says what will be gone and asks for the reason, for one file or the whole folder."""

    route_base = "/bonds/deletion"
    default_view = "folder"

    @expose(f"/{NUMBER % 'pk'}", methods=["GET", "POST"])
    @has_access
    @permission_name("remove")
    def folder(self, pk: int) -> Any:
        here, subject, actor = platform(), current_subject(), staff_actor()
        require_uploader(subject)
        if request.method == "GET":
            return self._page(folder_for(db.session(), subject, pk))
        reason = request.form.get(REASON_FIELD, "")
        try:
            transact(lambda session: delete_folder(session, here.clock, actor, subject, pk, reason))
        except Refused as error:
            return self._page(folder_for(db.session(), subject, pk), error=error), status_of(error)
        erase_deleted(unit_of_work, here.clock, here.files, pk)
        flash(_("フォルダとすべてのファイルを削除しました。"), "success")
        return redirect(url_for("BondFolderView.show", pk=pk))

    @expose(f"/{NUMBER % 'pk'}/files/{NUMBER % 'number'}", methods=["GET", "POST"])
    @has_access
    @permission_name("remove")
    def file(self, pk: int, number: int) -> Any:
        here, subject, actor = platform(), current_subject(), staff_actor()
        file = document_for(db.session(), subject, pk, number)
        if request.method == "GET":
            return self._page(file.folder, file)
        reason = request.form.get(REASON_FIELD, "")
        try:
            transact(lambda session: delete_file(session, here.clock, actor, subject, pk, number, reason))
        except Refused as error:
            file = document_for(db.session(), subject, pk, number)
            return self._page(file.folder, file, error), status_of(error)
        erase_deleted(unit_of_work, here.clock, here.files, pk)
        flash(_("ファイル%(number)sを削除しました。", number=number), "success")
        return redirect(url_for("BondFolderView.show", pk=pk))

    def _page(self, folder: BondFolder, file: BondFile | None = None, error: Refused | None = None) -> Any:
        return self.render_template(
            "bonds/deletion.html",
            title=_("ファイル%(number)sの削除", number=file.number) if file else _("フォルダの削除"),
            folder=folder,
            file=file,
            kinds=FILE_KIND_LABELS,
            errors=_sentences(error) if error else {},
            reason=request.form.get(REASON_FIELD, ""),
        )


CATEGORY = "bonds"
CATEGORY_LABEL = N_("保証証券等")
FOLDER_METHODS = frozenset({"list", "show", "renotify", "content"})

STAFF_VIEWS = (
    StaffView(
        view=BondUploadView,
        grants={role: frozenset({"upload"}) for role in (Role.AGENCY, Role.INSURER)},
        name="bonds_upload",
        label=N_("アップロード"),
        category=CATEGORY,
        category_label=CATEGORY_LABEL,
        order=10,
        method_labels={"upload": N_("アップロード")},
    ),
    StaffView(
        view=BondFolderView,
        grants={
            Role.AGENCY: FOLDER_METHODS,
            Role.INSURER: FOLDER_METHODS,
            Role.AUDITOR: frozenset({"list", "show"}),
        },
        name="bonds_folders",
        label=N_("証券等の一覧"),
        category=CATEGORY,
        category_label=CATEGORY_LABEL,
        order=11,
        method_labels={"content": N_("原本とプレビュー"), "renotify": N_("再通知・再発行")},
    ),
    StaffView(
        view=BondHandoverView,
        label=N_("発注者提出用フォーマット"),
        grants={role: frozenset({"handover"}) for role in (Role.AGENCY, Role.INSURER)},
    ),
    StaffView(
        view=BondDeletionView,
        label=N_("誤登録の削除"),
        grants={role: frozenset({"remove"}) for role in (Role.AGENCY, Role.INSURER)},
        method_labels={"remove": N_("ファイルとフォルダの削除")},
    ),
)

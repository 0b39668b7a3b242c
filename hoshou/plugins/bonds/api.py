"""REST: folders to read, uploads to make (P-007, P-023). A personal token opens it; see hoshou.platform.api."""

from typing import Any

from flask import Blueprint, jsonify, request
from marshmallow import Schema, fields, validate
from sqlalchemy import select

from hoshou.platform.api.bearer import api_actor, api_subject
from hoshou.platform.api.schemas import load
from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.site.errors import words
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.bonds.rules.request import normal_policy_number
from hoshou.plugins.bonds.services.record import read_record
from hoshou.plugins.bonds.services.scope import visible_folders
from hoshou.plugins.bonds.services.terms_notice import terms_notice
from hoshou.plugins.bonds.upload_request import FORM_FIELDS, form_of, run_upload

KEY_HEADER = "Idempotency-Key"
LARGEST_NUMBER = 2**31 - 1
LARGEST_PAGE = 200

bonds_api = Blueprint("bonds_api", __name__, url_prefix="/api/v1/bonds")


class NamedSchema(Schema):
    """An organisation."""

    id = fields.Integer()
    name = fields.String()


class FileSchema(Schema):
    """One PDF of a folder."""

    number = fields.Integer()
    kind = fields.String()
    name = fields.String(attribute="stored_file.original_name")
    size = fields.Integer(attribute="stored_file.size")
    sha256 = fields.String(attribute="stored_file.sha256")
    pages = fields.Integer()
    signed = fields.Boolean()
    uploaded_at = fields.AwareDateTime()
    uploaded_by = fields.String()
    waiting = fields.Boolean(attribute="is_waiting")
    replaced_at = fields.AwareDateTime()
    deleted_at = fields.AwareDateTime()


class FolderSchema(Schema):
    """A folder without its secrets: neither viewing URL nor viewing password ever leaves by the API."""

    id = fields.Integer()
    insurer = fields.Nested(NamedSchema)
    agency = fields.Nested(NamedSchema)
    policy_number = fields.String()
    contract_type = fields.String()
    national_direct = fields.Boolean()
    submission = fields.String()
    contract_date = fields.Date()
    insurance_start = fields.Date()
    insurance_end = fields.Date()
    contractor_name = fields.String()
    contractor_email = fields.String()
    orderer_name = fields.String()
    project_name = fields.String()
    created_at = fields.AwareDateTime()
    changed_at = fields.AwareDateTime()
    deleted_at = fields.AwareDateTime()


class FolderQuerySchema(Schema):
    """Newest first; ``before`` is the ``next`` of the page before."""

    policy_number = fields.String()
    insurer_id = fields.Integer(validate=validate.Range(1, LARGEST_NUMBER))
    before = fields.Integer(validate=validate.Range(1, LARGEST_NUMBER))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, LARGEST_PAGE))


UploadSchema = Schema.from_dict(
    {name: fields.String() for name in FORM_FIELDS} | {"national_direct": fields.Boolean(load_default=False)},
    name="UploadSchema",
)


class OutcomeSchema(Schema):
    """What an upload did. The same request again answers the same."""

    folder_id = fields.Integer()
    policy_number = fields.String()
    is_new = fields.Boolean()
    file_numbers = fields.List(fields.Integer())
    mailed = fields.Boolean()
    waiting = fields.Boolean()


@bonds_api.get("/folders")
def folders() -> Any:
    """The folders that the caller may know of."""
    asked = load(FolderQuerySchema(), request.args)
    found = select(BondFolder).where(visible_folders(api_subject()))
    if "policy_number" in asked:
        found = found.where(BondFolder.policy_number == normal_policy_number(asked["policy_number"]))
    if "insurer_id" in asked:
        found = found.where(BondFolder.insurer_id == asked["insurer_id"])
    if "before" in asked:
        found = found.where(BondFolder.id < asked["before"])
    rows = db.session().scalars(found.order_by(BondFolder.id.desc()).limit(asked["limit"] + 1)).all()
    page = rows[: asked["limit"]]
    return jsonify(items=FolderSchema(many=True).dump(page), next=page[-1].id if len(rows) > len(page) else None)


@bonds_api.get(f"/folders/<int(max={LARGEST_NUMBER}):folder_id>")
def folder(folder_id: int) -> Any:
    """One folder with its files; a foreign one isn't found."""
    record = read_record(db.session(), api_subject(), folder_id, {})
    return jsonify(FolderSchema().dump(record.folder) | {"files": FileSchema(many=True).dump(record.files)})


@bonds_api.post("/uploads")
def uploads() -> Any:
    """Take in one to twenty PDFs with the form's fields, as multipart/form-data.

    ``warnings`` say what the uploader should look into; the upload was done all the same.
    """
    form = form_of(load(UploadSchema(), request.form))
    outcome = run_upload(api_actor(), api_subject(), form, request.headers.get(KEY_HEADER, ""))
    session = db.session()
    terms = terms_notice(session, session.get_one(BondFolder, outcome.folder_id), platform().clock.today())
    warnings = [{"code": terms.code, "message": words(terms)}] if terms else []
    return jsonify(OutcomeSchema().dump(outcome) | {"warnings": warnings}), 201

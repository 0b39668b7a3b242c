"""REST: folders to read, uploads to make (P-007, P-023). A personal token opens it; see hoshou.platform.api."""

from typing import Any

from flask import Blueprint, jsonify, request
from marshmallow import Schema, fields, validate
from sqlalchemy import select

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.api.bearer import api_actor, api_subject
from hoshou.platform.api.operations import FORM, Operation, operation, page, page_of
from hoshou.platform.api.schemas import PageQuerySchema
from hoshou.platform.context import platform
from hoshou.platform.db import LARGEST_KEY, db
from hoshou.platform.site.errors import words
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.bonds.rules.kinds import ContractType, FileKind, Submission
from hoshou.plugins.bonds.rules.request import normal_policy_number
from hoshou.plugins.bonds.services.record import read_record
from hoshou.plugins.bonds.services.scope import visible_folders
from hoshou.plugins.bonds.services.terms_notice import terms_notice
from hoshou.plugins.bonds.upload_request import FILES, FORM_FIELDS, form_of, run_upload

KEY_HEADER = "Idempotency-Key"

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
    replaced_at = fields.AwareDateTime(allow_none=True)
    deleted_at = fields.AwareDateTime(allow_none=True)


class FolderSchema(Schema):
    """A folder without its secrets: neither viewing URL nor viewing password ever leaves by the API."""

    id = fields.Integer()
    insurer = fields.Nested(NamedSchema)
    agency = fields.Nested(NamedSchema, allow_none=True)
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
    deleted_at = fields.AwareDateTime(allow_none=True)


class FolderWithFilesSchema(FolderSchema):
    """A folder and what it holds."""

    files = fields.Nested(FileSchema, many=True)


class FolderQuerySchema(PageQuerySchema):
    policy_number = fields.String()
    insurer_id = fields.Integer(validate=validate.Range(1, LARGEST_KEY))


KNOWN: dict[str, dict[str, Any]] = {
    "contract_type": {"enum": list(ContractType)},
    "submission": {"enum": list(Submission)},
    "kind": {"enum": list(FileKind)},
    "contract_date": {"format": "date"},
    "insurance_start": {"format": "date"},
    "insurance_end": {"format": "date"},
}
"""What the form's own rules ask of these texts, for the document."""

UploadSchema = Schema.from_dict(
    {name: fields.String(metadata=KNOWN.get(name, {})) for name in FORM_FIELDS}
    | {"national_direct": fields.Boolean(load_default=False)},
    name="UploadSchema",
)


class WarningSchema(Schema):
    """What the uploader should look into; the upload was done all the same."""

    code = fields.String()
    message = fields.String()


class OutcomeSchema(Schema):
    """What an upload did. The same request again answers the same."""

    folder_id = fields.Integer()
    policy_number = fields.String()
    is_new = fields.Boolean()
    file_numbers = fields.List(fields.Integer())
    mailed = fields.Boolean()
    waiting = fields.Boolean()
    warnings = fields.Nested(WarningSchema, many=True)


@bonds_api.get("/folders")
@operation(Operation(N_("証券等フォルダーの一覧"), page_of(FolderSchema), query=FolderQuerySchema))
def folders(asked: dict[str, Any]) -> Any:
    """The folders that the caller may know of."""
    found = select(BondFolder).where(visible_folders(api_subject()))
    if "policy_number" in asked:
        found = found.where(BondFolder.policy_number == normal_policy_number(asked["policy_number"]))
    if "insurer_id" in asked:
        found = found.where(BondFolder.insurer_id == asked["insurer_id"])
    return page(db.session(), found, BondFolder.id, asked, FolderSchema)


@bonds_api.get("/folders/<key:folder_id>")
@operation(Operation(N_("証券等フォルダーとその中のファイル"), FolderWithFilesSchema))
def folder(_asked: dict[str, Any], folder_id: int) -> Any:
    """One folder with its files; a foreign one isn't found."""
    record = read_record(db.session(), api_subject(), folder_id, {})
    return jsonify(FolderSchema().dump(record.folder) | {"files": FileSchema(many=True).dump(record.files)})


@bonds_api.post("/uploads")
@operation(
    Operation(
        N_("証券等のアップロード（PDF 1～20ファイル）"),
        OutcomeSchema,
        status=201,
        body=UploadSchema,
        media=FORM,
        files=FILES,
        headers=(KEY_HEADER,),
    )
)
def uploads(asked: dict[str, Any]) -> Any:
    """Take in one to twenty PDFs with the form's fields. The same request again answers the same."""
    outcome = run_upload(api_actor(), api_subject(), form_of(asked), request.headers.get(KEY_HEADER, ""))
    session = db.session()
    terms = terms_notice(session, session.get_one(BondFolder, outcome.folder_id), platform().clock.today())
    warnings = [{"code": terms.code, "message": words(terms)}] if terms else []
    return jsonify(OutcomeSchema(exclude=["warnings"]).dump(outcome) | {"warnings": warnings}), 201

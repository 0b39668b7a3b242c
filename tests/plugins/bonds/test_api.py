"""The REST API of the bonds: uploads and folders by personal token."""

from urllib.parse import quote

import pytest
from sqlalchemy import func, select
from webtest import TestApp, TestResponse

from hoshou.platform.subject import Role
from hoshou.plugins.bonds.models import BondFolder
from tests.accounts import browser, fresh
from tests.platform.api.promised import breaches
from tests.platform.api.test_tokens import new_token
from tests.plugins.bonds.conftest import Office
from tests.plugins.bonds.uploading import CONTRACTOR, PDF, POLICY, form_values, mails, parts, stored_blobs
from tests.samples import hostile, pdfs

FOLDERS = "/api/v1/bonds/folders"
UPLOADS = "/api/v1/bonds/uploads"
ANNEX = ("別紙.pdf", pdfs.plain(2))
KEY = "batch-2026-04-15"


class Caller:
    """A program with a personal token."""

    def __init__(self, office: Office, user: TestApp) -> None:
        self._plain = browser(office.app)
        self._token = {"Authorization": f"Bearer {new_token(user)}"}

    def get(self, address: str, **options: object) -> TestResponse:
        return self._plain.get(address, headers=self._token, **options)

    def upload(
        self, values: dict[str, str], *files: tuple[str, bytes], key: str | None = KEY, **options: object
    ) -> TestResponse:
        headers = {**self._token, **({"Idempotency-Key": key} if key else {})}
        return self._plain.post(UPLOADS, values, upload_files=parts(files or [PDF]), headers=headers, **options)


@pytest.fixture
def caller(office: Office) -> Caller:
    return Caller(office, office.agent)


@pytest.mark.req("P-023", "A-010", "A-012", "A-013", "A-024", "F12")
def test_an_upload_by_rest_does_what_the_screen_does(office_on_both: Office) -> None:
    office = office_on_both
    caller = Caller(office, office.agent)
    answer = caller.upload(form_values(office.ms), PDF, ANNEX, status=201)
    done = answer.json
    [warning] = done.pop("warnings")
    assert warning["code"] == "terms_not_ready"
    assert "見本市" in warning["message"]
    assert done == {
        "folder_id": 1,
        "policy_number": POLICY,
        "is_new": True,
        "file_numbers": [1, 2],
        "mailed": True,
        "waiting": False,
    }
    again = caller.upload(form_values(office.ms), PDF, ANNEX, status=201).json
    assert again == answer.json
    url, password = mails()
    assert (url.recipient, password.recipient) == (CONTRACTOR, "agent@example.jp")
    folder = caller.get(f"{FOLDERS}/1").json
    assert breaches(office.app, UPLOADS, "post", 201, answer.json) == []
    assert breaches(office.app, FOLDERS + "/{folder_id}", "get", 200, folder) == []
    assert breaches(office.app, FOLDERS, "get", 200, caller.get(FOLDERS).json) == []
    assert (folder["policy_number"], folder["insurer"]["id"], folder["insurance_end"]) == (
        POLICY,
        office.ms,
        "2027-03-31",
    )
    assert [(file["number"], file["name"]) for file in folder["files"]] == [(2, "別紙.pdf"), (1, "証券.pdf")]
    text = caller.get(f"{FOLDERS}/1").text + caller.get(FOLDERS).text + answer.text
    assert url.token not in text
    assert password.password not in text
    assert "hash" not in text
    assert "Set-Cookie" not in answer.headers


@pytest.mark.req("F12", "P-023")
def test_the_key_is_required_and_bound_to_the_content(office: Office, caller: Caller) -> None:
    refused = caller.upload(form_values(office.ms), key=None, status=400).json["error"]
    assert refused["fields"][0]["field"] == "idempotency_key"
    caller.upload(form_values(office.ms), status=201)
    other = caller.upload(form_values(office.ms, project_name="別の工事"), status=400).json["error"]
    assert other["code"] == "key_reused"
    assert len(stored_blobs(office.app)) == 1


@pytest.mark.req("P-023", "P-024", "A-014", "A-016")
def test_faults_come_as_json_with_every_field(office: Office, caller: Caller) -> None:
    answer = caller.upload(
        form_values(office.ms, insurance_end="", contractor_email=""),
        PDF,
        ("申込書.pdf", hostile.renamed_docx()),
        status=400,
    )
    error = answer.json["error"]
    assert (error["code"], error["message"]) == ("invalid", "入力内容に誤りがあります。")
    fields = {fault["field"]: fault for fault in error["fields"]}
    assert set(fields) == {"insurance_end", "contractor_email", "files"}
    assert (fields["files"]["code"], fields["files"]["about"]) == ("pdf_not_pdf", "申込書.pdf")
    assert fields["insurance_end"]["message"] == "保険終期を入力してください。"
    unknown = caller.upload(form_values(office.ms, pasword="x"), status=400).json["error"]
    assert [(fault["field"], fault["code"]) for fault in unknown["fields"]] == [("pasword", "unknown_field")]
    assert fresh().scalar(select(func.count()).select_from(BondFolder)) == 0
    assert stored_blobs(office.app) == []


@pytest.mark.req("A11", "P-007", "P-023", "D-44")
def test_the_same_row_scope_holds(office: Office, caller: Caller) -> None:
    caller.upload(form_values(office.ms))
    strangers = [
        office.neighbour(),
        office.someone("rival", Role.INSURER, insurer="tokio"),
        office.someone("boss", Role.ADMINISTRATOR),
        office.someone("association", Role.ASSOCIATION),
    ]
    for user in strangers:
        stranger = Caller(office, user)
        assert stranger.get(FOLDERS).json == {"items": [], "next": None}
        assert stranger.get(f"{FOLDERS}?policy_number={POLICY}").json["items"] == []
        assert stranger.get(f"{FOLDERS}/1", status=404).json["error"]["code"] == "folder_not_found"
    for user in strangers[1:]:
        Caller(office, user).upload(form_values(office.ms), status=403)
    Caller(office, strangers[0]).upload(form_values(office.ms, kind="annex"), status=403)
    assert len(mails()) == 2
    for user in (
        office.someone("clerk", Role.INSURER, insurer="ms"),
        office.someone("auditor", Role.AUDITOR),
    ):
        assert Caller(office, user).get(f"{FOLDERS}/1").json["id"] == 1
    auditor = Caller(office, office.someone("auditor2", Role.AUDITOR))
    assert auditor.upload(form_values(office.ms), status=403).json["error"]["code"] == "not_an_uploader"


@pytest.mark.req("P-023")
def test_lists_go_on_from_where_they_stopped(office: Office, caller: Caller) -> None:
    for number in range(5):
        caller.upload(form_values(office.ms, policy_number=f"B-{number}"), key=f"upload-{number:04}")
    first = caller.get(f"{FOLDERS}?limit=2").json
    second = caller.get(f"{FOLDERS}?limit=2&before={first['next']}").json
    third = caller.get(f"{FOLDERS}?limit=2&before={second['next']}").json
    pages = [[row["policy_number"] for row in page["items"]] for page in (first, second, third)]
    assert pages == [["B-4", "B-3"], ["B-2", "B-1"], ["B-0"]]
    assert third["next"] is None
    found = caller.get(f"{FOLDERS}?policy_number={quote('ｂ－３')}&insurer_id={office.ms}").json["items"]
    assert [row["policy_number"] for row in found] == ["B-3"]
    for query in ("limit=0", "limit=201", "limit=x", "before=99999999999", "insurer_id=-1", "page=1"):
        assert caller.get(f"{FOLDERS}?{query}", status=400).json["error"]["code"] == "invalid"
    caller.get(f"{FOLDERS}/99999999999", status=404)

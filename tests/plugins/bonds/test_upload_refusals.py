"""What an upload is refused for: said beside the field, said on top, and nothing is stored."""

import pytest
from sqlalchemy import func, select

from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.bonds.rules.kinds import CONTRACT_TYPE_LABELS
from tests.accounts import fresh
from tests.plugins.bonds.conftest import Office
from tests.plugins.bonds.uploading import PAGE, form_values, hidden, mails, parts, send, stored_blobs
from tests.samples import hostile, pdfs

JSON = {"Accept": "application/json"}
MEGABYTE = 1024 * 1024


def nothing_happened(office: Office) -> bool:
    folders = fresh().scalar(select(func.count()).select_from(BondFolder))
    return folders == 0 and mails() == [] and stored_blobs(office.app) == []


@pytest.mark.req("A-001")
def test_there_are_exactly_three_contract_types(office: Office) -> None:
    assert list(CONTRACT_TYPE_LABELS.values()) == [
        "公共工事履行保証証券（公共工事履行ボンド）",
        "入札保証保険",
        "履行保証保険",
    ]
    offered = office.agent.get(PAGE).html.select("#contract_type option")
    assert [option.get_text() for option in offered if option["value"]] == list(CONTRACT_TYPE_LABELS.values())


@pytest.mark.req("A-002")
@pytest.mark.parametrize(
    ("contract_type", "national_direct"),
    [("bid_bond", ""), ("performance_bond", "1"), ("performance_insurance", "1")],
)
def test_only_bid_bonds_of_national_works_are_outside(
    office: Office, contract_type: str, national_direct: str
) -> None:
    values = form_values(office.ms, contract_type=contract_type, national_direct=national_direct)
    send(office.agent, values, status=302)
    folder = fresh().scalars(select(BondFolder)).one()
    assert (folder.contract_type, folder.national_direct) == (contract_type, bool(national_direct))


@pytest.mark.req("A-001", "A-002", "A-007", "A-016", "A-017", "D-02")
@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"contract_type": ""}, "contract_type", "契約種類を選択してください"),
        ({"contract_type": "travel"}, "contract_type", "契約種類を選択してください"),
        (
            {"contract_type": "bid_bond", "national_direct": "1"},
            "national_direct",
            "国土交通省直轄工事においては、入札保証は電子化の対象外",
        ),
        ({"contract_date": "2025-11-30"}, "override_reason", "2025年12月以降"),
        ({"contract_date": ""}, "contract_date", "契約日を入力"),
        ({"insurance_end": ""}, "insurance_end", "保険終期を入力"),
        ({"insurance_end": "2026-04-01"}, "insurance_end", "保険始期より後"),
        ({"contractor_email": ""}, "contractor_email", "受注者メールアドレスを入力"),
        ({"contractor_email": "a@b"}, "contractor_email", "形式が正しくありません"),
        ({"contractor_email_again": "other@kensetsu.example.jp"}, "contractor_email_again", "一致しません"),
        ({"contractor_name": " "}, "contractor_name", "受注者名を入力"),
        ({"project_name": ""}, "project_name", "工事名を入力"),
        ({"policy_number": "A 12/3"}, "policy_number", "半角英数字とハイフン"),
        ({"insurer_id": "9" * 30}, "insurer_id", "保険会社を選択"),
        ({"insurer_id": "999999999"}, "insurer_id", "保険会社を選択"),
        ({"replaces": "9" * 30}, "replaces", "差し替えの対象"),
        ({"replaces": "1"}, "replaces", "差し替えの対象"),
        ({"kind": "photo"}, "kind", "ファイルの種類を選択"),
        ({"submission": "fax"}, "submission", "提出方法を選択"),
        ({"insurance_start": ""}, "insurance_start", "保険始期を入力"),
        ({"policy_number": " "}, "policy_number", "証券番号を入力"),
        ({"insurer_id": ""}, "insurer_id", "保険会社を選択"),
        ({"contractor_email_again": ""}, "contractor_email_again", "一致しません"),
    ],
)
def test_a_faulty_field_is_named(office: Office, changes: dict[str, str], field: str, words: str) -> None:
    page = send(office.agent, form_values(office.ms, **changes), status=400)
    assert f'<a href="#{field}">' in page.text
    assert words in page
    assert f'id="{field}-error"' in page.text or field == "replaces"
    assert 'value="見本橋補修工事"' in page.text or field == "project_name"
    assert nothing_happened(office)


@pytest.mark.req("A-007")
def test_a_contract_before_the_release_needs_a_reason(office: Office) -> None:
    early = form_values(office.ms, contract_date="2025-11-30")
    answer = send(office.agent, early, headers=JSON, status=400)
    assert answer.json["errors"] == {}
    assert "2025年12月以降" in answer.json["warnings"][0]
    send(office.agent, {**early, "override_reason": "紙の証券を再発行したため"}, status=302)
    assert "紙の証券を再発行したため" in office.agent.get("/bonds/folders/show/1")
    send(office.agent, form_values(office.ms, policy_number="B-2", contract_date="2025-12-01"), status=302)


@pytest.mark.req("A18", "A22")
@pytest.mark.parametrize("breaker", ["\r\n", "\n", "\r", "\u2028", "\u0085", "\x00", "\x9b"])
@pytest.mark.parametrize("field", ["contractor_name", "project_name", "orderer_name", "contractor_email"])
def test_no_line_break_reaches_a_mail(office: Office, field: str, breaker: str) -> None:
    values = form_values(office.ms, **{field: f"x{breaker}Bcc: y@example.jp"})
    send(office.agent, values, status=400)
    assert nothing_happened(office)


@pytest.mark.req("A22")
def test_what_was_typed_is_shown_as_text(office: Office) -> None:
    evil = '"><script>alert(1)</script>{{7*7}}'
    send(office.agent, form_values(office.ms, project_name=evil, contractor_name=evil, orderer_name=evil))
    for page in (
        office.agent.get("/bonds/folders/show/1"),
        office.agent.get("/bonds/upload/?folder=1"),
        send(office.agent, form_values(office.ms, project_name=evil, insurance_end=""), status=400),
    ):
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text
        assert "{{7*7}}" in page.text


@pytest.mark.req("A-014", "A-018", "D-01", "D-19")
@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("六ページ.pdf", lambda: pdfs.japanese(6)),
        ("scan.PDF", lambda: pdfs.scan(2)),
        ("signed.pdf", pdfs.signed),
        ("v13.pdf", lambda: pdfs.of_version("1.3")),
        ("v20.pdf", lambda: pdfs.of_version("2.0")),
        ("保証証券（変更）第１号.PDF", pdfs.plain),
        ("19MB.pdf", lambda: pdfs.of_size(19 * MEGABYTE)),
        ("20MB.pdf", lambda: pdfs.of_size(20 * MEGABYTE)),
    ],
)
def test_real_documents_are_taken_in_unchanged(office: Office, name: str, make) -> None:
    data = make()
    send(office.agent, form_values(office.ms), (name, data))
    file = fresh().scalars(select(BondFile)).one()
    assert file.stored_file.original_name == name
    assert file.signed is (name == "signed.pdf")
    given = office.agent.get("/bonds/folders/show/1")
    original = office.agent.post("/bonds/folders/1/files/1/download", {"csrf_token": hidden(given, "csrf_token")})
    assert (original.body, original.content_type) == (data, "application/pdf")


@pytest.mark.req("A-014", "A17", "D-01")
@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("申込書.docx", hostile.renamed_docx, "拡張子が「PDF」または「pdf」のファイルだけ"),
        ("証券.pdf.exe", pdfs.plain, "拡張子が"),
        ("証券", pdfs.plain, "拡張子が"),
        ("申込書.pdf", hostile.renamed_docx, "PDFファイルではありません"),
        ("途中.pdf", hostile.truncated, "壊れている"),
        ("鍵.pdf", hostile.encrypted, "制限を外してください"),
        ("js.pdf", hostile.javascript, "JavaScript"),
        ("launch.pdf", hostile.launch, "他のプログラムを起動"),
        ("bomb.pdf", hostile.flate_bomb, ""),
        ("21MB.pdf", lambda: pdfs.of_size(21 * MEGABYTE), "20MB以下"),
        ("証\u202efdp.pdf", pdfs.plain, "ファイル名に使えない文字"),
    ],
)
def test_a_hostile_file_is_refused_with_its_name(office: Office, name: str, make, words: str) -> None:
    good = ("良.pdf", pdfs.plain())
    answer = send(office.agent, form_values(office.ms), good, (name, make()), headers=JSON, status=400)
    sentence = answer.json["errors"]["files"]
    assert sentence.startswith(f"{name}：")
    assert words in sentence
    assert "良.pdf" not in sentence
    assert nothing_happened(office)


@pytest.mark.req("A17")
def test_a_name_is_kept_in_one_form(office: Office) -> None:
    send(office.agent, form_values(office.ms), ("カ\u3099ート\u3099.pdf", pdfs.plain()))
    assert fresh().scalars(select(BondFile)).one().stored_file.original_name == "ガード.pdf"


@pytest.mark.req("D-19")
def test_a_folder_holds_twenty_files(office: Office) -> None:
    twenty = [(f"{number}.pdf", pdfs.plain()) for number in range(20)]
    refused = send(office.agent, form_values(office.ms), *twenty, ("21.pdf", pdfs.plain()), status=400)
    assert "20件まで" in refused
    assert nothing_happened(office)
    send(office.agent, form_values(office.ms), *twenty[:19])
    kept = len(stored_blobs(office.app))
    refused = send(office.agent, form_values(office.ms), *twenty[:2], status=400)
    assert "20件まで" in refused
    assert len(stored_blobs(office.app)) == kept == 19


@pytest.mark.req("A-014")
def test_without_a_file_the_form_comes_back(office: Office) -> None:
    page = office.agent.get(PAGE)
    fields = form_values(office.ms) | {name: hidden(page, name) for name in ("csrf_token", "idempotency_key")}
    refused = office.agent.post(PAGE, fields, upload_files=[], status=400)
    assert "アップロードするPDFファイルを選択" in refused
    assert hidden(refused, "idempotency_key") == fields["idempotency_key"]


@pytest.mark.req("A23")
def test_without_the_form_token_nothing_is_taken_in(office: Office) -> None:
    values = form_values(office.ms) | {"idempotency_key": "0123456789"}
    office.agent.post(PAGE, values, upload_files=parts([("証券.pdf", pdfs.plain())]), status=400)
    assert nothing_happened(office)

"""`hoshou quote` as programs and people call it."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from hoshou.plugins.premium.commands.quote import quote

from .documents import RATES, REQUEST, altered, basic_request


@pytest.fixture
def rates_file(tmp_path):
    path = tmp_path / "rates.json"
    path.write_text(json.dumps(RATES), encoding="utf-8")
    return path


def run(rates_file, content, *arguments):
    content = content if isinstance(content, str | bytes) else json.dumps(content)
    return CliRunner().invoke(quote, ["--rates", str(rates_file), *arguments], input=content)


@pytest.mark.req("B-036", "B-042")
def test_one_document_on_standard_output(rates_file):
    result = run(rates_file, REQUEST, "--json")
    assert result.exit_code == 0
    assert result.stderr == ""
    document = json.loads(result.stdout)
    assert list(document) == [
        "rates",
        "months",
        "annual_premium",
        "premium",
        "maintenance_fee",
        "levy",
        "collection_fee",
        "lines",
        "instalments",
    ]
    assert document["levy"] == 106_785


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (altered(REQUEST, "start", "2026-09-02"), "start_not_first"),
        (altered(REQUEST, "sales", 1.5), "not_an_integer"),
        ('{"sales": NaN}', "missing_field"),
        ("", "invalid_json"),
        ("{", "invalid_json"),
        (b"\xff\xfe\xff", "invalid_json"),
        ("[" * 100_000, "invalid_json"),
        ('{"sales": ' + "9" * 5000 + "}", "invalid_json"),
        ('{"sales": 1, "sales": 2}', "invalid_json"),
        ('{"\\ud800": 1, "start": "", "sales": 1, "limit": 1, "options": {}}', "unknown_field"),
    ],
)
def test_a_refusal_is_a_document_and_exit_status_one(rates_file, content, code):
    result = run(rates_file, content, "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert set(document) == {"error"}
    assert set(document["error"]) == {"code", "message"}
    assert document["error"]["code"] == code


def test_rates_that_cannot_be_read_are_refused(tmp_path):
    path = tmp_path / "rates.json"
    path.write_text('{"id": "a", "id": "b"}', encoding="utf-8")
    result = run(path, REQUEST, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == "invalid_json"


def test_a_refusal_for_people_is_on_standard_error(rates_file):
    result = run(rates_file, altered(REQUEST, "limit", 150_000_000))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "150000000円は料率表にありません" in result.stderr


def test_wrong_usage_is_exit_status_two_and_prints_no_document(tmp_path):
    missing = run(tmp_path / "none.json", REQUEST, "--json")
    assert (missing.exit_code, missing.stdout) == (2, "")
    unnamed = CliRunner().invoke(quote, ["--json"])
    assert (unnamed.exit_code, unnamed.stdout) == (2, "")


@pytest.mark.req("B-042")
def test_people_read_lines(rates_file):
    result = run(rates_file, basic_request(120_000_000, start="2027-05-01"))
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "年額保険料  62,400円",
        "  基本補償  62,400円",
        "保険料（1か月）  5,200円",
        "制度維持費  260円",
        "賦課金  5,460円",
        "（うち集金事務費  260円）",
        "振替",
        "  2027-07-12  5,460円",
    ]


def test_output_is_utf8_on_any_terminal_and_nothing_heavy_is_loaded(rates_file):
    program = (
        "import sys\n"
        "from hoshou.plugins.premium.commands.quote import quote\n"
        "try:\n"
        "    quote()\n"
        "finally:\n"
        "    heavy = {'flask', 'sqlalchemy', 'holidays', 'email_validator', 'idna', 'asyncio'}\n"
        "    print(sorted(heavy & sys.modules.keys()), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-c", program, "--rates", str(rates_file), "--json"],
        input=json.dumps(altered(REQUEST, "id", "保険")).encode(),
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii", "PYTHONPATH": ":".join(sys.path)},
        check=False,
    )
    assert done.returncode == 1
    assert "idという項目はありません" in json.loads(done.stdout)["error"]["message"]
    assert done.stderr.decode().strip() == "[]"

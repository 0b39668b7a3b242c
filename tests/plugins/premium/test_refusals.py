"""What a quote is refused for, each with its code and the field at fault."""

import pytest

from hoshou.base.errors import Refused
from hoshou.base.money import MAX_YEN
from hoshou.plugins.premium.rules.document import quote_document

from .documents import ABSENT, RATES, REQUEST, altered

NOT_INTEGERS = [True, False, 1.0, 120000000.0, float("nan"), float("inf"), "120000000", None, [], {}]


def refusal(request, rates=RATES):
    with pytest.raises(Refused) as refused:
        quote_document(request, rates)
    assert "%(" not in str(refused.value)
    return refused.value.code, refused.value.field


@pytest.mark.req("B-012", "B-017", "B-024", "B-025", "B-026", "D-22")
@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("start", "2026-09-02", "start_not_first"),
        ("start", "2026-9-1", "invalid_date"),
        ("start", 20260901, "invalid_date"),
        ("start", "2051-01-01", "past_horizon"),
        ("start", "9999-12-01", "past_horizon"),
        ("limit", 150_000_000, "limit_not_in_table"),
        ("limit", 0, "limit_not_in_table"),
        ("limit", -100_000_000, "negative_amount"),
        ("sales", -1, "negative_amount"),
        ("sales", MAX_YEN + 1, "amount_too_large"),
        ("options.key_recreation.limit", 6_000_000, "option_limit_not_in_table"),
        ("options.valuables.limit", 40_000_000, "option_limit_not_in_table"),
        ("options.valuables.other_sales", -1, "negative_amount"),
        ("options.valuables.transported", -1, "negative_amount"),
        ("options.transport.largest_load", -1, "negative_amount"),
    ],
)
def test_a_value_that_cannot_be(path, value, code):
    refused_code, field = refusal(altered(REQUEST, path, value))
    assert refused_code == code
    assert field in {path, None}


AMOUNTS = [
    "sales",
    "limit",
    "options.key_recreation.limit",
    "options.valuables.limit",
    "options.valuables.other_sales",
    "options.valuables.transported",
    "options.transport.largest_load",
]


@pytest.mark.req("P-018", "B1")
@pytest.mark.parametrize("value", NOT_INTEGERS)
@pytest.mark.parametrize("path", AMOUNTS)
def test_an_amount_is_an_integer(path, value):
    assert refusal(altered(REQUEST, path, value)) == ("not_an_integer", path)


@pytest.mark.req("B-026")
def test_transported_valuables_need_the_transport_option():
    request = altered(REQUEST, "options.transport", ABSENT)
    request["options"]["valuables"]["transported"] = 1
    assert refusal(request) == ("transported_without_transport", "options.valuables.transported")


@pytest.mark.parametrize("path", ["start", "options", *AMOUNTS])
def test_every_field_is_needed(path):
    assert refusal(altered(REQUEST, path, ABSENT)) == ("missing_field", path)


@pytest.mark.req("B1")
@pytest.mark.parametrize(
    "path",
    [
        "premium",
        "options.all_risks",
        "options.key_recreation.rate",
        "options.valuables.premium",
        "options.transport.limit",
        "options.labour_dispute.limit",
    ],
)
def test_an_unknown_field_is_refused_a_posted_premium_too(path):
    assert refusal(altered(REQUEST, path, 1)) == ("unknown_field", path)


@pytest.mark.parametrize("value", [None, [], "yes", True, 1])
@pytest.mark.parametrize("path", ["options", "options.valuables", "options.labour_dispute"])
def test_an_object_is_an_object(path, value):
    assert refusal(altered(REQUEST, path, value)) == ("not_an_object", path)


@pytest.mark.parametrize("document", [None, [], "x", 1])
def test_a_document_is_an_object(document):
    assert refusal(document) == ("not_an_object", "")
    assert refusal(REQUEST, document) == ("not_an_object", "rates")


def test_the_valuables_limit_must_be_in_both_tables():
    for table in ("valuables_other", "valuables_transport"):
        rates = altered(RATES, f"{table}.30000000", ABSENT)
        assert refusal(REQUEST, rates) == ("option_limit_not_in_table", "options.valuables.limit")


@pytest.mark.parametrize("key", RATES)
def test_every_member_of_the_rates_is_needed(key):
    assert refusal(REQUEST, altered(RATES, key, ABSENT)) == ("missing_field", f"rates.{key}")


@pytest.mark.req("P-018", "D-21")
@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("note", "x", "unknown_field"),
        ("rounding.digits", 1, "unknown_field"),
        ("rounding.unit", ABSENT, "missing_field"),
        ("id", "", "invalid_text"),
        ("id", 1, "invalid_text"),
        ("id", "x" * 101, "invalid_text"),
        ("version", 0, "out_of_range"),
        ("version", True, "not_an_integer"),
        ("version", "1", "not_an_integer"),
        ("valid_from", "2026/06/01", "invalid_date"),
        ("unit", 0, "out_of_range"),
        ("unit", 1000.0, "not_an_integer"),
        ("minimum_premium", -1, "negative_amount"),
        ("minimum_premium", 5000.0, "not_an_integer"),
        ("minimum_applies_to", "both", "invalid_choice"),
        ("minimum_applies_to", None, "invalid_choice"),
        ("valuables_floor_applies_to", ["annual"], "invalid_choice"),
        ("valuables_floor_per_mille", 1001, "out_of_range"),
        ("valuables_floor_per_mille", "2", "not_an_integer"),
        ("rounding", 10, "not_an_object"),
        ("rounding.unit", 0, "out_of_range"),
        ("rounding.mode", "half_even", "invalid_choice"),
        ("maintenance_fee_percent", 101, "out_of_range"),
        ("maintenance_fee_percent", -1, "out_of_range"),
        ("collection_fee_percent", 5.0, "not_an_integer"),
        ("transport", 0.08, "invalid_rate"),
        ("transport", "-0.08", "invalid_rate"),
        ("transport", "1e3", "invalid_rate"),
        ("transport", "NaN", "invalid_rate"),
        ("transport", "0,08", "invalid_rate"),
        ("transport", ".08", "invalid_rate"),
        ("transport", "０.08", "invalid_rate"),
        ("transport", "0.08\n", "invalid_rate"),
        ("transport", "0." + "1" * 10, "invalid_rate"),
        ("labour_dispute", None, "invalid_rate"),
        ("basic", [], "not_an_object"),
        ("basic", {"100000000": 0.52}, "invalid_rate"),
        ("basic", {"1億": "0.52"}, "invalid_limit"),
        ("basic", {"0100000000": "0.52"}, "invalid_limit"),
        ("basic", {"-100000000": "0.52"}, "invalid_limit"),
        ("basic", {"100000000.0": "0.52"}, "invalid_limit"),
        ("basic", {100000000: "0.52"}, "invalid_limit"),
    ],
)
def test_rates_that_are_not_exactly_as_laid_down(path, value, code):
    refused_code, field = refusal(REQUEST, altered(RATES, path, value))
    assert refused_code == code
    assert field.startswith(f"rates.{path}")

"""The worked numbers of docs/algorithms/premium.md, computed by hand."""

import pytest

from hoshou.plugins.premium.rules.document import quote_document

from .documents import REQUEST, altered, basic_request, rates


@pytest.mark.req("B-036", "B-040", "B-041", "B-042", "D-21")
def test_the_worked_example():
    fees = {"premium": 11_300, "maintenance_fee": 565, "levy": 11_865}
    assert quote_document(REQUEST, rates()) == {
        "rates": {"id": "sample", "version": 1},
        "months": 9,
        "annual_premium": 135_600,
        "premium": 101_700,
        "maintenance_fee": 5_085,
        "levy": 106_785,
        "collection_fee": 5_085,
        "lines": [
            {"clause": "basic", "basis": 120_000_000, "rate": "0.52", "premium": 62_400},
            {"clause": "key_recreation", "basis": 120_000_000, "rate": "0.010", "premium": 1_200},
            {"clause": "valuables_other", "basis": 8_000_000, "rate": "1.2", "premium": 60_000},
            {"clause": "valuables_transport", "basis": 0, "rate": "0.003", "premium": 0},
            {"clause": "transport", "basis": 120_000_000, "rate": "0.08", "premium": 9_600},
            {"clause": "labour_dispute", "basis": 120_000_000, "rate": "0.02", "premium": 2_400},
        ],
        "instalments": [
            {"date": "2026-11-12", **fees},
            {"date": "2026-12-14", **fees},
            {"date": "2027-01-12", **fees},
            {"date": "2027-02-12", **fees},
            {"date": "2027-03-12", **fees},
            {"date": "2027-04-12", **fees},
            {"date": "2027-05-12", **fees},
            {"date": "2027-06-14", **fees},
            {"date": "2027-07-12", **fees},
        ],
    }


@pytest.mark.req("B-010", "B-011", "D-20", "D-23")
def test_the_fees_of_a_premium_of_one_hundred_thousand():
    # 125,000,000 x 0.80 / 1,000
    quote = quote_document(basic_request(125_000_000), rates(basic={"100000000": "0.80"}))
    assert quote["premium"] == 100_000
    assert quote["maintenance_fee"] == 5_000
    assert quote["levy"] == 105_000
    assert quote["collection_fee"] == 5_000
    # 100,000 = 12 x 8,333 + 4; 5,000 = 12 x 416 + 8
    assert quote["instalments"][0]["premium"] == 8_337
    assert quote["instalments"][0]["maintenance_fee"] == 424
    assert quote["instalments"][11] == {
        "date": "2027-07-12",
        "premium": 8_333,
        "maintenance_fee": 416,
        "levy": 8_749,
    }


@pytest.mark.req("B-038", "D-22")
def test_the_minimum_premium():
    # 6,153,846 x 0.52 / 1,000 = 3,199.99992, which is 3,200 to ten yen
    quote = quote_document(basic_request(6_153_846), rates())
    assert quote["lines"][0]["premium"] == 3_200
    assert quote["annual_premium"] == 3_200
    assert quote["premium"] == 5_000
    assert quote["maintenance_fee"] == 250
    assert quote["levy"] == 5_250
    assert [instalment["levy"] for instalment in quote["instalments"]] == [454] + [436] * 11


@pytest.mark.req("B-038", "D-22")
def test_where_the_minimum_applies_decides_what_a_short_cover_costs():
    request = basic_request(6_153_846, start="2026-12-01")
    charged = quote_document(request, rates())
    assert (charged["annual_premium"], charged["premium"]) == (3_200, 5_000)
    annual = quote_document(request, rates(minimum_applies_to="annual"))
    assert (annual["annual_premium"], annual["premium"]) == (5_000, 2_500)


@pytest.mark.req("B-038")
def test_no_sales_cost_the_minimum():
    quote = quote_document(basic_request(0), rates())
    assert quote["annual_premium"] == 0
    assert quote["premium"] == 5_000


@pytest.mark.req("B-039")
@pytest.mark.parametrize(("limit", "floor"), [(30_000_000, 60_000), (50_000_000, 100_000), (100_000_000, 200_000)])
def test_the_floor_of_the_valuables_clause(limit, floor):
    request = basic_request(120_000_000, valuables={"limit": limit, "other_sales": 1_000_000, "transported": 0})
    quote = quote_document(request, rates())
    assert quote["lines"][1]["premium"] == floor
    assert quote["annual_premium"] == 62_400 + floor


@pytest.mark.req("B-039")
def test_the_floor_is_for_what_is_guarded_otherwise_than_by_transport():
    request = basic_request(
        120_000_000,
        valuables={"limit": 30_000_000, "other_sales": 1_000_000, "transported": 5_000_000_000},
        transport={"largest_load": 20_000_000},
    )
    # 1,000,000 x 1.2 / 1,000 is below 60,000; 5,000,000,000 x 0.003 / 1,000 has no floor.
    lines = {line["clause"]: line["premium"] for line in quote_document(request, rates())["lines"]}
    assert (lines["valuables_other"], lines["valuables_transport"]) == (60_000, 15_000)


@pytest.mark.req("B-039")
def test_above_its_floor_the_valuables_clause_costs_its_rate():
    # 60,000,000 x 1.2 / 1,000
    request = basic_request(0, valuables={"limit": 30_000_000, "other_sales": 60_000_000, "transported": 0})
    assert quote_document(request, rates())["lines"][1]["premium"] == 72_000


@pytest.mark.req("B-039")
@pytest.mark.parametrize("applies_to", ["annual", "charged"])
def test_without_a_basis_the_valuables_clause_has_no_floor(applies_to):
    request = basic_request(120_000_000, valuables={"limit": 30_000_000, "other_sales": 0, "transported": 0})
    quote = quote_document(request, rates(valuables_floor_applies_to=applies_to))
    assert quote["lines"][1] == {"clause": "valuables_other", "basis": 0, "rate": "1.2", "premium": 0}
    assert quote["premium"] == 62_400


@pytest.mark.req("B-039", "D-22")
def test_a_floor_on_the_charged_premium_is_not_prorated():
    request = basic_request(
        120_000_000,
        start="2026-12-01",
        valuables={"limit": 30_000_000, "other_sales": 8_000_000, "transported": 0},
    )
    annual = quote_document(request, rates())
    assert (annual["annual_premium"], annual["premium"]) == (122_400, 61_200)
    # The clause's own 9,600 are 4,800 for six months; 55,200 are missing to 60,000.
    charged = quote_document(request, rates(valuables_floor_applies_to="charged"))
    assert charged["lines"][1]["premium"] == 9_600
    assert (charged["annual_premium"], charged["premium"]) == (72_000, 36_000 + 55_200)


@pytest.mark.req("B-032", "B-026")
def test_transported_valuables_have_their_own_line():
    request = basic_request(
        120_000_000,
        valuables={"limit": 30_000_000, "other_sales": 0, "transported": 5_000_000_000},
        transport={"largest_load": 20_000_000},
    )
    quote = quote_document(request, rates())
    # 5,000,000,000 x 0.003 / 1,000
    assert [(line["clause"], line["premium"]) for line in quote["lines"]] == [
        ("basic", 62_400),
        ("valuables_other", 0),
        ("valuables_transport", 15_000),
        ("transport", 9_600),
    ]


@pytest.mark.req("B-026")
def test_without_the_transport_option_there_is_no_transport_line():
    request = basic_request(
        120_000_000, valuables={"limit": 30_000_000, "other_sales": 8_000_000, "transported": 0}
    )
    assert [line["clause"] for line in quote_document(request, rates())["lines"]] == [
        "basic",
        "valuables_other",
    ]


@pytest.mark.req("B-040", "D-39")
@pytest.mark.parametrize(
    ("start", "months", "premium"),
    [("2026-06-01", 12, 120_000), ("2026-09-01", 9, 90_000), ("2027-05-01", 1, 10_000)],
)
def test_a_later_start_costs_the_months_that_are_left(start, months, premium):
    # 150,000,000 x 0.80 / 1,000
    quote = quote_document(basic_request(150_000_000, start), rates(basic={"100000000": "0.80"}))
    assert quote["annual_premium"] == 120_000
    assert (quote["months"], quote["premium"]) == (months, premium)
    assert len(quote["instalments"]) == months
    assert quote["instalments"][-1]["date"] == "2027-07-12"


@pytest.mark.req("D-23")
@pytest.mark.parametrize(
    ("mode", "unit", "basic", "premium"),
    [
        # 125,000 x 0.52 / 1,000 = 65; 9 of 12 months of 70, 60, 70 and 65 are 52.5, 45, 52.5 and 48.75.
        ("half_up", 10, 70, 50),
        ("floor", 10, 60, 40),
        ("ceil", 10, 70, 60),
        ("half_up", 1, 65, 49),
        ("floor", 1, 65, 48),
    ],
)
def test_rounding_is_the_rate_tables_and_happens_twice(mode, unit, basic, premium):
    table = rates(rounding={"unit": unit, "mode": mode}, minimum_premium=0)
    quote = quote_document(basic_request(125_000, "2026-09-01"), table)
    assert quote["annual_premium"] == basic
    assert quote["premium"] == premium


@pytest.mark.req("P-018")
def test_every_amount_is_an_int():
    def amounts(value):
        if isinstance(value, dict):
            return [amount for member in value.values() for amount in amounts(member)]
        if isinstance(value, list):
            return [amount for member in value for amount in amounts(member)]
        return [] if isinstance(value, str) else [value]

    assert {type(amount) for amount in amounts(quote_document(REQUEST, rates()))} == {int}


@pytest.mark.req("B1", "P-004")
def test_a_later_rate_table_leaves_an_older_quote_as_it_was():
    old = quote_document(REQUEST, rates())
    later = rates(version=2, basic={"100000000": "0.60"})
    assert quote_document(REQUEST, later)["premium"] != old["premium"]
    assert quote_document(REQUEST, rates()) == old


@pytest.mark.req("D-23")
def test_exact_arithmetic_keeps_what_binary_fractions_lose():
    # 0.1 x 3 and the like: 4,350,000 x 0.07 / 1,000 = 304.5 and 100 x 1.005 = 100.5 exactly.
    table = rates(basic={"100000000": "1.005"}, unit=1, rounding={"unit": 1, "mode": "half_up"}, minimum_premium=0)
    assert quote_document(basic_request(100), table)["annual_premium"] == 101
    table = altered(table, "basic.100000000", "0.07")
    table["unit"] = 1000
    assert quote_document(basic_request(4_350_000), table)["annual_premium"] == 305

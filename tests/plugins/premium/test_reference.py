"""The calculator against an independent reading of the rules, and what must hold whatever the rates are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshou.plugins.premium.rules.document import quote_document

from .documents import RATES
from .reference import expected_answer

STARTS = [f"{year}-{month:02}-01" for year in (2026, 2027, 2028) for month in range(1, 13)]
BASIC_LIMITS = [100_000_000 * step for step in range(1, 11)]
KEY_LIMITS = [5_000_000, 10_000_000, 20_000_000]
VALUABLES_LIMITS = [30_000_000, 50_000_000, 100_000_000]

amounts = st.one_of(
    st.integers(0, 100_000), st.integers(0, 10**9), st.integers(0, 10**12), st.just(0), st.just(10**15)
)
rate_texts = st.builds(
    lambda whole, digits: f"{whole}.{digits}" if digits else str(whole),
    st.integers(0, 20),
    st.text("0123456789", max_size=6),
)


def rising(limits):
    """Rates by limit that rise with the limit."""
    steps = st.lists(st.integers(0, 500), min_size=len(limits), max_size=len(limits))
    return steps.map(
        lambda values: {
            str(limit): f"{sum(values[: position + 1]) / 1000:.3f}" for position, limit in enumerate(limits)
        }
    )


def any_rates(limits):
    return st.lists(rate_texts, min_size=len(limits), max_size=len(limits)).map(
        lambda texts: {str(limit): text for limit, text in zip(limits, texts, strict=True)}
    )


def rate_tables(by_limit):
    return st.fixed_dictionaries(
        {
            "id": st.just("any"),
            "version": st.integers(1, 99),
            "valid_from": st.just("2026-06-01"),
            "unit": st.sampled_from([1, 100, 1000, 10_000]),
            "basic": by_limit(BASIC_LIMITS),
            "key_recreation": by_limit(KEY_LIMITS),
            "valuables_other": by_limit(VALUABLES_LIMITS),
            "valuables_transport": by_limit(VALUABLES_LIMITS),
            "transport": rate_texts,
            "labour_dispute": rate_texts,
            "minimum_premium": st.integers(0, 200_000),
            "minimum_applies_to": st.sampled_from(["annual", "charged"]),
            "valuables_floor_per_mille": st.integers(0, 10),
            "valuables_floor_applies_to": st.sampled_from(["annual", "charged"]),
            "rounding": st.fixed_dictionaries(
                {"unit": st.sampled_from([1, 10, 100]), "mode": st.sampled_from(["half_up", "floor", "ceil"])}
            ),
            "maintenance_fee_percent": st.integers(0, 20),
            "collection_fee_percent": st.integers(0, 20),
        }
    )


@st.composite
def requests(draw):
    options = {}
    has_transport = draw(st.booleans())
    if draw(st.booleans()):
        options["key_recreation"] = {"limit": draw(st.sampled_from(KEY_LIMITS))}
    if draw(st.booleans()):
        options["valuables"] = {
            "limit": draw(st.sampled_from(VALUABLES_LIMITS)),
            "other_sales": draw(amounts),
            "transported": draw(amounts) if has_transport else 0,
        }
    if has_transport:
        options["transport"] = {"largest_load": draw(amounts)}
    if draw(st.booleans()):
        options["labour_dispute"] = {}
    return {
        "start": draw(st.sampled_from(STARTS)),
        "sales": draw(amounts),
        "limit": draw(st.sampled_from(BASIC_LIMITS)),
        "options": options,
    }


@pytest.mark.req("B1", "B-036", "D-22", "D-23")
@settings(max_examples=500, deadline=None)
@given(requests(), rate_tables(any_rates))
def test_the_answer_is_the_references_to_the_yen(request_document, rates):
    assert quote_document(request_document, rates) == expected_answer(request_document, rates)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.req("B1")
@settings(max_examples=500, deadline=None)
@given(rate_tables(any_rates), st.lists(requests(), min_size=20, max_size=20))
def test_ten_thousand_answers_are_the_references_to_the_yen(rates, request_documents):
    for request_document in request_documents:
        assert quote_document(request_document, rates) == expected_answer(request_document, rates)


@pytest.mark.req("B-044", "D-23", "P-018")
@settings(max_examples=200, deadline=None)
@given(requests(), rate_tables(any_rates))
def test_instalments_sum_to_the_levy(request_document, rates):
    quote = quote_document(request_document, rates)
    for part in ("premium", "maintenance_fee", "levy"):
        assert sum(instalment[part] for instalment in quote["instalments"]) == quote[part]
    assert len(quote["instalments"]) == quote["months"]


@pytest.mark.req("P-018")
@settings(max_examples=200, deadline=None)
@given(requests(), rate_tables(rising), st.data())
def test_a_higher_limit_or_basis_never_costs_less(request_document, rates, data):
    before = quote_document(request_document, rates)
    options = request_document["options"]
    raised = [(request_document, "sales", None), (request_document, "limit", BASIC_LIMITS)]
    if "key_recreation" in options:
        raised.append((options["key_recreation"], "limit", KEY_LIMITS))
    if "valuables" in options:
        raised.append((options["valuables"], "limit", VALUABLES_LIMITS))
        raised.append((options["valuables"], "other_sales", None))
    place, name, choices = data.draw(st.sampled_from(raised))
    if choices is None:
        place[name] = min(place[name] + data.draw(amounts), 10**15)
    else:
        place[name] = data.draw(st.sampled_from([limit for limit in choices if limit >= place[name]]))
    after = quote_document(request_document, rates)
    assert after["annual_premium"] >= before["annual_premium"]
    assert after["premium"] >= before["premium"]


@pytest.mark.req("B-040", "P-018")
@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**12), st.integers(1, 11))
def test_two_parts_of_a_year_miss_it_by_one_rounding_unit_at_most(sales, months):
    rates = {**RATES, "minimum_premium": 0}

    def premium(months_of_cover):
        start = STARTS[5 + 12 - months_of_cover]
        return quote_document({"start": start, "sales": sales, "limit": 100_000_000, "options": {}}, rates)

    year, part, rest = premium(12), premium(months), premium(12 - months)
    assert (year["months"], part["months"], rest["months"]) == (12, months, 12 - months)
    assert abs(part["premium"] + rest["premium"] - year["premium"]) <= 10

"""Which clauses and cover lines a request takes, and their codes (B-016, B-024 to B-028)."""

from datetime import date

import pytest

from hoshou.plugins.guardkun.rules.chosen_cover import chosen_cover, code_of, limit_words
from hoshou.plugins.premium.rules.request import QuoteRequest, Valuables

BASIC = {"start": date(2026, 6, 1), "sales": 1, "limit": 100_000_000}


@pytest.mark.req("B-016")
@pytest.mark.parametrize(
    ("other_sales", "transported", "codes"),
    [(8_000_000, 0, "B4"), (0, 500_000, "B5"), (8_000_000, 500_000, "B4・B5"), (0, 0, "B4")],
)
def test_the_cash_clause_prints_the_codes_of_what_is_guarded(
    other_sales: int, transported: int, codes: str
) -> None:
    request = QuoteRequest(
        **BASIC,  # type: ignore[arg-type]
        valuables=Valuables(30_000_000, other_sales, transported),
        largest_load=1 if transported else None,
    )
    assert code_of("valuables", "B4・B5", chosen_cover(request)) == codes


@pytest.mark.req("B-017", "B-024", "B-025", "B-027", "B-028")
def test_an_option_is_there_with_its_limit_when_it_is_taken() -> None:
    plain = chosen_cover(QuoteRequest(**BASIC))  # type: ignore[arg-type]
    assert plain == {"always": None, "basic": 100_000_000}
    full = chosen_cover(
        QuoteRequest(
            **BASIC,  # type: ignore[arg-type]
            key_recreation_limit=5_000_000,
            valuables=Valuables(30_000_000, 1, 1),
            largest_load=0,
            labour_dispute=True,
        )
    )
    assert {name: full[name] for name in ("key_recreation", "valuables", "transport", "labour_dispute")} == {
        "key_recreation": 5_000_000,
        "valuables": 30_000_000,
        "transport": None,
        "labour_dispute": None,
    }
    assert code_of("labour_dispute", "B3", full) == "B3"


@pytest.mark.req("B-020")
def test_a_long_list_of_amounts_runs_on_behind_its_heading() -> None:
    text = "(a) 死亡：50万円\n(b) 後遺障害：2万円\n(c) 入院\n入院した期間\n31日以上：10万円\n7日以内：2万円\n"
    assert limit_words(text).split("\n") == [
        "(a) 死亡：50万円",
        "(b) 後遺障害：2万円",
        "(c) 入院",
        "入院した期間　31日以上：10万円、7日以内：2万円",
    ]
    assert limit_words("1名1,000万円\n1事故1億円\n") == "1名1,000万円\n1事故1億円"

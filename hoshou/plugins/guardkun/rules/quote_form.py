"""What an agency fills in for a quote, as it is typed, and the request document that it means (II.(2), II.(5))."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from hoshou.base.errors import Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.japanese import fold
from hoshou.base.money import MAX_YEN
from hoshou.plugins.guardkun.rules.lines import one_line

LONGEST_NAME = 100
LONGEST_EVIDENCE = 200

_DIGITS = re.compile(r"[0-9]{1,16}")
_DAY = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class QuoteForm:
    """The fields as texts; a box is ticked or not. Amounts are yen, an empty limit means an option not taken."""

    registration_id: str = ""
    prospect_name: str = ""
    start: str = ""
    limit: str = ""
    sales: str = ""
    is_business_plan: bool = False
    fiscal_year_end: str = ""
    evidence: str = ""
    key_recreation_limit: str = ""
    valuables_limit: str = ""
    valuables_other_sales: str = ""
    valuables_transported: str = ""
    transport: bool = False
    largest_load: str = ""
    labour_dispute: bool = False
    valuables_not_taken: bool = False
    load_above_limit: bool = False


@dataclass(frozen=True, slots=True)
class QuoteBasis:
    """Where the sales come from: a past fiscal year, or a 事業計画値 that has none; the document that shows it."""

    prospect_name: str
    fiscal_year_end: date | None
    evidence: str
    is_business_plan: bool


FIELD_OF: Mapping[str, str] = {
    "options.key_recreation.limit": "key_recreation_limit",
    "options.valuables.limit": "valuables_limit",
    "options.valuables.other_sales": "valuables_other_sales",
    "options.valuables.transported": "valuables_transported",
    "options.transport.largest_load": "largest_load",
}
"""Where in the form a field of the request document is filled in, when it is called differently."""


FIELD_LABELS: Mapping[str, str] = {
    "prospect_name": N_("お客さま名"),
    "start": N_("補償開始日"),
    "sales": N_("警備業務に関する売上高"),
    "fiscal_year_end": N_("会計年度の末日"),
    "evidence": N_("確認した資料"),
    "limit": N_("支払限度額"),
    "key_recreation_limit": N_("オプション1"),
    "valuables_limit": N_("オプション2"),
    "valuables_other_sales": N_("輸送警備以外の見込み売上高"),
    "valuables_transported": N_("見込み延輸送金額"),
    "transport": N_("オプション3"),
    "largest_load": N_("1回の輸送額の最大値"),
}
"""What the fields that can be filled in wrongly are called."""


def request_of(form: QuoteForm) -> dict[str, Any]:
    """The request document of ``hoshou quote`` (B-024 to B-028, B-031, B-032).

    An amount for an option that isn't taken is refused, never dropped (B-043). Raises Invalid with
    ``missing``, ``not_yen``, ``not_a_day``, ``valuables_without_limit`` and ``load_without_transport``.
    """
    faults = _Faults()
    options: dict[str, Any] = {}
    start = faults.of(lambda: _day(form.start, "start"))
    sales = faults.of(lambda: yen(form.sales, "sales"))
    limit = faults.of(lambda: yen(form.limit, "limit"))
    if form.key_recreation_limit:
        key_limit = faults.of(lambda: yen(form.key_recreation_limit, "key_recreation_limit"))
        options["key_recreation"] = {"limit": key_limit}
    if form.valuables_limit:
        options["valuables"] = _valuables(form, faults)
    elif any(_is_amount(text) for text in (form.valuables_other_sales, form.valuables_transported)):
        faults.add(
            "valuables_without_limit",
            N_("現金・貴重品の額を入力する場合は、オプション2の支払限度額を選んでください。"),
            "valuables_limit",
        )
    if form.transport:
        options["transport"] = {"largest_load": faults.of(lambda: yen(form.largest_load, "largest_load"))}
    elif _is_amount(form.largest_load):
        faults.add(
            "load_without_transport",
            N_("1回の輸送額の最大値を入力する場合は、オプション3に加入してください。"),
            "transport",
        )
    if form.labour_dispute:
        options["labour_dispute"] = {}
    faults.raise_any()
    return {"start": start.isoformat() if start else "", "sales": sales, "limit": limit, "options": options}


def basis_of(form: QuoteForm, today: date) -> QuoteBasis:
    """The facts beside the request (B-031, B-033).

    Raises Invalid with ``missing``, ``unprintable``, ``too_long``, ``not_a_day``, ``fiscal_year_open`` for a year
    that hasn't ended yet, and ``fiscal_year_of_plan`` where a plan names one.
    """
    faults = _Faults()
    name = faults.of(lambda: one_line(form.prospect_name, "prospect_name", LONGEST_NAME))
    evidence = faults.of(lambda: one_line(form.evidence, "evidence", LONGEST_EVIDENCE))
    year_end = None
    if not form.is_business_plan:
        year_end = faults.of(lambda: _day(form.fiscal_year_end, "fiscal_year_end"))
        if year_end is not None and year_end > today:
            faults.add(
                "fiscal_year_open", N_("すでに終了した会計年度の末日を入力してください。"), "fiscal_year_end"
            )
    elif form.fiscal_year_end.strip():
        faults.add(
            "fiscal_year_of_plan",
            N_("事業計画値を用いる場合、会計年度の末日は入力しません。"),
            "fiscal_year_end",
        )
    faults.raise_any()
    return QuoteBasis(name or "", year_end, evidence or "", form.is_business_plan)


def form_of_request(request: Mapping[str, Any]) -> QuoteForm:
    """The form that means the request document, for another quote like it."""
    options: Mapping[str, Any] = request["options"]
    valuables = options.get("valuables", {})
    return QuoteForm(
        start=request["start"],
        limit=str(request["limit"]),
        sales=str(request["sales"]),
        key_recreation_limit=str(options.get("key_recreation", {}).get("limit", "")),
        valuables_limit=str(valuables.get("limit", "")),
        valuables_other_sales=str(valuables.get("other_sales", "")),
        valuables_transported=str(valuables.get("transported", "")),
        transport="transport" in options,
        largest_load=str(options.get("transport", {}).get("largest_load", "")),
        labour_dispute="labour_dispute" in options,
    )


def yen(text: str, field: str) -> int:
    """A typed amount: full-width digits, separating commas and a 円 at the end are fine.

    Raises Refused ``missing`` and ``not_yen``.
    """
    digits = fold(text).removesuffix("円").replace(",", "").strip()
    if not digits:
        raise Refused("missing", N_("入力してください。"), field=field)
    if not _DIGITS.fullmatch(digits) or int(digits) > MAX_YEN:
        raise Refused("not_yen", N_("円単位の整数で入力してください。"), field=field)
    return int(digits)


def _valuables(form: QuoteForm, faults: "_Faults") -> dict[str, Any]:
    is_transported = form.transport or bool(form.valuables_transported.strip())
    return {
        "limit": faults.of(lambda: yen(form.valuables_limit, "valuables_limit")),
        "other_sales": faults.of(lambda: yen(form.valuables_other_sales, "valuables_other_sales")),
        "transported": faults.of(lambda: yen(form.valuables_transported, "valuables_transported"))
        if is_transported
        else 0,
    }


def _is_amount(text: str) -> bool:
    return fold(text).strip("0 ,円") != ""


def _day(text: str, field: str) -> date:
    typed = fold(text)
    if not typed:
        raise Refused("missing", N_("入力してください。"), field=field)
    found = _DAY.fullmatch(typed)
    try:
        return date(*map(int, found.groups())) if found else date.fromisoformat("")
    except ValueError:
        raise Refused("not_a_day", N_("日付を正しく入力してください。"), field=field) from None


class _Faults:
    """Refusals gathered, so that all are shown at once."""

    def __init__(self) -> None:
        self._errors: list[Refused] = []

    def of(self, read: Callable[[], Value]) -> Value | None:
        try:
            return read()
        except Refused as error:
            self._errors.append(error)
            return None

    def add(self, code: str, message: str, field: str) -> None:
        self._errors.append(Refused(code, message, field=field))

    def raise_any(self) -> None:
        if self._errors:
            raise Invalid(self._errors)

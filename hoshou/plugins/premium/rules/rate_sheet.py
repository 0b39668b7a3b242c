"""A rate table as rows of a sheet: item, limit, value. Read cell by cell, and every fault names its cell (D-21).

The words in the sheet are the format's own and never translated.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from hoshou.base.errors import Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.japanese import fold
from hoshou.base.money import MAX_YEN, RoundingMode
from hoshou.plugins.premium.rules.limits import BASIC_LIMITS, KEY_RECREATION_LIMITS, VALUABLES_LIMITS
from hoshou.plugins.premium.rules.rates import RATE, AppliesTo, parse_rates

FILE = "file"
LONGEST_SHOWN = 40
"""Characters of a wrong cell that are shown."""
HEADER = ("項目", "支払限度額（円）", "値")
SAMPLE = "sample"

_FORMULA_SIGNS = ("=", "+", "@")
_DAY = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})")
_DIGITS = re.compile(r"[0-9]{1,15}")


class Cell(NamedTuple):
    """A cell's place as people write it (``C3``), and its text; ``is_formula`` where a formula stands in it."""

    place: str
    text: str
    is_formula: bool = False


Row = Sequence[Cell]
"""Item, limit and value."""


@dataclass(frozen=True)
class RateSheet:
    """What a sheet says: the rates document without its version, and whether its rates are invented."""

    document: Mapping[str, Any]
    is_sample: bool


def read_sheet(rows: Iterable[Row]) -> RateSheet:
    """The rate table that the rows describe.

    Raises Invalid with a refusal for each cell at fault: ``sheet_header``, ``cell_formula``, ``cell_item``,
    ``cell_twice``, ``cell_limit``, ``cell_value``, and ``row_missing`` for what isn't there.
    """
    faults: list[Refused] = []
    found: dict[tuple[str, int | None], Any] = {}
    lines = iter(rows)
    header = next(lines, ())
    if tuple(fold(cell.text) for cell in header) != tuple(map(fold, HEADER)):
        raise Invalid(
            [Refused("sheet_header", N_("1行目は「項目、支払限度額（円）、値」としてください。"), field=FILE)]
        )
    for row in lines:
        if not any(cell.text.strip() for cell in row):
            continue
        try:
            key, value = _read_row(row)
            if key in found:
                raise _fault("cell_twice", N_("セル%(cell)s：同じ項目が2回あります。"), row[0])
            found[key] = value
        except Refused as fault:
            faults.append(fault)
    if not faults:
        faults = [_missing(key) for key in _wanted() if key not in found]
    if faults:
        raise Invalid(faults)
    document = _document(found)
    parse_rates({**document, "version": 1})
    return RateSheet(document, found[SAMPLE, None])


def sheet_rows(sheet: RateSheet) -> list[tuple[str, str, str]]:
    """The rows that :func:`read_sheet` reads, without the header."""
    rows = []
    for name, item in _ITEMS.items():
        value: Any = {**sheet.document, SAMPLE: sheet.is_sample}
        for part in name.split("."):
            value = value[part]
        by_limit = (
            {str(limit): value[str(limit)] for limit in sorted(map(int, value))} if item.limits else {"": value}
        )
        rows += [(item.label, limit, item.write(found)) for limit, found in by_limit.items()]
    return rows


def _read_row(row: Row) -> tuple[tuple[str, int | None], Any]:
    item_cell, limit_cell, value_cell = row
    for cell in row:
        if cell.is_formula or cell.text.startswith(_FORMULA_SIGNS):
            raise _fault("cell_formula", N_("セル%(cell)s：数式は使えません。値を入力してください。"), cell)
    name = _NAMES.get(fold(item_cell.text))
    if name is None:
        raise _fault("cell_item", N_("セル%(cell)s：「%(text)s」という項目はありません。"), item_cell)
    item = _ITEMS[name]
    limit = None
    if item.limits:
        digits = fold(limit_cell.text).replace(",", "")
        limit = int(digits) if _DIGITS.fullmatch(digits) else None
        if limit not in item.limits:
            raise _fault(
                "cell_limit", N_("セル%(cell)s：支払限度額「%(text)s」は、この補償では選べません。"), limit_cell
            )
    elif limit_cell.text.strip():
        raise _fault("cell_limit", N_("セル%(cell)s：この項目に支払限度額はありません。"), limit_cell)
    try:
        return (name, limit), item.read(fold(value_cell.text))
    except ValueError:
        raise _fault("cell_value", item.complaint, value_cell, **item.wanted) from None


def _fault(code: str, message: str, cell: Cell, **values: str) -> Refused:
    return Refused(code, message, field=FILE, cell=cell.place, text=cell.text[:LONGEST_SHOWN], **values)


def _missing(key: tuple[str, int | None]) -> Refused:
    name, limit = key
    label = _ITEMS[name].label
    if limit is None:
        return Refused("row_missing", N_("「%(item)s」の行がありません。"), field=FILE, item=label)
    return Refused(
        "row_missing",
        N_("「%(item)s」の支払限度額%(limit)s円の行がありません。"),
        field=FILE,
        item=label,
        limit=f"{limit:,}",
    )


def _document(found: Mapping[tuple[str, int | None], Any]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for (name, limit), value in found.items():
        if name == SAMPLE:
            continue
        *parents, last = name.split(".")
        place = document
        for parent in parents:
            place = place.setdefault(parent, {})
        if limit is None:
            place[last] = value
        else:
            place.setdefault(last, {})[str(limit)] = value
    return document


def _wanted() -> Iterable[tuple[str, int | None]]:
    for name, item in _ITEMS.items():
        for limit in item.limits or (None,):
            yield name, limit


def _rate(text: str) -> str:
    if not RATE.fullmatch(text):
        raise ValueError
    return text


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        digits = text.replace(",", "")
        if not _DIGITS.fullmatch(digits) or not low <= int(digits) <= high:
            raise ValueError
        return int(digits)

    return read


def _day(text: str) -> str:
    found = _DAY.fullmatch(text)
    if not found:
        raise ValueError
    return date(*map(int, found.groups())).isoformat()


def _name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", text):
        raise ValueError
    return text


class _Item(NamedTuple):
    """One item of the sheet: its words, how its value is read and written, and what is said of a wrong one."""

    label: str
    read: Callable[[str], Any]
    complaint: str
    wanted: Mapping[str, str] = {}
    limits: tuple[int, ...] = ()
    write: Callable[[Any], str] = str


def _choice(label: str, choices: Mapping[str, Any]) -> _Item:
    def read(text: str) -> Any:
        if text not in choices:
            raise ValueError
        return choices[text]

    words = {value: word for word, value in choices.items()}
    return _Item(label, read, _NO_CHOICE, {"choices": "・".join(choices)}, write=words.__getitem__)


_NO_CHOICE = N_("セル%(cell)s：「%(text)s」は使えません。%(choices)sのいずれかを入力してください。")
_NO_NUMBER = N_("セル%(cell)s：「%(text)s」は使えません。%(low)sから%(high)sまでの整数を入力してください。")
_NO_RATE = N_(
    "セル%(cell)s：「%(text)s」は料率として使えません。0以上の小数（小数点以下9桁まで）を入力してください。"
)
_NO_DAY = N_("セル%(cell)s：「%(text)s」は日付として使えません。2026-06-01のように入力してください。")
_NO_NAME = N_("セル%(cell)s：「%(text)s」は使えません。半角英数字で入力してください。")
_APPLIES_TO = {"月割前の年額": AppliesTo.ANNUAL.value, "月割後の保険料": AppliesTo.CHARGED.value}
_MODES = {
    "四捨五入": RoundingMode.HALF_UP.value,
    "切捨て": RoundingMode.FLOOR.value,
    "切上げ": RoundingMode.CEIL.value,
}


def _rates(label: str, *limits: int) -> _Item:
    return _Item(label, _rate, _NO_RATE, limits=limits)


def _number(label: str, low: int, high: int) -> _Item:
    return _Item(label, _whole(low, high), _NO_NUMBER, {"low": f"{low:,}", "high": f"{high:,}"})


_ITEMS: Mapping[str, _Item] = {
    "id": _Item(N_("料率表ID"), _name, _NO_NAME),
    SAMPLE: _choice(N_("見本の料率"), {"はい": True, "いいえ": False}),
    "valid_from": _Item(N_("適用開始日"), _day, _NO_DAY),
    "unit": _number(N_("算出単位（円）"), 1, MAX_YEN),
    "basic": _rates(N_("基本補償"), *BASIC_LIMITS),
    "key_recreation": _rates(N_("鍵再作成費用補償特約"), *KEY_RECREATION_LIMITS),
    "valuables_other": _rates(N_("現金・貴重品補償特約（輸送警備以外）"), *VALUABLES_LIMITS),
    "valuables_transport": _rates(N_("現金・貴重品補償特約（輸送警備）"), *VALUABLES_LIMITS),
    "transport": _rates(N_("運送業務補償特約")),
    "labour_dispute": _rates(N_("労働争議補償特約")),
    "minimum_premium": _number(N_("最低保険料（円）"), 0, MAX_YEN),
    "minimum_applies_to": _choice(N_("最低保険料を適用する額"), _APPLIES_TO),
    "valuables_floor_per_mille": _number(N_("現金・貴重品の下限（支払限度額の1000分の）"), 0, 1000),
    "valuables_floor_applies_to": _choice(N_("現金・貴重品の下限を適用する額"), _APPLIES_TO),
    "rounding.unit": _number(N_("端数処理の単位（円）"), 1, MAX_YEN),
    "rounding.mode": _choice(N_("端数処理の方法"), _MODES),
    "maintenance_fee_percent": _number(N_("制度維持費（％）"), 0, 100),
    "collection_fee_percent": _number(N_("集金事務費（％）"), 0, 100),
}
_NAMES = {fold(item.label): name for name, item in _ITEMS.items()}

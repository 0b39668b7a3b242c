"""The JSON document of a debit set, as `hoshou zengin write` takes it and `show` prints it.

Money is integer yen; `date` is an ISO day on the way in and MM-DD on the way out, since the
format has no year.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_

from .entries import DebitLine, DebitSet, Header, Totals
from .problems import Problem
from .reader import Entry

BANK_KEYS = ("code", "name", "branch_code", "branch_name", "account_type", "account_number")


def parse_set(source: str | bytes) -> DebitSet:
    """The set that a document describes; its texts are checked by the writer.

    Raises Refused with `not_json`, or with `invalid_document` and the `field` that is missing
    or of the wrong type; `invalid_date` for a date that isn't an ISO day.
    """
    try:
        document = json.loads(source)
    except (ValueError, RecursionError) as error:
        raise Refused("not_json", N_("JSONとして読めません。")) from error
    top = _object(document, "", ("consignor", "date", "bank", "lines", "totals"))
    consignor = _object(top["consignor"], "consignor", ("code", "name"))
    bank = _object(top["bank"], "bank", BANK_KEYS)
    if not isinstance(top["lines"], list):
        raise _invalid("lines")
    return DebitSet(
        Header(
            consignor_code=_text(consignor, "code", "consignor"),
            consignor_name=_text(consignor, "name", "consignor"),
            debit_date=_month_day(top["date"]),
            bank_code=_text(bank, "code", "bank"),
            bank_name=_text(bank, "name", "bank"),
            **{key: _text(bank, key, "bank") for key in BANK_KEYS[2:]},
        ),
        [_line(line, f"lines[{index}]") for index, line in enumerate(top["lines"])],
        Totals(**_record(top["totals"], "totals", Totals)),
    )


def render(entries: Iterable[Entry], problems: list[Problem]) -> Iterator[str]:
    """The document of a file's first set in pieces, as the entries come.

    The problems stand at its end, and are put into the given list. What can't be read is null.
    Further sets are checked and not shown.
    """
    header: Header | None = None
    totals: Totals | None = None
    opened = False
    separator = ""
    for entry in entries:
        match entry:
            case Problem():
                problems.append(entry)
            case Header() if not opened:
                header, opened = entry, True
                yield _opening(header)
            case DebitLine() if totals is None:
                if not opened:
                    opened = True
                    yield _opening(None)
                yield separator + _json(asdict(entry))
                separator = ",\n  "
            case Totals() if totals is None:
                totals = entry
    if not opened:
        yield _opening(None)
    yield (
        f'],\n "totals": {_json(asdict(totals) if totals else None)},\n'
        f' "problems": {_json([_problem(problem) for problem in problems])}}}\n'
    )


def _opening(header: Header | None) -> str:
    values: dict[str, Any] = {"consignor": None, "date": None, "bank": None}
    if header:
        values = {
            "consignor": {"code": header.consignor_code, "name": header.consignor_name},
            "date": f"{header.debit_date[:2]}-{header.debit_date[2:]}",
            "bank": {
                "code": header.bank_code,
                "name": header.bank_name,
                **{key: getattr(header, key) for key in BANK_KEYS[2:]},
            },
        }
    return "{" + "".join(f'"{key}": {_json(value)},\n ' for key, value in values.items()) + '"lines": ['


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "record": problem.record,
        "position": problem.position,
        "code": problem.code,
        "message": str(problem),
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _line(value: Any, path: str) -> DebitLine:
    return DebitLine(**_record(value, path, DebitLine))


def _record(value: Any, path: str, entry: type[DebitLine] | type[Totals]) -> dict[str, Any]:
    names = {field.name: field.type for field in fields(entry)}
    record = _object(value, path, tuple(names))
    return {
        name: _integer(record, name, path) if kind is int else _text(record, name, path)
        for name, kind in names.items()
    }


def _object(value: Any, path: str, keys: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _invalid(path)
    for key in keys:
        if key not in value:
            raise _invalid(_join(path, key))
    return value


def _text(values: Mapping[str, Any], key: str, path: str) -> str:
    if not isinstance(values[key], str):
        raise _invalid(_join(path, key))
    return str(values[key])


def _integer(values: Mapping[str, Any], key: str, path: str) -> int:
    value = values[key]
    if isinstance(value, bool) or not isinstance(value, int):
        raise _invalid(_join(path, key))
    return value


def _month_day(value: Any) -> str:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        day = None
    # Python also takes other ISO forms, such as week dates.
    if day is None or day.isoformat() != value:
        raise Refused("invalid_date", N_("日付はYYYY-MM-DDで指定してください。"), field="date")
    return f"{day:%m%d}"


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _invalid(path: str) -> Refused:
    return Refused(
        "invalid_document", N_("「%(path)s」がないか、型が正しくありません。"), field=path, path=path or "$"
    )

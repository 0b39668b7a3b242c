"""Text of one line, as it is typed into forms and CSV files."""

import unicodedata
from collections.abc import Callable, Mapping

from hoshou.base.errors import Invalid, Refused
from hoshou.base.errors import noop_gettext as N_

_UNPRINTABLE = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}


def one_line(text: str, field: str, longest: int) -> str:
    """``text`` without white space around it. Raises Refused ``missing``, ``unprintable`` or ``too_long``."""
    line = optional_line(text, field, longest)
    if not line:
        raise Refused("missing", N_("入力してください。"), field=field)
    return line


def optional_line(text: str, field: str, longest: int) -> str:
    """As :func:`one_line`, and may be empty."""
    line = unicodedata.normalize("NFC", text).strip()
    if any(unicodedata.category(character) in _UNPRINTABLE for character in line):
        raise Refused("unprintable", N_("改行や制御文字は使えません。"), field=field)
    if len(line) > longest:
        raise Refused("too_long", N_("%(limit)d文字以内で入力してください。"), field=field, limit=longest)
    return line


def check_all(checks: Mapping[str, Callable[[], str]]) -> dict[str, str]:
    """What each check answers, by name. Raises Invalid with every refusal."""
    values: dict[str, str] = {}
    faults: list[Refused] = []
    for name, check in checks.items():
        try:
            values[name] = check()
        except Refused as refusal:
            faults.append(refusal)
    if faults:
        raise Invalid(faults)
    return values

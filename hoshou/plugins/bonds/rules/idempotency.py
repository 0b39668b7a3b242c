"""The key by which a repeated request is known again (F1, F12)."""

import re

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_

KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


def checked_key(key: str) -> str:
    """The key. Raises Refused ``idempotency_key`` when it is missing or malformed."""
    if not KEY.fullmatch(key):
        raise Refused(
            "idempotency_key",
            N_("送信を識別するキー（半角英数字、ハイフン、下線で8文字以上64文字以内）がありません。"),
            field="idempotency_key",
        )
    return key

"""What a person has to confirm before a quote with the transport option is used (B-027)."""

from collections.abc import Mapping
from enum import StrEnum

from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.premium.rules.request import QuoteRequest


class Confirmation(StrEnum):
    """What is asked; somebody has to answer that it was looked at."""

    VALUABLES_NOT_TAKEN = "valuables_not_taken"
    LOAD_ABOVE_LIMIT = "load_above_limit"


CONFIRMATION_LABELS: Mapping[Confirmation, str] = {
    Confirmation.VALUABLES_NOT_TAKEN: N_(
        "運送業務補償特約（オプション3）に加入する場合は、現金・貴重品補償特約（オプション2）の要否をご確認ください。"
    ),
    Confirmation.LOAD_ABOVE_LIMIT: N_(
        "1回の輸送額の最大値が、現金・貴重品補償特約の支払限度額を超えています。ご確認ください。"
    ),
}


def confirmations(request: QuoteRequest) -> tuple[Confirmation, ...]:
    """What has to be confirmed; empty when there is nothing. No premium depends on it."""
    if request.largest_load is None:
        return ()
    if request.valuables is None:
        return (Confirmation.VALUABLES_NOT_TAKEN,)
    if request.largest_load > request.valuables.limit:
        return (Confirmation.LOAD_ABOVE_LIMIT,)
    return ()

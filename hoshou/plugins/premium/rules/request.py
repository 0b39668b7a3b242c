"""What a quote is asked for, read from its JSON document."""

from dataclasses import dataclass
from datetime import date

from hoshou.base.dates import parse_date
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.json_fields import exact_object
from hoshou.base.money import yen_amount

_OPTIONS = frozenset({"key_recreation", "valuables", "transport", "labour_dispute"})


@dataclass(frozen=True, slots=True)
class Valuables:
    """Option 2, cash and valuables (B-025, B-032).

    ``limit``, the expected sales of guarding cash and valuables other than by transport,
    and the expected total of the transported amounts, in yen.
    """

    limit: int
    other_sales: int
    transported: int


@dataclass(frozen=True, slots=True)
class QuoteRequest:
    """The cover wanted and its rating bases, in yen. None says that an option isn't taken.

    ``sales`` is the last known fiscal year's security sales (B-031), ``largest_load``
    the most that one transport carries (B-027).

    Raises Refused ``transported_without_transport``: transported valuables are covered
    only with the transport option (B-026).
    """

    start: date
    sales: int
    limit: int
    key_recreation_limit: int | None = None
    valuables: Valuables | None = None
    largest_load: int | None = None
    labour_dispute: bool = False

    def __post_init__(self) -> None:
        if self.valuables is not None and self.valuables.transported and not self.has_transport:
            raise Refused(
                "transported_without_transport",
                N_("輸送警備の現金・貴重品は、運送業務補償特約（オプション3）に加入する場合のみ対象となります。"),
                field="options.valuables.transported",
            )

    @property
    def has_transport(self) -> bool:
        """Whether option 3, the transport clause, is taken."""
        return self.largest_load is not None


def parse_request(document: object) -> QuoteRequest:
    """The request that a JSON document describes.

    Raises Refused with the codes of ``json_fields``, ``money.yen_amount``,
    ``dates.parse_date`` and :class:`QuoteRequest`.
    """
    request = exact_object(document, "", frozenset({"start", "sales", "limit", "options"}))
    options = exact_object(request["options"], "options", frozenset(), _OPTIONS)
    key_recreation_limit = valuables = largest_load = None
    if "key_recreation" in options:
        key_recreation = exact_object(options["key_recreation"], "options.key_recreation", frozenset({"limit"}))
        key_recreation_limit = yen_amount(key_recreation["limit"], "options.key_recreation.limit")
    if "valuables" in options:
        valuables = _valuables(options["valuables"])
    if "transport" in options:
        transport = exact_object(options["transport"], "options.transport", frozenset({"largest_load"}))
        largest_load = yen_amount(transport["largest_load"], "options.transport.largest_load")
    if "labour_dispute" in options:
        exact_object(options["labour_dispute"], "options.labour_dispute", frozenset())
    return QuoteRequest(
        start=parse_date(request["start"], "start"),
        sales=yen_amount(request["sales"], "sales"),
        limit=yen_amount(request["limit"], "limit"),
        key_recreation_limit=key_recreation_limit,
        valuables=valuables,
        largest_load=largest_load,
        labour_dispute="labour_dispute" in options,
    )


def _valuables(value: object) -> Valuables:
    members = exact_object(value, "options.valuables", frozenset({"limit", "other_sales", "transported"}))
    return Valuables(
        limit=yen_amount(members["limit"], "options.valuables.limit"),
        other_sales=yen_amount(members["other_sales"], "options.valuables.other_sales"),
        transported=yen_amount(members["transported"], "options.valuables.transported"),
    )

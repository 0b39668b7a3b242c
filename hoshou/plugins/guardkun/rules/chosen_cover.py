"""Which lines of the cover table and which clauses belong to a request, and under which codes (II.(1), B-016)."""

from collections.abc import Mapping

from hoshou.plugins.premium.rules.clauses import Clause
from hoshou.plugins.premium.rules.request import QuoteRequest

ALWAYS = "always"
VALUABLES = "valuables"
BETWEEN_CODES = "・"
AMOUNT = "："
MOST_LINES = 5


def chosen_cover(request: QuoteRequest) -> Mapping[str, int | None]:
    """What the request takes, by name, with its limit in yen where one is chosen.

    The cash and valuables option stands under its own name and under the names of its rated parts: 輸送警備 when
    amounts are transported, 輸送警備以外 when there are other sales, or when there is neither (II.(2) 特約7).
    """
    chosen: dict[str, int | None] = {ALWAYS: None, Clause.BASIC.value: request.limit}
    if request.key_recreation_limit is not None:
        chosen[Clause.KEY_RECREATION.value] = request.key_recreation_limit
    if request.valuables is not None:
        limit = chosen[VALUABLES] = request.valuables.limit
        if request.valuables.transported:
            chosen[Clause.VALUABLES_TRANSPORT.value] = limit
        if request.valuables.other_sales or not request.valuables.transported:
            chosen[Clause.VALUABLES_OTHER.value] = limit
    if request.has_transport:
        chosen[Clause.TRANSPORT.value] = None
    if request.labour_dispute:
        chosen[Clause.LABOUR_DISPUTE.value] = None
    return chosen


def code_of(attaches: str, code: str, chosen: Mapping[str, int | None]) -> str:
    """The code to print: the clause's own, but of the cash and valuables clause's two only those that apply.

    Its first is for 輸送警備以外, its second for 輸送警備.
    """
    if attaches != VALUABLES:
        return code
    parts = zip((Clause.VALUABLES_OTHER, Clause.VALUABLES_TRANSPORT), code.split(BETWEEN_CODES), strict=False)
    return BETWEEN_CODES.join(part_code for part, part_code in parts if part.value in chosen)


def limit_words(text: str) -> str:
    """The limit in words, without gaps; a long list of amounts runs on behind its heading.

    A line is a heading when it names no amount, and an entry of its own when it has a letter in front.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) <= MOST_LINES:
        return "\n".join(lines)
    entries: list[str] = []
    for line in lines:
        if not entries or line.startswith("(") or AMOUNT not in line:
            entries.append(line)
        else:
            entries[-1] += ("、" if AMOUNT in entries[-1] else "　") + line
    return "\n".join(entries)

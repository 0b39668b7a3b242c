"""From facts to PDF bytes: what every document of the scheme carries besides its own facts."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from hoshou.platform.documents import typeset
from hoshou.plugins.guardkun.rules.printed import PrintedEnrolment, PrintedQuote, PrintedScheme

_TEMPLATES = Path(__file__).parents[2] / "documents"


def print_enrolment(
    template: str,
    title: str,
    number: str,
    made_on: date,
    enrolment: PrintedEnrolment,
    *,
    has_amounts: bool = True,
    **more: Any,
) -> bytes:
    """A document about an enrolment; ``more`` is for its own template.

    One with amounts is marked 見本 where they were computed with sample rates.
    """
    facts = asdict(enrolment)
    quote = facts.pop("quote")
    return print_form(
        template,
        title,
        number,
        made_on,
        enrolment.quote.scheme,
        is_sample=has_amounts and enrolment.quote.is_sample,
        quote=quote,
        enrolment=facts,
        **more,
    )


def print_quote(template: str, title: str, number: str, made_on: date, quote: PrintedQuote) -> bytes:
    """A document about a quote that need not have a member yet, marked 見本 likewise."""
    return print_form(
        template, title, number, made_on, quote.scheme, is_sample=quote.is_sample, quote=asdict(quote)
    )


def print_form(
    template: str,
    title: str,
    number: str,
    made_on: date,
    scheme: PrintedScheme,
    *,
    is_sample: bool = False,
    **more: Any,
) -> bytes:
    """Any document of the scheme, dated ``made_on``. An empty ``number`` isn't shown.

    Raises TemplateFailed for a character that the fonts lack.
    """
    return typeset(
        _TEMPLATES / f"{template}.typ",
        {
            "document_date": made_on,
            "title": title,
            "number": number,
            "is_sample": is_sample,
            "scheme": asdict(scheme),
            **more,
        },
    )

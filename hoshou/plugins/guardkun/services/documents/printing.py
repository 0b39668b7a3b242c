"""From facts to PDF bytes: what every document of the scheme carries besides its own facts."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from hoshou.platform.documents import render
from hoshou.plugins.guardkun.rules.printed import PrintedEnrolment, PrintedQuote, PrintedScheme

_TEMPLATES = Path(__file__).parents[2] / "documents"


def template_of(name: str) -> Path:
    """Where the document's Typst template lies."""
    return _TEMPLATES / f"{name}.typ"


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
    """A document about an enrolment; see :func:`enrolment_data` and :func:`print_form`."""
    data = enrolment_data(title, number, made_on, enrolment, has_amounts=has_amounts, **more)
    return render(template_of(template), data)


def print_quote(template: str, title: str, number: str, made_on: date, quote: PrintedQuote) -> bytes:
    """A document about a quote that need not have a member yet, marked 見本 where its rates are a sample."""
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
    data = _data(title, number, made_on, scheme, is_sample=is_sample, **more)
    return render(template_of(template), data)


def enrolment_data(
    title: str,
    number: str,
    made_on: date,
    enrolment: PrintedEnrolment,
    *,
    has_amounts: bool = True,
    **more: Any,
) -> dict[str, Any]:
    """What the template of a document about an enrolment gets; ``more`` is for that template.

    A document with amounts is marked 見本 where they were computed with sample rates.
    """
    facts = asdict(enrolment)
    return _data(
        title,
        number,
        made_on,
        enrolment.quote.scheme,
        is_sample=has_amounts and enrolment.quote.is_sample,
        quote=facts.pop("quote"),
        enrolment=facts,
        **more,
    )


def _data(
    title: str, number: str, made_on: date, scheme: PrintedScheme, *, is_sample: bool, **more: Any
) -> dict[str, Any]:
    return {
        "document_date": made_on,
        "title": title,
        "number": number,
        "is_sample": is_sample,
        "scheme": asdict(scheme),
        **more,
    }

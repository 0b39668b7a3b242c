"""``hoshou dates``."""

import sys
from datetime import date
from typing import Any

import click

from hoshou.base.dates import parse_date
from hoshou.base.errors import DomainError
from hoshou.base.terminal import REFUSED, error_document, json_bytes, text_bytes
from hoshou.plugins.proration.rules.document import dates_document


def _day(_context: click.Context, _parameter: click.Parameter, text: str) -> date:
    try:
        return parse_date(text, "--start")
    except DomainError as error:
        raise click.BadParameter(str(error)) from error


@click.command("dates")
@click.option("--start", required=True, callback=_day, metavar="YYYY-MM-DD", help="補償開始日（毎月1日）")
@click.option("--json", "as_json", is_flag=True, help="JSON文書を標準出力に出力する")
def dates(start: date, as_json: bool) -> None:
    """補償開始日から、満期日・締切・振替日を表示する。"""
    try:
        document = dates_document(start)
    except DomainError as error:
        click.echo(json_bytes(error_document(error)) if as_json else text_bytes(str(error)), err=not as_json)
        sys.exit(REFUSED)
    click.echo(json_bytes(document) if as_json else text_bytes(_text(document)))


def _text(document: dict[str, Any]) -> str:
    return "\n".join(
        [
            f"補償期間  {document['start']} ～ {document['end']}（{document['months']}か月）",
            *(f"締切      {instant}" for instant in document["deadlines"]),
            *(f"振替日    {day}" for day in document["debits"]),
        ]
    )

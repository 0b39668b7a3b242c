"""``hoshou quote``."""

import json
import sys
from typing import IO, Any

import click

from hoshou.base.errors import DomainError, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.terminal import REFUSED, error_document, json_bytes, text_bytes
from hoshou.plugins.premium.rules.clauses import PRINTED, Clause
from hoshou.plugins.premium.rules.document import quote_document


@click.command("quote")
@click.option("--rates", "rates_file", required=True, type=click.File("rb"), help="料率表のJSONファイル")
@click.option("--json", "as_json", is_flag=True, help="JSON文書を標準出力に出力する")
def quote(rates_file: IO[bytes], as_json: bool) -> None:
    """標準入力の見積条件（JSON）から、保険料・制度維持費・賦課金を計算する。"""
    try:
        rates = _parse(rates_file.read(), "rates")
        request = _parse(sys.stdin.buffer.read(), "request")
        document = quote_document(request, rates)
    except DomainError as error:
        click.echo(json_bytes(error_document(error)) if as_json else text_bytes(str(error)), err=not as_json)
        sys.exit(REFUSED)
    click.echo(json_bytes(document) if as_json else text_bytes(_text(document)))


def _parse(content: bytes, name: str) -> object:
    """The JSON document in ``content``. Raises Refused ``invalid_json``, also for a key given twice."""
    try:
        return json.loads(content, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as error:
        raise Refused("invalid_json", N_("%(name)sをJSONとして読み取れません。"), field=name, name=name) from error


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a key is there twice")
    return members


def _text(document: dict[str, Any]) -> str:
    lines = [f"  {PRINTED[Clause(line['clause'])].title}  {line['premium']:,}円" for line in document["lines"]]
    instalments = [f"  {instalment['date']}  {instalment['levy']:,}円" for instalment in document["instalments"]]
    return "\n".join(
        [
            f"年額保険料  {document['annual_premium']:,}円",
            *lines,
            f"保険料（{document['months']}か月）  {document['premium']:,}円",
            f"制度維持費  {document['maintenance_fee']:,}円",
            f"賦課金  {document['levy']:,}円",
            f"（うち集金事務費  {document['collection_fee']:,}円）",
            "振替",
            *instalments,
        ]
    )

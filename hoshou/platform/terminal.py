"""How commands that use an application speak: one JSON document or plain lines; a refusal is a sentence and status 1."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from hoshou.base.errors import DomainError, Invalid, Unavailable
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.terminal import REFUSED, error_document, json_bytes, text_bytes


def tell_json(value: Any) -> None:
    click.echo(json_bytes(value))


def tell(document: Mapping[str, Any], as_json: bool) -> None:
    """One JSON document, or a line for each of its values."""
    if as_json:
        tell_json(document)
    else:
        for key, value in document.items():
            click.echo(f"{key}: {value}")


@contextmanager
def errors_told(as_json: bool) -> Iterator[None]:
    """A refusal ends the command: a sentence for each input at fault, or in JSON the first with its code.

    So is a database that doesn't answer, or isn't migrated."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        _tell((_no_database(),), as_json)
        raise SystemExit(REFUSED) from error
    except DomainError as error:
        _tell(error.errors if isinstance(error, Invalid) else (error,), as_json)
        raise SystemExit(REFUSED) from error


def _tell(faults: Sequence[DomainError], as_json: bool) -> None:
    if as_json:
        tell_json(error_document(faults[0]))
    else:
        for fault in faults:
            click.echo(text_bytes(str(fault)), err=True)


def _no_database() -> Unavailable:
    return Unavailable(
        "no_database",
        N_(
            "データベースが応答しないか、構造が最新ではありません。設定を確かめ、「hoshou db upgrade」を実行してください。"
        ),
    )

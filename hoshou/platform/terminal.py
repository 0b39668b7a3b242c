"""How commands speak: one JSON document or plain lines, and refusals as a sentence with exit status 1."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from hoshou.base.errors import DomainError


def tell_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


def tell(document: Mapping[str, Any], as_json: bool) -> None:
    """One JSON document, or a line for each of its values."""
    if as_json:
        tell_json(document)
    else:
        for key, value in document.items():
            click.echo(f"{key}: {value}")


@contextmanager
def errors_told(as_json: bool) -> Iterator[None]:
    """A refusal ends the command with exit status 1 and its sentence, in JSON with its code."""
    try:
        yield
    except DomainError as error:
        if as_json:
            tell_json({"error": {"code": error.code, "message": str(error)}})
        else:
            click.echo(str(error), err=True)
        raise SystemExit(1) from error

"""The one family of errors that the product raises on purpose.

A domain error says what was refused in a sentence for people. The sentence is a
gettext message id (Japanese, the source language) with named ``%(name)s`` values;
the face that catches the error translates it.
"""

from collections.abc import Mapping, Sequence
from typing import Any


class DomainError(Exception):
    """A request that the rules refuse.

    ``code`` is stable ASCII for programs, ``message`` is the Japanese message id,
    ``values`` fill its named placeholders, ``field`` names the input at fault, and
    ``about`` which of several values of that input (a file's name).
    """

    about: str = ""

    def __init__(self, code: str, message: str, *, field: str | None = None, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.values: Mapping[str, Any] = values

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


class Refused(DomainError):
    """The input or the state doesn't allow it; the caller can put it right."""


class NotFound(DomainError):
    """There is no such thing, or none that the caller may know of."""


class Forbidden(DomainError):
    """The caller is known and may not do this."""


class TooManyTries(DomainError):
    """A throttle is exhausted; ``values["minutes"]`` says when to come back."""


class Unavailable(DomainError):
    """Something the product stands on does not answer; trying again later is right."""


def noop_gettext(message: str) -> str:
    """Mark a message id for extraction where it is defined but not yet shown."""
    return message


class Invalid(Refused):
    """Several inputs are at fault at once; ``errors`` holds one refusal for each."""

    def __init__(self, errors: Sequence[Refused]) -> None:
        super().__init__("invalid", noop_gettext("入力内容に誤りがあります。"))
        self.errors = tuple(errors)

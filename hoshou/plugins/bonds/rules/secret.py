"""The two secrets of a folder: the viewing URL's token and the viewing password (A1, A3, D-42)."""

import secrets
from fractions import Fraction

from hoshou.base.japanese import fold

TOKEN_BYTES = 32
PASSWORD_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Thirty-two letters and digits that people don't confuse: five bits each."""
PASSWORD_LENGTH = 12
GROUP = 4


def new_token() -> str:
    """A viewing URL's token: 256 random bits, safe in a URL."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_password() -> str:
    """A viewing password of 60 random bits, in groups of four: ``ABCD-EFGH-JKLM``."""
    letters = "".join(secrets.choice(PASSWORD_ALPHABET) for _ in range(PASSWORD_LENGTH))
    return "-".join(letters[start : start + GROUP] for start in range(0, PASSWORD_LENGTH, GROUP))


def bare_password(typed: str) -> str:
    """What was typed, in the one form that is hashed: half width, upper case, without dashes or spaces."""
    return "".join(letter for letter in fold(typed).upper() if letter.isalnum())


def guess_probability(tries: int) -> Fraction:
    """The chance that this many different guesses hold the right password."""
    return Fraction(tries, len(PASSWORD_ALPHABET) ** PASSWORD_LENGTH)

"""Receipt numbers: short enough to be read out on the telephone, too many to be guessed."""

import secrets

from hoshou.base.japanese import fold

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Thirty-two letters and digits that people don't confuse: five bits each."""

LENGTH = 12
GROUP = 4


def new_receipt() -> str:
    """A receipt number of 60 random bits in groups of four: ``ABCD-EFGH-JKLM``."""
    return _grouped("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def receipt_typed(text: str) -> str | None:
    """The receipt number that was typed, full width, small or without dashes; None when it can't be one."""
    letters = "".join(letter for letter in fold(text).upper() if letter.isalnum())
    if len(letters) != LENGTH or not set(letters) <= set(ALPHABET):
        return None
    return _grouped(letters)


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + GROUP] for start in range(0, LENGTH, GROUP))

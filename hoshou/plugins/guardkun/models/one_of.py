"""The constraint that a column holds one of an enumeration's values."""

from enum import StrEnum


def one_of(column: str, values: type[StrEnum]) -> str:
    """The SQL condition for a CHECK constraint."""
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"

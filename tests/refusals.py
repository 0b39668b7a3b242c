"""What tests say about errors raised on purpose."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hoshou.base.errors import DomainError


@contextmanager
def refused(code: str, field: str | None = None, kind: type[DomainError] = DomainError) -> Iterator[None]:
    """The block must raise a domain error with this code (and field)."""
    with pytest.raises(kind) as caught:
        yield
    assert (caught.value.code, caught.value.field) == (code, field)

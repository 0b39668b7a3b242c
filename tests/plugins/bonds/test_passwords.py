"""Viewing passwords at rest (A3, A-069)."""

import runpy

import pytest
from argon2 import Type

from hoshou.plugins.bonds.services import passwords


@pytest.mark.req("A3", "A-069")
def test_a_hash_costs_at_least_what_owasp_asks_for() -> None:
    """Argon2id with 19 MiB and two rounds is the least of the OWASP Password Storage Cheat Sheet."""
    hasher = runpy.run_path(passwords.__file__)["_hasher"]
    assert hasher.type is Type.ID
    assert hasher.memory_cost >= 19 * 1024
    assert hasher.time_cost >= 2

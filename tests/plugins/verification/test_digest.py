"""Only a whole digest is asked about, however it was pasted."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoshou.base.errors import Refused
from hoshou.plugins.verification.rules.digest import normal_digest

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""The SHA-256 of nothing (FIPS 180-4)."""


@pytest.mark.parametrize(
    "typed",
    [
        EMPTY,
        EMPTY.upper(),
        f"  {EMPTY}\n",
        ":".join(EMPTY[at : at + 2] for at in range(0, 64, 2)),
        " ".join(EMPTY[at : at + 8] for at in range(0, 64, 8)),
        "".join(chr(ord(letter) + 0xFEE0) for letter in EMPTY),
    ],
)
def test_a_pasted_digest_is_understood(typed: str) -> None:
    assert normal_digest(typed) == EMPTY


@pytest.mark.parametrize(
    "typed", ["", EMPTY[:-1], EMPTY + "0", EMPTY[:-1] + "g", "%", EMPTY[:32], "e3b0*", "٣" * 64]
)
def test_anything_less_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        normal_digest(typed)
    assert (refused.value.code, refused.value.field) == ("not_a_digest", "sha256")


@given(st.binary())
def test_every_digest_is_its_own_normal_form(data: bytes) -> None:
    digest = hashlib.sha256(data).hexdigest()
    assert normal_digest(digest) == digest

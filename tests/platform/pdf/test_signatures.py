"""What is told of a PDF's signatures: who, when, how much of the file, and whether anything happened since."""

from datetime import timedelta

import pytest

from hoshou.base.clock import jst
from hoshou.base.errors import Refused
from hoshou.platform.pdf import read_signatures
from hoshou.platform.pdf.signatures import (
    Changes,
    Signature,
    SignatureKind,
    signatures_from_json,
    signatures_to_json,
)
from tests.samples import hostile, pdfs, signed


def only(data: bytes) -> Signature:
    (found,) = read_signatures(data)
    return found


def state(signature: Signature) -> tuple[bool, bool, Changes]:
    return signature.is_intact, signature.covers_whole_file, signature.changes


@pytest.mark.req("A13")
@pytest.mark.parametrize("key", signed.KEYS)
def test_every_kind_of_key_is_understood_in_confinement(key: str) -> None:
    found = only(signed.signed(key))
    assert state(found) == (True, True, Changes.NONE)
    assert (found.kind, found.stamped_at) == (SignatureKind.SIGNATURE, None)
    assert found.signer == f"{signed.SIGNER}、{signed.ORGANISATION}"
    assert found.claimed_at is not None
    assert found.claimed_at.utcoffset() == timedelta(hours=9)


def test_a_time_stamp_says_when() -> None:
    assert only(signed.signed(stamped=True)).stamped_at == jst(2026, 4, 1, 9, 30)


def test_a_second_signature_is_a_permitted_addition_to_the_first() -> None:
    first, second = read_signatures(signed.signed_twice())
    assert state(first) == (True, False, Changes.PERMITTED)
    assert state(second) == (True, True, Changes.NONE)


def test_a_document_time_stamp_changes_nothing() -> None:
    signature, stamp = read_signatures(signed.signed_and_time_stamped())
    assert state(signature) == (True, False, Changes.NONE)
    assert state(stamp) == (True, True, Changes.NONE)
    assert (stamp.kind, stamp.signer) == (SignatureKind.TIME_STAMP, signed.AUTHORITY)
    assert (stamp.claimed_at, stamp.stamped_at) == (None, jst(2026, 4, 1, 9, 30))


def test_a_changed_byte_breaks_the_signature() -> None:
    assert not only(signed.changed_inside()).is_intact


def test_what_was_added_since_is_told() -> None:
    assert state(only(signed.added_to())) == (True, False, Changes.FORBIDDEN)


def test_a_file_without_signatures_has_none() -> None:
    assert read_signatures(pdfs.plain()) == ()


@pytest.mark.req("A13")
@pytest.mark.parametrize(
    "make",
    [
        signed.with_a_broken_signature,
        lambda: signed.with_a_broken_signature("unheard.of"),
        hostile.truncated,
        lambda: b"nothing",
    ],
)
def test_what_cannot_be_read_is_refused(make: object) -> None:
    with pytest.raises(Refused) as refused:
        read_signatures(make())  # type: ignore[operator]
    assert refused.value.code == "pdf_unreadable"


def test_a_report_survives_being_kept() -> None:
    found = read_signatures(signed.signed_and_time_stamped())
    assert signatures_from_json(signatures_to_json(found)) == found

"""The digital signatures in a PDF: who signed when, what is covered, and what was added since."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from hoshou.base.clock import JST
from hoshou.platform.pdf.runner import Runner

_runner = Runner("hoshou.platform.pdf.child.signing_jobs", slots=1)


class SignatureKind(StrEnum):
    SIGNATURE = "signature"
    TIME_STAMP = "time_stamp"


class Changes(StrEnum):
    """What was added to the file after a signature, by the rules of ISO 32000-2 and the signer's own."""

    NONE = "none"
    PERMITTED = "permitted"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature or document time stamp.

    ``signer`` and ``issuer`` are what the certificate says; whether its issuer can be trusted isn't looked at.
    ``claimed_at`` is the signer's own clock, ``stamped_at`` a time stamp authority's. ``is_intact``: the signed
    bytes are unchanged and signed with the certificate's key.
    """

    kind: SignatureKind
    signer: str
    issuer: str
    claimed_at: datetime | None
    stamped_at: datetime | None
    is_intact: bool
    covers_whole_file: bool
    changes: Changes


def read_signatures(data: bytes) -> tuple[Signature, ...]:
    """The signatures of a PDF in the order of signing, read in a limited child.

    The names are a stranger's text: escape them. Raises Refused ``pdf_unreadable`` or ``pdf_too_heavy``, and
    Unavailable when PDF work can't be done now.
    """
    answer, _ = _runner.ask("signatures", data)
    return tuple(_signature(facts) for facts in answer["signatures"])


def signatures_to_json(signatures: tuple[Signature, ...]) -> str:
    """Signatures as text to be kept."""
    return json.dumps([asdict(signature) for signature in signatures], ensure_ascii=False, default=str)


def signatures_from_json(text: str) -> tuple[Signature, ...]:
    """What ``signatures_to_json`` made into text."""
    return tuple(_signature(facts) for facts in json.loads(text))


def _signature(facts: dict[str, Any]) -> Signature:
    return Signature(
        kind=SignatureKind(facts["kind"]),
        signer=str(facts["signer"]),
        issuer=str(facts["issuer"]),
        claimed_at=_instant(facts["claimed_at"]),
        stamped_at=_instant(facts["stamped_at"]),
        is_intact=bool(facts["is_intact"]),
        covers_whole_file=bool(facts["covers_whole_file"]),
        changes=Changes(facts["changes"]),
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(JST) if text else None

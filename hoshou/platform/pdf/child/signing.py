"""Read a PDF's digital signatures with pyHanko: what each covers and whether it still holds.

Nothing here trusts anybody: a certificate's names are what the certificate says, whoever issued it.
"""

from datetime import datetime
from typing import Any, BinaryIO

from asn1crypto import cms, x509
from cryptography.hazmat.primitives import hashes
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    extract_tst_data_iter,
    get_hash_spec_for_tst_digest,
    validate_sig_integrity,
)
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from hoshou.platform.pdf.child.protocol import Refusal

_MAX_SIGNATURES = 50
_MAX_NAME_CHARACTERS = 200
_NOTHING_ADDED = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES)


def signatures(file: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """The job behind ``signatures.read_signatures``."""
    reader = PdfFileReader(file, strict=False)
    found = reader.embedded_signatures
    # Signatures of kinds that pyHanko doesn't know are left out without a word.
    if len(found) != len(list(enumerate_sig_fields(reader, filled_status=True))):
        raise Refusal("pdf_unreadable")
    return {"signatures": [_facts(signature) for signature in found[:_MAX_SIGNATURES]]}, b""


def _facts(signature: EmbeddedPdfSignature) -> dict[str, Any]:
    signature.compute_integrity_info()  # type: ignore[no-untyped-call]
    certificate = signature.signer_cert
    is_stamp = signature.sig_object_type == "/DocTimeStamp"
    return {
        "kind": "time_stamp" if is_stamp else "signature",
        "signer": _name(certificate.subject),
        "issuer": _name(certificate.issuer),
        "claimed_at": None if is_stamp else _instant(signature.self_reported_timestamp),
        "stamped_at": _stamped_at(signature, is_stamp),
        "is_intact": _is_intact(signature, is_stamp),
        "covers_whole_file": signature.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        "changes": _changes(signature),
    }


def _is_intact(signature: EmbeddedPdfSignature, is_stamp: bool) -> bool:
    """Whether the signed bytes are the ones in the file, and the certificate's key signed them."""
    if is_stamp:
        return _token_holds(signature.signed_data, signature.compute_digest())
    intact, valid = validate_sig_integrity(
        signature.signer_info, signature.signer_cert, "data", signature.compute_digest()
    )
    return intact and valid


def _changes(signature: EmbeddedPdfSignature) -> str:
    """What was added to the file after this signature."""
    result = signature.diff_result
    if not isinstance(result, DiffResult):
        return "forbidden"
    if result.modification_level in _NOTHING_ADDED:
        return "none"
    return "permitted" if signature.summarise_integrity_info()["docmdp_ok"] else "forbidden"


def _stamped_at(signature: EmbeddedPdfSignature, is_stamp: bool) -> str | None:
    """When a time stamp authority saw the signature, if its token fits and holds."""
    if is_stamp:
        tokens = [(signature.signed_data, signature.compute_digest())]
    else:
        signed = signature.signer_info["signature"].native
        tokens = [
            (token, _digest(_imprint(token)["hash_algorithm"]["algorithm"].native, signed))
            for token in extract_tst_data_iter(signature.signer_info, signed=False)
        ]
    for token, expected in tokens:
        if _token_holds(token, expected):
            return _instant(_token_info(token)["gen_time"].native)
    return None


def _token_holds(token: cms.SignedData, expected: bytes) -> bool:
    """Whether a time stamp is of these bytes' digest, and the authority's key signed it."""
    if _imprint(token)["hashed_message"].native != expected:
        return False
    signer = extract_signer_info(token)
    content = bytes(token["encap_content_info"]["content"])
    digest = _digest(signer["digest_algorithm"]["algorithm"].native, content)
    certificate = extract_certs_for_validation(token).signer_cert
    intact, valid = validate_sig_integrity(signer, certificate, "tst_info", digest)
    return intact and valid


def _token_info(token: cms.SignedData) -> Any:
    return token["encap_content_info"]["content"].parsed


def _imprint(token: cms.SignedData) -> Any:
    return _token_info(token)["message_imprint"]


def _digest(algorithm: str, data: bytes) -> bytes:
    digest = hashes.Hash(get_hash_spec_for_tst_digest(algorithm))
    digest.update(data)
    return digest.finalize()


def _name(name: x509.Name) -> str:
    """Common name and organisation, as far as the certificate has them."""
    parts = []
    for attribute in ("common_name", "organization_name"):
        value = name.native.get(attribute, "")
        text = "、".join(value) if isinstance(value, list) else str(value)
        text = "".join(letter for letter in text if letter.isprintable()).strip()
        if text and text not in parts:
            parts.append(text)
    return "、".join(parts)[:_MAX_NAME_CHARACTERS]


def _instant(at: datetime | None) -> str | None:
    """An instant without a zone says too little."""
    return at.isoformat() if at is not None and at.tzinfo is not None else None

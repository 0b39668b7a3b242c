"""PDFs with signatures and time stamps of every kind that insurers may use, and what was done to them afterwards."""

import datetime
import io
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from tests.samples.pdfs import plain, sign

KEYS = ("rsa", "pss", "p384", "ed25519", "dsa")
SIGNER = "見本海上火災保険株式会社 電子証券署名"
ORGANISATION = "見本海上火災保険株式会社"
AUTHORITY = "見本タイムスタンプ局"
STAMPED_AT = datetime.datetime(2026, 4, 1, 0, 30, tzinfo=datetime.UTC)


@cache
def signed(key: str = "rsa", *, stamped: bool = False) -> bytes:
    """A page signed with that kind of key; ``stamped`` adds a time stamp authority's token."""
    return _sign(plain(), key, "Signature1", stamped=stamped)


def signed_by(name: str) -> bytes:
    """A page signed by somebody of that name."""
    signer = signers.PdfSigner(signers.PdfSignatureMetadata(field_name="Signature1"), _signer("p384", name))
    return sign(signer, IncrementalPdfFileWriter(io.BytesIO(plain())))


def signed_twice() -> bytes:
    """A second person signs what the first one has signed."""
    return _sign(signed(), "p384", "Signature2")


def signed_and_time_stamped() -> bytes:
    """A document time stamp over a signed file, as for keeping it long."""
    writer = IncrementalPdfFileWriter(io.BytesIO(signed()))
    with ThreadPoolExecutor(1) as apart:
        stamp = signers.PdfTimeStamper(_authority()).timestamp_pdf
        return apart.submit(stamp, writer, "sha256").result().getvalue()


def changed_inside() -> bytes:
    """A signed file in which one byte of the signed content was replaced by another."""
    data = bytearray(signed())
    at = data.index(b"595")
    data[at + 2] = ord("6")
    return bytes(data)


def added_to() -> bytes:
    """A signed file to which another page's worth of content was added, as editors save."""
    writer = IncrementalPdfFileWriter(io.BytesIO(signed()))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Rotate"] = page["/MediaBox"][0].__class__(90)
    writer.update_container(page)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def with_a_broken_signature(kind: str = "adbe.pkcs7.detached") -> bytes:
    """A file whose signature isn't one, of a kind that exists or of one that nobody knows."""
    with pikepdf.open(io.BytesIO(plain())) as pdf:
        value = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Sig,
                SubFilter=pikepdf.Name(f"/{kind}"),
                ByteRange=[0, 1, 2, 3],
                Contents=pikepdf.String(b"no signature"),
            )
        )
        field = pdf.make_indirect(
            pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="Signature1", V=value, Type=pikepdf.Name.Annot)
        )
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=3)
        made = io.BytesIO()
        pdf.save(made)
        return made.getvalue()


def _sign(data: bytes, key: str, field: str, *, stamped: bool = False) -> bytes:
    signer = signers.PdfSigner(
        signers.PdfSignatureMetadata(field_name=field),
        _signer(key, SIGNER, ORGANISATION),
        timestamper=_authority() if stamped else None,
    )
    return sign(signer, IncrementalPdfFileWriter(io.BytesIO(data)))


@cache
def _authority() -> DummyTimeStamper:
    signer = _signer("rsa", AUTHORITY, stamps=True)
    return DummyTimeStamper(signer.signing_cert, signer.signing_key, fixed_dt=STAMPED_AT)


@cache
def _signer(kind: str, name: str, organisation: str = "", *, stamps: bool = False) -> signers.SimpleSigner:
    key = _key(kind)
    names = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if organisation:
        names.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    start = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(names))
        .issuer_name(x509.Name(names))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=36500))
        .add_extension(x509.KeyUsage(True, True, *[False] * 7), critical=True)
    )
    if stamps:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        certificate = certificate.add_extension(usage, critical=True)
    made = certificate.sign(key, None if kind == "ed25519" else hashes.SHA256())
    packed = serialize_key_and_certificates(b"signer", key, made, None, serialization.NoEncryption())
    loaded = signers.SimpleSigner.load_pkcs12_data(packed, other_certs=[], passphrase=None)
    assert loaded is not None
    return signers.SimpleSigner(
        signing_cert=loaded.signing_cert,
        signing_key=loaded.signing_key,
        cert_registry=loaded.cert_registry,
        prefer_pss=kind == "pss",
    )


def _key(
    kind: str,
) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | dsa.DSAPrivateKey:
    if kind in ("rsa", "pss"):
        return rsa.generate_private_key(65537, 2048)
    if kind == "dsa":
        return dsa.generate_private_key(2048)
    return ed25519.Ed25519PrivateKey.generate() if kind == "ed25519" else ec.generate_private_key(ec.SECP384R1())

"""Keys: one master secret, one derived key for each purpose.

Purposes never share a key, so what leaks from one use says nothing about another.
"""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask

MASTER_KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


class KeyRing:
    """Derives a key for each purpose and seals small values with it."""

    def __init__(self, master: bytes, retired: Sequence[bytes] = ()) -> None:
        """Values are sealed with ``master``; those sealed with a retired one can still be opened."""
        if len(master) < MASTER_KEY_BYTES:
            raise ValueError("the master key must have at least 32 bytes")
        self._master = master
        self._retired = [KeyRing(old) for old in retired]
        self._derived: dict[str, bytes] = {}
        self._ciphers: dict[str, AESGCM] = {}

    @property
    def key_id(self) -> str:
        """Names the key that seals now, without saying anything about it: 16 hex digits."""
        return self.derive("key-id").hex()[:16]

    def knows(self, key_id: str) -> bool:
        """Whether what the key of this name has sealed can be opened."""
        return any(ring.key_id == key_id for ring in (self, *self._retired))

    def derive(self, purpose: str) -> bytes:
        """The 32-byte key of one purpose."""
        key = self._derived.get(purpose)
        if key is None:
            key = HKDF(SHA256(), 32, salt=None, info=f"hoshou/{purpose}".encode()).derive(self._master)
            self._derived[purpose] = key
        return key

    def seal(self, purpose: str, plain: bytes, bound_to: str) -> bytes:
        """Encrypt with AES-256-GCM; opening needs the same purpose and the same ``bound_to``."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher(purpose).encrypt(nonce, plain, bound_to.encode())

    def open(self, purpose: str, sealed: bytes, bound_to: str) -> bytes:
        """Raises cryptography's InvalidTag when the value was altered or belongs elsewhere."""
        for ring in (self, *self._retired):
            try:
                return ring._open(purpose, sealed, bound_to)
            except InvalidTag:
                continue
        raise InvalidTag

    def _open(self, purpose: str, sealed: bytes, bound_to: str) -> bytes:
        if len(sealed) < NONCE_BYTES + TAG_BYTES:
            raise InvalidTag
        return self._cipher(purpose).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to.encode())

    def _cipher(self, purpose: str) -> AESGCM:
        cipher = self._ciphers.get(purpose)
        if cipher is None:
            cipher = self._ciphers[purpose] = AESGCM(self.derive(purpose))
        return cipher

    def fingerprint(self, purpose: str, value: str) -> str:
        """A keyed digest (hex): finds a value again without keeping it."""
        return hmac.new(self.derive(purpose), value.encode(), hashlib.sha256).hexdigest()


def load_keys(app: Flask) -> KeyRing:
    """The key ring from the setting MASTER_KEY (base64), else from a key file made once in DATA_DIR.

    Either may hold several keys, newest first, separated by spaces, commas or line breaks: the first
    seals, the others open what was sealed before the rotation.
    """
    configured: str = app.config["MASTER_KEY"]
    text = configured or _key_file(Path(app.config["DATA_DIR"]) / "keys" / "master.key")
    newest, *retired = [base64.urlsafe_b64decode(key) for key in text.replace(",", " ").split()]
    return KeyRing(newest, retired)


def _key_file(path: Path) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return path.read_text("ascii")
    except FileNotFoundError:
        pass
    # Written aside and linked into place, so that of several first starts one key wins and none is torn.
    draft = path.with_suffix(f".{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(base64.urlsafe_b64encode(secrets.token_bytes(MASTER_KEY_BYTES)))
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text("ascii")

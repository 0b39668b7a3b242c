"""Viewing passwords are kept as Argon2id hashes only (A3, A-069)."""

from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hoshou.plugins.bonds.rules.secret import bare_password, new_password, new_token

_hasher = PasswordHasher()


@dataclass(frozen=True)
class NewSecrets:
    """A viewing URL's token, for a folder that has none yet, and a viewing password with its hash."""

    token: str
    password: str
    password_hash: str


def new_secrets() -> NewSecrets:
    """Fresh secrets. Hashing takes time: to be called outside any transaction."""
    password = new_password()
    return NewSecrets(new_token(), password, hash_password(bare_password(password)))


def hash_password(bare: str) -> str:
    """The Argon2id hash of a password in its bare form."""
    return _hasher.hash(bare)


def password_matches(hashed: str, bare: str) -> bool:
    """Whether the password is right. Without a hash the same work is done and the answer is no (A2)."""
    try:
        return _hasher.verify(hashed or _nobody(), bare) and bool(hashed)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return _hasher.hash("")

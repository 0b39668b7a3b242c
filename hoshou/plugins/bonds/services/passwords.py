"""Viewing passwords are kept as Argon2id hashes only (A3, A-069)."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()


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

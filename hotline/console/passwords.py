"""Pass phrases, kept as argon2 hashes; without it a stolen database would open the console."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
# Of no pass phrase at all. An unknown name costs the same work as a known one.
_NOBODY = _HASHER.hash("nobody's pass phrase")


def hashed(password: str) -> str:
    """What is kept of a pass phrase."""
    return _HASHER.hash(password)


def fits(stored: str | None, password: str) -> bool:
    """Is this the pass phrase? `None` (an unknown name, or nobody who may log in) takes as long and is never right."""
    try:
        right = _HASHER.verify(stored or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None

"""Pass phrases, kept as argon2 hashes; without it a stolen database would open the console."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

_HASHER = PasswordHasher()
# Of no pass phrase at all, so an unknown name costs the same work as a known one. Made up, since every process that
# loads this would otherwise do the work once for nothing.
_COST = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
NOBODY = f"$argon2id$v={ARGON2_VERSION}${_COST}${'A' * 22}${'A' * 43}"  # 16 and 32 bytes of nothing


def hashed(password: str) -> str:
    """What is kept of a pass phrase."""
    return _HASHER.hash(password)


def fits(stored: str | None, password: str) -> bool:
    """Is this the pass phrase? `None` (an unknown name, or nobody who may log in) takes as long and is never right."""
    try:
        right = _HASHER.verify(stored or NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None

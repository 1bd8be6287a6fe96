"""Pass phrases, kept as argon2 hashes; without it a stolen database would open the console."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from hotline.standard.engine import SignIn

_HASHER = PasswordHasher()
# Of no pass phrase at all, so an unknown name costs the same work as a known one. Made up, since every process that
# loads this would otherwise do the work once for nothing.
_COST = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
NOBODY = f"$argon2id$v={ARGON2_VERSION}${_COST}${'A' * 22}${'A' * 43}"  # 16 and 32 bytes of nothing
_COMMONEST = Path(__file__).with_name("commonest.txt")
_DIFFERENT = 5  # characters at least: "aaaaaaaaaaaa" and "121212121212" are the first that are guessed
_NAME_SHORTEST = 3  # characters; a name of two is found in many good phrases by chance


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


def weakness(password: str, login: str, figures: SignIn) -> str | None:
    """What is wrong with a new pass phrase: short, long, common, name; None where it is good.

    Its length counts, and that it is none of those that are tried first. Nothing is asked of its kinds of characters,
    and nobody has to change one that is not known to others (NIST SP 800-63B-4 3.1.1.2, ASVS 6.2).
    """
    folded = password.casefold()
    if len(password) < figures.password_shortest:
        return "short"
    if len(password) > figures.password_longest:
        return "long"
    if len(login) >= _NAME_SHORTEST and login.casefold() in folded:
        return "name"
    is_common = folded in _commonest() or len(set(folded)) < _DIFFERENT or _runs(folded)
    return "common" if is_common else None


@cache
def _commonest() -> frozenset[str]:
    return frozenset(_COMMONEST.read_text("utf-8").split())


def _runs(password: str) -> bool:
    """Does every character follow the one before it, as in "abcdefghijkl", or backwards?"""
    steps = {ord(after) - ord(before) for before, after in pairwise(password)}
    return steps in ({1}, {-1})

"""Sealed personal values; without it a stolen database would be a stolen address book (SEC-1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hotline.errors import Invalid, NotFound

_NONCE = 12


@dataclass(frozen=True)
class NamedKey:
    """A 32-byte key with the short name by which a sealed value says who can open it."""

    name: str
    secret: bytes

    @classmethod
    def parse(cls, text: str) -> NamedKey:
        """Read `name:base64`. Raises Invalid."""
        name, _, encoded = text.strip().partition(":")
        try:
            secret = base64.b64decode(encoded, validate=True)
        except ValueError:
            secret = b""
        if not name.isalnum() or len(secret) != 32:
            raise Invalid("a key is written name:base64 with 32 bytes behind the colon; `hotline keys` makes one")
        return cls(name, secret)


class Sealer:
    """Seals with the first key, opens with any of them, and makes the blind index for exact look-up.

    `retired`: gives a key that is set no longer, by its name and sealed with one that is; None where there is none.
    """

    def __init__(
        self, keys: Sequence[NamedKey], index_key: bytes, retired: Callable[[str], str | None] = lambda _name: None
    ) -> None:
        if not keys:
            raise Invalid("no sealing key")
        self._current = keys[0]
        self._keys = {key.name: key.secret for key in keys}
        self._set = tuple(self._keys)
        self._index_key = index_key
        self._retired = retired

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the keys that are set; the first seals."""
        return self._set

    def resealed(self, sealed: str) -> str:
        """What `seal` or `new_key` made, sealed anew with the first key. Raises Invalid as `open` does."""
        return f"{self._current.name}.{_encrypt(self._current.secret, self._opened(sealed))}"

    def sealed_key(self, name: str) -> str:
        """One of our own keys, sealed with the first. Raises Invalid where no key of this name is set."""
        return f"{self._current.name}.{_encrypt(self._current.secret, self._key(name))}"

    def is_key(self, name: str, wrapped: str) -> bool:
        """Is the key that `sealed_key` made this the one that is set under this name? Raises Invalid as `open` does."""
        return hmac.compare_digest(self._opened(wrapped), self._key(name))

    def proof(self, name: str) -> str:
        """What the key that is set under this name opens, and no other. Raises Invalid where none is set."""
        return _encrypt(self._key(name), name.encode())

    def is_proven(self, name: str, proof: str) -> bool:
        """Is the key that is set under this name the one that made the proof?"""
        try:
            return name in self._set and _decrypt(self._key(name), proof) == name.encode()
        except Invalid:
            return False

    def seal(self, text: str) -> str:
        """Seal a value that belongs to no customer (a raw webhook, a member of staff's telephone)."""
        return f"{self._current.name}.{_encrypt(self._current.secret, text.encode())}"

    def open(self, sealed: str) -> str:
        """Open what `seal` made. Raises Invalid when no key fits or the value was changed."""
        return self._opened(sealed).decode()

    def is_ours(self, sealed: str) -> bool:
        """Was this sealed by `seal`, whose values name their key, and not with the key of a customer?"""
        return "." in sealed

    def new_key(self) -> str:
        """A fresh key of one customer, wrapped under ours; destroying it erases all it sealed."""
        return f"{self._current.name}.{_encrypt(self._current.secret, os.urandom(32))}"

    def seal_for(self, wrapped: str | None, text: str) -> str:
        """Seal a value with one customer's key. Raises NotFound when that key was destroyed."""
        return _encrypt(self._unwrap(wrapped), text.encode())

    def open_for(self, wrapped: str | None, sealed: str) -> str:
        """Open a value with one customer's key. Raises NotFound when that key was destroyed."""
        return _decrypt(self._unwrap(wrapped), sealed).decode()

    def seal_bytes(self, wrapped: str | None, plain: bytes) -> bytes:
        """Seal a file with a key that `new_key` made. Raises NotFound when that key was destroyed."""
        return _seal(self._unwrap(wrapped), plain)

    def open_bytes(self, wrapped: str | None, sealed: bytes) -> bytes:
        """Open what `seal_bytes` made. Raises NotFound when the key was destroyed, Invalid when it was changed."""
        return _open(self._unwrap(wrapped), sealed)

    def blind(self, text: str) -> str:
        """The same text always gives the same 64 characters, and nobody without the key can tell the text."""
        return hmac.new(self._index_key, text.encode(), hashlib.sha256).hexdigest()

    def _unwrap(self, wrapped: str | None) -> bytes:
        if wrapped is None:
            raise NotFound("this customer was erased: the key no longer exists")
        return self._opened(wrapped)

    def _opened(self, sealed: str) -> bytes:
        name, _dot, value = sealed.partition(".")
        try:
            return _decrypt(self._key(name), value)
        except Invalid:
            before = self._before(name)
            if before is None:
                raise
        return _decrypt(before, value)

    def _before(self, name: str) -> bytes | None:
        """Another key that had the name of one that is set, and was retired."""
        kept = self._retired(name) if name in self._set else None
        by, _dot, value = (kept or "").partition(".")
        return _decrypt(self._keys[by], value) if by in self._set else None

    def _key(self, name: str) -> bytes:
        if name not in self._keys:
            kept = self._retired(name)
            if kept is None:
                raise Invalid(f"SEALING_KEYS lacks the key {name!r}, which sealed this value")
            self._keys[name] = self._opened(kept)
        return self._keys[name]


def _seal(key: bytes, plain: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, None)


def _open(key: bytes, sealed: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
    except (ValueError, InvalidTag) as error:
        raise Invalid("a sealed value was changed, or sealed with another key") from error


def _encrypt(key: bytes, plain: bytes) -> str:
    return base64.urlsafe_b64encode(_seal(key, plain)).decode()


def _decrypt(key: bytes, text: str) -> bytes:
    try:
        return _open(key, base64.urlsafe_b64decode(text))
    except ValueError as error:
        raise Invalid("a sealed value was changed, or sealed with another key") from error

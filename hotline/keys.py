"""The keys of the house: made, kept for their owner alone, read; without them nothing sealed could be opened."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Collection
from itertools import count
from pathlib import Path

from hotline.errors import Invalid
from hotline.sealing import NamedKey

FILE = "keys.json"
NAMES = ("SECRET_KEY", "SEALING_KEYS", "BLIND_INDEX_KEY", "AUDIT_SIGNING_KEY")


def keep_private(path: Path, value: object) -> None:
    """Write a new JSON file that only its owner can read. Raises FileExistsError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)


def fresh() -> dict[str, str]:
    """Fresh values for every key we need."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "SEALING_KEYS": f"k1:{_seed()}",
        "BLIND_INDEX_KEY": _seed(),
        "AUDIT_SIGNING_KEY": _seed(),
    }


def another(taken: Collection[str]) -> str:
    """A fresh sealing key, as SEALING_KEYS writes it, under the first name that is free: k2, k3 ..."""
    name = next(name for name in (f"k{n}" for n in count(2)) if name not in taken)
    return f"{name}:{_seed()}"


def _seed() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def stored(folder: Path, *, make: bool) -> dict[str, str]:
    """The keys kept in a data folder, none where there are none; with `make` they are made first. Raises Invalid."""
    path = folder / FILE
    if make and not path.exists():
        keep_private(path, fresh())
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text())
    except ValueError as error:
        raise Invalid(
            f"{path}: not readable as JSON; restore it from a backup, its keys open the sealed values"
        ) from error
    return {name: str(found[name]) for name in NAMES if name in found}


def parse(value: str) -> list[NamedKey]:
    """Keys by name, written k2:...,k1:...; the first seals, all open. Raises ValueError."""
    try:
        return [NamedKey.parse(part) for part in value.split(",") if part.strip()]
    except Invalid as error:
        raise ValueError(str(error)) from error


def decode(value: str) -> bytes:
    """32 bytes from base64. Raises ValueError."""
    try:
        raw = base64.b64decode(value, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise ValueError("is 32 bytes in base64; `hotline keys` makes one")
    return raw

"""Sealed recordings as files; without it what callers told by voice would lie with the carrier alone (SEC-4)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from hotline.errors import NotFound

FOLDER = "recordings"


def new_name() -> str:
    """A name for a file that says nothing and that nobody guesses: 32 characters."""
    return secrets.token_hex(16)


def keep(folder: Path, name: str, sealed: bytes) -> None:
    """Write a file that only its owner can read, on the disk before it returns. The same name again overwrites."""
    sounds = folder / FOLDER
    sounds.mkdir(mode=0o700, parents=True, exist_ok=True)
    sounds.chmod(0o700)  # the folder may be older than this rule
    path = _path(folder, name)
    fresh = path.with_suffix(f".{secrets.token_hex(4)}")  # two workers may fetch the same, when a lease ran out
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    directory = os.open(sounds, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def read(folder: Path, name: str) -> bytes:
    """A kept file, still sealed. Raises NotFound."""
    try:
        return _path(folder, name).read_bytes()
    except FileNotFoundError:
        raise NotFound(f"the file of recording {name} is gone") from None


def _path(folder: Path, name: str) -> Path:
    return folder / FOLDER / f"{name}.sealed"

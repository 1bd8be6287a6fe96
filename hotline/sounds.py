"""Where sealed recordings lie; without it what callers told by voice would lie with the carrier alone (SEC-4)."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

import obstore
from obstore.exceptions import BaseError
from obstore.exceptions import NotFoundError as Missing
from obstore.store import S3Store

from hotline.errors import NotFound

FOLDER = "recordings"
T = TypeVar("T")


class Store(Protocol):
    """Keeps sealed recordings by names that say nothing. Raises NotFound, and OSError where it does not answer."""

    def keep(self, name: str, sealed: bytes) -> None:
        """Keep it, safe from a power cut before this returns. The same name again overwrites."""

    def read(self, name: str) -> bytes:
        """What was kept, still sealed."""

    def remove(self, name: str) -> None:
        """Destroy it; what is not there is destroyed already."""


def new_name() -> str:
    """A name for a recording that says nothing and that nobody guesses: 32 characters."""
    return secrets.token_hex(16)


class Folder:
    """A folder that only its owner can read."""

    def __init__(self, data: Path) -> None:
        self._sounds = data / FOLDER

    def keep(self, name: str, sealed: bytes) -> None:
        """See Store."""
        self._sounds.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sounds.chmod(0o700)  # the folder may be older than this rule
        path = self._path(name)
        fresh = path.with_suffix(f".{secrets.token_hex(4)}")  # two workers may fetch the same, when a lease ran out
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        directory = os.open(self._sounds, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def read(self, name: str) -> bytes:
        """See Store."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            raise _gone(name) from None

    def remove(self, name: str) -> None:
        """See Store."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._sounds / f"{name}.sealed"


class Account(NamedTuple):
    """Who we are to an S3-compatible service; without key and secret, by the role of the machine."""

    endpoint: str | None
    region: str
    key: str | None
    secret: str | None


class Bucket:
    """A bucket of an S3-compatible service, `s3://bucket/prefix`. Nothing is connected before the first use."""

    def __init__(self, address: str, account: Account, *, connect_within: timedelta, within: timedelta) -> None:
        """`connect_within`: how long a connection may take; `within`: how long one recording, tries and all."""
        bucket, _slash, prefix = address.removeprefix("s3://").partition("/")
        known_by = {"access_key_id": account.key, "secret_access_key": account.secret, "endpoint": account.endpoint}
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            region=account.region,
            config={name: value for name, value in known_by.items() if value is not None},  # type: ignore[arg-type]
            client_options={
                "connect_timeout": connect_within,
                "timeout": within,
                "allow_http": account.endpoint is not None,  # a service in the same house may speak plain HTTP
            },
            retry_config={"max_retries": 1, "retry_timeout": within},
        )

    def keep(self, name: str, sealed: bytes) -> None:
        """See Store."""
        _answered(name, lambda: obstore.put(self._store, f"{name}.sealed", sealed, use_multipart=False))

    def read(self, name: str) -> bytes:
        """See Store."""
        return _answered(name, lambda: obstore.get(self._store, f"{name}.sealed").bytes().to_bytes())

    def remove(self, name: str) -> None:
        """See Store."""
        with suppress(NotFound):
            _answered(name, lambda: obstore.delete(self._store, f"{name}.sealed"))


class Moved:
    """A store, and the one that was used before: what is not in the first yet is read where it was kept."""

    def __init__(self, now: Store, before: Store) -> None:
        self._now, self._before = now, before

    def keep(self, name: str, sealed: bytes) -> None:
        """See Store. Kept in the first alone."""
        self._now.keep(name, sealed)

    def read(self, name: str) -> bytes:
        """See Store."""
        try:
            return self._now.read(name)
        except NotFound:
            return self._before.read(name)

    def remove(self, name: str) -> None:
        """See Store. It may lie in both."""
        self._now.remove(name)
        self._before.remove(name)


def _answered(name: str, ask: Callable[[], T]) -> T:
    """The cause is cut off: its words hold the address of the bucket."""
    try:
        return ask()
    except (Missing, FileNotFoundError):
        raise _gone(name) from None
    except BaseError as error:
        raise OSError(f"the store of recordings does not take or give one: {type(error).__name__}") from None


def _gone(name: str) -> NotFound:
    return NotFound(f"the file of recording {name} is gone")

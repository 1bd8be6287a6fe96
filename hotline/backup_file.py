"""The form of a back-up: lines in one compressed file, signed at its end; without it damage would go unnoticed.

The first line says what it is; then each table with its rows, each file with its pieces; the last line holds the
SHA-256 of all lines before it, signed with the key of the log's checkpoints. It is written and read as a stream: the
memory stays flat, however much there is.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from hotline.errors import Conflict, Invalid

FORM = 2  # of this file; another is refused
_UNSIGNED = 1  # the form of earlier versions
_LEVEL = 6  # of the compression
_PIECE = 1 << 20  # bytes of a file on one line

Sign = Callable[[bytes], str]  # gives the signature of these bytes
Fits = Callable[[bytes, str], bool]  # is it that of whoever may make back-ups?


@dataclass
class Writer:
    """Writes lines, and counts what was written."""

    _out: gzip.GzipFile
    _sign: Sign
    _digest: Any = field(default_factory=hashlib.sha256)
    rows: int = 0
    files: int = 0

    def table(self, name: str, columns: list[str]) -> None:
        """From here on follow the rows of this table."""
        self._line({"table": name, "columns": columns})

    def row(self, values: list[Any]) -> None:
        """One row, its values in the order of the columns."""
        self._line(values)
        self.rows += 1

    def file(self, name: str, content: bytes) -> None:
        """A file as it is."""
        self._line({"file": name})
        for begin in range(0, len(content), _PIECE):
            self._line({"piece": base64.b64encode(content[begin : begin + _PIECE]).decode()})
        self.files += 1

    def begin(self, about: dict[str, Any]) -> None:
        """The first line."""
        self._line({"hotline-backup": FORM, **about})

    def end(self) -> None:
        """The last line."""
        digest = self._digest.hexdigest()
        end = {"rows": self.rows, "files": self.files, "sha256": digest, "signature": self._sign(_signed(digest))}
        self._out.write(_encoded(end))

    def _line(self, value: Any) -> None:
        line = _encoded(value)
        self._digest.update(line)
        self._out.write(line)


@contextmanager
def written(path: Path, sign: Sign) -> Iterator[Writer]:
    """A new back-up that only its owner can read; under its name once it is whole and on the disk. Raises Conflict."""
    if path.exists():
        raise Conflict(f"{path} is there already: name another file")
    part = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield from _compressed(file, sign)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def checked(path: Path, fits: Fits | None) -> dict[str, Any]:
    """What the first line says, after every line was read, its digest is right and its signature fits.

    `fits`: None where an earlier version made it, which signed nothing. Raises Invalid for any damage, for a signature
    of somebody else, and for what is not signed and should be.
    """
    digest, last, about = hashlib.sha256(), b"", {}
    for n, line in enumerate(_lines(path)):
        if n == 0:
            about = _first(path, line)
        digest.update(last)
        last = line
    end = _decoded(path, last)
    if not isinstance(end, dict) or end.get("sha256") != digest.hexdigest():
        raise Invalid(f"{path} is damaged or not whole: nothing of it was used. Take another back-up")
    if fits is not None and not fits(_signed(digest.hexdigest()), str(end.get("signature"))):
        raise Invalid(_refusal(path, end))
    return about


def _signed(digest: str) -> bytes:
    """What is signed: never to be taken for a checkpoint."""
    return f"hotline-backup {digest}".encode()


def _refusal(path: Path, end: dict[str, Any]) -> str:
    if "signature" in end:
        return (
            f"{path} was signed with another AUDIT_SIGNING_KEY, or changed since: restore it with the key of its time"
        )
    return (
        f"{path} is not signed: an earlier version made it, or somebody changed it. "
        "Where you know that nobody could, say --unsigned"
    )


class Reader:
    """Everything between the first line and the last, of a file that was `checked`. `line` is the one that is next."""

    def __init__(self, path: Path) -> None:
        self._lines = _between(path)
        self.line: Any = next(self._lines, None)

    def take(self) -> Any:
        """The next line, which is passed."""
        line, self.line = self.line, next(self._lines, None)
        return line

    def rows(self, most: int) -> list[list[Any]]:
        """Up to so many rows of the table that is read; none at its end."""
        found: list[list[Any]] = []
        while isinstance(self.line, list) and len(found) < most:
            found.append(self.take())
        return found

    def content(self) -> bytes:
        """The pieces of the file that is read."""
        pieces = []
        while isinstance(self.line, dict) and "piece" in self.line:
            pieces.append(base64.b64decode(self.take()["piece"]))
        return b"".join(pieces)


def _between(path: Path) -> Iterator[Any]:
    before = None
    for n, line in enumerate(_lines(path)):
        if before is not None and n > 1:
            yield json.loads(before)
        before = line


def _compressed(file: BinaryIO, sign: Sign) -> Iterator[Writer]:
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_LEVEL, filename="") as out:
        writer = Writer(out, sign)
        yield writer
        writer.end()


def _first(path: Path, line: bytes) -> dict[str, Any]:
    about = _decoded(path, line)
    if not isinstance(about, dict) or about.get("hotline-backup") not in {FORM, _UNSIGNED}:
        raise Invalid(f"{path} is no back-up of this product, or one of a form that this version does not read")
    return about


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") as file:
            yield from file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Invalid(f"{path} is damaged or not whole: nothing of it was used. Take another back-up") from error
    except FileNotFoundError as error:
        raise Invalid(f"there is no file {path}") from error


def _encoded(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _decoded(path: Path, line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise Invalid(f"{path} is damaged or not whole: nothing of it was used. Take another back-up") from error

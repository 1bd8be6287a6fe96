"""The sealed pieces of a file in the store, each under a name used once; else a late worker spoilt a whole file.

A turn's pieces have names that begin with its own word. Which of them count, the row of the export says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import IO, Any

from hotline import sheets
from hotline.domain.export_forms import Export, named
from hotline.errors import NotFound
from hotline.runtime import Runtime
from hotline.sheets import Cell, Sheet
from hotline.sounds import Store


class Pieces:
    """What one turn writes behind the pieces that count already."""

    def __init__(self, runtime: Runtime, row: Export, stem: str) -> None:
        self._seal, self._open = runtime.sealer.seal_bytes, runtime.sealer.open_bytes
        self._store, self._largest = runtime.sounds, runtime.figures.exports.piece
        self._row, self._stem, self._written = row, stem, 0
        self._names, self._waits = list(row.pieces), bytearray()

    def add(self, rows: list[list[Cell]]) -> None:
        """Rows behind the others: of a CSV as they will be read, of a workbook as they are until all are there."""
        text = sheets.lines(rows) if self._row.form == "csv" else "".join(f"{_as_json(one)}\n" for one in rows)
        self.write(text)

    def write(self, text: str) -> None:
        """Words behind the others."""
        self._waits += text.encode()
        if len(self._waits) >= self._largest:
            self.flush()

    def flush(self) -> list[str]:
        """Keep what waits; the pieces that there are now."""
        if self._waits:
            self._names.append(self._keep(bytes(self._waits)))
            self._waits.clear()
        return self._names

    def whole(self, heads: Sheet) -> tuple[list[str], int, str]:
        """The file, once every row is there: its pieces, its bytes, its digest."""
        if self._row.form == "csv":
            digest, size = sha256(), 0
            for name in self._names:
                plain = self._read(name)
                digest.update(plain)
                size += len(plain)
            return self._names, size, digest.hexdigest()
        return self.written([Sheet(heads.title, heads.heads, self._rows(), heads.line)])

    def written(self, found: Sequence[Sheet]) -> tuple[list[str], int, str]:
        """A file of these sheets, a CSV of the first: its pieces, its bytes, its digest."""
        digest, size, names = sha256(), 0, list[str]()
        file, _rows = sheets.written(self._row.form, found, at=self._row.asked_at)
        with file:
            for plain in _cut(file, self._largest):
                names.append(self._keep(plain))
                digest.update(plain)
                size += len(plain)
        return names, size, digest.hexdigest()

    def _rows(self) -> Iterator[list[Cell]]:
        for name in self._names:
            for line in self._read(name).splitlines():
                yield [datetime.fromisoformat(one["at"]) if isinstance(one, dict) else one for one in json.loads(line)]

    def _keep(self, plain: bytes) -> str:
        name = named(self._stem, self._written)
        self._store.keep(name, self._seal(self._row.key, plain))
        self._written += 1
        return name

    def _read(self, name: str) -> bytes:
        return self._open(self._row.key, self._store.read(name))


def remove(store: Store, stem: str) -> None:
    """Every piece of a turn goes, counted or not. Raises OSError where the store does not answer.

    The last goes first: where the store is away in the midst, the next try finds every one that is left.
    """
    most = 0
    while _is_in(store, named(stem, most)):
        most += 1
    for number in reversed(range(most)):
        store.remove(named(stem, number))


def _is_in(store: Store, name: str) -> bool:
    try:
        store.read(name)
    except NotFound:
        return False
    return True


def _as_json(cells: list[Any]) -> str:
    plain = [{"at": cell.isoformat()} if isinstance(cell, datetime) else cell for cell in cells]
    return json.dumps(plain, ensure_ascii=False)


def _cut(file: IO[bytes], largest: int) -> Iterator[bytes]:
    while piece := file.read(largest):
        yield piece

"""The marks by which rows from outside name the export they came from; without them no leak had a source (SEC-2).

Two ways, each by itself enough. A **code** stands in a column of its own: export and row, enciphered, so that a row
that was typed off a printed page still leads home. A **hidden mark** stands inside words: characters of no width that
are copied with the text and stay when the column of codes is cut away. Words by which rows are counted, filtered or
grouped have none, but for the company's name, which has it in each row alike: what is equal is equal to a table program
too, and three columns lead home by themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

from hotline.errors import Invalid

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing in it is taken for something else
_READ_AS = str.maketrans("OIL", "011")
_UNSEEN = "\u200b\u200c\u200d\u2060"  # two bits each
_ID_BITS, _ROW_BITS, _CHECK_BITS = 20, 20, 10
_HALF_BITS = 25
_HALF = (1 << _HALF_BITS) - 1
_ROUNDS = 6
_CODE = re.compile(r"(?<![0-9A-Z])([0-9A-Z]{5})\s?[-‐‑–—−]?\s?([0-9A-Z]{5})(?![0-9A-Z])")
_PROOF_BITS = 28
_SIGNS = (_ID_BITS + _PROOF_BITS) // 2  # characters of a hidden mark
_HIDDEN = re.compile(f"[{_UNSEEN}]{{{_SIGNS},}}")
_ANY_UNSEEN = re.compile(f"[{_UNSEEN}\ufeff]+")

ROWS_MOST = (1 << _ROW_BITS) - 1  # of an export: more have no code
_EXPORTS_MOST = (1 << _ID_BITS) - 1


class Code(NamedTuple):
    """What a code says: the export's number, and the row's, from 1."""

    export_id: int
    row: int


class Carrier(str):
    """Words of a row that nobody counts or groups by, as a masked number or a time zone: a hidden mark is there."""

    __slots__ = ()

    def marked(self, mark: str) -> str:
        """With the mark in the midst, where a masked number has its stars."""
        return f"{self[: len(self) // 2]}{mark}{self[len(self) // 2 :]}"


class Alike(Carrier):
    """Words that stand in every row, as the company's name, and so are sent along: equal ones stay equal in a file."""

    __slots__ = ()

    def marked(self, mark: str) -> str:
        """With the mark behind the last character, so that what is searched for is found in it."""
        return f"{self}{mark}"


class Marks:
    """Makes the marks and reads them; whoever lacks the key can do neither."""

    def __init__(self, key: str) -> None:
        """`key`: the blind print of a fixed word, so that it outlives every sealing key."""
        self._key = key.encode()

    def code(self, export_id: int, row: int) -> str:
        """The code of a row, as `7K3QM-0ZTXB`. Raises Invalid beyond what fits."""
        if not (0 < export_id <= _EXPORTS_MOST and 0 < row <= ROWS_MOST):
            raise Invalid(f"no code holds row {row} of export {export_id}")
        number = self._enciphered((export_id << _ROW_BITS | row) << _CHECK_BITS)
        letters = "".join(_LETTERS[number >> shift & 31] for shift in range(45, -1, -5))
        return f"{letters[:5]}-{letters[5:]}"

    def codes_in(self, text: str) -> Iterator[Code]:
        """Every code of ours in a text, however it was typed; by chance one in a thousand words looks like one."""
        plain = _ANY_UNSEEN.sub("", unicodedata.normalize("NFKC", text)).upper()
        for first, second in _CODE.findall(plain):
            letters = (first + second).translate(_READ_AS)
            if "U" not in letters:
                number = self._deciphered(int("".join(f"{_LETTERS.index(one):05b}" for one in letters), 2))
                rest = number >> _CHECK_BITS
                if not number & ((1 << _CHECK_BITS) - 1) and rest >> _ROW_BITS and rest & ROWS_MOST:
                    yield Code(rest >> _ROW_BITS, rest & ROWS_MOST)

    def hidden(self, export_id: int) -> str:
        """The characters of no width that name an export."""
        number = export_id << _PROOF_BITS | self._proof(export_id)
        return "".join(_UNSEEN[number >> shift & 3] for shift in range(2 * _SIGNS - 2, -1, -2))

    def hidden_in(self, text: str) -> Counter[int]:
        """How often each export is named by a hidden mark in a text."""
        found: Counter[int] = Counter()
        for run in _HIDDEN.findall(text):
            found.update(self._named(run))
        return found

    def _named(self, run: str) -> Iterator[int]:
        """Where two marked cells were joined, their marks may touch one another."""
        place = 0
        while place + _SIGNS <= len(run):
            number = 0
            for sign in run[place : place + _SIGNS]:
                number = number << 2 | _UNSEEN.index(sign)
            export_id, proof = number >> _PROOF_BITS, number & ((1 << _PROOF_BITS) - 1)
            if proof == self._proof(export_id):
                yield export_id
                place += _SIGNS
            else:
                place += 1

    def _proof(self, export_id: int) -> int:
        return self._print(b"hidden", export_id) >> (64 - _PROOF_BITS)

    def _enciphered(self, number: int) -> int:
        left, right = number >> _HALF_BITS, number & _HALF
        for turn in range(_ROUNDS):
            left, right = right, left ^ self._print(b"%d" % turn, right) & _HALF
        return left << _HALF_BITS | right

    def _deciphered(self, number: int) -> int:
        left, right = number >> _HALF_BITS, number & _HALF
        for turn in reversed(range(_ROUNDS)):
            left, right = right ^ self._print(b"%d" % turn, left) & _HALF, left
        return left << _HALF_BITS | right

    def _print(self, what: bytes, number: int) -> int:
        digest = blake2b(number.to_bytes(8, "big"), digest_size=8, key=self._key, person=what)
        return int.from_bytes(digest.digest(), "big")


def marked(cells: Sequence[object], mark: str) -> list[object]:
    """A row with the hidden mark in each of its carriers."""
    return [cell.marked(mark) if isinstance(cell, Carrier) and cell else cell for cell in cells]


def without(text: str) -> str:
    """A text as it is read, without what nobody sees."""
    return _ANY_UNSEEN.sub("", text)

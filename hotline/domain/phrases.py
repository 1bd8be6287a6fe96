"""Where a phrase stands in what was said, whatever its punctuation and width; else a comma would hide it (PPL-3)."""

from __future__ import annotations

import unicodedata

Place = tuple[int, int]  # from the first character to behind the last, in the text as it was written


def places(text: str, phrase: str) -> list[Place]:
    """Every place of a phrase in a text, in order; none overlaps another.

    Signs and blanks are passed over; full and half width, capital and small letters are the same.
    """
    said, at = _bare(text)
    wanted, _ = _bare(phrase)
    found: list[Place] = []
    place = said.find(wanted) if wanted else -1
    while place >= 0:
        found.append((at[place], at[place + len(wanted) - 1] + 1))
        place = said.find(wanted, place + len(wanted))
    return found


def _bare(text: str) -> tuple[str, list[int]]:
    """The letters and figures of a text alone, and where in the text each of them stands."""
    kept = [
        (sign, place)
        for place, character in enumerate(text)
        for sign in unicodedata.normalize("NFKC", character).casefold()
        if sign.isalnum()
    ]
    return "".join(sign for sign, _ in kept), [place for _, place in kept]

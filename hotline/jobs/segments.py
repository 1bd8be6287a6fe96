"""How long a text is as the carrier counts it; without it a text could cost tenfold or be refused (contract 6)."""

from __future__ import annotations

from typing import NamedTuple

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_ESCAPED = frozenset("^{}\\[~]|€\f")  # two units each
_CUT = "…"


class _Room(NamedTuple):
    """How many units a text takes when it goes alone, and in each of several segments."""

    alone: int
    chained: int


_SEVEN_BIT, _UCS2 = _Room(160, 153), _Room(70, 67)


def count(body: str) -> int:
    """The number of segments; one character outside GSM-7, any Chinese one, puts the whole text into UCS-2."""
    plain = all(character in _GSM or character in _GSM_ESCAPED for character in body)
    room = _SEVEN_BIT if plain else _UCS2
    units = sum(_units(character, plain) for character in body)
    return 1 if units <= room.alone else -(-units // room.chained)


def fit(body: str, *, segments: int, longest: int) -> str:
    """The text within so many segments and characters; what is over is cut off at its end, and that is shown."""
    if len(body) <= longest and count(body) <= segments:
        return body
    low, high = 0, len(body)
    while low < high:
        middle = (low + high + 1) // 2
        kept = body[:middle] + _CUT
        low, high = (middle, high) if len(kept) <= longest and count(kept) <= segments else (low, middle - 1)
    return body[:low].rstrip() + _CUT


def _units(character: str, plain: bool) -> int:
    if plain:
        return 2 if character in _GSM_ESCAPED else 1
    return len(character.encode("utf-16-le")) // 2

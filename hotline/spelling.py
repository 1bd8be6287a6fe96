"""Names and numbers found in words however they were written; else what was typed by hand would hide who it is."""

from __future__ import annotations

import re
from collections.abc import Iterable

# As people write and dictate digits; one character for one, so that what is found in the one stands in the other.
DIGITS = str.maketrans("０１２３４５６７８９＋－〇零一二三四五六七八九幺", "0123456789+-001234567891")
GAP = r"[ .-]?"
_BETWEEN = r"[\s./()（）‐-―-]{0,3}"  # the digits of a number that is known: no other is taken for it


def spelled(value: str) -> re.Pattern[str]:
    """A value however it is written: a number's digits stand together or in groups."""
    plain = value.translate(DIGITS)
    gap = _BETWEEN if plain.removeprefix("+").isdecimal() else ""
    return re.compile(gap.join(re.escape(one) for one in plain), re.IGNORECASE)


def long_enough(values: Iterable[str]) -> list[str]:
    """One character is a part of many words. The longest first, so that nothing of it is left by a shorter one."""
    return sorted({value.strip() for value in values if len(value.strip()) > 1}, key=len, reverse=True)


def says(texts: Iterable[str], values: Iterable[str]) -> bool:
    """Does one of these texts hold one of the values, however it is written; or is it a value of one character?"""
    told, sought = [text.translate(DIGITS) for text in texts], set(values)
    patterns = [spelled(value) for value in long_enough(sought)]
    return any(text.strip() in sought or any(one.search(text) for one in patterns) for text in told)

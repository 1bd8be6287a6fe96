"""What an address that we give the carrier must look like; a Chinese letter or an escape in it breaks the signature."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

# contract 3.2: the fragment's keys and their whole-number ranges; rp, e and sni are words.
OVERRIDES = {"ct": (100, 10000), "rt": (100, 15000), "tt": (100, 15000), "rc": (0, 5)}
RETRIED = {"4xx", "5xx", "ct", "rt", "all"}
QUERY = re.compile(r"[A-Za-z0-9_.=&~-]*")  # contract 4.2, 4.3
PATH = re.compile(r"(/[A-Za-z0-9_.~-]*)*")
PHONE = re.compile(r"(?<![A-Za-z0-9])(\+\d{7,15}|1[3-9]\d{9})(?![A-Za-z0-9])")


def complaints(url: str) -> Iterator[str]:
    """What the carrier, or our own check of its signature, would trip over."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError as error:
        yield f"11100: {error}"
        return
    if parts.scheme not in {"http", "https"} or not host:
        yield "not an absolute http address (contract 1.9)"
        return
    if "_" in host:
        yield "an underscore in the host (contract 1.8)"
    if not PATH.fullmatch(parts.path) or not QUERY.fullmatch(parts.query):
        yield "more than plain ASCII segments and ids (contract 4.3)"
    if PHONE.search(parts.path) or PHONE.search(parts.query):
        yield "a telephone number in an address (contract 9)"
    yield from _overrides(parts.fragment)


def personal(name: str) -> bool:
    """True where a name that the carrier keeps in the open holds a telephone number or a person's name."""
    return PHONE.search(name) is not None or not name.isascii()


def _overrides(fragment: str) -> Iterator[str]:
    for pair in fragment.split("&") if fragment else []:
        key, _, value = pair.partition("=")
        if key in OVERRIDES:
            low, high = OVERRIDES[key]
            if not value.isdigit() or not low <= int(value) <= high:
                yield f"11240: {pair} is not {low} to {high} (contract 3.2)"
        elif key == "rp":
            if not set(value.split(",")) <= RETRIED:
                yield f"11243: {pair} (contract 3.2)"
        elif key not in {"e", "sni"} or not value:
            yield f"11240: {pair} is no override (contract 3.2)"

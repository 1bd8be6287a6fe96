"""Connection overrides in a URL's fragment: without them retries could not be asked for, nor tested."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from hotline.simulator import figures

POLICIES = frozenset({"4xx", "5xx", "ct", "rt", "all"})


class BadOverride(Exception):
    """A fragment the carrier does not accept; carries its error number."""

    def __init__(self, code: int) -> None:
        super().__init__(f"error {code}")
        self.code = code


@dataclass(frozen=True)
class Overrides:
    """How one webhook is tried (contract 3.2); times in milliseconds."""

    connect_ms: int = figures.CONNECT_TIMEOUT_MS
    read_ms: int = figures.READ_TIMEOUT_MS
    total_ms: int = figures.TOTAL_TIMEOUT_MS
    retries: int = figures.RETRIES
    policy: frozenset[str] = frozenset({figures.RETRY_POLICY})

    def retries_on(self, fault: str) -> bool:
        """Whether this kind of failure (4xx, 5xx, ct, rt) is tried again."""
        return fault in self.policy or "all" in self.policy


def split(url: str) -> tuple[str, Overrides]:
    """The URL without its fragment, and what the fragment asks for.

    Raises BadOverride 11243 for an unknown retry policy; figures out of range are brought into it.
    """
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.fragment))
    policy = frozenset(asked.get("rp", figures.RETRY_POLICY).split(","))
    if not policy <= POLICIES:
        raise BadOverride(11243)
    overrides = Overrides(
        connect_ms=_within(asked.get("ct"), figures.CONNECT_TIMEOUT_MS, 100, 10000),
        read_ms=_within(asked.get("rt"), figures.READ_TIMEOUT_MS, 100, 15000),
        total_ms=_within(asked.get("tt"), figures.TOTAL_TIMEOUT_MS, 100, 15000),
        retries=_within(asked.get("rc"), figures.RETRIES, 0, 5),
        policy=policy,
    )
    return urlunsplit(parts._replace(fragment="")), overrides


def _within(text: str | None, default: int, least: int, most: int) -> int:
    if text is None or not text.isdecimal():
        return default
    return min(most, max(least, int(text)))

"""Sees every document and request of the suite; without it only those a test thinks of would be checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from hotline.simulator.courier import Answer, Sender
from tests.contract import grammar, openapi, packages, places
from tests.contract.places import Place


@dataclass
class Seen:
    """What has been emitted since the last `begin`, and over the whole run."""

    complaints: list[str] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    documents: int = 0
    requests: int = 0


SEEN = Seen()


@cache
def active() -> bool:
    """Whether the carrier's descriptions are here; if not, nothing is judged."""
    return not packages.missing()


def document(xml: str, url: str = "") -> None:
    """To be called with every answer to a document webhook, and the address that was asked, if known.

    The address tells where the document is heard: an earlier one may have named it as its waitUrl.
    """
    if not active():
        return
    SEEN.documents += 1
    place = SEEN.places.get(_bare(url), Place.UNKNOWN)
    complaints = _judged(xml, place)
    SEEN.complaints += [f"{why}\n  in {xml[:2000]}" for why in complaints]
    if not complaints:
        SEEN.places.update((_bare(address), heard) for address, heard in places.leads(xml, place))


def request(method: str, url: str, params: openapi.Params = ()) -> None:
    """To be called with every REST request: its form for a POST, its query for a GET."""
    if not active():
        return
    SEEN.requests += 1
    SEEN.complaints += [f"{why}\n  in {method} {url}" for why in openapi.check_request(method, url, params)]


def watched(sender: Sender) -> Sender:
    """The same sender; every document it brings back is judged, with the address that gave it."""

    def send(method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Answer:
        answer = sender(method, url, headers, body, timeout)
        if answer.body and "xml" in answer.headers.get("content-type", ""):
            document(answer.body.decode("utf-8", "replace"), url)
        return answer

    return send


def begin() -> None:
    """A new test: what the last one emitted is forgotten, but not how much."""
    SEEN.complaints, SEEN.places = [], {}


def _bare(url: str) -> str:
    return url.partition("#")[0]


@cache
def _judged(xml: str, place: Place) -> tuple[str, ...]:
    return tuple(grammar.check(xml, place))

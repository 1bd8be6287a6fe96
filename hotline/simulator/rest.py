"""The door for the product's own requests: without it the carrier's client would have nobody to talk to."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlencode

from hotline.simulator import faults, figures
from hotline.simulator.board import API_VERSION, Board

Json = dict[str, Any]
T = TypeVar("T")
_PLACE = (
    "Page",
    "PageSize",
    "PageToken",
)  # where in a list a request looks; the rest of its query is what it looks for


@dataclass(frozen=True)
class Request:
    """One REST request: query and form as lists of values; `authorization` the header as it came."""

    method: str
    path: str
    query: Mapping[str, list[str]] = field(default_factory=dict)
    form: Mapping[str, list[str]] = field(default_factory=dict)
    authorization: str = ""

    def get(self, name: str, default: str = "") -> str:
        """The first value of a form field, or of the query for GET."""
        values = (self.query if self.method == "GET" else self.form).get(name)
        return values[0] if values else default

    def has(self, name: str) -> bool:
        """Whether the field was sent at all."""
        return name in (self.query if self.method == "GET" else self.form)

    def every(self, name: str) -> list[str]:
        """All values of a repeated form field."""
        return list(self.form.get(name, ()))

    def flag(self, name: str, default: bool = False) -> bool:
        """A form field as true or false."""
        return self.get(name, "true" if default else "false").lower() == "true"


@dataclass(frozen=True)
class Reply:
    """The answer to a REST request. `hangs`: the client is to see no answer at all."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    hangs: bool = False


class RestError(Exception):
    """A request the carrier refuses, with its error number (contract 6)."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


Handler = Callable[..., Reply]


@dataclass(frozen=True)
class Route:
    """A method and a path below the account, or a whole one; {names} in it become arguments of the handler."""

    method: str
    path: str
    handler: Handler

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The names found in the path, or None where this route is not meant."""
        found = _pattern(self.path).fullmatch(path) if method == self.method else None
        return found.groupdict() if found else None


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+?)", path))


def serve(board: Board, routes: Iterable[Route], request: Request) -> Reply:
    """Answer one REST request under the exchange's lock, or run into the trouble that was ordered for it."""
    fault = board.faults.take(faults.ON_REST, f"{request.method} {request.path}")
    trouble = fault.trouble if fault is not None else None
    if trouble is faults.Trouble.REST_BUSY:
        return refusal(RestError(429, 20429, "Too Many Requests"))
    if trouble is faults.Trouble.REST_BROKEN:
        return refusal(RestError(500, 20500, "An internal server error has occurred"))
    if trouble is faults.Trouble.REST_SILENT:
        return Reply(504, hangs=True)
    with board.timetable.changed:
        reply = _handle(board, routes, request)
    if trouble is faults.Trouble.REST_SILENT_LATE:
        return Reply(504, hangs=True)
    if trouble is faults.Trouble.REST_BROKEN_LATE:
        return refusal(RestError(500, 20500, "An internal server error has occurred"))
    return reply


def _handle(board: Board, routes: Iterable[Route], request: Request) -> Reply:
    try:
        _check_credentials(board, request.authorization)
        # Below the account; a path of another product keeps its first stroke, and so do its routes.
        path = request.path.removeprefix(f"/{API_VERSION}/Accounts/{board.account_sid}/").removesuffix(".json")
        for route in routes:
            names = route.match(request.method, path)
            if names is not None:
                return route.handler(board, request, **names)
        raise not_found(request.path)
    except RestError as error:
        return refusal(error)


def _check_credentials(board: Board, authorization: str) -> None:
    kind, _, encoded = authorization.partition(" ")
    try:
        user, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        user, secret = "", ""
    keys = {board.account_sid: board.auth_token} | board.api_keys
    if kind.lower() != "basic" or not user or keys.get(user) != secret:
        raise RestError(401, 20003, "Authenticate")


def refusal(error: RestError) -> Reply:
    """The carrier's JSON for an error."""
    more = f"https://www.twilio.com/docs/errors/{error.code}"
    body = {"code": error.code, "message": error.message, "more_info": more, "status": error.status}
    return Reply(error.status, json.dumps(body).encode())


def not_found(what: str) -> RestError:
    """404 / 20404."""
    return RestError(404, 20404, f"The requested resource {what} was not found")


def find(things: Mapping[str, T], key: str) -> T:
    """The thing under this key; RestError 20404 where there is none."""
    try:
        return things[key]
    except KeyError:
        raise not_found(key) from None


def shown(body: Json, status: int = 200) -> Reply:
    """One resource as JSON."""
    return Reply(status, json.dumps(body).encode())


def gone() -> Reply:
    """204, after a deletion."""
    return Reply(204)


def page(request: Request, key: str, items: list[Json]) -> Reply:
    """One page of a list in the carrier's form."""
    size = _whole(request, "PageSize", figures.PAGE_SIZE)
    number = _whole(request, "Page", 0)
    first = number * size
    more = first + size < len(items)
    asked = [(name, value) for name, values in request.query.items() if name not in _PLACE for value in values]
    uri = f"{request.path}?{urlencode([*asked, ('PageSize', size)])}&Page="
    body = {
        key: items[first : first + size],
        "first_page_uri": f"{uri}0",
        "next_page_uri": f"{uri}{number + 1}" if more else None,
        "previous_page_uri": f"{uri}{number - 1}" if number else None,
        "uri": f"{uri}{number}",
        "page": number,
        "page_size": size,
        "start": first,
        "end": max(first, min(first + size, len(items)) - 1),
    }
    return shown(body)


def later_page(board: Board, request: Request, key: str, items: list[Json]) -> Reply:
    """One page of a list in the form of the carrier's later products."""
    size, number = _whole(request, "PageSize", figures.PAGE_SIZE), _whole(request, "Page", 0)
    asked = [(name, value) for name, values in request.query.items() if name not in _PLACE for value in values]
    url = f"{board.later_base}{request.path}?{urlencode([*asked, ('PageSize', size)])}&Page="
    more = (number + 1) * size < len(items)
    meta = {
        "key": key,
        "page": number,
        "page_size": size,
        "first_page_url": f"{url}0",
        "next_page_url": f"{url}{number + 1}" if more else None,
        "previous_page_url": f"{url}{number - 1}" if number else None,
        "url": f"{url}{number}",
    }
    return shown({key: items[number * size : (number + 1) * size], "meta": meta})


def _whole(request: Request, name: str, default: int) -> int:
    text = request.get(name, str(default))
    return int(text) if text.isdecimal() else default


def date(at: datetime | None) -> str | None:
    """A time as the 2010 API writes it."""
    return None if at is None else format_datetime(at.replace(microsecond=0))


def uri(board: Board, tail: str) -> str:
    """The path of a resource."""
    return f"/{API_VERSION}/Accounts/{board.account_sid}/{tail}.json"

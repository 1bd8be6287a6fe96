"""What the carrier refuses in a REST request: without it a wrong parameter would be noticed only on a live account."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from hotline.simulator import figures
from hotline.simulator.board import Board
from hotline.simulator.legs import Callbacks, Target
from hotline.simulator.rest import Request, RestError

_NUMBER = re.compile(r"^\+[1-9]\d{4,14}$")
_ADDRESS = re.compile(r"^(client|sip):.+$")
_CALL_EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
METHODS = frozenset({"GET", "POST"})


def number_called(board: Board, request: Request, missing: int = 21201) -> str:
    """To: there (21201), a number in E.164 or a client (21211), and not refused on request."""
    to = request.get("To")
    if not to:
        raise RestError(400, missing, "No 'To' number is specified")
    if not _NUMBER.match(to) and not _ADDRESS.match(to):
        raise RestError(400, 21211, f"The phone number you are attempting to call, {to}, is not valid.")
    if to in board.faults.refused:
        raise RestError(400, board.faults.refused[to], f"Account not allowed to call {to}")
    return to


def number_calling(board: Board, request: Request) -> str:
    """From: there (21213) and a number of the account's or a client (21210)."""
    caller = request.get("From")
    if not caller:
        raise RestError(400, 21213, "A 'From' phone number is required.")
    if caller not in board.numbers and not _ADDRESS.match(caller):
        raise RestError(400, 21210, "Source phone number provided, is not yet verified for your account")
    return caller


def url(request: Request, name: str, code: int = 21205) -> str:
    """A URL field, empty where it was not sent; RestError with `code` where the carrier would not ask it."""
    value = request.get(name)
    host = urlsplit(value).hostname or ""
    if value and (not value.startswith(("http://", "https://")) or not host or "_" in host):
        raise RestError(400, code, f"{name} is not a valid URL: {value}")
    return value


def method(request: Request, name: str, default: str = "POST") -> str:
    """A method field: GET or POST (21206)."""
    value = request.get(name, default).upper()
    if value not in METHODS:
        raise RestError(400, 21206, f"{name} must be GET or POST")
    return value


def target(request: Request, name: str, method_name: str, code: int = 21205) -> Target | None:
    """A URL field with its method, or None."""
    value = url(request, name, code)
    return Target(value, method(request, method_name)) if value else None


def callbacks(request: Request) -> Callbacks:
    """StatusCallback with its events; no list means `completed` alone, an unknown event is refused (21626)."""
    events = frozenset(request.every("StatusCallbackEvent")) or frozenset({"completed"})
    if not events <= _CALL_EVENTS:
        raise RestError(400, 21626, f"Invalid StatusCallbackEvent: {', '.join(sorted(events - _CALL_EVENTS))}")
    return Callbacks(target(request, "StatusCallback", "StatusCallbackMethod", 21609), events)


def seconds(request: Request, name: str, default: float, least: int, most: int) -> float:
    """A whole number of seconds within its range (21212 stands for a value the carrier does not take)."""
    value = request.get(name)
    if not value:
        return default
    if not value.isdecimal() or not least <= int(value) <= most:
        raise RestError(400, 20001, f"{name} must be a whole number from {least} to {most}")
    return float(value)


def inline_twiml(request: Request) -> str:
    """Twiml: at most 4000 characters (contract 6)."""
    text = request.get("Twiml")
    if len(text) > figures.INLINE_TWIML:
        raise RestError(400, 21218, "Twiml is longer than 4000 characters")
    return text

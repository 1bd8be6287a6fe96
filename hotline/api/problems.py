"""Refusals that a program can read (RFC 9457); without it another system would get a page made for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response
from werkzeug.exceptions import HTTPException

from hotline.errors import Conflict, HotlineError, Invalid, NotFound, Refused

PREFIX = "/api/"  # of every address whose errors are told so
_STATUS: dict[type[HotlineError], int] = {NotFound: 404, Refused: 403, Conflict: 409, Invalid: 400}


@dataclass(frozen=True)
class Lack:
    """What is wrong with one field of a request, and what would be right; never what was sent."""

    field: str
    detail: str


class Unfit(Invalid):
    """A request that does not say what it has to; all that is wrong with it at once."""

    def __init__(self, *lacks: Lack) -> None:
        super().__init__("; ".join(f"{one.field}: {one.detail}" for one in lacks))
        self.lacks = lacks


@contextmanager
def gathered(lacks: list[Lack]) -> Iterator[None]:
    """What is refused in here is added to what else is wrong, so that all of it is told at once."""
    try:
        yield
    except Unfit as unfit:
        lacks.extend(unfit.lacks)


def answer(
    status: int, detail: str = "", *, lacks: Sequence[Lack] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """A problem document with this status."""
    body: dict[str, object] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail:
        body["detail"] = detail
    if lacks:
        body["errors"] = [vars(one) for one in lacks]
    made = Response(json.dumps(body), status, mimetype="application/problem+json")
    made.headers.update(headers or {})
    return made


def refused(error: HotlineError) -> Response:
    """One of our refusals. Only those that were written for whoever asks are told in words."""
    if isinstance(error, Unfit):
        return answer(400, lacks=error.lacks)
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 400)
    return answer(status, str(error) if isinstance(error, Conflict) else "")


def wrong(error: HTTPException) -> Response:
    """What the web server refuses: too much, not there, no such method, or it went wrong here."""
    allowed = getattr(error, "valid_methods", None)
    return answer(error.code or 500, headers={"Allow": ", ".join(sorted(allowed))} if allowed else None)

"""Who asks, in which language, of which runtime; without it every page would find that out anew."""

from __future__ import annotations

from typing import cast

from flask import current_app, g, request, session

from hotline.db import LARGEST_ID
from hotline.domain.act import Actor
from hotline.domain.staff import Staff
from hotline.runtime import Runtime

LANGUAGES = ("zh-CN", "en")
YEARS = range(1970, 3000)  # of a day that somebody types: far enough from where a calendar ends, in every time zone


def runtime() -> Runtime:
    """The runtime of the application that answers this request."""
    return cast(Runtime, current_app.extensions["hotline"])


def language() -> str:
    """The language of the page: by ?lang= once, kept in the session; before that the browser's own, else Chinese."""
    if "language" not in g:
        g.language = _language()  # a page asks for each of its words
    return str(g.language)


def _language() -> str:
    chosen = request.args.get("lang")
    if chosen in LANGUAGES and session.get("language") != chosen:
        session["language"] = chosen
    kept = session.get("language")
    return kept if kept in LANGUAGES else request.accept_languages.best_match(LANGUAGES, LANGUAGES[0])


def person() -> Staff:
    """Who is logged in; the guard of the pages has let them in already."""
    return cast(Staff, g.person)


def actor() -> Actor:
    """The one who acts through the console."""
    return Actor("console", person().id)


def row_id(typed: str) -> int:
    """The id that a query or a form names. Raises ValueError for what no row can have."""
    number = int(typed)
    if abs(number) > LARGEST_ID:
        raise ValueError(typed)
    return number


def address() -> str:
    """The network address of the client: the nearest one that is no proxy of ours; only those are believed."""
    told = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",") if one.strip()]
    way = [request.remote_addr or "", *reversed(told)]
    return next((one for one in way if one not in runtime().settings.proxies), way[-1])

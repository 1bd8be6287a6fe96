"""Hangs the rooms into one web application; without it each room would set its own headers, errors and limits."""

from __future__ import annotations

import logging
import traceback
from http import HTTPStatus
from types import TracebackType
from typing import Any

from flask import Blueprint, Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Request, Response
from flask_wtf import CSRFProtect
from werkzeug.datastructures import ImmutableMultiDict, iter_multi_items
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, IntegerConverter, ValidationError

from hotline.api import health, openapi, problems, systems
from hotline.console import pages, phone, sheet
from hotline.db import LARGEST_ID
from hotline.errors import Conflict, HotlineError, Invalid, NotFound, Refused
from hotline.runtime import Runtime
from hotline.voice import calling, fallback, routes

log = logging.getLogger(__name__)

LARGEST_BODY = 64 * 1024  # bytes; the carrier's longest webhook and our longest form are far below
TAKES_FILES = "console.trace_rows"
_STATUS: dict[type[HotlineError], int] = {NotFound: 404, Refused: 403, Conflict: 409, Invalid: 400}
_WORDED = (400, 403, 404, 405, 409, 413, 503)
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "media-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
_HSTS = "max-age=63072000; includeSubDomains"  # two years


class RowNumber(IntegerConverter):
    """A number in an address; what no row can have leads nowhere, instead of failing in the database."""

    regex = "[0-9]{1,10}"

    def to_python(self, value: str) -> int:
        """The number. Raises ValidationError above the largest id."""
        number = int(value)
        if number > LARGEST_ID:
            raise ValidationError
        return number


class Word(BaseConverter):
    """A word in an address. With a NUL in it, it is nothing that a database can be asked for, and leads nowhere."""

    regex = r"[^/\x00]+"


class Typed(ImmutableMultiDict[str, Any]):
    """The names and values of a query or a form, without NUL: no text column of PostgreSQL takes one."""

    def __init__(self, given: Any = ()) -> None:
        super().__init__([(_without_nul(name), _without_nul(value)) for name, value in iter_multi_items(given or ())])


def _without_nul(given: Any) -> Any:
    """A file that somebody sends along stays what it is."""
    return given.replace("\0", "") if isinstance(given, str) else given


class Asked(Request):
    """A request whose query and form any query of the database can take. The carrier's webhooks clean their own."""

    parameter_storage_class = Typed


class Application(Flask):
    """A Flask that keeps addresses and messages out of its log: a sheet's address holds its secret."""

    request_class = Asked

    def log_exception(
        self, exc_info: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> None:
        """The kind of the error and where it came from; its text may hold what a caller said."""
        kind, _error, place = exc_info
        frames = "".join(traceback.format_tb(place)) if place else ""
        log.error("%s at %s\n%s", kind.__name__ if kind else "error", request.endpoint, frames)


def create_app(runtime: Runtime) -> Flask:
    """The whole application on one runtime. Opens no connection."""
    app = Application("hotline", static_folder=None)
    app.config.update(_config(runtime))
    app.extensions["hotline"] = runtime
    app.extensions["guards"] = {}
    app.url_map.converters.update({"int": RowNumber, "default": Word})
    app.before_request(_room_for_files)  # before the form is read for its token
    csrf = CSRFProtect(app)
    for blueprint in _rooms(runtime):
        guard = getattr(blueprint, "guard", None)
        if guard is None:
            raise Invalid(f"the room {blueprint.name} does not say who may enter")
        app.extensions["guards"][blueprint.name] = guard
        app.register_blueprint(blueprint)
        if guard in ("signature", "key"):
            csrf.exempt(blueprint)  # carrier and other systems have no session; signature or key is the guard
    app.add_url_rule("/", "door", _to_the_console)
    app.extensions["guards"]["door"] = "open"
    app.register_error_handler(HotlineError, _refused)
    app.register_error_handler(HTTPException, _wrong)
    app.after_request(_secured)
    return app


def _room_for_files() -> None:
    """A file whose source is asked for is larger than any form (SEC-2)."""
    if request.endpoint == TAKES_FILES:
        figures = current_app.extensions["hotline"].figures.exports
        request.max_content_length = request.max_form_memory_size = figures.traced_largest


def _rooms(runtime: Runtime) -> list[Blueprint]:
    return [room.blueprint(runtime) for room in (pages, sheet, health, openapi, systems, routes, calling, fallback)]


def _to_the_console() -> ResponseReturnValue:
    return redirect(url_for("console.call_list"))


def _config(runtime: Runtime) -> dict[str, Any]:
    secure = runtime.settings.base_url.startswith("https://")
    return {
        "SECRET_KEY": runtime.settings.secret_key.get_secret_value(),
        "SESSION_COOKIE_NAME": "__Host-hotline" if secure else "hotline",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "MAX_CONTENT_LENGTH": LARGEST_BODY,
        "MAX_FORM_MEMORY_SIZE": LARGEST_BODY,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session; an engineer's sheet stays open for hours
        "WTF_CSRF_SSL_STRICT": False,  # asks for a Referer, which the sheet does not send: its address is a secret
    }


def _refused(error: HotlineError) -> ResponseReturnValue:
    """A refusal that no page put into words of its own; the error's text is for the log of the one who wrote it."""
    return _error_page(next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 400))


def _wrong(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    if request.path.startswith(problems.PREFIX):
        return problems.wrong(error)
    allow = {"Allow": ", ".join(sorted(valid))} if (valid := getattr(error, "valid_methods", None)) else {}
    page, status, headers = _error_page(error.code)
    return page, status, {**headers, **allow}


def _error_page(status: int) -> tuple[str, int, dict[str, str]]:
    """A page by itself, which a script must not put where a part of another page stood."""
    word = str(status) if status in _WORDED else "other"
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and request.endpoint == TAKES_FILES:
        word = "large-file"
    page = render_template("error.html", status=status, word=word)
    return page, status, {"HX-Reswap": "none"}


def _permissions() -> dict[str, str]:
    """What the page may load and use: our own alone, and what the telephone in it needs."""
    more = phone.reaches()
    policy = {name: f"{value} {more[name]}" if name in more else value for name, value in _POLICY.items()}
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Permissions-Policy": f"camera=(), geolocation=(), microphone=({'self' if phone.hears() else ''})",
    }


def _secured(response: Response) -> Response:
    """The headers of every answer, of errors and static files too."""
    for name, value in {**_HEADERS, **_permissions()}.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")  # a static file has said already that it may be kept
    if request.blueprint == "sheet" or request.path.startswith("/sheet/"):
        response.headers["Referrer-Policy"] = "no-referrer"
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = _HSTS
    return response

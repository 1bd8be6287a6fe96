"""Logging in and out; without it anybody would read what callers said."""

from __future__ import annotations

import logging
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import Forbidden, Unauthorized

from hotline import clock
from hotline.console import asking, entering, passwords, rights, sessions
from hotline.domain import log_ins, staff, waits
from hotline.domain.act import Act, Actor
from hotline.domain.log_ins import How
from hotline.domain.seats import Seat, Status
from hotline.domain.staff import Staff

log = logging.getLogger(__name__)
_DOOR = Actor("console")


def guard() -> ResponseReturnValue | None:
    """Before every page: is this person logged in still, and may they open it?"""
    endpoint = request.endpoint or ""
    if endpoint in rights.OPEN:
        return None
    with asking.runtime().look(_DOOR) as act:
        person = sessions.holder(act)
        is_long_unseen = person is not None and sessions.is_to_be_noted(act)
    if person is None:
        return _to_the_door()
    g.person = person
    if not rights.may_open(person, endpoint):
        raise Forbidden
    if sessions.shows() and endpoint not in rights.SHOWN:
        return redirect(url_for("console.wallboard"), 303)
    sessions.keep_awake(clock.now())
    if is_long_unseen:
        _note_seen()
    return None


def log_in() -> ResponseReturnValue:
    """The log-in page and its form. Wrong name and wrong pass phrase look and last the same."""
    if request.method == "GET":
        return _inside_already() or _page()
    login, password = request.form.get("login", "").strip(), request.form.get("password", "")
    try:
        tried = _try(login, password)
    except RedisError as error:
        log.error("nobody can log in: tries cannot be counted, %s from Redis", type(error).__name__)
        tried = ("later", 503)
    if isinstance(tried, Staff):
        return entering.go_on(tried, how=How.PASSWORD, going_to=wanted())
    word, status = tried
    return _page(problem=word, login=login), status


def log_out() -> ResponseReturnValue:
    """End every open log-in of this person, here and on other machines: a copied cookie ends too.

    Nobody rings at their seat any more: a token of the browser's telephone is good for some minutes yet (contract 8).
    """
    with asking.runtime().act(asking.actor()) as act:
        seat = act.session.get(Seat, asking.person().id, with_for_update=True)  # the seat before the person, as always
        if seat is not None:
            waits.choose(act, seat, Status.OFF)
        staff.log_out(act, act.session.get_one(Staff, asking.person().id, with_for_update=True))
        act.remember("house", "logged-out", staff=asking.person().id)
    sessions.end()
    return redirect(url_for("console.log_in"))


def _page(**told: Any) -> str:
    has_provider = asking.runtime().settings.oidc is not None
    return render_template("log_in.html", going_to=wanted(), has_provider=has_provider, **told)


def _note_seen() -> None:
    """Now and then only: a page that is looked at should not have to write. Only the list of log-ins is less exact
    where it cannot be written."""
    try:
        with asking.runtime().act(asking.actor()) as act:
            log_ins.seen(act, sessions.ticket().row)
    except SQLAlchemyError as error:
        log.warning("when a log-in was used last is not noted: %s", type(error).__name__)


def _inside_already() -> ResponseReturnValue | None:
    """To their page: a second log-in in the same browser would take the token from the pages that are open."""
    with asking.runtime().look(_DOOR) as act:
        person = sessions.holder(act)
    return None if person is None else redirect(wanted() or url_for(rights.first_page(person)))


def _try(login: str, password: str) -> Staff | tuple[str, int]:
    """Whose pass phrase this is, else the word of what is wrong and the status.

    What was right is forgiven only when the person is in: with a known pass phrase codes could be guessed for ever.
    """
    runtime = asking.runtime()
    if not entering.throttle().lets(login, asking.address()):
        return "throttled", 429
    with runtime.look(_DOOR) as act:
        known = _known(act, login)
    longest = runtime.figures.sign_in.password_longest
    right = passwords.fits(known.password_hash if known else None, password[:longest])
    if known is None or not right:
        with runtime.act(_DOOR) as act:
            act.remember("house", "log-in-refused", staff=known.id if known else None)
        return "wrong", 401
    return known


def _known(act: Act, login: str) -> Staff | None:
    return act.session.scalar(select(Staff).where(Staff.login == login, Staff.active))


def wanted() -> str:
    """The page that was asked for before the log-in, if it is one of the console, and not merely its door."""
    wanted = request.values.get("next", "")
    inside = wanted.startswith(("/console/", "/console?"))
    return wanted if inside and "\\" not in wanted else ""


def _to_the_door() -> ResponseReturnValue:
    door = url_for("console.log_in")
    if "HX-Request" in request.headers:
        return "", 401, {"HX-Redirect": door}
    if request.method != "GET" or request.endpoint == "console.stream":
        raise Unauthorized
    return redirect(url_for("console.log_in", next=request.full_path.rstrip("?")))

"""Logging in and out; without it anybody would read what callers said."""

from __future__ import annotations

import logging

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from redis.exceptions import RedisError
from sqlalchemy import select
from werkzeug.exceptions import Forbidden, Unauthorized

from hotline import clock
from hotline.console import asking, passwords, rights, sessions
from hotline.console.throttle import Throttle
from hotline.domain import presence, waits
from hotline.domain.act import Act, Actor
from hotline.domain.seats import Seat, Status
from hotline.domain.staff import Staff

log = logging.getLogger(__name__)
_DOOR = Actor("console")
_LONGEST = 200  # characters; a longer pass phrase is a way to keep the hash busy, not a better one


def guard() -> ResponseReturnValue | None:
    """Before every page: is this person logged in still, and may they open it?"""
    endpoint = request.endpoint or ""
    if endpoint in rights.OPEN:
        return None
    with asking.runtime().look(_DOOR) as act:
        person = sessions.holder(act)
    if person is None:
        return _to_the_door()
    g.person = person
    if not rights.may_open(person, endpoint):
        raise Forbidden
    sessions.keep_awake(clock.now())
    return None


def log_in() -> ResponseReturnValue:
    """The log-in page and its form. Wrong name and wrong pass phrase look and last the same."""
    if request.method == "GET":
        return _inside_already() or render_template("log_in.html", going_to=_wanted())
    login, password = request.form.get("login", "").strip(), request.form.get("password", "")
    try:
        tried = _try(login, password)
    except RedisError as error:
        log.error("nobody can log in: tries cannot be counted, %s from Redis", type(error).__name__)
        tried = ("later", 503)
    if isinstance(tried, Staff):
        return redirect(_wanted() or url_for(rights.first_page(tried)))
    word, status = tried
    return render_template("log_in.html", problem=word, login=login, going_to=_wanted()), status


def log_out() -> ResponseReturnValue:
    """End every open log-in of this person, here and on other machines: a copied cookie ends too.

    Nobody rings at their seat any more: a token of the browser's telephone is good for some minutes yet (contract 8).
    """
    with asking.runtime().act(asking.actor()) as act:
        seat = act.session.get(Seat, asking.person().id, with_for_update=True)  # the seat before the person, as always
        if seat is not None:
            waits.choose(act, seat, Status.OFF)
        person = act.session.get_one(Staff, asking.person().id, with_for_update=True)
        person.session_epoch += 1
        act.remember("house", "logged-out", staff=person.id)
    sessions.end()
    return redirect(url_for("console.log_in"))


def _inside_already() -> ResponseReturnValue | None:
    """To their page: a second log-in in the same browser would take the token from the pages that are open."""
    with asking.runtime().look(_DOOR) as act:
        person = sessions.holder(act)
    return None if person is None else redirect(_wanted() or url_for(rights.first_page(person)))


def _try(login: str, password: str) -> Staff | tuple[str, int]:
    """The person who is in now, else the word of what is wrong and the status."""
    runtime, address = asking.runtime(), asking.address()
    throttle = Throttle(runtime.redis, runtime.sealer, runtime.figures.sign_in)
    if not throttle.lets(login, address):
        return "throttled", 429
    with runtime.look(_DOOR) as act:
        known = _known(act, login)
    right = passwords.fits(known.password_hash if known else None, password[:_LONGEST])
    if known is None or not right:
        with runtime.act(_DOOR) as act:
            act.remember("house", "log-in-refused", staff=known.id if known else None)
        return "wrong", 401
    throttle.forgive(login, address)
    with runtime.act(Actor("console", known.id)) as act:
        seat = act.session.get(Seat, known.id, with_for_update=True)
        if seat is not None:
            presence.logged_in(act, seat)
        act.remember("house", "logged-in", staff=known.id)
    sessions.begin(known, clock.now())
    return known


def _known(act: Act, login: str) -> Staff | None:
    return act.session.scalar(select(Staff).where(Staff.login == login, Staff.active))


def _wanted() -> str:
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

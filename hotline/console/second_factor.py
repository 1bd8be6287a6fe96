"""The step between pass phrase and console: a code, or setting one up; without it a stolen phrase would be enough."""

from __future__ import annotations

import logging

import segno
from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from redis.exceptions import RedisError

from hotline.console import asking, entering
from hotline.domain import companies, second_factors, staff
from hotline.domain.act import Actor
from hotline.domain.second_factors import Need
from hotline.domain.staff import Staff

log = logging.getLogger(__name__)
_DOOR = Actor("console")
_PIXELS = 5  # of a module of the drawing


def second_factor() -> ResponseReturnValue:
    """The page that asks for a code, and its form. A code is looked at only while there are tries left."""
    person = _on_the_way(Need.CODE)
    if person is None:
        return entering.to_the_door()
    if request.method == "GET":
        return render_template("second_factor.html")
    problem, status = _counted(person)
    if problem:
        return render_template("second_factor.html", problem=problem), status
    with asking.runtime().act(Actor("console", person.id)) as act:
        companies.get(act, person.company_id)
        right = second_factors.accepts(act, person.id, request.form.get("code", ""))
        row = entering.complete(act, person) if right else None
        is_stopped = second_factors.is_stopped(act, person.id)
        if row is None:
            act.remember("house", "second-factor-refused", staff=person.id)
    if row is None:
        return render_template("second_factor.html", problem="stopped" if is_stopped else "wrong-code"), 401
    return redirect(entering.opened(person, row))


def set_up_factor() -> ResponseReturnValue:
    """The page that offers a secret to the person's telephone, and the form with the first code from there.

    Right, the recovery codes stand in the answer, this once, and the person is in.
    """
    person = _on_the_way(Need.SET_UP)
    if person is None:
        return entering.to_the_door()
    if request.method == "GET":
        return _set_up_page(person)
    problem, status = _counted(person)
    if problem:
        return _set_up_page(person, problem), status
    with asking.runtime().act(Actor("console", person.id)) as act:
        # Of two who confirm at once one waits, and is asked again: another one that was set up ends this way.
        entering.hold_seat(act, person)
        staff.locked(act, person.id)
        known = entering.half_way(act, Need.SET_UP)
        if known is None:
            return entering.to_the_door()
        codes = second_factors.confirm(act, known, entering.secret_on_offer(), request.form.get("code", ""))
        row = None if codes is None else entering.complete(act, known)
    if row is None:
        return _set_up_page(person, "wrong-code"), 401
    going_to = entering.opened(known, row)
    return render_template("recovery_codes.html", codes=codes, going_to=going_to)


def _set_up_page(person: Staff, problem: str = "") -> str:
    with asking.runtime().look(_DOOR) as act:
        secret, address = second_factors.opened(act, person, entering.secret_on_offer())
    drawing = segno.make(address, error="m").svg_data_uri(scale=_PIXELS, dark="#000", light="#fff")
    spaced = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
    return render_template("set_up_factor.html", drawing=drawing, secret=spaced, problem=problem)


def _on_the_way(need: Need) -> Staff | None:
    with asking.runtime().look(_DOOR) as act:
        return entering.half_way(act, need)


def _counted(person: Staff) -> tuple[str, int]:
    """Count this try; the word of what is wrong and the status where no more are let."""
    try:
        lets = entering.throttle().lets(person.login, asking.address())
    except RedisError as error:
        log.error("nobody can log in: tries cannot be counted, %s from Redis", type(error).__name__)
        return "later", 503
    return ("", 200) if lets else ("throttled", 429)

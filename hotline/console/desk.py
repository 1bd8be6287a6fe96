"""What I say of myself at my desk: free or not, by what I am rung; without it calls would ring at empty chairs."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from hotline import clock
from hotline.console import asking, desk_page, phone, sessions, words
from hotline.domain import presence, seats, waits
from hotline.domain.seats import Device, Seat, Status
from hotline.errors import Invalid


def choose_status() -> ResponseReturnValue:
    """I am free, on a break, away or off; during a call it is noted and taken up afterwards."""
    chosen = request.form.get("status", "")
    if chosen not in desk_page.CHOICES:
        raise Invalid("nobody chooses that status")
    with asking.runtime().act(asking.actor()) as act:
        seat = desk_page.my_seat(act)
        if chosen == Status.FREE and seat.device == Device.BROWSER and not phone.is_possible():
            return desk_page.answered(words.text("phone.unset"))
        waits.choose(act, seat, Status(chosen))
    return desk_page.answered()


def choose_device() -> ResponseReturnValue:
    """I am rung by telephone, by a SIP telephone, or in this browser."""
    chosen, sip = request.form.get("device", ""), request.form.get("sip", "").strip()
    if chosen not in list(Device):
        raise Invalid("nobody is rung by such a thing")
    if chosen == Device.BROWSER and not phone.is_possible():
        return desk_page.answered(words.text("phone.unset"))
    try:
        with asking.runtime().act(asking.actor()) as act:
            seats.chosen_device(act, desk_page.my_seat(act), Device(chosen), sip or None)
    except Invalid:
        return desk_page.answered(words.text("desk.sip-wrong" if chosen == Device.SIP else "desk.no-phone"))
    return desk_page.answered()


def choose_languages() -> ResponseReturnValue:
    """Callers in these languages are put through to me; none chosen: in every one that is offered here."""
    with asking.runtime().act(asking.actor()) as act:
        seats.speaking(act, desk_page.my_seat(act), request.form.getlist("language"))
    return desk_page.answered()


def wrapped_up() -> ResponseReturnValue:
    """The form is done: the next caller may come."""
    with asking.runtime().act(asking.actor()) as act:
        seat = desk_page.my_seat(act)
        waits.wrapped_up(act, seat)
    return desk_page.answered()


def beat() -> ResponseReturnValue:
    """A sign of life from an open page; where the browser is the telephone, from one alone whose telephone rings.

    Whoever may be rung, or is in a call, is at work: their log-in does not end meanwhile. Whoever left the desk without
    a word is away after two calls unanswered (ANS-1), and then it does.
    """
    with asking.runtime().act(asking.actor()) as act:
        seat = act.session.get(Seat, asking.person().id, with_for_update=True)
        if seat is not None and (seat.device != Device.BROWSER or phone.can_ring(request.args.get("phone", ""))):
            presence.seen(act, seat)
    if seat is not None and seat.status in (Status.FREE, Status.BUSY, Status.WRAP_UP):
        sessions.still_at_work(clock.now())
    return "", 204

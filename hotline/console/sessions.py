"""Who is logged in, until when; without it a disabled colleague would stay in, and a stolen cookie would never end."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from flask import request, session

from hotline.console import asking
from hotline.domain import log_ins
from hotline.domain.act import Act
from hotline.domain.staff import Staff


@dataclass(frozen=True)
class Ticket:
    """A log-in by its parts; `ends` in seconds since 1970, `row` the log-in as it is listed."""

    staff_id: int
    epoch: int
    row: int
    ends: int


def begin(person: Staff, row: log_ins.Session, at: datetime) -> None:
    """Log a person in under a fresh token; nothing of the session before is kept but the language."""
    end()
    stamp = int(at.timestamp())
    session.update(
        staff=person.id,
        epoch=person.session_epoch,
        log_in=row.id,
        begun=stamp,
        seen=stamp,
        token=secrets.token_urlsafe(16),
    )


def end() -> None:
    """Log out here; the language of the pages stays, it says nothing of a person."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language


def holder(act: Act) -> Staff | None:
    """Who is logged in, asked of the database anew; None when nobody is, or is not any more."""
    if "log_in" not in session:
        return None
    row = log_ins.is_open(act, session["log_in"], session["staff"])
    if row is not None and row.shows and not shows():
        show()  # a copy of the cookie from before, or an answer that was under way, knows nothing of it
    return None if _timed_out(act.at) else valid(act, ticket())


def valid(act: Act, ticket: Ticket) -> Staff | None:
    """The person, if still active and if no log-out, change or colleague has ended this log-in since."""
    person = act.session.get(Staff, ticket.staff_id)
    if person is None or not person.active or person.session_epoch != ticket.epoch:
        return None
    return person if log_ins.is_open(act, ticket.row, ticket.staff_id) is not None else None


def is_this_one(row: log_ins.Session) -> bool:
    """Is this the log-in of the browser that asks?"""
    return bool(session.get("log_in") == row.id)


def keep_awake(at: datetime) -> None:
    """The person did something; what a page asks by itself is no such thing."""
    if "HX-Request" not in request.headers:
        stay(at)


def stay(at: datetime) -> None:
    """The person is at work, as far as anything tells: their log-in does not end for want of a press on a page."""
    session["seen"] = int(at.timestamp())


def still_at_work(at: datetime) -> None:
    """As `stay`, of an open page: noted now and then only, lest it undo what another answer puts into the cookie."""
    if at.timestamp() - session["seen"] >= asking.runtime().figures.sign_in.noted_every.seconds:
        stay(at)


def is_to_be_noted(act: Act) -> bool:
    """Was the log-in last noted as used so long ago that it is to be noted again?"""
    row = act.session.get(log_ins.Session, session["log_in"])
    return row is not None and act.at - row.seen_at >= asking.runtime().figures.sign_in.seen_every.span


def ticket() -> Ticket:
    """What a long answer needs to know of the log-in after the request is over."""
    return Ticket(session["staff"], session["epoch"], session["log_in"], _ends())


def show() -> None:
    """From now on this log-in shows the wallboard and opens nothing else: a wall is in nobody's hands."""
    session["shows"] = True


def shows() -> bool:
    """Does this log-in show the wallboard and nothing else?"""
    return bool(session.get("shows"))


def _timed_out(at: datetime) -> bool:
    return at.timestamp() >= _ends()


def _ends() -> int:
    """When this log-in ends where nothing more is done, in seconds since 1970."""
    figures = asking.runtime().figures.sign_in
    if shows():
        return int(session["begun"] + asking.runtime().figures.counting.shown.seconds)
    return int(min(session["begun"] + figures.longest.seconds, session["seen"] + figures.idle.seconds))

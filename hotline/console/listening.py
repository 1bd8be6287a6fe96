"""Recordings are heard for a reason, on record; without it a message could not be passed on (SEC-3, SEC-4, REC-6)."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g, redirect, render_template, request, send_file, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from hotline.console import asking, refused, rights, words, written
from hotline.console.written import Written
from hotline.domain import companies, recordings
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.news import Recording
from hotline.errors import Invalid, NotFound, Refused

_OPEN = "listening"  # in the session: names of recordings and until when each may be heard, seconds since 1970


@dataclass(frozen=True)
class Heard:
    """The recordings of a call or a case, whether the reader may hear them, and what is said in each, by its name."""

    rows: list[Recording]
    may_listen: bool
    written: Mapping[str, Written]


def of_case(act: Act, case: Case) -> Heard:
    """What was recorded in a case."""
    return _heard_of(act, case, recordings.of_case(act, case.id))


def of_call(act: Act, call: Call) -> Heard:
    """What was recorded in a call and belongs to no matter."""
    return _heard_of(act, call, recordings.without_matter(act, call.id))


def _heard_of(act: Act, thing: Case | Call, rows: list[Recording]) -> Heard:
    may = rights.may_hear(act, asking.person(), thing)
    kept = [row for row in rows if row.file is not None and row.sha256 is not None] if may else []
    return Heard(
        rows, may, {row.file or "": written.of(act, row, is_open=_is_open(row.file or "", act.at)) for row in kept}
    )


def recording(name: str) -> ResponseReturnValue:
    """One recording: the question for the reason; once it was given, the player, for a while."""
    return _page(name, **refused.taken(_here(name)))


def listen(name: str) -> ResponseReturnValue:
    """Somebody gives a reason: it goes on record, and for a while the recording plays and its words can be read.

    From the page of a call it leads back there, where its words stand then.
    """
    problem, reason, call = "", request.form.get("reason", ""), request.form.get("call", type=int)
    with asking.runtime().act(asking.actor()) as act:
        row = _heard(act, name)
        if recordings.key_of(act, row) is None:
            raise NotFound("it was erased with its customer")
        try:
            recordings.played(act, row, by=asking.person().id, reason=reason)
            _open(name, act.at, act.standard.engine.recordings.open_for.seconds)
        except Invalid:
            problem = words.text("reveal.too-short", n=act.standard.secrecy.reason_at_least)
        except Refused:
            problem = words.text("reveal.too-many")
    if not problem:
        return redirect(
            _here(name) if call is None else url_for("console.one_call", call_id=call, _anchor=f"said-{name}")
        )
    back = _refused(name, call, problem=problem, reason=reason)
    return back or (_page(name, problem=problem, reason=reason), 409)


def sound(name: str) -> ResponseReturnValue:
    """The sound itself, for whoever gave a reason a while ago. Piece by piece, so that a player can go back in it."""
    answer = send_file(io.BytesIO(heard_now(name)()), mimetype="audio/wav", conditional=True, etag=False)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def heard_now(name: str) -> Callable[[], bytes]:
    """Reads a recording's sound, once nothing is open any more. Raises Forbidden for who gave no reason of late."""
    with asking.runtime().look(asking.actor()) as act:
        row = _heard(act, name)
        if not _is_open(name, act.at):
            raise Forbidden
        return recordings.reader(act, row, asking.runtime().sounds)


def _refused(name: str, call: int | None, **typed: str) -> ResponseReturnValue | None:
    if call is None:
        return refused.back_to(_here(name), **typed)
    return refused.back_to(url_for("console.one_call", call_id=call), to_hear={"name": name, **typed})


def _here(name: str) -> str:
    return url_for("console.recording", name=name)


def _page(name: str, **typed: str) -> str:
    with asking.runtime().look(asking.actor()) as act:
        g.here = _here(name)
        return render_template("recording.html", **_context(act, name), **{"problem": "", "reason": "", **typed})


def _context(act: Act, name: str) -> dict[str, Any]:
    row = _heard(act, name)
    thing, is_open, erased = recordings.thing_of(act, row), _is_open(name, act.at), recordings.key_of(act, row) is None
    return {
        "recording": row,
        "case": thing if isinstance(thing, Case) else None,
        "call": thing if isinstance(thing, Call) else None,
        "is_open": is_open,
        "erased": erased,
        "written": written.of(act, row, is_open=is_open),
        "standard": act.standard,
        "zone": act.standard.timezone,
    }


def _heard(act: Act, name: str) -> Recording:
    """The recording, its company's standard chosen, if this person may hear it. Raises NotFound."""
    row = recordings.named(act, name)
    thing = recordings.thing_of(act, row)
    companies.get(act, thing.company_id)
    if not rights.may_hear(act, asking.person(), thing):
        raise NotFound(f"there is no recording {name}")
    return row


def _open(name: str, at: datetime, seconds: int) -> None:
    """Kept in the signed session, so it ends with the log-in; what is over goes, lest the cookie grow."""
    stamp = int(at.timestamp())
    still = {one: until for one, until in session.get(_OPEN, {}).items() if until > stamp}
    session[_OPEN] = {**still, name: stamp + seconds}


def _is_open(name: str, at: datetime) -> bool:
    return bool(session.get(_OPEN, {}).get(name, 0) > at.timestamp())

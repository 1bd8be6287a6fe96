"""News to open pages as they happen; without it everybody would have to reload to see who is ringing."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue
from redis.exceptions import RedisError

from hotline import clock, live
from hotline.console import asking, discretion, sessions
from hotline.domain.act import Act, Actor
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.runtime import Runtime

SLOTS = "console-streams"
_MOST = 50  # single calls and cases that one page asks about; ours ask about a few
_CHANGED = "event: changed\ndata: \n\n"
_STIRRED = "event: stirred\ndata: \n\n"
_STILL_HERE = ": \n\n"


def stream() -> ResponseReturnValue:
    """Server-sent events: "changed" whenever one of the things asked for did (?about=call, or ?about=call:12 case:7).

    What moves often and can wait a moment is asked for apart (?also=line) and told as "stirred".
    No content is sent: what may be seen is decided where it is read. Of a complaint that is hidden from whoever listens
    not even that it moves is told (CMP-10). Answers 204 where too many pages listen to this process already; those ask
    by themselves at every heartbeat.
    """
    about, also = (_not_hidden(frozenset(request.args.get(name, "").split())) for name in ("about", "also"))
    slots: threading.BoundedSemaphore = current_app.extensions[SLOTS]
    if not slots.acquire(blocking=False):
        return "", 204
    answer = Response(_events(asking.runtime(), about, also, sessions.ticket()), mimetype="text/event-stream")
    answer.call_on_close(slots.release)  # also where the reader left before the first event
    return answer


def _not_hidden(names: frozenset[str]) -> frozenset[str]:
    """What is asked for, without the single calls and cases that are hidden from whoever asks."""
    singles = {name for name in names if name.startswith(("call:", "case:"))}
    if not singles:
        return names
    with asking.runtime().look(asking.actor()) as act:
        asked = sorted(singles)[:_MOST]
        return (names - singles) | {name for name in asked if _may_hear(act, *name.split(":", 1))}


def _may_hear(act: Act, kind: str, number: str) -> bool:
    try:
        row_id = asking.row_id(number)
    except ValueError:
        return False
    thing: Call | Case | None = act.session.get(Call, row_id) if kind == "call" else act.session.get(Case, row_id)
    return thing is None or discretion.shows(act, asking.person(), thing)


def _events(runtime: Runtime, about: frozenset[str], also: frozenset[str], ticket: sessions.Ticket) -> Iterator[str]:
    told = _CHANGED  # first of all: whatever happened between the page and the moment from which we listen
    try:
        for names in live.listen(runtime.redis, runtime.figures.routine.live_pulse.span):
            if not _lasts(runtime, ticket):
                yield _CHANGED  # the page asks what changed, and is led to the door
                return
            yield told or _news(about, also, names)
            told = ""
    except RedisError:
        return  # the page connects again, and asks at every heartbeat until then


def _news(about: frozenset[str], also: frozenset[str], names: frozenset[str]) -> str:
    if _concerns(about, names):
        return _CHANGED
    return _STIRRED if _concerns(also, names) else _STILL_HERE


def _lasts(runtime: Runtime, ticket: sessions.Ticket) -> bool:
    if clock.now().timestamp() >= ticket.ends:
        return False
    with runtime.look(Actor("console", ticket.staff_id)) as act:
        return sessions.valid(act, ticket) is not None


def _concerns(about: frozenset[str], names: frozenset[str]) -> bool:
    """A bare word such as "call" means every call."""
    return bool(about & names) or any(name.partition(":")[0] in about for name in names)

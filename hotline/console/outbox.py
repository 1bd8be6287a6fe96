"""The page of what was tried in vain and of the queues; without it a failed call or text would wait for nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from redis.exceptions import RedisError
from sqlalchemy import ColumnElement, or_, true

from hotline import crew
from hotline.console import asking, discretion, lists, paging, people, refused, rights, words
from hotline.crew import Hand, Lists
from hotline.domain import alarms, claims, companies, dead_letters
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.outbox import Queue
from hotline.domain.staff import Role, Staff
from hotline.errors import Conflict, Invalid, NotFound

# Who keeps the platform, and sees what belongs to no company; the administrator alone sees every company's, as ever.
_KEEP_ALL = (Role.MANAGER, Role.GENERAL_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR)
_MILLIS = 1000
# By the last part of the address.
_DOES: Mapping[str, Callable[[Act, int, str], None]] = {
    "retry": dead_letters.try_again,
    "give-up": dead_letters.give_up,
}


@dataclass(frozen=True)
class Crew:
    """What RQ says of a queue: the workers at it, and its lists."""

    hands: list[Hand]
    lists: Lists


def outbox_list() -> ResponseReturnValue:
    """What failed, the newest first; how each queue stands, who works on it; what is wrong with the platform now."""
    return _page(**refused.taken(_here()))


def mend_outbox(entry_id: int, doing: str) -> ResponseReturnValue:
    """Have it tried again or give it up, and say why."""
    does, why = _DOES.get(doing), request.form.get("why", "").strip()
    if does is None:
        raise NotFound(f"nothing of what failed is called {doing}")
    problem = None
    try:
        with asking.runtime().act(asking.actor()) as act:
            if not dead_letters.found(act, *_seen(asking.person()), entry_id=entry_id, most=1):
                raise Conflict(f"{entry_id} did not fail, or is not yours to see")
            does(act, entry_id, why)
    except Invalid:
        problem = words.text("owed-out.no-why")
    except Conflict:
        problem = words.text("owed-out.gone")
    return refused.answered(_here(), _page, problem)


def waiting(act: Act, person: Staff) -> int:
    """How much waits for a person's decision, and how much is wrong."""
    return dead_letters.count(act, *_seen(person)) + len(alarms.standing(act))


def _seen(person: Staff) -> tuple[ColumnElement[bool], ...]:
    """Of their own company, of none, or of all; nothing of a matter that is hidden from them (CMP-10)."""
    theirs = dead_letters.company_id == person.company_id
    if person.has(*_KEEP_ALL):
        theirs = or_(theirs, dead_letters.company_id.is_(None))
    theirs = true() if rights.whole_group(person) else theirs
    open_case = or_(Case.id.is_(None), discretion.cases(person))
    return theirs, open_case, or_(Call.id.is_(None), discretion.calls(person))


def _page(problem: str | None = None) -> str:
    person, before = asking.person(), request.args.get("before", type=asking.row_id)
    with asking.runtime().look(asking.actor()) as act:
        companies.get(act, person.company_id)
        g.here = _here()
        found = dead_letters.found(act, *_seen(person), before=before, most=lists.PAGE + 1)
        page = found[: lists.PAGE]
        return render_template(
            "outbox.html",
            letters=page,
            more=paging.more(found, attrgetter("entry.id")),
            before=before,
            problem=problem,
            standings=claims.standings(act),
            crews=_crews(),
            alarms=alarms.standing(act),
            companies=people.companies_by_id(act),
            sees_all=rights.whole_group(person),
            keeps=person.has(*_KEEP_ALL),
            may_mend=rights.may_open(person, "console.mend_outbox"),
            reason=_reason,
            average=_average,
            zone=act.standard.timezone,
            at=act.at,
            heartbeat=asking.runtime().figures.routine.live_heartbeat.seconds,
        )


def _crews() -> dict[Queue, Crew] | None:
    """None where Redis does not answer."""
    runtime = asking.runtime()
    try:
        hands, said = crew.at_work(runtime.redis, runtime.figures.worker.lifetime.span), crew.lists(runtime.redis)
    except RedisError:
        return None
    return {queue: Crew(hands[queue], said[queue]) for queue in Queue}


def _reason(problem: str | None) -> tuple[str, str]:
    """Why it failed: in the reader's words, and what the carrier or we call it."""
    word, _space, number = (problem or "").partition(" ")
    said = words.named("carrier", word)
    return (said, number.strip("()")) if said != word else ("", problem or "")


def _average(hand: Hand) -> int | None:
    """Milliseconds that one entry took; None before the first."""
    return round(hand.seconds / hand.done * _MILLIS) if hand.done else None


def _here() -> str:
    return url_for("console.outbox_list")

"""Supervisors are told what went wrong; without it a matter that nobody took would stay silent (OWN-6)."""

from __future__ import annotations

from hotline.domain import notice_calls, notices, robots
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.occasions import Occasion
from hotline.domain.outbox import OutboxEntry, Queue
from hotline.standard.kinds import Role

FAILED = "outbox-failed"


def supervisors(act: Act, case_id: int, text: str, about: str, *, urgent: bool = False) -> None:
    """Tell the supervisors of a case's company; `about` names the occasion, and each is told of it once."""
    case = act.session.get_one(Case, case_id)
    notices.tell_role(act, Role.SUPERVISOR, Occasion(case, text, about, urgent=urgent))


def somebody_else(act: Act, case_id: int, about: str, *, unreached: int, urgent: bool) -> None:
    """A text to a person of a case was given up: the supervisors are told, or whoever stands above an unreached one.

    Each is told once of an occasion.
    """
    case = act.session.get_one(Case, case_id)
    failed = Occasion(case, FAILED, about, urgent=urgent)
    level = notices.people(act, case, Role.SUPERVISOR)
    others = [one for one in level if one.id != unreached]
    if len(others) == len(level):
        notices.tell_role(act, Role.SUPERVISOR, failed)
        return
    for one in others:
        notices.tell(act, one, failed)
    if not any(one.phone for one in others):
        passed_up(act, case_id, about, unreached=unreached, urgent=urgent)


def passed_up(act: Act, case_id: int, about: str, *, unreached: int, urgent: bool) -> None:
    """Who was to hear that somebody was not reached is not reached either: the next above is told, up to the top."""
    case = act.session.get_one(Case, case_id)
    higher = notice_calls.above(act, case, unreached)
    if higher is not None:
        notices.tell(act, higher, Occasion(case, FAILED, about, urgent=urgent))


def given_up(act: Act, entry: OutboxEntry) -> None:
    """An effect was given up. That such a text itself was given up is told to nobody, or it would never end.

    What a robot could not say is not told either: it said beside people who were told themselves.
    """
    if entry.case_id is not None and entry.kind != robots.TELLS and entry.about.get("text") != FAILED:
        supervisors(act, entry.case_id, FAILED, str(entry.id), urgent=entry.queue == Queue.URGENT)

"""How soon what rings is answered: a call by our machine, an agent's telephone by the agent; else one would pass for
the other, and a line whose callers nobody picks up would look kept (ANS-1).

The machine's answer is counted by calls, the agents' by the telephones that rang for a caller. Each is judged by the
ring limit of its own moment. An agent's telephone that was not picked up, was engaged, or at which no key was pressed,
is broken; where the agent declined by key, or the caller was gone meanwhile, none was owed any more.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, select
from sqlalchemy.orm import aliased

from hotline.domain import offers
from hotline.domain.calls import FINAL, LATE_ANSWER, Call
from hotline.domain.offers import AgentOffer, Answer
from hotline.domain.promise_forms import Verdict
from hotline.domain.waits import Wait

RING, AGENT = "ANS-1", "ANS-1.agent"  # the machine's answer to a call; an agent's to the telephone
_LEG = aliased(Call)

ANSWERED = case(
    (Call.answer_ms.is_(None), case((Call.state.in_(FINAL), Verdict.BROKEN.value), else_=Verdict.OPEN.value)),
    (Call.cause == LATE_ANSWER, Verdict.LATE.value),
    else_=Verdict.KEPT.value,
)
# It rings no longer than the limit: who accepted before it was noted how soon, did so in time.
PICKED_UP = case(
    (AgentOffer.answer.in_(sorted(offers.OPEN)), Verdict.OPEN.value),
    (AgentOffer.answer.in_(sorted(offers.UNANSWERED)), Verdict.BROKEN.value),
    (AgentOffer.answer != Answer.ACCEPTED, Verdict.EXCUSED.value),
    (exists().where(_LEG.id == AgentOffer.call_id, _LEG.cause == LATE_ANSWER), Verdict.LATE.value),
    else_=Verdict.KEPT.value,
)


def answered(call: Call) -> str:
    """What became of the promise to answer this call within the ring limit, as ANSWERED says it of many."""
    if call.answer_ms is None:
        return Verdict.BROKEN if call.state in FINAL else Verdict.OPEN
    return Verdict.LATE if call.cause == LATE_ANSWER else Verdict.KEPT


def picked_up(offer: AgentOffer, leg: Call | None) -> str:
    """What became of this ring at an agent's, as PICKED_UP says it of many; `leg`: the call that rang there."""
    if offer.answer in offers.OPEN:
        return Verdict.OPEN
    if offer.answer in offers.UNANSWERED:
        return Verdict.BROKEN
    if offer.answer != Answer.ACCEPTED:
        return Verdict.EXCUSED
    return Verdict.LATE if leg is not None and leg.cause == LATE_ANSWER else Verdict.KEPT


def calls_in(company_id: int, since: datetime, until: datetime) -> ColumnElement[bool]:
    """Of `Call`: those that came in at a company from an instant to before another."""
    return _began(company_id, since, until, "in")


def offers_in(company_id: int, since: datetime, until: datetime) -> ColumnElement[bool]:
    """Of `AgentOffer`: the agents' telephones that rang for a company's callers in that time, found by their calls."""
    return AgentOffer.call_id.in_(select(Call.id).where(_began(company_id, since, until, "out")))


def waited_for(waits: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of `AgentOffer`: those made to callers of whose `Wait` this condition is true."""
    return exists().where(Wait.id == AgentOffer.wait_id, waits)


def _began(company_id: int, since: datetime, until: datetime, direction: str) -> ColumnElement[bool]:
    theirs = (Call.company_id == company_id) & (Call.direction == direction)
    return theirs & (Call.started_at >= since) & (Call.started_at < until)

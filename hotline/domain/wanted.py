"""Why a caller is brought to one agent first; without it whom our line cut off would be greeted anew (OWN-5)."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import select

from hotline.domain import anonymity, cases
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.parties import Meeting
from hotline.domain.waits import Wait


class Reason(StrEnum):
    """Why this agent and no other."""

    BROKE = "broke"  # they talked already, and the agent's line broke
    OWNER = "owner"  # an open matter of the customer is the agent's


def reason(act: Act, wait: Wait) -> Reason | None:
    """Why the agent is wanted whom this wait names; None where it names none, or the reason is gone.

    Once an anonymous matter was told in the call there is none: each leads to the caller's name (CMP-10).
    """
    if wait.wanted_id is None or _told_anonymously(act, wait):
        return None
    if _broke(act, wait):
        return Reason.BROKE
    known = cases.open_of(act, wait.customer_id) if wait.customer_id is not None else []
    return Reason.OWNER if any(case.owner_id == wait.wanted_id and not case.anonymous for case in known) else None


def _told_anonymously(act: Act, wait: Wait) -> bool:
    return wait.call_id is not None and anonymity.told_in(act.session.get_one(Call, wait.call_id))


def _broke(act: Act, wait: Wait) -> bool:
    """Was it that agent's line that brought the caller into the line again? The last talk before this wait tells."""
    query = select(Meeting).where(Meeting.call_id == wait.call_id, Meeting.ended_at <= wait.since)
    last = act.session.scalar(query.order_by(Meeting.id.desc()).limit(1))
    return last is not None and last.dropped and last.agent_id == wait.wanted_id

"""What one person cannot solve goes up, level by level, with what was tried; without it it would lie still (OWN-6)."""

from __future__ import annotations

from hotline.domain import companies, handovers
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.handovers import Handover, State, Why
from hotline.errors import Invalid, Refused


def raise_matter(act: Act, case: Case, *, by: int, tried: str) -> Handover:
    """Ask the next above the owner to take the matter over: supervisor, manager, general manager (逐级上报, OWN-6).

    `tried`: what was tried so far; it goes with the matter, sealed. The owner answers for it until the other accepts;
    unanswered or declined it goes on to the next level. `by` is the owner or who does the next step.
    Raises Invalid when nothing is said, Refused, NotFound when nobody stands above, Conflict while a request waits.
    """
    if not tried.strip():
        raise Invalid("say what was tried: whoever takes it over need not begin anew")
    if by not in (case.owner_id, case.handler_id):
        raise Refused("a matter is raised by whoever answers for it or does its next step")
    companies.get(act, case.company_id)
    declined = {one.receiver_id for one in handovers.of_case(act, case.id) if one.state == State.DECLINED}
    receiver = handovers.above(act, case, case.owner_id, declined)
    return handovers.ask(act, case, giver_id=case.owner_id, receiver_id=receiver.id, reason=tried, why=Why.RAISED)

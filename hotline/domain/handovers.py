"""A matter changes its owner only by somebody who accepts it; without it matters would be pushed from desk to desk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import cases, outbox, promises, staff
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.errors import Conflict, NotFound, Refused

ANSWER = "OWN-2.answer"  # who is asked answers in time


class Handover(Base):
    """A request that somebody else own the case; until it is accepted the giver owns it (OWN-2)."""

    __tablename__ = "handovers"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    giver_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    receiver_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12), default="asked")  # asked, accepted, declined, returned
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


def ask(act: Act, case: Case, *, giver_id: int, receiver_id: int, reason: str) -> Handover:
    """Ask a colleague to own the case. Raises Refused, or Conflict while another request is open (OWN-2, OWN-3).

    Someone who declined before, or a chain past the profile's limit, goes up the ladder instead.
    """
    if case.state == "closed":
        raise Conflict(f"case {case.number} is closed: open a new one for a new matter")
    if case.owner_id != giver_id or receiver_id == giver_id:
        raise Refused("only the owner can hand a case over, and to somebody else")
    if not staff.get(act, receiver_id).active:
        raise Refused("this colleague does not work here any more: choose another")
    before = list(act.session.scalars(select(Handover).where(Handover.case_id == case.id)))
    if any(request.state == "asked" for request in before):
        raise Conflict("a handover of this case waits for an answer already")
    accepted = sum(request.state == "accepted" for request in before)
    declined = {request.receiver_id for request in before if request.state == "declined"}
    if receiver_id in declined or accepted >= act.standard.ownership.handover_chain:
        receiver_id, reason = _above(act, case, giver_id, declined).id, f"{reason} (no bouncing, OWN-3)"
    request = Handover(
        case_id=case.id,
        giver_id=giver_id,
        receiver_id=receiver_id,
        reason=reason,
        state="asked",
        asked_at=act.at,
    )
    act.session.add(request)
    act.session.flush()
    act.remember(case.chain, "handover-asked", handover=request.id, giver=giver_id, receiver=receiver_id)
    promise = promises.make(act, ANSWER, case)
    outbox.post(
        act,
        "return-handover",
        due=promise.due_at,
        key=f"return-handover-{request.id}",
        case_id=case.id,
        handover=request.id,
    )
    outbox.post(
        act,
        "send-text",
        key=f"handover-asked-{request.id}",
        case_id=case.id,
        to="staff",
        who=receiver_id,
        text="handover-asked",
        promise=promise.id,
    )
    return request


def answer(act: Act, handover_id: int, *, by: int, accept: bool) -> None:
    """The receiver accepts, and owns the case from now on; or declines, and nothing changed."""
    request = act.session.get(Handover, handover_id, with_for_update=True, populate_existing=True)
    if request is None or request.receiver_id != by:
        raise NotFound("no handover waits for you there")
    if request.state != "asked":
        raise Conflict("this handover was answered already")
    request.state, request.settled_at = ("accepted" if accept else "declined"), act.at
    case = cases.get(act, request.case_id)
    outbox.cancel(act, f"return-handover-{request.id}")
    promises.done(act, ANSWER, case)
    if accept:
        case.owner_id = case.handler_id = by
        promises.pass_on(act, case)
    act.remember(case.chain, f"handover-{request.state}", handover=request.id, owner=case.owner_id)


def give_back(act: Act, handover_id: int) -> None:
    """Nobody answered in time: the request ends and the giver, who owned the case all along, keeps it (OWN-2).

    That it was not answered is judged as broken first, and those are told whom the standard names.
    """
    request = act.session.get(Handover, handover_id, with_for_update=True, populate_existing=True)
    if request is None:
        raise NotFound(f"there is no handover {handover_id}")
    case = cases.get(act, request.case_id)
    limit = act.standard.promise(ANSWER).limit.deadline(request.asked_at, act.standard.calendar)
    if request.state == "asked" and act.at >= limit.at:
        for promise in promises.of_case(act, case.id):
            if promise.rule == ANSWER:
                promises.judge(act, promise.id)
        request.state, request.settled_at = "returned", act.at
        act.remember(case.chain, "handover-returned", handover=request.id, owner=request.giver_id)
        promises.done(act, ANSWER, case)


def _above(act: Act, case: Case, giver_id: int, declined: set[int]) -> staff.Staff:
    """The next above the giver who did not decline: the supervisor, or above a giver on the ladder (OWN-6)."""
    ladder = staff.up_the_ladder(act, case.company_id)
    places = [place for place, person in enumerate(ladder) if person.id == giver_id]
    for person in ladder[places[-1] + 1 if places else 0 :]:
        if person.id not in declined:
            return person
    raise NotFound("nobody stands above you in this company: keep the case, or choose a colleague who did not decline")

"""A matter changes its owner only by somebody who accepts it; without it matters would be pushed from desk to desk."""

from __future__ import annotations

from sqlalchemy import select

from hotline.domain import (
    absences,
    cases,
    companies,
    concerned,
    notices,
    outbox,
    promise_looks,
    promises,
    sisters,
    staff,
)
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.handover_forms import Handover as Handover
from hotline.domain.handover_forms import State as State
from hotline.domain.handover_forms import Why as Why
from hotline.domain.handover_forms import of_case as of_case
from hotline.domain.handover_forms import open_of as open_of
from hotline.domain.handover_forms import waiting_for as waiting_for
from hotline.domain.occasions import Occasion
from hotline.errors import Conflict, Invalid, NotFound, Refused

ANSWER = "OWN-2.answer"  # who is asked answers in time
BY_KEY = "by-key"  # in place of the reason, where somebody declined on the telephone
_BOUNCES = (Why.ASKED, Why.LIVE)  # these count for the chain of OWN-3
_GOES_UP = (Why.RAISED, Why.LEAVE)  # declined or unanswered, the next above is asked


def ask(act: Act, case: Case, *, giver_id: int, receiver_id: int, reason: str, why: Why = Why.ASKED) -> Handover:
    """Ask a colleague, of whatever company of the group, to own the case (OWN-2, OWN-4).

    Someone who declined before, or a chain past the profile's limit, goes up the ladder instead (OWN-3). The case is
    locked, its standard chosen. Raises Invalid without a reason, Refused, Conflict while another request is open.
    """
    if not reason.strip() and why is not Why.LEAVE:
        raise Invalid("say why: whoever takes the matter over must know it")
    before = of_case(act, case.id)
    _may_be_asked(act, case, before, giver_id, receiver_id)
    bounced = why in _BOUNCES and _bounces(act, before, receiver_id)
    if bounced:
        receiver_id = _bounced_to(act, case, before, giver_id)
    return _asked(act, case, giver_id, receiver_id, why, cases.seal(act, case, reason.strip()), bounced=bounced)


def goes_to(act: Act, case: Case, *, giver_id: int, receiver_id: int) -> int:
    """Whom `ask` would ask where this colleague is chosen, by id: another by OWN-3. Raises as `ask` does."""
    before = of_case(act, case.id)
    _may_be_asked(act, case, before, giver_id, receiver_id)
    return _bounced_to(act, case, before, giver_id) if _bounces(act, before, receiver_id) else receiver_id


def answer(act: Act, handover_id: int, *, by: int, accept: bool, refusal: str | None = None) -> Handover:
    """The receiver accepts, and owns the case from now on; or declines, and nothing changed.

    `refusal`: why it is declined; None by a key on the telephone. Raises NotFound, Conflict when it was answered
    before, Invalid for a refusal without a reason (OWN-2).
    """
    request, case = _locked(act, handover_id)
    if request.receiver_id != by:
        raise NotFound("no handover waits for you there")
    if request.state != State.ASKED:
        raise Conflict("this handover was answered already")
    if accept:
        if by in concerned.people(act, case):  # since they were asked it came to be about them
            raise Refused("this complaint is about you or your department: decline it, and the giver asks another")
        _settle(act, request, case, State.ACCEPTED)
        _pass_on(act, request, case)
        told = {"owner": case.owner_id, "company": case.company_id}
        act.remember(case.chain, "handover-accepted", handover=request.id, **told)
        return request
    if refusal is not None and not refusal.strip():
        raise Invalid("say why you decline: the giver must know whom to ask instead")
    request.refusal = cases.seal(act, case, (refusal or BY_KEY).strip())
    _settle(act, request, case, State.DECLINED)
    act.remember(case.chain, "handover-declined", handover=request.id, owner=case.owner_id, refusal=request.refusal)
    _tell(act, case, request.giver_id, "handover-declined", request.id)
    _next_above(act, request, case)
    return request


def withdraw(act: Act, handover_id: int, *, by: int) -> None:
    """The giver keeps the case after all. Raises NotFound for somebody else's request, Conflict after the answer."""
    request, case = _locked(act, handover_id)
    if request.giver_id != by:
        raise NotFound("you asked nobody there")
    if request.state != State.ASKED:
        raise Conflict("this handover was answered already")
    _returned(act, request, case, State.WITHDRAWN)


def give_back(act: Act, handover_id: int) -> None:
    """Nobody answered in time: the request ends and the giver, who owned the case all along, keeps it (OWN-2).

    That it was not answered is judged as broken first, and those are told whom the standard names.
    """
    request, case = _locked(act, handover_id)
    limit = act.standard.promise(ANSWER).limit.deadline(request.asked_at, act.standard.calendar)
    if request.state == State.ASKED and act.at > limit.at:
        for promise in promises.of_case(act, case.id):
            if promise.rule == ANSWER:
                promise_looks.look(act, [promise.id])
        _returned(act, request, case, State.RETURNED)
        _next_above(act, request, case)


def unanswered(act: Act, handover_id: int) -> None:
    """The colleague who was rung in the middle of a call did not answer: nothing changed. Answered before: nothing."""
    request, case = _locked(act, handover_id)
    if request.state == State.ASKED:
        _returned(act, request, case, State.RETURNED)


def force(act: Act, case: Case, *, receiver_id: int, why: Why = Why.DISMISSAL) -> None:
    """The owner left, or is complained of: a superior owns the case from this moment, asked or not (CMP-10)."""
    request = Handover(
        case_id=case.id,
        giver_id=case.owner_id,
        receiver_id=receiver_id,
        why=why,
        reason="",
        state=State.ACCEPTED,
        asked_at=act.at,
        settled_at=act.at,
    )
    act.session.add(request)
    act.session.flush()
    told = {"handover": request.id, "giver": request.giver_id, "why": request.why}
    _pass_on(act, request, case)
    kind = "handover-concerned" if why is Why.CONCERNED else "handover-forced"
    act.remember(case.chain, kind, **told, owner=case.owner_id, company=case.company_id)
    _tell(act, case, receiver_id, kind, request.id)


def above(act: Act, case: Case, giver_id: int, passed: set[int]) -> staff.Staff:
    """The next above the giver who is not among the passed: the supervisor, or above a giver on the ladder (OWN-6)."""
    ladder = staff.up_the_ladder(act, case.company_id)
    places = [place for place, person in enumerate(ladder) if person.id == giver_id]
    passed = passed | concerned.people(act, case)
    for person in ladder[places[-1] + 1 if places else 0 :]:
        if person.id not in passed:
            return person
    raise NotFound("nobody stands above you in this company: keep the case, or choose a colleague who did not decline")


def _may_be_asked(act: Act, case: Case, before: list[Handover], giver_id: int, receiver_id: int) -> None:
    if case.state == "closed":
        raise Conflict(f"case {case.number} is closed: open a new one for a new matter")
    if case.owner_id != giver_id or receiver_id == giver_id:
        raise Refused("only the owner can hand a case over, and to somebody else")
    receiver = staff.get(act, receiver_id)
    cannot = absences.away(act) | concerned.people(act, case)
    if not receiver.active or not receiver.has(*staff.ANSWERS) or receiver_id in cannot:
        raise Refused("this colleague is not there, or can have no part in this matter: choose another")
    if any(request.state == State.ASKED for request in before):
        raise Conflict("a handover of this case waits for an answer already")


def _bounces(act: Act, before: list[Handover], receiver_id: int) -> bool:
    accepted = sum(one.state == State.ACCEPTED and one.why in _BOUNCES for one in before)
    declined = any(one.state == State.DECLINED and one.receiver_id == receiver_id for one in before)
    return declined or accepted >= act.standard.ownership.handover_chain


def _bounced_to(act: Act, case: Case, before: list[Handover], giver_id: int) -> int:
    return above(act, case, giver_id, {one.receiver_id for one in before if one.state == State.DECLINED}).id


def _asked(
    act: Act, case: Case, giver_id: int, receiver_id: int, why: Why, reason: str, *, bounced: bool = False
) -> Handover:
    request = Handover(
        case_id=case.id,
        giver_id=giver_id,
        receiver_id=receiver_id,
        why=why,
        bounced=bounced,
        reason=reason,
        state=State.ASKED,
        asked_at=act.at,
    )
    act.session.add(request)
    act.session.flush()
    told = {"giver": giver_id, "receiver": receiver_id, "why": why, "bounced": bounced, "reason": reason}
    act.remember(case.chain, "handover-asked", handover=request.id, **told)
    promise = promises.make(act, ANSWER, case)
    outbox.post(
        act,
        "return-handover",
        due=promise.over_at,
        key=f"return-handover-{request.id}",
        case_id=case.id,
        handover=request.id,
    )
    if why is not Why.LIVE:  # whoever is rung about it needs no text as well
        text = "matter-raised" if why is Why.RAISED else "handover-asked"
        _tell(act, case, receiver_id, text, request.id, promise=promise.id)
    act.news.add(f"staff:{receiver_id}")
    return request


def _pass_on(act: Act, request: Handover, case: Case) -> None:
    """The receiver owns the case from now on, in their own company (OWN-4); the customer is told who it is (OWN-7)."""
    receiver = staff.get(act, request.receiver_id)
    if not staff.stays(act, receiver.id):
        raise Conflict("this colleague left a moment ago: look again who is there")
    before = case.company_id
    case.owner_id = case.handler_id = receiver.id
    case.company_id = receiver.company_id
    promises.pass_on(act, case)
    if case.company_id != before:
        companies.get(act, case.company_id)
        sisters.verify(act, case, since=act.at)
    cases.text_customer(act, case, "owner-changed", about=request.id)


def _returned(act: Act, request: Handover, case: Case, state: State) -> None:
    _settle(act, request, case, state)
    act.remember(case.chain, f"handover-{state}", handover=request.id, owner=request.giver_id)


def _settle(act: Act, request: Handover, case: Case, state: State) -> None:
    request.state, request.settled_at = state, act.at
    outbox.cancel(act, f"return-handover-{request.id}")
    promises.done(act, ANSWER, case)
    act.news |= {f"staff:{request.receiver_id}", f"staff:{request.giver_id}"}


def _next_above(act: Act, request: Handover, case: Case) -> None:
    """What was raised, or is left by somebody on leave, goes on level by level until somebody takes it (OWN-6)."""
    if request.why not in _GOES_UP:
        return
    companies.get(act, case.company_id)
    passed = {one.receiver_id for one in of_case(act, case.id) if one.why == request.why}
    try:
        receiver = above(act, case, request.giver_id, passed)
    except NotFound:
        return  # whoever stands highest has seen it; the owner still answers for it
    _asked(act, case, request.giver_id, receiver.id, Why(request.why), request.reason)


def _tell(act: Act, case: Case, staff_id: int, text: str, about: int, *, promise: int | None = None) -> None:
    pressing = promise is not None and act.standard.promise(ANSWER).urgent
    notices.tell(act, staff.get(act, staff_id), Occasion(case, text, str(about), promise, urgent=pressing))


def _locked(act: Act, handover_id: int) -> tuple[Handover, Case]:
    """The request and its case; the case is locked first, as by whoever asks."""
    case_id = act.session.scalar(select(Handover.case_id).where(Handover.id == handover_id))
    if case_id is None:
        raise NotFound(f"there is no handover {handover_id}")
    case = cases.get(act, case_id)
    return act.session.get_one(Handover, handover_id, with_for_update=True, populate_existing=True), case

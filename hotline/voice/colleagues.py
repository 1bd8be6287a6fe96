"""What a colleague hears and keys: an offer to sign for, news of the work; without it nobody could sign by phone."""

from __future__ import annotations

from hotline.domain import calls, cases, dispatches, repairs
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.dispatches import Answer, Offer
from hotline.errors import Conflict, NotFound
from hotline.voice import standings
from hotline.voice.steps import Choice, Heard, Sound, Step


def offer(act: Act, call: Call) -> Step:
    """The telephone was picked up: the matter is told, unless somebody signed meanwhile."""
    made = _offer(act, call)
    if dispatches.get(act, made.dispatch_id).signed_at is not None:
        dispatches.answer(act, made, Answer.WITHDRAWN)
        return Step.OFFER_GONE
    dispatches.answer(act, made, Answer.HEARD)
    return Step.OFFER


def offered(act: Act, call: Call) -> tuple[str, ...]:
    """The matter, by what the diagnosis found; no personal value is told before the signature.

    Of a complaint nobody's own words are told, who complained is in them: they stand on the sheet (CMP-10).
    """
    made = _offer(act, call)
    if standings.is_passed_up(act, made):
        return ("offer.passed-up", "offer.keys")
    if standings.is_complaint(act, made):
        return ("offer.complaint", "offer.keys")
    order = repairs.of_case(act, dispatches.get(act, made.dispatch_id).case_id)
    return (
        ("offer.matter", "offer.findings", "offer.keys") if order and order.answers else ("offer.matter", "offer.keys")
    )


def sign(act: Act, call: Call) -> Step:
    """1: signed for (签收). Somebody else was first: told so."""
    try:
        repairs.sign(act, _offer(act, call))
    except Conflict:
        return Step.OFFER_GONE
    return Step.OFFER_THANKS


def thanks(act: Act, call: Call) -> tuple[str, ...]:
    """Where to go; or, when the caller told no place, how to find out. Of a complaint, until when it is dealt with."""
    made = _offer(act, call)
    if standings.is_passed_up(act, made):
        return ("offer.signed", "offer.complaint-thanks")
    if standings.is_complaint(act, made):
        return ("offer.signed", "offer.settle-by", "offer.complaint-thanks")
    case = cases.get(act, dispatches.get(act, made.dispatch_id).case_id)
    if "sealed_address" in case.details:
        where = "offer.address"
    elif case.customer_id is not None or "sealed_contact" in case.details:
        where = "offer.no-address"
    else:
        where = "offer.nothing-known"
    return ("offer.signed", where, "offer.thanks")


def decline(act: Act, call: Call) -> Step:
    """2: the next one is rung."""
    dispatches.answer(act, _offer(act, call), Answer.DECLINED)
    return Step.OFFER_PASSED_ON


def no_key(act: Act, call: Call) -> Step:
    """No key: a voicemail is no signature, the next one is rung (design rule 8)."""
    dispatches.answer(act, _offer(act, call), Answer.NO_KEY)
    return Step.OFFER_PASSED_ON


def on_the_way(act: Act, call: Call) -> Step:
    """The colleague set out."""
    return _advance(act, call, repairs.Stage.ON_THE_WAY)


def arrived(act: Act, call: Call) -> Step:
    """The colleague is there."""
    return _advance(act, call, repairs.Stage.ARRIVED)


def found(act: Act, call: Call, heard: Heard) -> Step | None:
    """What was found and done, in the colleague's words."""
    if heard.sound is not Sound.SPEECH or not heard.text.strip():
        return None
    call.put(sealed_found=calls.seal(act, call, heard.text.strip()))
    return Step.WORK_TESTED


def put_off(act: Act, call: Call, heard: Heard) -> Step | None:
    """Why it cannot be mended now, in the colleague's words: the customer is promised the result (FLT-5)."""
    if heard.sound is not Sound.SPEECH or not heard.text.strip():
        return None
    order = _asked(act, call)
    if order is None or call.staff_id is None:
        return Step.WORK_REFUSED
    try:
        repairs.put_off(act, order, by=call.staff_id, why=heard.text)
    except Conflict:
        return Step.WORK_REFUSED
    return Step.WORK_NOTED


def note_tested(act: Act, call: Call, choice: Choice) -> Step:
    """Tested in front of the customer, or not (FLT-8)."""
    call.put(tested=choice.value == "yes")
    return choice.to


def note_signed_for(act: Act, call: Call, choice: Choice) -> Step:
    """Signed for by the customer, or not (FLT-8)."""
    call.put(customer_signed=choice.value == "yes")
    return choice.to


def work_done(act: Act, call: Call) -> Step:
    """The repair is finished; the return visit is promised (VIS-1)."""
    order = _asked(act, call)
    if order is None or call.staff_id is None:
        return Step.WORK_REFUSED
    try:
        repairs.finish(
            act,
            order,
            by=call.staff_id,
            found=calls.unseal(act, call, call.slots["sealed_found"]),
            tested=bool(call.slots.get("tested")),
            customer_signed=bool(call.slots.get("customer_signed")),
        )
    except Conflict:  # finished on the sheet while this call lasted
        return Step.WORK_REFUSED
    return Step.WORK_NOTED


def colleague(act: Act, call: Call) -> Step:
    """Which repair is meant: the oldest that this colleague has not finished. The whole call is about that one."""
    assert call.staff_id is not None, "only a colleague comes here, and only with work in hand"
    order = repairs.open_with(act, call.staff_id)[0]
    call.put(asked=order.case_id)
    call.case_id = call.case_id or order.case_id
    return Step.COLLEAGUE_MENU


def _advance(act: Act, call: Call, stage: repairs.Stage) -> Step:
    order = _asked(act, call)
    if order is None or call.staff_id is None:
        return Step.WORK_REFUSED
    try:
        repairs.advance(act, order, stage, by=call.staff_id)
    except Conflict:
        return Step.WORK_REFUSED
    return Step.WORK_NOTED


def _asked(act: Act, call: Call) -> repairs.RepairOrder | None:
    """The repair that the colleague heard of in this call, if it is still theirs."""
    order = repairs.of_case(act, cases.get(act, call.slots["asked"]).id)  # a case is locked before its repair
    return order if order is not None and order.engineer_id == call.staff_id else None


def _offer(act: Act, call: Call) -> Offer:
    made = dispatches.of_call(act, call)
    if made is None:
        raise NotFound(f"call {call.id} offers nothing")
    return made

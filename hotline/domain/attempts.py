"""Attempts at reaching a customer, one after another; without it a callback would be owed and nobody rung (CBK-3)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from hotline.domain import cases, next_calls, notices, outbox, owed_calls, slots, visits
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.calls import State as CallState
from hotline.domain.cases import Case
from hotline.domain.occasions import Occasion
from hotline.domain.owed_calls import Attempt, Callback, Outcome, State, Style
from hotline.domain.waits import Place, Wait
from hotline.standard.kinds import Role
from hotline.standard.rules import Standard

# The customer was rung, in vain.
_IN_VAIN = frozenset({Outcome.NO_ANSWER, Outcome.BUSY, Outcome.NO_KEY, Outcome.NOT_NOW, Outcome.FAILED})
_NO_SUCH_NUMBER = ("number-", "country-")  # how what the carrier refuses begins where the number is at fault
_OUTCOMES = {
    CallState.BUSY: Outcome.BUSY,
    CallState.UNANSWERED: Outcome.NO_ANSWER,
    CallState.FAILED: Outcome.FAILED,
}


def begun(act: Act, case: Case, callback: Callback, *, call: Call | None = None) -> Attempt:
    attempt = Attempt(
        callback_id=callback.id,
        n=1 + (act.session.scalar(select(func.max(Attempt.n)).where(Attempt.callback_id == callback.id)) or 0),
        slot=slots.slot_of(act.standard, act.at),
        due_at=callback.next_at or act.at,
        began_at=act.at,
        call_id=call.id if call is not None else None,
    )
    callback.next_at = None
    owed_calls.dialled(act, case, callback)
    act.session.add(attempt)
    act.session.flush()
    told = {"n": attempt.n, "due": attempt.due_at.isoformat(), "slot": attempt.slot}
    act.remember(case.chain, "callback-began", attempt=attempt.id, callback=callback.id, **told)
    act.news.add("callbacks")
    return attempt


def kept(act: Act, wait: Wait) -> None:
    """A caller kept their place: it is the first attempt at the call back that was promised with it (ANS-3)."""
    case = cases.get(act, wait.case_id or 0)
    callback = owed_calls.open_in(act, case.id, Style.TALK)
    if callback is not None and owed_calls.under_way(act, callback.id) is None:
        wait.callback_id = callback.id
        begun(act, case, callback)


def rang_in(act: Act, wait: Wait) -> None:
    """The customer rang us while their call back stood in the line, and goes on at its place: nobody rings them.

    Should they leave unserved they are rung all the same, unless that is asked for sooner.
    """
    found = _under_way(act, wait)
    wait.callback_id = None
    if found is not None:
        _ended(act, *found, Outcome.RANG_IN)


def rung(act: Act, case: Case, call: Call) -> None:
    """One of ours rings the customer of a case: an attempt, by hand where none is under way. The case is locked."""
    callback = owed_calls.open_in(act, case.id, Style.TALK)
    if callback is None:
        return
    attempt = owed_calls.under_way(act, callback.id)
    if attempt is None:
        begun(act, case, callback, call=call)
    else:
        attempt.call_id = call.id


def place_over(act: Act, wait: Wait) -> None:
    """A place in the line that was an attempt is over; how it ended says what comes next. The wait is locked."""
    found = _under_way(act, wait)
    if found is None:
        return
    if wait.state == Place.DONE:
        _ended(act, *found, Outcome.REACHED)
    elif wait.state == Place.UNREACHED and wait.call_id is not None:
        call = act.session.get_one(Call, wait.call_id)
        _ended(act, *found, _outcome(call, CallState(call.state)))
    else:
        _ended(act, *found, Outcome.NO_AGENT)


def call_over(act: Act, call: Call, state: CallState) -> None:
    """A call to a customer is over: so is its attempt, unless that stands in the line, or ended before."""
    callback_id = act.session.scalar(
        select(Attempt.callback_id).where(Attempt.call_id == call.id, Attempt.ended_at.is_(None))
    )
    in_line = select(Wait.id).where(Wait.callback_id == callback_id, Wait.ended_at.is_(None)).limit(1)
    if callback_id is None or act.session.scalar(in_line) is not None:
        return
    callback, case = owed_calls.locked(act, callback_id)
    attempt = owed_calls.under_way(act, callback_id)
    if attempt is not None:
        _ended(act, callback, case, attempt, _outcome(call, state))


def put_off(act: Act, call: Call) -> bool:
    """Before the carrier is asked for this call: is the hour over in which it may be made, as it waited for long?

    Then its attempt is over, not counted, and the next is planned. A call for which one of ours is on the line already
    is never put off. The call is locked, the standard chosen.
    """
    query = select(Callback).join(Attempt, Attempt.callback_id == Callback.id)
    query = query.where(Attempt.call_id == call.id, Attempt.ended_at.is_(None), Callback.style != Style.TALK)
    made = act.session.scalar(query)
    if made is None or next_calls.allowed(act.standard, made, act.at) <= act.at:
        return False
    callback, case = owed_calls.locked(act, made.id)
    attempt = owed_calls.under_way(act, callback.id)
    if attempt is not None:
        _ended(act, callback, case, attempt, Outcome.TOO_LATE)
    return True


def is_wanted(act: Act, call: Call) -> bool:
    """Is the attempt of this call still under way? A call of no attempt is wanted."""
    ended_at = select(Attempt.ended_at).where(Attempt.call_id == call.id).order_by(Attempt.id.desc()).limit(1)
    return act.session.scalar(ended_at) is None


def failed(act: Act, callback_id: int) -> None:
    """Beginning it failed for good, and the supervisors are told: it is tried again later all the same."""
    callback, case = owed_calls.locked(act, callback_id)
    if callback.state == State.OPEN and callback.next_at is not None:
        wait = act.standard.callbacks.between.span
        again = next_calls.after_nothing(act, case, callback, wait, began_at=act.at)
        owed_calls.schedule(act, callback, again)


def holds(act: Act, wait: Wait) -> bool:
    """Was this place in the line made for an attempt of ours, so that nobody on the line asked for it just now?"""
    began = select(Attempt.id).where(Attempt.callback_id == wait.callback_id, Attempt.began_at <= wait.joined_at)
    return act.session.scalar(began.where(Attempt.ended_at.is_(None)).limit(1)) is not None


def may_be_rung(act: Act, wait: Wait, standard: Standard) -> bool:
    """May the customer of a place that stood in the line for long be rung at this hour, by this company's standard?"""
    if wait.callback_id is None:  # of a version before
        return not slots.is_quiet(standard, act.at)
    callback = act.session.get_one(Callback, wait.callback_id)
    return next_calls.allowed(standard, callback, act.at) <= act.at


def waits_since(act: Act, wait: Wait) -> datetime:
    """Since when whoever has this place waits for us: for a call back since it was asked for, not since the place came.

    A return visit is a thing of ours: for that nobody waits.
    """
    callback = act.session.get(Callback, wait.callback_id) if wait.callback_id is not None else None
    asked = callback is not None and callback.rule not in owed_calls.OF_VISITS
    return min(wait.since, callback.made_at) if callback is not None and asked else wait.since


def is_over(act: Act, wait: Wait) -> bool:
    """Does this place in the line belong to an attempt that has ended?"""
    return wait.callback_id is not None and owed_calls.under_way(act, wait.callback_id) is None


def _under_way(act: Act, wait: Wait) -> tuple[Callback, Case, Attempt] | None:
    if wait.callback_id is None:
        return None
    callback, case = owed_calls.locked(act, wait.callback_id)
    attempt = owed_calls.under_way(act, callback.id)
    return None if attempt is None else (callback, case, attempt)


def _ended(act: Act, callback: Callback, case: Case, attempt: Attempt, outcome: Outcome) -> None:
    """The attempt is over: the next one is planned, or it was the last. Callback and case are locked.

    One before its time does not count: the customer said when they can be reached, or the visit begins later.
    """
    goes_on = callback.state == State.OPEN and outcome is not Outcome.REACHED
    in_vain = goes_on and outcome in _IN_VAIN
    counts = in_vain and not next_calls.is_early(act, case, callback, attempt.began_at)
    callback.attempts += counts
    again = _again(act, case, callback, attempt, outcome) if goes_on else None
    if in_vain and again is not None and not next_calls.lies_ahead(callback, attempt.began_at):
        callback.agreed = next_calls.lasts(callback, again)
    owed_calls.close(act, case, attempt, outcome)
    if counts and callback.attempts >= act.standard.callbacks.attempts:
        give_up(act, case, callback)
    elif again is not None:
        owed_calls.schedule(act, callback, again)
        outbox.post(act, "match-line", urgent=True)


def _again(act: Act, case: Case, callback: Callback, attempt: Attempt, outcome: Outcome) -> datetime:
    if outcome not in _IN_VAIN:
        wait = act.standard.desk.longest_wait.span
        return next_calls.after_nothing(act, case, callback, wait, began_at=attempt.began_at)
    tried = [one.began_at for one in _in_vain(act, callback.id)]
    return next_calls.after_try(act, case, callback, [*tried, attempt.began_at])


def _in_vain(act: Act, callback_id: int) -> list[Attempt]:
    query = select(Attempt).where(Attempt.callback_id == callback_id, Attempt.outcome.in_(_IN_VAIN))
    return list(act.session.scalars(query.order_by(Attempt.n)))


def give_up(act: Act, case: Case, callback: Callback, *, why: str | None = None) -> None:
    """Tried often enough: owner and supervisor are told, the customer is written to; the promise's verdict stands.

    `why`: nobody could be rung at all, so that there is nothing to write either; nor to whoever said that they could
    not talk, for they know that we rang.
    """
    owed_calls.end(act, case, callback, State.UNREACHED, why=why)
    for role in (Role.OWNER, Role.SUPERVISOR):
        notices.tell_role(act, role, Occasion(case, "callback-unreached", str(callback.id)))
    if why is None and all(one.outcome != Outcome.NOT_NOW for one in _in_vain(act, callback.id)):
        cases.text_customer(act, case, "callback-in-vain", about=callback.id)
    visits.unreached(act, case)


def _outcome(call: Call, state: CallState) -> Outcome:
    """Picked up and nobody pressed a key: a machine, or nobody who could talk (design rule 8)."""
    if state is CallState.FAILED and call.sid is None and not (call.cause or "").startswith(_NO_SUCH_NUMBER):
        return Outcome.NO_CARRIER
    return Outcome.NOT_NOW if call.slots.get("not_now") else _OUTCOMES.get(state, Outcome.NO_KEY)

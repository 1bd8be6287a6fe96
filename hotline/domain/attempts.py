"""Attempts at reaching a customer, one after another; without it a callback would be owed and nobody rung (CBK-3)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from hotline.domain import cases, notices, outbox, owed_calls, slots, visits
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.calls import State as CallState
from hotline.domain.cases import Case
from hotline.domain.occasions import Occasion
from hotline.domain.owed_calls import Attempt, Callback, Outcome, State, Style
from hotline.domain.waits import Place, Wait
from hotline.standard.kinds import Role
from hotline.standard.rules import Standard

_COUNTED = frozenset({Outcome.NO_ANSWER, Outcome.BUSY, Outcome.NO_KEY, Outcome.FAILED})
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
        _ended(act, *found, _outcome(CallState(act.session.get_one(Call, wait.call_id).state)))
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
        _ended(act, callback, case, attempt, _outcome(state))


def is_wanted(act: Act, call: Call) -> bool:
    """Is the attempt of this call still under way? A call of no attempt is wanted."""
    ended_at = select(Attempt.ended_at).where(Attempt.call_id == call.id).order_by(Attempt.id.desc()).limit(1)
    return act.session.scalar(ended_at) is None


def failed(act: Act, callback_id: int) -> None:
    """Beginning it failed for good, and the supervisors are told: it is tried again later all the same."""
    callback, _case = owed_calls.locked(act, callback_id)
    if callback.state == State.OPEN and callback.next_at is not None:
        owed_calls.schedule(act, callback, act.at + act.standard.callbacks.between.span)


def may_be_rung(act: Act, wait: Wait, standard: Standard) -> bool:
    """May the customer of a place that stood in the line for long be rung at this hour, by this company's standard?"""
    if wait.callback_id is None:  # of a version before
        return not slots.is_quiet(standard, act.at)
    callback = act.session.get_one(Callback, wait.callback_id)
    return slots.earliest(standard, act.at, owed_calls.kind_of(callback)) <= act.at


def is_over(act: Act, wait: Wait) -> bool:
    """Does this place in the line belong to a callback that has ended?"""
    return wait.callback_id is not None and act.session.get_one(Callback, wait.callback_id).ended_at is not None


def _under_way(act: Act, wait: Wait) -> tuple[Callback, Case, Attempt] | None:
    if wait.callback_id is None:
        return None
    callback, case = owed_calls.locked(act, wait.callback_id)
    attempt = owed_calls.under_way(act, callback.id)
    return None if attempt is None else (callback, case, attempt)


def _ended(act: Act, callback: Callback, case: Case, attempt: Attempt, outcome: Outcome) -> None:
    """The attempt is over: the next one is planned, or it was the last. Callback and case are locked."""
    owed_calls.close(act, case, attempt, outcome)
    if callback.state != State.OPEN or outcome is Outcome.REACHED:
        return
    if outcome not in _COUNTED:
        again = act.at + act.standard.desk.longest_wait.span
        owed_calls.schedule(act, callback, slots.earliest(act.standard, again, owed_calls.kind_of(callback)))
        return
    callback.attempts += 1
    if callback.attempts >= act.standard.callbacks.attempts:
        give_up(act, case, callback)
    else:
        owed_calls.schedule(act, callback, _next(act, callback))
    outbox.post(act, "match-line", urgent=True)


def _next(act: Act, callback: Callback) -> datetime:
    """Within the window that was agreed, as long as it lasts; then in another slot, on days of work alone."""
    tried = [one.began_at for one in _counted(act, callback.id)]
    if callback.until_at is not None:
        again = tried[-1] + act.standard.callbacks.between.span
        soonest = slots.earliest(act.standard, again, owed_calls.kind_of(callback))
        if soonest < callback.until_at:
            return soonest
    callback.agreed = False
    return slots.next_try(act.standard, tried, owed_calls.kind_of(callback))


def _counted(act: Act, callback_id: int) -> list[Attempt]:
    query = select(Attempt).where(Attempt.callback_id == callback_id, Attempt.outcome.in_(_COUNTED))
    return list(act.session.scalars(query.order_by(Attempt.n)))


def give_up(act: Act, case: Case, callback: Callback, *, why: str | None = None) -> None:
    """Tried often enough: owner and supervisor are told, the customer is written to; the promise's verdict stands.

    `why`: nobody could be rung at all, so that there is nothing to write either.
    """
    owed_calls.end(act, case, callback, State.UNREACHED, why=why)
    for role in (Role.OWNER, Role.SUPERVISOR):
        notices.tell_role(act, role, Occasion(case, "callback-unreached", str(callback.id)))
    if why is None:
        cases.text_customer(act, case, "callback-in-vain", about=callback.id)
    visits.unreached(act, case)


def _outcome(state: CallState) -> Outcome:
    """Picked up and nobody pressed a key: a machine, or nobody who could talk (design rule 8)."""
    return _OUTCOMES.get(state, Outcome.NO_KEY)

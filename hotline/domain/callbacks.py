"""What is promised by telephone is tried until it is kept; without it a call back would wait for somebody's memory.

CBK-1 to CBK-3, ANS-3, ANS-8, ANS-10, FLT-5, FLT-7. The promise has the deadline and the verdict; the callback (回电)
beside it is what keeps trying.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from hotline.domain import anonymity, calls, cases, companies, next_calls, promises, slots, staff
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case, Kind
from hotline.domain.owed_calls import OF_VISITS as OF_VISITS
from hotline.domain.owed_calls import Attempt as Attempt
from hotline.domain.owed_calls import Callback as Callback
from hotline.domain.owed_calls import Outcome as Outcome
from hotline.domain.owed_calls import State as State
from hotline.domain.owed_calls import Style as Style
from hotline.domain.owed_calls import close, end, is_owed, locked, made, open_in, owed_of, schedule, under_way
from hotline.domain.promises import AGREED_TIME
from hotline.domain.slots import Window as Window
from hotline.errors import Conflict, Invalid

# Rules that ask us only to ring: nobody has to find an answer first, so the first attempt begins by itself.
BY_ITSELF = frozenset({"ANS-3.callback", "ANS-8.callback", "ANS-10.callback", "CBK-2.missed", "CBK-3.time"})


def owe(
    act: Act,
    case: Case,
    rule: str,
    *,
    style: Style = Style.TALK,
    from_at: datetime | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Callback:
    """Promise what a rule says, and owe the call that keeps it: it joins the one of this style that is owed already.

    It begins by itself where nobody has to find an answer first, and where `from_at` says from when on. `since` and
    `until` are those of `promises.make`. The case is locked, its standard chosen. Raises Invalid for an unknown rule.
    """
    promises.make(act, rule, case, since=since, until=until)
    callback = open_in(act, case.id, style) or made(act, case, rule, style, from_at or act.at)
    if rule in BY_ITSELF or from_at is not None:
        next_calls.sooner(act, callback, from_at or act.at)
    return callback


def inform(act: Act, case: Case, rule: str) -> None:
    """The machine tells the customer what was promised by this rule, where it is owed still: nobody has to talk.

    The case is locked, its standard chosen.
    """
    _ring_still(act, case, rule, Style.INFORM, act.at)


def _ring_still(act: Act, case: Case, rule: str, style: Style, from_at: datetime) -> None:
    """What was promised by this rule, where it is owed still, is kept by a call of this style."""
    if any(one.rule == rule and one.is_owed for one in promises.of_case(act, case.id)):
        callback = open_in(act, case.id, style) or made(act, case, rule, style, from_at)
        next_calls.sooner(act, callback, from_at)


def reached(act: Act, case: Case) -> None:
    """Somebody of ours spoke with the customer of this case, whom we rang. The case is locked.

    The standard of its company is chosen afterwards.
    """
    promises.reached(act, case)
    callback = open_in(act, case.id, Style.TALK)
    if callback is not None:
        _spoken(act, case, callback, State.REACHED)


def answered(act: Act, callback_id: int) -> None:
    """The customer pressed a key in a call in which the machine talks: it rings them for it no more.

    What it told was told with that, so that what was promised is kept. What it did not get to ask, one of ours asks.
    """
    callback, case = locked(act, callback_id)
    if callback.state == State.OPEN:
        end(act, case, callback, State.REACHED)
        if callback.style == Style.SURVEY:
            _ring_still(act, case, callback.rule, Style.TALK, act.at + act.standard.callbacks.between.span)
    if callback.style == Style.INFORM:
        promises.done(act, callback.rule, case)
        settle(act, case)


def served(act: Act, call: Call, *, by: int) -> None:
    """Whoever rang in talks with one of ours: what a conversation keeps is kept, and nobody rings them any more.

    Nothing where they told an anonymous matter in this call, or it would name them (CMP-10).
    """
    if call.customer_id is None or anonymity.told_in(call):
        return
    for case_id in _waited_for(act, call.customer_id, call.company_id):
        case = cases.get(act, case_id)
        callback = open_in(act, case.id, Style.TALK)
        if callback is None:
            continue
        owed = {one.rule for one in promises.of_case(act, case.id) if one.is_owed}
        kept = owed & (BY_ITSELF - _not_yet(act, callback, case, call))
        for rule in sorted(kept):
            promises.done(act, rule, case)
        if kept:
            act.remember(case.chain, "callback-served", call=call.id, by=by)
            _spoken(act, case, callback, State.SERVED)


def _not_yet(act: Act, callback: Callback, case: Case, call: Call) -> frozenset[str]:
    """A time that was agreed and lies ahead is not kept by a talk about something else: they are rung then (CBK-3).

    In a call that is about nothing yet, any talk serves whoever wanted nothing but to be rung.
    """
    about_it = call.case_id == case.id or (call.case_id is None and case.kind == Kind.CALLBACK)
    waits = next_calls.lies_ahead(callback, act.at) and not about_it
    return frozenset({AGREED_TIME}) if waits else frozenset()


def _spoken(act: Act, case: Case, callback: Callback, state: State) -> None:
    """We spoke with the customer: the callback is over, unless something is owed still.

    What is left waits for the time that was agreed. Else a visit is rung about anew, when it begins or after a while,
    and the rest waits for a person, who has an answer to find first.
    """
    if not is_owed(act, callback, case):
        end(act, case, callback, state)
        return
    companies.get(act, case.company_id)
    owed = {one.rule for one in owed_of(act, callback, case)}
    callback.agreed = callback.agreed and AGREED_TIME in owed
    act.remember(case.chain, "callback-left", callback=callback.id, agreed=callback.agreed)
    attempt = under_way(act, callback.id)
    if attempt is not None:
        close(act, case, attempt, Outcome.REACHED)
    if next_calls.lies_ahead(callback, act.at):
        schedule(act, callback, callback.from_at)
    else:
        again = next_calls.after_talk(act, case, callback) if owed & (BY_ITSELF | OF_VISITS) else None
        schedule(act, callback, again)


def joinable(act: Act, customer_id: int | None, company_id: int) -> Case | None:
    """The matter, locked, in which this customer of this company is rung back anyway; None where there is none.

    Only one that is nothing but a call back: whatever else was told has a matter of its own.
    """
    known = _waited_for(act, customer_id, company_id) if customer_id is not None else []
    for case_id in known:
        case = cases.get(act, case_id)
        if case.kind == Kind.CALLBACK and not case.anonymous and open_in(act, case_id, Style.TALK) is not None:
            return case
    return None


def asked_again(act: Act, case: Case, rule: str, *, call: Call | None, window: Window | None = None) -> None:
    """They rang again and were not served: they are rung as soon as allowed; what is still promised in time stands.

    `window`: they chose when. The case is locked, its standard chosen.
    """
    named = call is not None and not anonymity.told_in(call)
    act.remember(case.chain, "callback-asked-again", call=call.id if call is not None and named else None)
    if window is not None:
        chosen(act, case, window)
        return
    owed = [one for one in promises.of_case(act, case.id) if one.verdict == promises.Verdict.OPEN]
    if not promises.BY_REACHING.intersection(one.rule for one in owed if one.due_at >= act.at):
        owe(act, case, rule)
        return
    next_calls.sooner(act, open_in(act, case.id, Style.TALK) or made(act, case, rule, Style.TALK, act.at), act.at)


def chosen(act: Act, case: Case, window: Window) -> Callback:
    """The customer says when they can be reached: that is promised, instead of what only asks us to ring (CBK-3).

    What was broken before is owed still. The case is locked, its standard chosen.
    """
    for promise in promises.of_case(act, case.id):
        if promise.rule in BY_ITSELF and promise.verdict == promises.Verdict.OPEN and act.at <= promise.due_at:
            promises.excuse(act, promise, None, why="customer-chose")
    promises.make(act, AGREED_TIME, case, since=window.begins, until=window.ends)
    callback = open_in(act, case.id, Style.TALK) or made(act, case, AGREED_TIME, Style.TALK, window.begins)
    _agree(act, case, callback, window.begins, window.ends, by=None)
    if under_way(act, callback.id) is None:
        schedule(act, callback, window.begins)
    return callback


def plan(
    act: Act, callback_id: int, *, at: datetime | None, by: int, until: datetime | None = None, instead: bool = False
) -> Callback:
    """Ring at a time that was agreed with the customer, which is a promise of its own (CBK-3); None: now.

    `until`: they can be reached from `at` until then, so the promise is due then, and whoever is not reached is tried
    again before. Whoever plans it is asked first. A time agreed before and not past is given up where the customer
    talked with us since, and where `by` says that they wanted this one `instead`; else it stands beside it. Raises
    Conflict for a callback that is over or under way, Invalid for a time that `slots.allow` refuses.
    """
    callback, case = locked(act, callback_id)
    if callback.state != State.OPEN or under_way(act, callback.id) is not None:
        raise Conflict("this callback is over, or the customer is being called at this moment")
    slots.allow(act.standard, act.at, at, until)
    agreed = at is None and next_calls.lies_ahead(callback, act.at)
    if agreed and next_calls.allowed(act.standard, callback, act.at) > act.at:
        raise Invalid("another time was agreed with them, and nobody else is rung at this hour", key="hours")
    callback.wanted_id = by
    _agree(act, case, callback, at, until, by=by)
    if at is not None:
        _give_up_agreed(act, case, by, instead=instead)
        promises.make(act, AGREED_TIME, case, since=at, until=until)
    schedule(act, callback, at or act.at)
    return callback


def _agree(
    act: Act, case: Case, callback: Callback, at: datetime | None, until: datetime | None, *, by: int | None
) -> None:
    """At None: now, for which an agreed time that lies ahead stands. `by`: who of ours arranged it; None: the customer
    chose it in their call.
    """
    if at is not None or not next_calls.lies_ahead(callback, act.at):
        callback.agreed, callback.from_at, callback.until_at = True, at or act.at, until
    told = {"agreed": at.isoformat() if at is not None else None, "begins": callback.from_at.isoformat()}
    told["until"] = callback.until_at.isoformat() if callback.until_at is not None else None
    act.remember(case.chain, "callback-planned", callback=callback.id, **told, by=by)


def _give_up_agreed(act: Act, case: Case, by: int, *, instead: bool) -> None:
    """What the clock has judged stays as it is; who says that the customer wants another time is on record."""
    for promise in promises.of_case(act, case.id):
        runs = promise.rule == AGREED_TIME and promise.verdict == promises.Verdict.OPEN and act.at <= promise.due_at
        if runs and (instead or calls.connected_since(act, case.id, promise.made_at)):
            why = "agreed-instead" if instead else "agreed-anew"
            promises.release(act, promise.id, approved_by=staff.get(act, by), why=why)


def cancel(act: Act, callback_id: int, *, by: int, why: str) -> None:
    """A person says that nobody is to be rung, and why; what was promised stays as it is (VIS-5).

    Raises Invalid without a reason, Conflict for a callback that is over.
    """
    callback, case = locked(act, callback_id)
    if not why.strip():
        raise Invalid("say why nobody is to be rung", key="no-why")
    if callback.state != State.OPEN:
        raise Conflict("this callback is over")
    act.remember(case.chain, "callback-cancelled", callback=callback.id, by=by, why=cases.seal(act, case, why.strip()))
    end(act, case, callback, State.CANCELLED)


def refused(act: Act, case: Case) -> None:
    """The customer wants no such call: nobody is rung for a return visit of this case any more. It is locked.

    Whatever else they are to be rung about was promised them, and stands.
    """
    for style in Style:
        callback = open_in(act, case.id, style)
        if callback is not None and not is_owed(act, callback, case, but=OF_VISITS):
            end(act, case, callback, State.REFUSED)


def settle(act: Act, case: Case) -> None:
    """After a promise was kept otherwise, or the case closed: what there is nothing to ring about for any more ends.

    The case is locked.
    """
    for style in Style:
        callback = open_in(act, case.id, style)
        if callback is not None and not is_owed(act, callback, case):
            end(act, case, callback, State.REACHED if case.state == "open" else State.CANCELLED)


def open_of(act: Act, case_id: int) -> Callback | None:
    """The callback that is owed in a case, to be looked at: of two, the one in which one of ours talks."""
    query = select(Callback).where(Callback.case_id == case_id, Callback.state == State.OPEN)
    return act.session.scalar(query.order_by(Callback.style.desc()).limit(1))


def of_case(act: Act, case_id: int) -> list[Callback]:
    """Every callback of a matter, in order."""
    return list(act.session.scalars(select(Callback).where(Callback.case_id == case_id).order_by(Callback.id)))


def attempts_of(act: Act, callback_id: int) -> list[Attempt]:
    """Every attempt of a callback, in order."""
    return list(act.session.scalars(select(Attempt).where(Attempt.callback_id == callback_id).order_by(Attempt.n)))


def _waited_for(act: Act, customer_id: int, company_id: int) -> list[int]:
    """The open cases of a customer with a company in which a talk is owed, in the order in which they are locked."""
    query = select(Case.id).join(Callback, Callback.case_id == Case.id).order_by(Case.id)
    query = query.where(Case.customer_id == customer_id, Case.company_id == company_id, Case.state == "open")
    return list(act.session.scalars(query.where(Callback.state == State.OPEN, Callback.style == Style.TALK)))

"""What is promised by telephone is tried until it is kept; without it a call back would wait for somebody's memory.

CBK-1 to CBK-3, ANS-3, ANS-8, ANS-10, FLT-5, FLT-7. The promise has the deadline and the verdict; the callback (回电)
beside it is what keeps trying.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, not_, select, tuple_

from hotline.domain import anonymity, calls, cases, customers, promises, slots, staff
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case, Kind
from hotline.domain.owed_calls import OF_VISITS as OF_VISITS
from hotline.domain.owed_calls import Attempt as Attempt
from hotline.domain.owed_calls import Callback as Callback
from hotline.domain.owed_calls import Outcome as Outcome
from hotline.domain.owed_calls import State as State
from hotline.domain.owed_calls import Style as Style
from hotline.domain.owed_calls import end, is_owed, locked, open_in, schedule, sooner, under_way
from hotline.domain.slots import Window as Window
from hotline.errors import Conflict, Invalid

# Rules that ask us only to ring: nobody has to find an answer first, so the first attempt begins by itself.
BY_ITSELF = frozenset({"ANS-3.callback", "ANS-8.callback", "ANS-10.callback", "CBK-2.missed", "CBK-3.time"})
_AGREED = "CBK-3.time"


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
    callback = open_in(act, case.id, style) or _made(act, case, rule, style, from_at or act.at)
    if rule in BY_ITSELF or from_at is not None:
        sooner(act, callback, from_at or act.at)
    return callback


def _made(act: Act, case: Case, rule: str, style: Style, from_at: datetime) -> Callback:
    customer = customers.get(act, case.customer_id) if case.customer_id is not None else None
    callback = Callback(
        case_id=case.id,
        company_id=case.company_id,
        rule=rule,
        style=style,
        state=State.OPEN,
        language=(customer.language if customer else None) or act.standard.languages.default,
        made_at=act.at,
        from_at=from_at,
        agreed=False,
        attempts=0,
    )
    act.session.add(callback)
    act.session.flush()
    act.remember(case.chain, "callback-owed", callback=callback.id, rule=rule, style=style, begins=from_at.isoformat())
    act.news.add("callbacks")
    return callback


def inform(act: Act, case: Case, rule: str) -> None:
    """The machine tells the customer what was promised by this rule, where it is owed still: nobody has to talk.

    The case is locked, its standard chosen.
    """
    if any(one.rule == rule and one.is_owed for one in promises.of_case(act, case.id)):
        callback = open_in(act, case.id, Style.INFORM) or _made(act, case, rule, Style.INFORM, act.at)
        sooner(act, callback, act.at)


def reached(act: Act, case: Case) -> None:
    """Somebody of ours spoke with the customer of this case, whom we rang. The case is locked."""
    promises.reached(act, case)
    callback = open_in(act, case.id, Style.TALK)
    if callback is not None:
        end(act, case, callback, State.REACHED)


def answered(act: Act, callback_id: int) -> None:
    """The customer pressed a key in a call in which the machine talks: nobody is rung for it any more.

    What it told was told with that, so that what was promised is kept.
    """
    callback, case = locked(act, callback_id)
    if callback.state == State.OPEN:
        end(act, case, callback, State.REACHED)
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
        kept = [one.rule for one in promises.of_case(act, case.id) if one.is_owed and one.rule in BY_ITSELF]
        if callback is None or not kept:
            continue
        for rule in kept:
            promises.done(act, rule, case)
        act.remember(case.chain, "callback-served", call=call.id, by=by)
        if is_owed(act, callback, case):
            callback.next_at = None  # what is left waits for a person, who has an answer to find first
        else:
            end(act, case, callback, State.SERVED)


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
    sooner(act, open_in(act, case.id, Style.TALK) or _made(act, case, rule, Style.TALK, act.at), act.at)


def chosen(act: Act, case: Case, window: Window) -> Callback:
    """The customer says when they can be reached: that is promised, instead of what only asks us to ring (CBK-3).

    What was broken before is owed still. The case is locked, its standard chosen.
    """
    for promise in promises.of_case(act, case.id):
        if promise.rule in BY_ITSELF and promise.verdict == promises.Verdict.OPEN and act.at <= promise.due_at:
            promises.excuse(act, promise, None, why="customer-chose")
    promises.make(act, _AGREED, case, since=window.begins, until=window.ends)
    callback = open_in(act, case.id, Style.TALK) or _made(act, case, _AGREED, Style.TALK, window.begins)
    _agree(act, case, callback, window.begins, window.ends, by=None)
    if under_way(act, callback.id) is None:
        schedule(act, callback, window.begins)
    return callback


def plan(act: Act, callback_id: int, *, at: datetime | None, by: int, until: datetime | None = None) -> Callback:
    """Ring at a time that was agreed with the customer, which is a promise of its own (CBK-3); None: now.

    `until`: they can be reached from `at` until then, so the promise is due then, and whoever is not reached is tried
    again before. Whoever plans it is asked first. A time agreed before is given up where the customer talked with us
    since. Raises Conflict for a callback that is over or under way, Invalid for a time that is past or in the quiet
    hours, and for a window that ends before it begins.
    """
    callback, case = locked(act, callback_id)
    if callback.state != State.OPEN or under_way(act, callback.id) is not None:
        raise Conflict("this callback is over, or the customer is being called at this moment")
    if at is not None and at < act.at:
        raise Invalid("nobody is rung in the past", key="past")
    if slots.is_quiet(act.standard, at or act.at):
        raise Invalid("nobody is rung in the quiet hours", key="quiet")
    if until is not None and (at is None or until <= at):
        raise Invalid("a window ends after it begins", key="window")
    callback.wanted_id = by
    _agree(act, case, callback, at, until, by=by)
    if at is not None:
        _give_up_agreed(act, case, by)
        promises.make(act, _AGREED, case, since=at, until=until)
    schedule(act, callback, at or act.at)
    return callback


def _agree(
    act: Act, case: Case, callback: Callback, at: datetime | None, until: datetime | None, *, by: int | None
) -> None:
    """`by`: who of ours arranged it; None: the customer chose it in their call."""
    callback.agreed, callback.until_at, callback.from_at = True, until, at or callback.from_at
    agreed, ends = (one.isoformat() if one is not None else None for one in (at, until))
    act.remember(case.chain, "callback-planned", callback=callback.id, agreed=agreed, until=ends, by=by)


def _give_up_agreed(act: Act, case: Case, by: int) -> None:
    for promise in promises.of_case(act, case.id):
        runs = promise.rule == _AGREED and promise.verdict == promises.Verdict.OPEN and act.at <= promise.due_at
        if runs and calls.connected_since(act, case.id, promise.made_at):
            promises.release(act, promise.id, approved_by=staff.get(act, by), why="agreed-anew")


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
    """The customer wants no such call: nobody is rung for a return visit of this case any more. It is locked."""
    for style in Style:
        callback = open_in(act, case.id, style)
        if callback is not None and callback.rule in OF_VISITS:
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


def listed(act: Act, company_id: int | None, *, within: ColumnElement[bool], most: int) -> list[tuple[Callback, Case]]:
    """What is owed, what goes on or begins next first, then what waits for a person.

    `company_id`: of the company that has the matter, or of the group; `within`: which matters the reader may know of.
    """
    goes_on = exists().where(Attempt.callback_id == Callback.id, Attempt.ended_at.is_(None))
    query = _shown(company_id, within).where(Callback.state == State.OPEN).limit(most)
    query = query.order_by(not_(goes_on), Callback.next_at.is_(None), Callback.next_at, Callback.id)
    return [(callback, case) for callback, case in act.session.execute(query)]


def over(
    act: Act, company_id: int | None, *, within: ColumnElement[bool], before: int | None = None, most: int
) -> list[tuple[Callback, Case]]:
    """What is not owed any more, the newest first; `before`: the last callback of the page before, by its id."""
    query = _shown(company_id, within).where(Callback.ended_at.is_not(None)).limit(most)
    mark = act.session.get(Callback, before) if before is not None else None
    if mark is not None and mark.ended_at is not None:
        query = query.where(tuple_(Callback.ended_at, Callback.id) < tuple_(mark.ended_at, mark.id))
    query = query.order_by(Callback.ended_at.desc(), Callback.id.desc())
    return [(callback, case) for callback, case in act.session.execute(query)]


def of_case(act: Act, case_id: int) -> list[Callback]:
    """Every callback of a matter, in order."""
    return list(act.session.scalars(select(Callback).where(Callback.case_id == case_id).order_by(Callback.id)))


def _shown(company_id: int | None, within: ColumnElement[bool]) -> Select[Callback, Case]:
    query = select(Callback, Case).join(Case, Case.id == Callback.case_id).where(within)
    return query if company_id is None else query.where(Case.company_id == company_id)


def attempts_of(act: Act, callback_id: int) -> list[Attempt]:
    """Every attempt of a callback, in order."""
    return list(act.session.scalars(select(Attempt).where(Attempt.callback_id == callback_id).order_by(Attempt.n)))


def _waited_for(act: Act, customer_id: int, company_id: int) -> list[int]:
    """The open cases of a customer with a company in which a talk is owed, in the order in which they are locked."""
    query = select(Case.id).join(Callback, Callback.case_id == Case.id).order_by(Case.id)
    query = query.where(Case.customer_id == customer_id, Case.company_id == company_id, Case.state == "open")
    return list(act.session.scalars(query.where(Callback.state == State.OPEN, Callback.style == Style.TALK)))

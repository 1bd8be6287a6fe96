"""Which attempts begin now; without it a morning's callbacks would ring more customers than agents (CBK-3, FLT-7)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased

from hotline.domain import attempts, calls, companies, customers, matching, next_calls, outbox, owed_calls, seats, waits
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.customers import Customer
from hotline.domain.owed_calls import Attempt, Callback, State, Style
from hotline.domain.waits import Place, Wait
from hotline.errors import HotlineError, NotFound, Refused
from hotline.phones import PhoneNumber

_OTHER = aliased(Case)  # made once: it takes longer than the query
_UNFIT = "cannot-be-rung"  # what is kept of them cannot be read, or the hours of their company never come
# The first steps of calls in which the machine talks; the names are those of the table of steps.
_FIRST_STEPS = {Style.SURVEY: "survey", Style.INFORM: "inform"}


def begin_due(act: Act, *, words_version: str) -> None:
    """Begin what is due, the longest due first: as many talks as there are agents to hold them, as many surveys as the
    platform holds at once. It waits for no other act; what another is about stays due.
    """
    _clear_places(act)
    if not is_due(act) or not _alone(act):
        return
    for style in Style:
        for callback_id in _due(act, style):
            _begin_or_give_up(act, callback_id, words_version)
        act.session.flush()


def is_due(act: Act) -> bool:
    """Is any attempt due? A cheap look."""
    due = select(Callback.id).where(Callback.state == State.OPEN, Callback.next_at <= act.at)
    return act.session.scalar(due.limit(1)) is not None


def standing(act: Act) -> tuple[int, datetime | None]:
    """How many attempts are due, and since when the first of them; whoever is short of agents has many."""
    due = select(func.count(Callback.id), func.min(Callback.next_at))
    many, since = act.session.execute(due.where(Callback.state == State.OPEN, Callback.next_at <= act.at)).one()
    return many, since


def neglected(act: Act) -> datetime | None:
    """Since when an attempt is due for which there is room, so that nothing but a fault of ours holds it up; None: no
    such one.
    """
    if not is_due(act):
        return None
    due = select(func.min(Callback.next_at)).where(Callback.state == State.OPEN, Callback.next_at <= act.at)
    firsts = (act.session.scalar(due.where(Callback.style == style)) for style in Style if _room(act, style) > 0)
    return min((at for at in firsts if at is not None), default=None)


def _clear_places(act: Act) -> None:
    """Places in the line whose attempt ended otherwise. Who holds one looks for it themselves."""
    goes_on = exists().where(Attempt.callback_id == Wait.callback_id, Attempt.ended_at.is_(None))
    over = select(Wait.id).where(Wait.state.in_(waits.TO_MATCH), Wait.kept, Wait.callback_id.is_not(None), ~goes_on)
    for wait_id in act.session.scalars(over).all():
        wait = waits.locked_at_once(act, wait_id)
        if wait is not None and wait.state in waits.TO_MATCH and wait.kept:
            waits.over(act, wait, Place.DONE)


def _alone(act: Act) -> bool:
    """One worker at a time counts what is under way, or two would begin twice as many as there is room for."""
    first = select(Company.id).order_by(Company.id).limit(1)
    return act.session.scalar(first.with_for_update(key_share=True, skip_locked=True)) is not None


def _due(act: Act, style: Style) -> list[int]:
    due = select(Callback.id).where(Callback.state == State.OPEN, Callback.style == style, Callback.next_at <= act.at)
    room = _room(act, style)
    return list(act.session.scalars(due.order_by(Callback.next_at, Callback.id).limit(room))) if room > 0 else []


def _room(act: Act, style: Style) -> int:
    """How many more may begin now. Whoever keeps a place is rung before: the line is one for all (ANS-3)."""
    group = companies.group(act)
    coming = _coming_up(act) if style is Style.TALK else 0
    companies.get(act, group[0])
    if style is Style.TALK:
        return len(seats.serving(act, group)) - coming
    goes_on = select(func.count(Attempt.id)).join(Callback)
    goes_on = goes_on.where(Callback.style != Style.TALK, Attempt.ended_at.is_(None))
    return act.standard.engine.callbacks.surveys_at_once - (act.session.scalar(goes_on) or 0)


def _coming_up(act: Act) -> int:
    """How many kept places wait for an agent. One that may not be rung at this hour, as its company is closed, takes
    nobody's room: it may stand there all night.
    """
    kept = [one for one in waits.line(act) if one.kept]
    return len([one for one in kept if one.state == Place.OFFERED or _may_come_up(act, one)])


def _may_come_up(act: Act, wait: Wait) -> bool:
    companies.get(act, wait.company_id)
    return matching.may_be_rung(act, wait, act.standard)


def _begin_or_give_up(act: Act, callback_id: int, words_version: str) -> None:
    """Whatever is wrong with one row, it holds up no other: nothing of it is begun, and people are told."""
    try:
        with act.part():
            _begin(act, callback_id, words_version)
    except HotlineError:
        found = _locked_at_once(act, callback_id)
        if found is not None:
            attempts.give_up(act, found[1], found[0], why=_UNFIT)


def _begin(act: Act, callback_id: int, words_version: str) -> None:
    found = _locked_at_once(act, callback_id)
    if found is None:
        return
    callback, case = found
    if not owed_calls.is_owed(act, callback, case):
        owed_calls.end(act, case, callback, State.REACHED if case.state == "open" else State.CANCELLED)
        return
    why_not = _why_not_rung(act, case)
    if why_not is not None:
        attempts.give_up(act, case, callback, why=why_not)
        return
    later = next_calls.allowed(act.standard, callback, act.at)
    if later <= act.at and _is_engaged(act, case):
        later = act.at + act.standard.engine.callbacks.look_again.span
    if later > act.at:
        owed_calls.schedule(act, callback, later)
        return
    attempt = attempts.begun(act, case, callback)
    if callback.style == Style.TALK:
        _into_line(act, case, callback)
    else:
        _ring(act, case, callback, attempt, words_version)


def _why_not_rung(act: Act, case: Case) -> str | None:
    """Is there a number that may be rung, and one of the company's to ring from? Looked for first, or one matter
    without would hold up all others.
    """
    try:
        owed_calls.number_of_customer(act, case)
        companies.number_of(act, companies.get(act, case.company_id))
    except (NotFound, Refused) as refusal:
        return refusal.key or "no-number"
    return None


def _locked_at_once(act: Act, callback_id: int) -> tuple[Callback, Case] | None:
    """The callback and its case, locked, if it is due and no other act has to do with them; its standard chosen."""
    at_once = {"skip_locked": True}
    case_id = select(Callback.case_id).where(Callback.id == callback_id)
    case = act.session.get(Case, act.session.scalar(case_id), with_for_update=at_once, populate_existing=True)
    callback = act.session.get(Callback, callback_id, with_for_update=at_once, populate_existing=True)
    if case is None or callback is None or callback.next_at is None or callback.next_at > act.at:
        return None
    companies.get(act, case.company_id)
    callback.company_id = case.company_id  # a sister company may have the matter meanwhile (OWN-4)
    return callback, case


def _is_engaged(act: Act, case: Case) -> bool:
    """Is the customer, or the telephone to be rung, in a call with us, or being rung in another matter?

    Of two acts that ask one asks again later.
    """
    number = owed_calls.number_of_customer(act, case)
    whose = customers.find(act, PhoneNumber(number))
    theirs = {one for one in (case.customer_id, whose.id if whose is not None else None) if one is not None}
    locked = select(Customer.id).where(Customer.id.in_(theirs)).order_by(Customer.id)
    if len(act.session.scalars(locked.with_for_update(key_share=True, skip_locked=True)).all()) < len(theirs):
        return True
    same = or_(_OTHER.customer_id.in_(theirs), Callback.number_print == act.sealer.blind(number))
    rung = select(Attempt.id).join(Callback).join(_OTHER, _OTHER.id == Callback.case_id)
    goes_on = act.session.scalar(rung.where(Attempt.ended_at.is_(None), same).limit(1)) is not None
    return goes_on or any(calls.is_customer_on_the_line(act, one) for one in sorted(theirs))


def _into_line(act: Act, case: Case, callback: Callback) -> None:
    """A place in the line like one that a caller kept: nobody is rung until one of ours accepts (ANS-3).

    It counts from now, not from when it fell due, so that callers on the line do not stand behind a morning's backlog.
    """
    wanted = callback.wanted_id or case.owner_id
    patience = act.at + act.standard.desk.owner_patience.span if seats.is_serving(act, wanted) else None
    wait = Wait(
        callback_id=callback.id,
        company_id=case.company_id,
        customer_id=case.customer_id,
        case_id=case.id,
        emergency=False,
        joined_at=act.at,
        language=callback.language,
        wanted_id=wanted if patience is not None else None,
        wanted_until=patience,
        state=Place.KEPT,
        kept=True,
        longest_gap_ms=0,
    )
    act.session.add(wait)
    act.session.flush()
    waits.moved(act, wait)
    outbox.post(act, "match-line", urgent=True)
    if patience is not None:
        outbox.post(act, "match-line", due=patience, urgent=True)


def _ring(act: Act, case: Case, callback: Callback, attempt: Attempt, words_version: str) -> None:
    """The customer is rung at once: the machine asks, or tells (ANS-14)."""
    company = companies.get(act, case.company_id)
    first_step = _FIRST_STEPS[Style(callback.style)]
    call = owed_calls.placed(act, case, company, first_step, words_version, callback=callback.id)
    attempt.call_id = call.id
    outbox.post(act, "place-call", key=f"place-{call.id}", case_id=case.id, call=call.id)

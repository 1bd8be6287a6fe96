"""The waiting line and every way out of it; without it a caller could wait with no end and no place (ANS-3, ANS-4)."""

from __future__ import annotations

from sqlalchemy import select

from hotline.domain import anonymity, attempts, companies, notices, offers, outbox, promises, seats, staff
from hotline.domain.act import Act
from hotline.domain.calls import Call, State
from hotline.domain.cases import Case
from hotline.domain.joining import count_talk, who_serves
from hotline.domain.joining import join as join
from hotline.domain.occasions import Occasion
from hotline.domain.promises import Verdict
from hotline.domain.waits import IN_LINE, TO_MATCH, Asked, asked_for, moved, over, waited
from hotline.domain.waits import Place as Place
from hotline.domain.waits import Wait as Wait
from hotline.domain.waits import Why as Why
from hotline.domain.waits import estimate as estimate
from hotline.domain.waits import line as line
from hotline.domain.waits import locked as locked
from hotline.domain.waits import of_call as of_call
from hotline.domain.waits import position as position
from hotline.domain.waits import spoke as spoke
from hotline.errors import Conflict

_CALL_BACK = ("ANS-3.callback", "ANS-8.callback")  # what was promised with a kept place


def staffed(act: Act, company_id: int) -> bool:
    """Does anybody answer for this company now or soon, its own people or another company's of the group (OWN-4)?"""
    companies.get(act, company_id)
    return bool(who_serves(act))


def connected(act: Act, wait: Wait) -> None:
    """An agent has accepted this caller, who is fetched; where a place was kept, rung."""
    wait.state, wait.connected_at = Place.CONNECTED, act.at


def put_through(act: Act, wait: Wait) -> None:
    """The caller was fetched and hears the apology: nothing but words was between the first clip and it (ANS-4)."""
    if wait.state == Place.CONNECTED:
        waited(act, wait)


def wants_place(act: Act, wait: Wait) -> None:
    """The caller wants to be rung back: out of the line, to have the number confirmed (ANS-3)."""
    leave(act, wait, Why.ASKED)


def keep_place(act: Act, wait: Wait, case: Case) -> None:
    """The number is confirmed and a call back promised in this case: the place counts from its first moment (ANS-3).

    Raises Conflict unless the caller asked for it, and where an anonymous matter was told in this call: a place that is
    kept names its caller (CMP-10).
    """
    if wait.state != Place.LEAVING or wait.why != Why.ASKED or _told_anonymously(act, wait):
        raise Conflict("a place is kept for whoever leaves the line to be rung back")
    wait.case_id, wait.customer_id = case.id, case.customer_id
    _keep(act, wait)


def rung_back(act: Act, wait: Wait, call: Call) -> None:
    """The place came up and its customer is rung by this call: from here on the wait is this call's (CBK-3)."""
    wait.call_id = call.id
    act.session.flush()
    act.remember(wait.chain, "place-came-up", wait=wait.id, case=wait.case_id)


def leave(act: Act, wait: Wait, why: Why | str) -> None:
    """Out of the line with nobody met; the number is taken next. Whoever met an agent already, or is gone, stays so.

    A kept place ends; the promise made with it stands, and the supervisors are told.
    """
    if wait.state not in IN_LINE:
        return
    offers.withdraw(act, wait.id, chain=wait.chain)
    wait.why, wait.agent_id = Why(why), None
    if wait.kept:
        _over(act, wait, Place.TAKEN)
        _tell_supervisors(act, wait, wait.case_id)
        return
    wait.state = Place.LEAVING
    waited(act, wait)
    moved(act, wait)


def taken(act: Act, wait: Wait, case: Case) -> None:
    """Whoever left the line gave a number, and a case promises a call back (ANS-3).

    Where no agent could be had the supervisors are told, unless none was to be there at that hour (ANS-8). The wait of
    a call in which an anonymous matter was told names no case, or it would name the caller (CMP-10).
    """
    if wait.state == Place.LEAVING:
        wait.case_id = None if _told_anonymously(act, wait) else case.id
        _over(act, wait, Place.TAKEN)
        if wait.why != Why.ASKED and act.standard.is_staffed(wait.since):
            _tell_supervisors(act, wait, case.id)


def abandoned(act: Act, wait: Wait) -> bool:
    """The caller hung up before meeting anybody: no telephone rings for them any more, the time waited is on record.

    False where a call back is promised with this place already, which is then kept: nobody is rung back twice (CBK-2).
    """
    if wait.state == Place.KEPT:  # the customer's line is free from here on
        outbox.post(act, "match-line", urgent=True)
    if wait.kept or wait.state not in (*IN_LINE, Place.CONNECTED, Place.LEAVING):
        return not _call_back_promised(act, wait)
    offers.withdraw(act, wait.id, chain=wait.chain)
    wait.agent_id = None
    waited(act, wait)
    if _call_back_promised(act, wait):
        _keep(act, wait)
        return False
    _over(act, wait, Place.ABANDONED)
    return True


def unreached(act: Act, wait: Wait) -> None:
    """A kept place came up and the customer did not answer: the promise of a call back stays open (CBK-3).

    An engaged line is tried once more, not at once: the place is kept on.
    """
    if wait.state != Place.CONNECTED:
        return
    rung = act.session.get(Call, wait.call_id) if wait.call_id is not None else None
    if wait.why == Why.BUSY or rung is None or rung.state != State.BUSY:
        _over(act, wait, Place.UNREACHED)
        return
    wait.why = Why.BUSY
    put_back(act, wait)
    outbox.post(act, "match-line", due=act.at + act.standard.answering.long_wait.span, urgent=True)


def put_back(act: Act, wait: Wait) -> None:
    """The agent who had accepted was gone before the customer of a kept place was reached: it is kept on."""
    if wait.kept and wait.state == Place.CONNECTED:
        wait.state, wait.agent_id, wait.connected_at = Place.KEPT, None, None
        seats.forget_wait(act, wait.id)
        moved(act, wait)
        outbox.post(act, "match-line", urgent=True)


def finished(act: Act, wait: Wait) -> None:
    """The conversation is over; how long it took tells later callers how long they will wait."""
    if wait.state == Place.CONNECTED and wait.connected_at is not None:
        count_talk(act, wait, wait.connected_at)
        _over(act, wait, Place.DONE)


def why_leave(act: Act, wait: Wait) -> Why | None:
    """Why this caller should not wait on: too long already, nobody on duty any more, or nobody left to ask.

    None while there is hope. A kept place costs nobody's time: it waits for who comes. The standard is chosen.
    """
    if wait.state not in TO_MATCH:
        return None
    return _why_leave(act, wait, who_serves(act), asked_for(act, wait.id)[wait.id])


def overdue(act: Act) -> list[tuple[int, Why]]:
    """Waits that should end now, and why, for the routine; `leave_in_vain` ends one of them."""
    found = []
    waited_for = select(Wait.company_id).where(Wait.state.in_(TO_MATCH)).distinct().order_by(Wait.company_id)
    for company_id in act.session.scalars(waited_for).all():
        waiting = line(act, company_id, TO_MATCH)
        asked = asked_for(act, *(wait.id for wait in waiting))
        companies.get(act, company_id)
        serving = who_serves(act)
        judged = [(wait.id, _why_leave(act, wait, serving, asked[wait.id])) for wait in waiting]
        found += [(wait_id, why) for wait_id, why in judged if why is not None]
    return found


def leave_in_vain(act: Act, wait: Wait) -> bool:
    """Look whether there is hope still, and out of the line where there is none; True when it came to that."""
    why = why_leave(act, wait)
    if why is not None:
        leave(act, wait, why)
    return why is not None


def _why_leave(act: Act, wait: Wait, serving: set[int], asked: Asked) -> Why | None:
    most = act.standard.desk.away_after
    if wait.kept:
        return Why.DECLINED if serving and serving <= asked.never_again(most) else None
    in_vain = asked.in_vain(most)
    if in_vain and serving <= in_vain:
        return Why.DECLINED
    if not serving:
        return Why.NOBODY
    too_long = act.at >= wait.since + act.standard.desk.longest_wait.span
    return Why.LIMIT if too_long else None


def _call_back_promised(act: Act, wait: Wait) -> bool:
    if wait.case_id is None:
        return False
    made = promises.of_case(act, wait.case_id)
    return any(promise.rule in _CALL_BACK and promise.verdict in (Verdict.OPEN, Verdict.BROKEN) for promise in made)


def _keep(act: Act, wait: Wait) -> None:
    wait.state, wait.kept = Place.KEPT, True
    attempts.kept(act, wait)
    act.remember(wait.chain, "place-kept", wait=wait.id, case=wait.case_id)
    moved(act, wait)
    outbox.post(act, "match-line", urgent=True)


def _told_anonymously(act: Act, wait: Wait) -> bool:
    return wait.call_id is not None and anonymity.told_in(act.session.get_one(Call, wait.call_id))


def _over(act: Act, wait: Wait, state: Place) -> None:
    over(act, wait, state)
    attempts.place_over(act, wait)


def _tell_supervisors(act: Act, wait: Wait, case_id: int | None) -> None:
    assert case_id is not None, "a kept place has its case, and so has a number that was taken"
    case = act.session.get_one(Case, case_id)
    notices.tell_role(act, staff.Role.SUPERVISOR, Occasion(case, "nobody-answered", str(wait.id)))

"""Nobody leaves, for days or for good, and takes a matter along; without it a matter could be nobody's (OWN-1)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from hotline.domain import (
    absences,
    cases,
    companies,
    complaint_forms,
    concerned,
    dispatches,
    handovers,
    outbox,
    repairs,
    replacing,
    seats,
    staff,
    superiors,
    waits,
)
from hotline.domain.absences import Absence
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.complaint_forms import Complaint
from hotline.domain.handovers import State, Why
from hotline.domain.repairs import Stage
from hotline.domain.seats import Status
from hotline.domain.staff import Role, Staff
from hotline.errors import Conflict, NotFound, Refused


def go_on_leave(act: Act, person: Staff, *, starts_at: datetime, ends_at: datetime, receiver_id: int) -> Absence:
    """Note a leave (请假): the roster is cleared for these days, and when it begins the receiver is asked to take over.

    Raises Refused for a receiver who is not there then, Invalid or Conflict for the span.
    """
    receiver = staff.get(act, receiver_id)
    away = any(one.starts_at < ends_at and one.ends_at > starts_at for one in absences.ahead(act, receiver_id))
    if receiver_id == person.id or not receiver.active or not receiver.has(*staff.ANSWERS) or away:
        raise Refused("this colleague is not there then, or answers for no matters: choose another")
    if not person.active:
        raise Conflict(f"{person.login} does not work here any more")
    absence = absences.note(act, staff_id=person.id, receiver_id=receiver_id, starts_at=starts_at, ends_at=ends_at)
    staff.off_roster(act, person, starts_at, ends_at)
    outbox.post(act, "begin-leave", due=max(starts_at, act.at), key=f"begin-leave-{absence.id}", absence=absence.id)
    return absence


def begin(act: Act, absence_id: int) -> None:
    """The leave begins: the receiver is asked for every open matter; whoever is on leave owns it until one accepts.

    Declined or unanswered, it goes up the ladder; where nobody is there to ask, the owner keeps it. Log-ins end and the
    seat is off. Once; nothing where it was struck.
    """
    absence = absences.get(act, absence_id)
    if absence.begun_at is not None or absence.ends_at <= act.at:
        return
    absence.begun_at = act.at
    person = staff.get(act, absence.staff_id)
    _off_the_desk(act, person.id)
    for case in _matters(act, person.id):
        companies.get(act, case.company_id)
        _return_requests(act, case, person.id)
        if case.owner_id == person.id and handovers.open_of(act, case.id) is None:
            _hand_on(act, case, absence)
    _give_repairs_back(act, person.id)
    _give_signatures_back(act, person.id)
    staff.log_out(act, person)
    act.remember("house", "leave-began", absence=absence.id, staff=person.id)


def dismiss(act: Act, staff_id: int, *, by: int | None) -> Staff:
    """Somebody leaves for good (离职): a superior owns every open matter from this moment; returns their own.

    `by`: who says so; None at the command line. Raises Conflict for who left already, and where nobody is left above.
    """
    # One at a time: whoever is to take the matters over must not leave at this very moment.
    act.session.execute(select(Company.id).order_by(Company.id).with_for_update(key_share=True))
    _off_the_desk(act, staff_id)
    _matters(act, staff_id)  # a case is locked before a person, as by whoever hands one over
    person = staff.locked(act, staff_id)  # from here on nobody can give them another
    if not person.active:
        raise Conflict(f"{person.login} does not work here any more")
    heir = _heir(act, person, person.company_id)
    for case in _matters(act, staff_id):
        companies.get(act, case.company_id)
        _return_requests(act, case, person.id, theirs_too=True)
        if case.owner_id == person.id:
            handovers.force(act, case, receiver_id=_heir_of(act, person, case).id)
        elif case.handler_id == person.id:
            cases.handled_by(act, case, case.owner_id)
    _give_repairs_back(act, person.id)
    absences.cut_short(act, person.id)
    staff.off_roster(act, person, act.at)
    person.active, person.left_by_id = False, by
    staff.log_out(act, person)
    act.session.flush()
    _give_signatures_back(act, person.id)
    act.remember("house", "staff-left", staff=person.id, by=by)
    return heir


def come_back(act: Act, person: Staff, *, by: int | None) -> None:
    """Somebody is back: from leave before its end, or taken on again. Matters stay with whoever accepted them.

    `by`: who says so; None at the command line. Raises Refused for who stands below whoever let them go, and Conflict
    for who is not away.
    """
    if by is not None and not superiors.may_take_back(act, staff.get(act, by), person):
        raise Refused("whom somebody higher let go is not taken back from below")
    if person.active:
        if not absences.ahead(act, person.id):
            raise Conflict(f"{person.login} is not on leave")
        absences.cut_short(act, person.id)
    else:
        person.active, person.left_by_id = True, None
        act.remember("house", "staff-returned", staff=person.id, by=by)


def _matters(act: Act, staff_id: int) -> list[Case]:
    """Every open case that somebody owns, handles, signed for or is asked to own, locked, in one order for all."""
    asked = select(handovers.Handover.case_id).where(
        handovers.Handover.receiver_id == staff_id, handovers.Handover.state == State.ASKED
    )
    signed = select(Complaint.case_id).where(_signed_by(staff_id))
    theirs = or_(Case.owner_id == staff_id, Case.handler_id == staff_id, Case.id.in_(asked), Case.id.in_(signed))
    ids = act.session.scalars(select(Case.id).where(Case.state == "open", theirs).order_by(Case.id)).all()
    act.session.flush()
    return [cases.get(act, case_id) for case_id in ids]


def _return_requests(act: Act, case: Case, staff_id: int, *, theirs_too: bool = False) -> None:
    """What waits for the answer of somebody who goes returns at once; for good, what they asked is struck as well."""
    request = handovers.open_of(act, case.id)
    if request is not None and request.receiver_id == staff_id:
        handovers.unanswered(act, request.id)
    elif request is not None and request.giver_id == staff_id and theirs_too:
        handovers.withdraw(act, request.id, by=staff_id)


def _hand_on(act: Act, case: Case, absence: Absence) -> None:
    """Ask the receiver for the case, or the next above who is there. Where nobody is, the log says so: no error, or
    one case would hold up the whole leave."""
    try:
        receiver_id = _present(act, case, absence.staff_id, absence.receiver_id)
        handovers.ask(act, case, giver_id=absence.staff_id, receiver_id=receiver_id, reason="", why=Why.LEAVE)
    except (NotFound, Refused):
        act.remember(case.chain, "leave-kept", owner=case.owner_id)


def _present(act: Act, case: Case, staff_id: int, receiver_id: int) -> int:
    """The receiver, or the next above where the receiver is not there after all, or is of the side complained of.

    Raises NotFound where nobody is.
    """
    away, receiver = absences.away(act), staff.get(act, receiver_id)
    if receiver.active and receiver.has(*staff.ANSWERS) and receiver_id not in away | concerned.people(act, case):
        return receiver_id
    return handovers.above(act, case, staff_id, away | {staff_id}).id


def _heir(act: Act, person: Staff, company_id: int) -> Staff:
    """The next above in the company whose matter it is; who stands highest is followed by the highest of the others.

    Raises Conflict where nobody is left.
    """
    ladder = staff.up_the_ladder(act, company_id)
    above = ladder[max((place + 1 for place, one in enumerate(ladder) if one.id == person.id), default=0) :]
    others = [one for one in ladder if one.id != person.id]
    if not others:
        raise Conflict(f"nobody would answer for what {person.login} leaves: give the company a superior first")
    return above[0] if above else others[-1]


def _heir_of(act: Act, person: Staff, case: Case) -> Staff:
    """The heir, or for a complaint about them or their side whoever takes their part; the heir where nobody else is."""
    heir, but = _heir(act, person, case.company_id), concerned.people(act, case) | {person.id}
    if heir.id not in but:
        return heir
    levels = complaint_forms.taking(act, case.company_id, Role.SUPERVISOR, but)
    return levels[0][0] if levels else heir


def _off_the_desk(act: Act, staff_id: int) -> None:
    """Nobody is rung at the desk any more. Locked as everywhere: the seat, then dispatches, then cases."""
    if act.session.get(seats.Seat, staff_id) is not None:
        waits.choose(act, seats.locked(act, staff_id), Status.OFF)
    theirs = {one.case_id for one in repairs.open_with(act, staff_id)}
    theirs |= {one.case_id for one in _signed(act, staff_id)}
    for dispatch_id in sorted(one.id for case_id in theirs for one in dispatches.of_case(act, case_id)):
        dispatches.get(act, dispatch_id)


def _give_repairs_back(act: Act, staff_id: int) -> None:
    """Unfinished repairs are rung out anew."""
    for order in repairs.open_with(act, staff_id):
        companies.get(act, cases.get(act, order.case_id).company_id)
        if order.stage != Stage.REPORTED:
            repairs.give_back(act, repairs.get(act, order.id))


def _give_signatures_back(act: Act, staff_id: int) -> None:
    """Of complaints that they signed for and that are still with the department, others sign or return the form."""
    for complaint in _signed(act, staff_id):
        case = act.session.get_one(Case, complaint.case_id)
        companies.get(act, case.company_id)
        replacing.signer(act, case, complaint)


def _signed(act: Act, staff_id: int) -> list[Complaint]:
    return list(act.session.scalars(select(Complaint).where(_signed_by(staff_id)).order_by(Complaint.case_id)))


def _signed_by(staff_id: int) -> ColumnElement[bool]:
    """Of `Complaint`: did this person sign for it, and is its form not back yet?"""
    still = and_(Complaint.returned_at.is_(None), Complaint.joined_to_id.is_(None), Complaint.changed_to.is_(None))
    is_open = select(Case.id).where(Case.id == Complaint.case_id, Case.state == "open").exists()
    return and_(Complaint.signed_by_id == staff_id, still, is_open)

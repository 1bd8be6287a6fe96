"""What a page shows of handing over: every request, and the forms; without it nobody would see who was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from hotline.console import asking, colleagues, discretion, people, rights, words
from hotline.domain import absences, cases, complaint_forms, discarded, handovers, promises, staff
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.handovers import Handover, State
from hotline.domain.staff import Role, Staff, StaffRole
from hotline.errors import Conflict, NotFound


@dataclass(frozen=True)
class Asked:
    """A request as it is shown: who asks whom, until when; what people wrote is for the two of them (SEC-1)."""

    request: Handover
    case: Case
    company: str
    giver: str
    receiver: str
    due: datetime | None
    reason: str
    refusal: str


class Another(Conflict):
    """By OWN-3 somebody else would be asked; `told` says who, so that nothing is sent to them unseen."""

    def __init__(self, told: str) -> None:
        self.told = told
        super().__init__(told)


def chosen(act: Act, case: Case, receiver_id: int) -> None:
    """I chose this colleague for the case, which is locked. Raises Another, and what `handovers.ask` raises."""
    would = handovers.goes_to(act, case, giver_id=asking.person().id, receiver_id=receiver_id)
    if would != receiver_id:
        why = "handover.declined-before" if receiver_id in who_declined(act, [case]) else "handover.chain-over"
        raise Another(words.text(why, name=people.names(act, [would])[would]))


def who_declined(act: Act, to_give: Sequence[Case]) -> set[int]:
    """Who declined each of these matters before, and so is asked for none of them a second time (OWN-3)."""
    said_no = [
        {one.receiver_id for one in handovers.of_case(act, case.id) if one.state == State.DECLINED} for case in to_give
    ]
    return set.intersection(*said_no) if said_no else set()


def kept_from(act: Act, to_give: Sequence[Case]) -> set[int]:
    """Who may not know of one of these matters: whom a complaint is about, and the heads of departments (CMP-10)."""
    complaints = [case for case in to_give if complaint_forms.of(act, case.id) is not None]
    heads = select(StaffRole.staff_id).where(StaffRole.role == Role.DEPARTMENT_HEAD)
    found = set[int]()
    for case in complaints:
        among = act.session.scalars(select(Staff).where(Staff.id.in_(heads))).all()
        found |= {one.id for one in among if not discretion.shows(act, one, case)}
        found |= complaint_forms.barred(act, case.id)
    return found


def waiting(act: Act) -> list[Asked]:
    """What waits for my answer, the oldest first."""
    person = asking.person()
    asked = [shown(act, request) for request in handovers.waiting_for(act, person.id)]
    return [one for one in asked if discretion.shows(act, person, one.case)]


def of_case(act: Act, case: Case) -> dict[str, Any]:
    """What a case's page shows of handing over: every request, and the forms that this person may fill in."""
    person = asking.person()
    open_ = case.state == "open" and handovers.open_of(act, case.id) is None
    owns = open_ and case.owner_id == person.id and rights.may_open(person, "console.hand_over")
    raises = open_ and person.id in (case.owner_id, case.handler_id) and rights.may_open(person, "console.raise_matter")
    nobody = {*absences.away(act), *who_declined(act, [case]), *kept_from(act, [case])} if owns else set()
    return {
        "all": [shown(act, request) for request in handovers.of_case(act, case.id)],
        "receivers": colleagues.groups(act, person, staff.ANSWERS, without=nobody) if owns else [],
        "may_raise": raises,
    }


def shown(act: Act, request: Handover) -> Asked:
    """A request with everything that a page says of it."""
    case = act.session.get_one(Case, request.case_id)
    names = people.names(act, (request.giver_id, request.receiver_id))
    made = [
        one
        for one in promises.of_case(act, case.id)
        if one.rule == handovers.ANSWER and one.made_at == request.asked_at
    ]
    concerned = asking.person().id in names
    return Asked(
        request=request,
        case=case,
        company=people.companies_by_id(act)[case.company_id].name(asking.language()),
        giver=names[request.giver_id],
        receiver=names[request.receiver_id],
        due=made[0].due_at if made else None,
        reason=_opened(act, case, request.reason, concerned=concerned),
        refusal=_opened(act, case, request.refusal, concerned=concerned),
    )


def _opened(act: Act, case: Case, sealed: str | None, *, concerned: bool) -> str:
    if not sealed:
        return ""
    if sealed in discarded.texts(act, [case]):
        return words.text("who.erased")
    try:
        told = cases.unseal(act, case, sealed)
    except NotFound:
        return words.text("who.erased")
    if told == handovers.BY_KEY:
        return words.text("handover.by-key")
    return told if concerned else "••••••"

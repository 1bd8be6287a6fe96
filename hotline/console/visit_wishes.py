"""What else a customer wants, told on a return visit, is a matter; without it it would be a note (VIS-4)."""

from __future__ import annotations

from collections.abc import Callable

from hotline.domain import cases, customers, matters, owed_calls
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.matters import Lodged, Opened, Told
from hotline.errors import Invalid, Refused
from hotline.standard.kinds import Scope

# What it is, and under which name its words are kept: a complaint is never filed as anything else.
KINDS = ("enquiry", "complaint", "fault")
_WHO = ("sealed_contact", "sealed_name")
_WORDS = {"enquiry": "sealed_question", "complaint": "sealed_happened", "fault": "sealed_remark"}


def opened(act: Act, case: Case, kind: str, wish: str, *, by: int) -> Case:
    """Open a matter of this customer with what they said; whoever noted it answers for it.

    Raises Invalid for an unknown kind.
    """
    if kind not in KINDS:
        raise Invalid("choose what it is: a question, a complaint, a fault")
    details: dict[str, str] = {name: case.details[name] for name in _WHO if name in case.details}
    told = Told(
        company_id=case.company_id,
        owner_id=by,
        details={**details, **_address(act, case), _WORDS[kind]: cases.seal(act, case, wish)},
        reachable=_is_reachable(act, case),
        customer_id=case.customer_id,
    )
    made = _OPENERS[kind](act, told).case
    act.remember(case.chain, "visit-wish", opened=made.id, number=made.number, what=kind, by=by)
    return made


def _enquiry(act: Act, told: Told) -> Opened:
    return matters.open_enquiry(act, told)


def _complaint(act: Act, told: Told) -> Opened:
    return matters.open_complaint(act, told, Lodged(by=told.owner_id))


def _fault(act: Act, told: Told) -> Opened:
    return matters.open_fault(act, told, fault_class="unclear", answers={}, scope=Scope.UNCLEAR)


_OPENERS: dict[str, Callable[[Act, Told], Opened]] = {"enquiry": _enquiry, "complaint": _complaint, "fault": _fault}


def _address(act: Act, case: Case) -> dict[str, str]:
    """Where they are served: as they told it in this matter, else as their record has it."""
    known = case.details.get("sealed_address")
    place = customers.place_with(act, case.customer_id, case.company_id) if case.customer_id is not None else None
    address = known or (place.address if place is not None else None)
    return {"sealed_address": address} if address is not None else {}


def _is_reachable(act: Act, case: Case) -> bool:
    try:
        return bool(owed_calls.number_of_customer(act, case))
    except Refused:
        return False

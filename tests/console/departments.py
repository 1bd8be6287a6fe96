"""Departments with heads of their own, and complaints about them; else the cast would have nobody to complain of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from hotline.domain import calls, cases, companies, complaint_forms, customers, dispatches, matters, staff
from hotline.domain.act import CALLER, COMMAND, Act, Actor
from hotline.domain.cases import Case
from hotline.domain.complaint_forms import Complaint
from hotline.domain.dispatches import RESPONDENT
from hotline.domain.matters import Lodged, Told
from hotline.domain.staff import Role
from hotline.runtime import Runtime
from tests import given
from tests.world import PASSWORD_HASH, Cast, Firm, Person, number

HAPPENED = "师傅约了九点，十一点才到"


@dataclass(frozen=True)
class Departments:
    """Two of the heating company, one of the sister company, each with its head."""

    repair: int
    care: int
    garden: int  # of `home`
    xu: Person  # 徐, heads repair
    ma: Person  # 马, heads care
    yang: Person  # 杨, heads garden


def founded(runtime: Runtime, cast: Cast) -> Departments:
    """The departments, and who heads them."""
    with runtime.act(COMMAND) as act:
        repair, xu = _department(act, cast.heat, "维修部", "徐峰", "xu", 51)
        care, ma = _department(act, cast.heat, "客服部", "马莉", "ma", 52)
        garden, yang = _department(act, cast.home, "园林部", "杨帆", "yang", 53)
        return Departments(repair, care, garden, xu, ma, yang)


def _department(act: Act, firm: Firm, name: str, head: str, login: str, last: int) -> tuple[int, Person]:
    company = companies.get(act, firm.id)
    department = companies.add_department(act, company, name)
    person = staff.hire(
        act,
        company,
        name=head,
        login=login,
        roles=[Role.DEPARTMENT_HEAD],
        agent_number=f"{last:03d}",
        phone=number(last),
        password_hash=PASSWORD_HASH,
        department_id=department.id,
    )
    return department.id, Person(person.id, head, login, number(last))


def complains(runtime: Runtime, cast: Cast, *, anonymous: bool = False, told: str = HAPPENED, **lodged: Any) -> Case:
    """Chen complains in a call to Lin; the case. `lodged`: whom it is about, its grade, as `Lodged` has them."""
    with runtime.act(CALLER) as act:
        ringing = given.call(act, cast, sid=f"CA{_complaints(act) + 7000:032d}", who=cast.chen)
        calls.answered(act, ringing, millis=120)
        ringing.put(sealed_caller=calls.seal(act, ringing, cast.chen.number.e164))
        customer = customers.get(act, cast.chen.id)
        sealed = act.sealer.seal(told) if anonymous else act.sealer.seal_for(customer.key, told)
        contact = {} if anonymous else {"sealed_contact": ringing.slots["sealed_caller"]}
        taken = Told(
            company_id=cast.heat.id,
            owner_id=cast.lin.id,
            details={"sealed_happened": sealed, **contact},
            reachable=not anonymous,
            customer_id=None if anonymous else cast.chen.id,
            call=ringing,
            anonymous=anonymous,
        )
        return matters.open_complaint(act, taken, Lodged(**lodged)).case


def of(runtime: Runtime, case: Case) -> Complaint:
    """The complaint of a case as it stands."""
    with runtime.look(COMMAND) as act:
        found = complaint_forms.of(act, case.id)
        assert found is not None
        return found


def link(runtime: Runtime, cast: Cast, case: Case, who: Person, *, duty: str = RESPONDENT) -> str:
    """A colleague is rung about a complaint and gets the link to its sheet; the sheet's address."""
    with runtime.act(Actor("clock")) as act:
        company = companies.get(act, case.company_id)
        dispatch = next(one for one in dispatches.of_case(act, case.id) if one.duty == duty)
        ringing = calls.place(
            act,
            company,
            colleague=staff.get(act, who.id),
            case_id=case.id,
            owner_id=cast.lin.id,
            our_number=cast.heat.number,
            first_step="repair-offer",
            words_version=given.WORDS,
            slots={},
        )
        return f"/sheet/{dispatches.new_link(act, dispatches.offer(act, dispatch, staff.get(act, who.id), ringing))}"


def reloaded(runtime: Runtime, case: Case) -> Case:
    """The case as it stands."""
    with runtime.look(COMMAND) as act:
        return act.session.get_one(Case, case.id)


def _complaints(act: Act) -> int:
    return len(act.session.scalars(select(cases.Case.id)).all())

"""Repairs that a contractor's system reports on; without it two systems would say two things of one repair (FLT-2)."""

from __future__ import annotations

from flask import abort, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from hotline.api import guard, problems, progress_form, turns
from hotline.api.fields import Sent
from hotline.api.problems import Lack, Unfit
from hotline.api.progress_form import Form, Reached
from hotline.domain import cases, companies, dispatches, repairs, signers, staff
from hotline.domain.act import Act
from hotline.domain.api_keys import ApiKey, Brought
from hotline.domain.cases import Case
from hotline.domain.dispatches import Answer, Dispatch
from hotline.domain.repairs import Stage
from hotline.domain.staff import Duty, Role, Staff
from hotline.errors import Conflict


def report(number: str) -> ResponseReturnValue:
    """Report how far a repair is: 200 with its stage. Sent twice, done once; out of order it is refused with 409."""
    name = turns.request_name()
    sent = progress_form.read(turns.body())
    turns.refuse(sent.lacks)
    with guard.runtime().act(guard.ACTOR) as act:
        spelling = f"{number}\n{sent.spelling}"
        done = turns.once(act, Brought.PROGRESS, name, spelling, lambda key: _reported(act, key, number, sent))
        return jsonify({"number": act.session.get_one(Case, done.case_id).number, "stage": sent.form.stage})


def _reported(act: Act, key: ApiKey, number: str, sent: Sent[Form]) -> Case:
    """The step is taken by the same rules as on the engineer's sheet. Raises Conflict for one out of order."""
    companies.get(act, key.company_id)
    case = cases.numbered(act, key.company_id, number)
    dispatch = _dispatch(act, case) if case is not None and case.company_id == key.company_id else None
    if case is None or dispatch is None:
        abort(problems.answer(404, "this key's company has no repair with this number"))
    person = _engineer(act, dispatch, case, sent.form.engineer)
    held = dispatches.get(act, dispatch.id)  # locked before the case, as everywhere
    order = repairs.of_case(act, case.id)
    assert order is not None, "what repair is rung for is a repair"
    if cases.get(act, case.id).state == "closed":
        raise Conflict(f"case {number} is closed: nothing is reported on it any more")
    if sent.form.stage is Reached.SIGNED:
        _sign(act, held, order, person)
    else:
        _go_on(act, order, sent.form, person)
    act.remember(case.chain, "came-by-key", key=key.id, stage=sent.form.stage)
    return case


def _dispatch(act: Act, case: Case) -> Dispatch | None:
    """The dispatch that somebody signs for when a repair is taken on."""
    return next((one for one in dispatches.of_case(act, case.id) if one.duty == Duty.REPAIR), None)


def _engineer(act: Act, dispatch: Dispatch, case: Case, number: str) -> Staff:
    """Who goes there. Raises Unfit for a number under which nobody may, or two people are known."""
    query = select(Staff).where(Staff.company_id == case.company_id, Staff.agent_number == number, Staff.active)
    found = list(act.session.scalars(query.limit(2)))
    if len(found) == 1 and (found[0].has(Role.ENGINEER) or signers.may_sign(act, dispatch, case, found[0])):
        return found[0]
    raise Unfit(Lack("engineer", "is the agent number of an engineer of this company: `hotline staff list` shows them"))


def _sign(act: Act, dispatch: Dispatch, order: repairs.RepairOrder, person: Staff) -> None:
    if order.stage != Stage.REPORTED:
        raise Conflict(f"a repair that is {order.stage} cannot become {Stage.SIGNED}")
    asked = [made for made in dispatches.offers(act, dispatch.id) if made.staff_id == person.id]
    open_ = [made for made in asked if made.answer != Answer.WITHDRAWN]
    repairs.sign(act, open_[-1] if open_ else dispatches.offer(act, dispatch, person, None))


def _go_on(act: Act, order: repairs.RepairOrder, form: Form, person: Staff) -> None:
    if order.engineer_id is not None and order.engineer_id != person.id:
        signed = staff.get(act, order.engineer_id)
        raise Conflict(f"only who signed for a repair reports on it: that is agent number {signed.agent_number}")
    if form.stage is not Reached.DONE:
        repairs.advance(act, order, Stage(form.stage), by=person.id)
        return
    repairs.finish(
        act,
        order,
        by=person.id,
        found=form.found or "",
        tested=bool(form.tested),
        customer_signed=bool(form.customer_signed),
    )

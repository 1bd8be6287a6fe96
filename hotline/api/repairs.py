"""Repairs that a contractor's system reports on; without it two systems would say two things of one repair (FLT-2)."""

from __future__ import annotations

from flask import abort, jsonify
from flask.typing import ResponseReturnValue

from hotline.api import guard, problems, progress_form, turns
from hotline.api.fields import Sent
from hotline.api.problems import Lack, Unfit
from hotline.api.progress_form import Form, Reached
from hotline.domain import cases, companies, complaint_forms, dispatches, repairs, signers
from hotline.domain.act import Act
from hotline.domain.api_keys import ApiKey, Brought
from hotline.domain.cases import Case
from hotline.domain.dispatches import Answer, Dispatch
from hotline.domain.repairs import Stage
from hotline.domain.staff import Duty, Staff
from hotline.errors import Conflict

_NOBODY = (
    "this key names no engineer, and reports on no repair: make one that does, with hotline key add --scope repairs "
    "--engineer NUMBER, and revoke this one"
)


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
    """The step is taken by the same rules as on the engineer's sheet. Raises Conflict for one out of order.

    Who goes there is looked at first: a key learns nothing of the repairs of others. Of a complaint it knows nothing,
    whatever two people changed it into (CMP-10).
    """
    companies.get(act, key.company_id)
    person = _engineer(act, key, sent.form.engineer)
    case = cases.numbered(act, key.company_id, number)
    dispatch = _dispatch(act, case) if case is not None and case.company_id == key.company_id else None
    if case is None or dispatch is None or complaint_forms.is_or_was(act, case):
        abort(problems.answer(404, "this key's company has no repair with this number"))
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


def _engineer(act: Act, key: ApiKey, number: str) -> Staff:
    """Who goes there: one of those whom the key was given. Raises Unfit for any other number."""
    if not key.engineers:
        abort(problems.answer(403, _NOBODY))
    person = signers.engineer(act, key.company_id, number)
    if person is None or person.id not in key.engineers:
        raise Unfit(Lack("engineer", "is the agent number of an engineer whom this key names: `hotline key list`"))
    return person


def _sign(act: Act, dispatch: Dispatch, order: repairs.RepairOrder, person: Staff) -> None:
    if order.stage != Stage.REPORTED:
        raise Conflict(f"a repair that is {order.stage} cannot become {Stage.SIGNED}")
    asked = [made for made in dispatches.offers(act, dispatch.id) if made.staff_id == person.id]
    open_ = [made for made in asked if made.answer != Answer.WITHDRAWN]
    repairs.sign(act, open_[-1] if open_ else dispatches.offer(act, dispatch, person, None))


def _go_on(act: Act, order: repairs.RepairOrder, form: Form, person: Staff) -> None:
    if order.engineer_id is not None and order.engineer_id != person.id:
        raise Conflict("somebody else signed for this repair: only who signed for it reports on it")
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

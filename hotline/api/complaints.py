"""Complaints that other systems bring, such as a web form; without it they would be typed in again (REC-7)."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue

from hotline.api import complaint_form, guard, problems, respondent, turns
from hotline.api.complaint_form import Form
from hotline.api.fields import Sent
from hotline.domain import api_keys, cases, companies, complaints, matters, promises, visitors
from hotline.domain.act import Act
from hotline.domain.api_keys import ApiKey, Brought
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.matters import Lodged, Told
from hotline.domain.visitors import Channel

_KEPT = ("happened", "where_when", "wanted", "name")  # of the form, sealed with the case


def file() -> ResponseReturnValue:
    """File a complaint: 201 with its number, how it is graded, and by when what is done. Sent twice, filed once."""
    name = turns.request_name()
    sent = complaint_form.read(turns.body())
    with guard.runtime().act(guard.ACTOR) as act:
        done = turns.once(act, Brought.COMPLAINT, name, sent.spelling, lambda key: _filed(act, key, sent))
        return jsonify(_receipt(act, cases.get(act, done.case_id), sent.form)), 201


def show(number: str) -> ResponseReturnValue:
    """Where a complaint stands that this key brought: 200, or 404 for everybody else's."""
    with guard.runtime().look(guard.ACTOR) as act:
        case = cases.numbered(act, guard.key().company_id, number)
        if case is None or not api_keys.brought(act, guard.key().id, Brought.COMPLAINT, case.id):
            return problems.answer(404, "this key brought no complaint with this number")
        return jsonify(_progress(act, case))


def _filed(act: Act, key: ApiKey, sent: Sent[Form]) -> Case:
    """The complaint as a case with owner, clocks and a line in the register; nothing is kept of one that is refused."""
    company = companies.get(act, key.company_id)
    lodged = _lodged(act, company, sent)
    owner = turns.owner(act, company, but=lodged.about_staff_id)
    case = matters.open_complaint(act, _told(act, company, owner.id, sent.form), lodged).case
    visitors.register(act, case, Channel.WEB, sex=None, noted_by=case.owner_id)
    act.remember(case.chain, "came-by-key", key=key.id)
    return case


def _lodged(act: Act, company: Company, sent: Sent[Form]) -> Lodged:
    """What a form asks for beside its words. Raises Unfit with all that is wrong with the whole of it."""
    form = sent.form
    lacks = list(turns.wrong_with_person(act, company, form.phone, form.language))
    with problems.gathered(lacks):
        limit_at = complaint_form.limit_of(form, act.standard.calendar, act.at)
    with problems.gathered(lacks):
        about = respondent.find(act, company, form.about)
    turns.refuse([*lacks, *sent.lacks])
    return Lodged(
        department_id=about.department_id,
        about_staff_id=about.staff_id,
        about_company_id=about.company_id,
        grade=form.grade,
        why=form.why or "",
        limit_at=limit_at,
    )


def _told(act: Act, company: Company, owner_id: int, form: Form) -> Told:
    customer = turns.customer(act, form.phone, name=form.name, language=form.language)
    told = {name: getattr(form, name) for name in _KEPT} | {"contact": form.phone, "respondent": _as_told(form)}
    return Told(
        company_id=company.id,
        owner_id=owner_id,
        details=turns.sealed(act, customer, told),
        reachable=customer is not None,
        customer_id=customer.id if customer else None,
        anonymous=form.anonymous,
    )


def _as_told(form: Form) -> str:
    return ", ".join(one for one in (form.about.company, form.about.department, form.about.person) if one)


def _receipt(act: Act, case: Case, form: Form) -> dict[str, Any]:
    """What was promised when it was filed; asked again later it is the same."""
    companies.get(act, case.numbered_by_id)
    made = [one for one in promises.of_case(act, case.id) if one.made_at == case.opened_at]
    return {
        "number": case.number,
        "grade": form.grade or act.standard.complaints.ungraded_counts_as,
        "promises": [{"rule": one.rule, "due": turns.utc(one.due_at)} for one in made],
    }


def _progress(act: Act, case: Case) -> dict[str, Any]:
    companies.get(act, case.company_id)
    complaint = complaints.of_case(act, case.id)
    return {
        "number": case.number,
        "state": case.state,
        "stage": complaint.stage if complaint else None,
        "grade": complaints.counts_as(act, complaint) if complaint else None,
        "promises": turns.promised(promises.of_case(act, case.id)),
    }

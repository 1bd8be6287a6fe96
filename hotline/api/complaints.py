"""Complaints that other systems bring, such as a web form; without it they would be typed in again (REC-7)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, ServiceUnavailable

from hotline.api import complaint_form, guard, problems, respondent
from hotline.api.complaint_form import Form, Sent
from hotline.api.problems import Lack, Unfit
from hotline.domain import api_keys, cases, companies, complaints, customers, matters, promises, staff, visitors
from hotline.domain.act import Act
from hotline.domain.api_keys import ApiKey
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.customers import Customer
from hotline.domain.matters import Lodged, Told
from hotline.domain.promises import Promise
from hotline.domain.staff import Staff
from hotline.domain.visitors import Channel
from hotline.errors import HotlineError, NotFound
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime

NAME = "api"
_REQUEST = re.compile(rf"[!-~]{{1,{api_keys.REQUEST_LONGEST}}}")
_MOST = 20  # wrong fields that one refusal names
_KEPT = ("happened", "where_when", "wanted", "name")  # of the form, sealed with the case


def blueprint(runtime: Runtime) -> Blueprint:
    """/api/complaints, for systems with a key; no session, so no form of a page can be sent in its name."""
    made = Blueprint(NAME, __name__, url_prefix="/api")
    made.guard = "key"  # type: ignore[attr-defined]
    made.before_request(guard.check)
    made.register_error_handler(HotlineError, problems.refused)
    made.register_error_handler(HTTPException, problems.wrong)
    made.add_url_rule("/complaints", view_func=file, methods=["POST"])
    made.add_url_rule("/complaints/<number>", view_func=show, methods=["GET"])
    return made


def file() -> ResponseReturnValue:
    """File a complaint: 201 with its number, how it is graded, and by when what is done. Sent twice, filed once."""
    name = _request_name()
    sent = complaint_form.read(_body())
    with guard.runtime().act(guard.ACTOR) as act:
        key = api_keys.turn(act, guard.key().id)
        if key is None:
            return problems.answer(401, "this key was revoked a moment ago")
        body = act.sealer.blind(sent.spelling)
        case_id = api_keys.done_before(act, key, name, body)
        case = _filed(act, key, sent) if case_id is None else cases.get(act, case_id)
        if case_id is None:
            api_keys.note_done(act, key, name, body, case.id)
        return jsonify(_receipt(act, case, sent.form)), 201


def show(number: str) -> ResponseReturnValue:
    """Where a complaint stands that this key brought: 200, or 404 for everybody else's."""
    with guard.runtime().look(guard.ACTOR) as act:
        case = cases.numbered(act, guard.key().company_id, number)
        if case is None or not api_keys.brought(act, guard.key().id, case.id):
            return problems.answer(404, "this key brought no complaint with this number")
        return jsonify(_progress(act, case))


def _body() -> bytes:
    """What was sent. Of a body whose length is not told beforehand, what is too much is cut off in silence."""
    body = request.get_data(cache=False)
    if len(body) >= (request.max_content_length or 0):
        raise RequestEntityTooLarge
    return body


def _request_name() -> str:
    name = request.headers.get("Idempotency-Key", "")
    if not _REQUEST.fullmatch(name):
        right = f"a header of 1 to {api_keys.REQUEST_LONGEST} plain characters, another one for each complaint"
        raise Unfit(Lack("Idempotency-Key", f"{right}: what is sent again under the same one is filed once"))
    return name


def _filed(act: Act, key: ApiKey, sent: Sent) -> Case:
    """The complaint as a case with owner, clocks and a line in the register; nothing is kept of one that is refused."""
    company = companies.get(act, key.company_id)
    lodged = _lodged(act, company, sent)
    owner = _owner(act, company, lodged)
    case = matters.open_complaint(act, _told(act, company, owner.id, sent.form), lodged).case
    visitors.register(act, case, Channel.WEB, sex=None, noted_by=case.owner_id)
    act.remember(case.chain, "came-by-key", key=key.id)
    return case


def _owner(act: Act, company: Company, lodged: Lodged) -> Staff:
    """From the first: the customer is told of one owner, not of two in a second."""
    try:
        return staff.answerable(act, company.id, but=lodged.about_staff_id)
    except NotFound:
        raise ServiceUnavailable from None  # nobody works there yet: whoever set it up has to, not the sender


def _lodged(act: Act, company: Company, sent: Sent) -> Lodged:
    """What a form asks for beside its words. Raises Unfit with all that is wrong with the whole of it."""
    form, offered, lacks = sent.form, act.standard.languages.offered, list[Lack]()
    if form.language is not None and form.language not in offered:
        lacks.append(Lack("language", f"is one of {', '.join(offered)}"))
    with problems.gathered(lacks):
        limit_at = complaint_form.limit_of(form, act.standard.calendar, act.at)
    with problems.gathered(lacks):
        about = respondent.find(act, company, form.about)
    lacks += sent.lacks
    if lacks:
        raise Unfit(*lacks[:_MOST])
    return Lodged(
        department_id=about.department_id,
        about_staff_id=about.staff_id,
        about_company_id=about.company_id,
        grade=form.grade,
        why=form.why or "",
        limit_at=limit_at,
    )


def _told(act: Act, company: Company, owner_id: int, form: Form) -> Told:
    customer = _customer(act, form)
    told = {name: getattr(form, name) for name in _KEPT} | {"contact": form.phone, "respondent": _as_told(form)}
    return Told(
        company_id=company.id,
        owner_id=owner_id,
        details={f"sealed_{name}": _seal(act, customer, value) for name, value in told.items() if value},
        reachable=customer is not None,
        customer_id=customer.id if customer else None,
        anonymous=form.anonymous,
    )


def _customer(act: Act, form: Form) -> Customer | None:
    """Who has the number that was told. What is known of them stays: a web form is filled in by anybody."""
    if form.phone is None:
        return None
    customer = customers.with_number(act, PhoneNumber(form.phone))
    if customer.name is None and form.name is not None:
        customers.rename(act, customer, form.name)
    customer.language = customer.language or form.language
    return customer


def _as_told(form: Form) -> str:
    return ", ".join(one for one in (form.about.company, form.about.department, form.about.person) if one)


def _seal(act: Act, customer: Customer | None, value: str) -> str:
    return act.sealer.seal_for(customer.key, value) if customer else act.sealer.seal(value)


def _receipt(act: Act, case: Case, form: Form) -> dict[str, Any]:
    """What was promised when it was filed; asked again later it is the same."""
    companies.get(act, case.numbered_by_id)
    made = [one for one in promises.of_case(act, case.id) if one.made_at == case.opened_at]
    return {
        "number": case.number,
        "grade": form.grade or act.standard.complaints.ungraded_counts_as,
        "promises": [{"rule": one.rule, "due": _utc(one.due_at)} for one in made],
    }


def _progress(act: Act, case: Case) -> dict[str, Any]:
    companies.get(act, case.company_id)
    complaint = complaints.of_case(act, case.id)
    return {
        "number": case.number,
        "state": case.state,
        "stage": complaint.stage if complaint else None,
        "grade": complaints.counts_as(act, complaint) if complaint else None,
        "promises": _promises(promises.of_case(act, case.id)),
    }


def _promises(made: Sequence[Promise]) -> list[dict[str, Any]]:
    return [
        {"rule": one.rule, "due": _utc(one.due_at), "verdict": one.verdict, "done": _utc(one.done_at)} for one in made
    ]


def _utc(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else None

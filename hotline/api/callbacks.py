"""Callbacks that other systems ask for, such as a web form; without it who does not ring could not be rung (CBK-3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue

from hotline.api import callback_form, guard, problems, turns
from hotline.api.callback_form import Form
from hotline.api.fields import Sent
from hotline.api.problems import Lack
from hotline.domain import api_keys, callbacks, cases, companies, promises, visitors, wishes
from hotline.domain.act import Act
from hotline.domain.api_keys import ApiKey, ApiRequest, Brought
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.matters import Told
from hotline.domain.promises import Promise
from hotline.domain.visitors import Channel

_UNNAMED = "agent"  # the matter of whoever wants somebody, and does not say for what


def ask() -> ResponseReturnValue:
    """Ask for a call: 201 with its number, whether one was owed before, by when it is made. Sent twice, asked once."""
    name = turns.request_name()
    sent = callback_form.read(turns.body())
    with guard.runtime().act(guard.ACTOR) as act:
        done = turns.once(act, Brought.CALLBACK, name, sent.spelling, lambda key: _asked(act, key, sent))
        return jsonify(_receipt(act, cases.get(act, done.case_id), done)), 201


def show(number: str) -> ResponseReturnValue:
    """Where a callback stands that this key asked for: 200, or 404 for everybody else's."""
    with guard.runtime().look(guard.ACTOR) as act:
        case = cases.numbered(act, guard.key().company_id, number)
        asked = api_keys.brought(act, guard.key().id, Brought.CALLBACK, case.id) if case is not None else []
        if case is None or not asked:
            return problems.answer(404, "this key asked for no callback with this number")
        return jsonify(_progress(act, case, asked))


def _asked(act: Act, key: ApiKey, sent: Sent[Form]) -> Case:
    """The matter in which they are rung; nothing is kept of a wish that is refused."""
    company, form = companies.get(act, key.company_id), sent.form
    turns.refuse([*_wrong(act, company, sent), *sent.lacks])
    turns.not_too_often(act, form.phone)
    owner = turns.owner(act, company)
    told = _told(act, company, owner.id, form)
    window = callback_form.window_of(form, act.standard)
    case, joined = wishes.ask(act, told, matter=form.matter or _UNNAMED, window=window)
    if not joined:
        visitors.register(act, case, Channel.WEB, sex=None, noted_by=case.owner_id)
    act.remember(case.chain, "came-by-key", key=key.id)
    return case


def _wrong(act: Act, company: Company, sent: Sent[Form]) -> Iterable[Lack]:
    form, standard = sent.form, act.standard
    phone = form.phone if sent.is_right("phone") else None
    yield from turns.wrong_with_person(act, company, phone, form.language)
    yield from callback_form.wrong_times(sent, standard, act.at)
    yield from turns.nuisance(act, phone)
    classes = standard.repair.classes
    if form.matter is not None and form.matter not in classes:
        yield Lack("matter", f"is one of {', '.join(classes)}, or left out")


def _told(act: Act, company: Company, owner_id: int, form: Form) -> Told:
    customer = turns.customer(act, form.phone, name=form.name, language=form.language)
    told = {"contact": form.phone, "name": form.name, "question": form.question}
    return Told(
        company_id=company.id,
        owner_id=owner_id,
        details=turns.sealed(act, customer, told),
        reachable=True,
        customer_id=customer.id if customer else None,
    )


def _receipt(act: Act, case: Case, done: ApiRequest) -> dict[str, Any]:
    """What was promised when it was asked for; asked again later it is the same.

    `joined` tells of what the same system asked for before, and of no other matter of whoever has the number.
    """
    asked = api_keys.brought(act, done.key_id, Brought.CALLBACK, case.id)
    made = [one for one in _promised(act, case, asked) if one.made_at <= done.at]
    return {
        "number": case.number,
        "joined": _began_with(case, asked) and case.opened_at != done.at,
        "promises": [{"rule": one.rule, "due": turns.utc(one.due_at)} for one in made],
    }


def _began_with(case: Case, asked: Sequence[ApiRequest]) -> bool:
    return case.opened_at == asked[0].at


def _promised(act: Act, case: Case, asked: Sequence[ApiRequest]) -> list[Promise]:
    """What whoever asked may know of. Anybody can type a number in: of a matter that its owner told us by telephone, or
    by another system, what these requests promised alone.
    """
    made, own = promises.of_case(act, case.id), {one.at for one in asked}
    return made if _began_with(case, asked) else [one for one in made if one.made_at in own]


def _progress(act: Act, case: Case, asked: Sequence[ApiRequest]) -> dict[str, Any]:
    """`next`: when they are rung next, by itself; null while they are being rung, and once it is over.

    Of a matter that was there before they asked, neither when it is, nor how often it was tried, nor what came of it.
    """
    own = _began_with(case, asked)
    made = callbacks.of_case(act, case.id) if own else []
    whole = made[-1] if made else None
    return {
        "number": case.number,
        "state": case.state if own else None,
        "callback": whole.state if whole else None,
        "attempts": whole.attempts if whole else None,
        "next": turns.utc(whole.next_at) if whole else None,
        "promises": turns.promised(_promised(act, case, asked)),
    }

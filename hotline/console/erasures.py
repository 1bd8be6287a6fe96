"""Customers who want to be forgotten: asked, decided, done; without it the law's wish had no way in (SEC-1)."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline.console import asking, keeping, lists, paging, people, refused, rights, words
from hotline.domain import companies, erasures, holds
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.erasures import Erasure, State


def erasure_list() -> ResponseReturnValue:
    """What was asked, and what became of it."""
    return _page(**refused.taken(_here()))


def ask_erasure() -> ResponseReturnValue:
    """The customer of a matter or a call wants to be erased; a manager decides."""
    told = {name: keeping.typed(name) for name in ("by", "number", "reason")}

    def asks() -> None:
        with keeping.deciding() as act:
            about = keeping.numbered(act, told["by"], told["number"])
            erasures.ask(act, about, by=asking.person(), reason=told["reason"])

    return keeping.done(_here(), _page, asks, typed=told)


def decide_erasure(erasure_id: int) -> ResponseReturnValue:
    """A manager who did not ask for it approves, and the customer is erased; or refuses."""
    answer = keeping.typed("answer")

    def decides() -> None:
        approve = request.form.get("decide") == "approve"
        with keeping.deciding() as act:
            erasures.decide(act, erasure_id, by=asking.person(), approve=approve, answer=answer)

    return keeping.done(_here(), _page, decides, chosen=erasure_id, answer=answer)


def _page(**told: Any) -> str:
    person = asking.person()
    with asking.runtime().look(asking.actor()) as act:
        g.here = _here()
        own, most = keeping.company_id(), lists.PAGE + 1
        rows = erasures.listed(act, own, reader=person, before=paging.before(), most=most)
        found = rows[: lists.PAGE]
        waiting = [one for one in found if one.state == State.ASKED]
        decides = {one.id for one in waiting if _may_decide(act, one)}
        companies.get(act, person.company_id)
        return render_template(
            "erasures.html",
            rows=found,
            more=paging.more(rows),
            decides=decides,
            against={one.id: _against(act, one) for one in waiting},
            reasons={one.id: _opened(act, one) for one in found},
            named=keeping.named(act, found),
            companies=people.companies_by_id(act),
            names=people.names(act, [id_ for one in found for id_ in (one.asked_by_id, one.decided_by_id)]),
            zone=act.standard.timezone,
            **{"problem": None, "chosen": None, "answer": "", "typed": {}, **told},
        )


def _may_decide(act: Act, erasure: Erasure) -> bool:
    person = asking.person()
    return rights.may_open(person, "console.decide_erasure") and erasures.may_decide(act, erasure, person)


def _against(act: Act, erasure: Erasure) -> list[str]:
    """What stands against it now, in words; of matters that the reader may not see only that there are some."""
    found, person = erasures.against(act, erasure.customer_id), asking.person()
    held = [hold for hold in found.holds if holds.may_be_named(act, hold, person)]
    seen: list[Case] = [case for case in found.open if rights.may_see(act, person, case)]
    said = [words.text("keeping.against.held", n=hold.id) for hold in held]
    said += [words.text("keeping.against.open", number=case.number) for case in seen]
    if len(held) + len(seen) < len(found.holds) + len(found.open):
        said.append(words.text("keeping.against.others"))
    return said + ([words.text("keeping.against.on-the-line")] if found.is_on_the_line else [])


def _opened(act: Act, erasure: Erasure) -> tuple[str, str]:
    """Why it was asked, and why it was decided so."""
    return act.sealer.open(erasure.reason), act.sealer.open(erasure.answer) if erasure.answer else ""


def _here() -> str:
    return url_for("console.erasure_list")

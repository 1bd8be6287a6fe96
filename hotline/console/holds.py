"""What is held back from being destroyed, by whom and why; without it evidence would go by the calendar (REC-2)."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from hotline.console import asking, keeping, lists, paging, people, refused, rights
from hotline.domain import companies, holds
from hotline.domain.act import Act
from hotline.domain.holds import Hold


def hold_list() -> ResponseReturnValue:
    """What is held, and what was."""
    return _page(**refused.taken(_here()))


def place_hold() -> ResponseReturnValue:
    """Hold a matter or a call, or everything of its customer."""
    told = {name: keeping.typed(name) for name in ("by", "number", "what", "reason")}

    def places() -> None:
        with keeping.deciding() as act:
            about, whole = keeping.numbered(act, told["by"], told["number"]), told["what"] == "customer"
            holds.place(act, about, whole_customer=whole, by=asking.person(), reason=told["reason"])

    return keeping.done(_here(), _page, places, typed=told)


def lift_hold(hold_id: int) -> ResponseReturnValue:
    """A manager lifts it, with the reason."""
    why = keeping.typed("why")

    def lifts() -> None:
        with keeping.deciding() as act:
            holds.lift(act, hold_id, by=asking.person(), why=why)

    return keeping.done(_here(), _page, lifts, chosen=hold_id, why=why)


def _page(**told: Any) -> str:
    person = asking.person()
    with asking.runtime().look(asking.actor()) as act:
        g.here = _here()
        own, most = keeping.company_id(), lists.PAGE + 1
        rows = holds.listed(act, own, reader=person, before=paging.before(), most=most)
        found = rows[: lists.PAGE]
        lifts = {one.id for one in found if _may_lift(act, one)}
        companies.get(act, person.company_id)
        return render_template(
            "holds.html",
            rows=found,
            more=paging.more(rows),
            lifts=lifts,
            reasons={one.id: _opened(act, one) for one in found},
            named=keeping.named(act, found),
            companies=people.companies_by_id(act),
            names=people.names(act, [id_ for one in found for id_ in (one.placed_by_id, one.lifted_by_id)]),
            zone=act.standard.timezone,
            **{"problem": None, "chosen": None, "why": "", "typed": {}, **told},
        )


def _may_lift(act: Act, hold: Hold) -> bool:
    person = asking.person()
    may_open = rights.may_open(person, "console.lift_hold")
    return hold.lifted_at is None and may_open and holds.may_decide(act, person, hold.company_id)


def _opened(act: Act, hold: Hold) -> tuple[str, str]:
    """Why it was placed, and why it was lifted."""
    return act.sealer.open(hold.reason), act.sealer.open(hold.lifted_why) if hold.lifted_why else ""


def _here() -> str:
    return url_for("console.hold_list")

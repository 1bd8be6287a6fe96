"""How a colleague logs in, for administrators; without it a lost telephone or a machine left open would stay so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline.console import account, asking, proving, refused
from hotline.domain import companies, identities, log_ins, second_factors, staff
from hotline.domain.act import Act
from hotline.domain.staff import Staff
from hotline.errors import Conflict, Invalid, NotFound

_LONGEST = 120  # characters of a name at the provider
_LETS_IN = ("reset-factor", "allow-provider")  # with these an account can be taken over


def one_account(staff_id: int) -> ResponseReturnValue:
    """Where a colleague is logged in, and what they prove with who they are."""
    return _page(staff_id, **refused.taken(_here(staff_id)))


def end_theirs(staff_id: int, log_in_id: int) -> ResponseReturnValue:
    """End one log-in of a colleague."""
    return _does(staff_id, lambda act, person: log_ins.end(act, log_in_id, person.id, by=asking.person().id))


def change_account(staff_id: int, doing: str) -> ResponseReturnValue:
    """End every log-in of a colleague, take a lost second factor away, let an account of the provider in or not.

    What could let somebody else in asks for the administrator's own pass phrase, and nobody does it for themself.
    """
    if doing not in _DOINGS:
        raise NotFound(f"nothing is called {doing} here")
    problem = _refusal(staff_id) if doing in _LETS_IN else ""
    if problem:
        return _refused(staff_id, problem)
    return _does(staff_id, _DOINGS[doing])


def _refusal(staff_id: int) -> str:
    if staff_id == asking.person().id:
        return "not-own"
    return proving.problem(request.form.get("password", ""))


def _end_all(act: Act, person: Staff) -> None:
    staff.log_out(act, person)
    act.remember("house", "log-ins-ended", staff=person.id, by=asking.person().id)


def _reset_factor(act: Act, person: Staff) -> None:
    second_factors.reset(act, person, by=asking.person().id)
    staff.log_out(act, person)


def _allow_provider(act: Act, person: Staff) -> None:
    name = request.form.get("name", "").strip()[:_LONGEST]
    if not name:
        raise Invalid("type the name that the provider knows")
    identities.allow(act, person, name, by=asking.person().id)


def _forbid_provider(act: Act, person: Staff) -> None:
    identities.forbid(act, person, by=asking.person().id)
    staff.log_out(act, person)


_DOINGS: dict[str, Callable[[Act, Staff], None]] = {
    "end-all": _end_all,
    "reset-factor": _reset_factor,
    "allow-provider": _allow_provider,
    "forbid-provider": _forbid_provider,
}


def _does(staff_id: int, does: Callable[[Act, Staff], None]) -> ResponseReturnValue:
    try:
        with asking.runtime().act(asking.actor()) as act:
            person = staff.get(act, staff_id)
            companies.get(act, person.company_id)
            does(act, person)
    except (Conflict, Invalid, NotFound) as error:
        return _refused(staff_id, {Conflict: "taken", Invalid: "no-name"}.get(type(error), "over"))
    return redirect(_here(staff_id))


def _refused(staff_id: int, problem: str) -> ResponseReturnValue:
    """Back to the page with the name that was typed; no pass phrase is kept for it."""
    told = {"problem": problem, "name": request.form.get("name", "")[:_LONGEST]}
    return refused.back_to(_here(staff_id), **told) or (_page(staff_id, **told), 409)


def _here(staff_id: int) -> str:
    return url_for("console.one_account", staff_id=staff_id)


def _page(staff_id: int, **told: Any) -> str:
    g.here = _here(staff_id)
    with asking.runtime().look(asking.actor()) as act:
        person = staff.get(act, staff_id)
        found = account.shown(act, person)
        return render_template("one_account.html", person=person, **found, **{"problem": "", "name": "", **told})

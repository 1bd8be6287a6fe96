"""How a colleague logs in, for administrators; without it a lost telephone or a machine left open would stay so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline.console import account, asking, refused
from hotline.domain import identities, log_ins, second_factors, staff
from hotline.domain.act import Act
from hotline.domain.staff import Staff
from hotline.errors import Conflict, Invalid, NotFound

_LONGEST = 120  # characters of a name at the provider


def one_account(staff_id: int) -> ResponseReturnValue:
    """Where a colleague is logged in, and what they prove with who they are."""
    return _page(staff_id, **refused.taken(_here(staff_id)))


def end_theirs(staff_id: int, log_in_id: int) -> ResponseReturnValue:
    """End one log-in of a colleague."""
    return _does(staff_id, lambda act, person: log_ins.end(act, log_in_id, person.id, by=asking.person().id))


def change_account(staff_id: int, doing: str) -> ResponseReturnValue:
    """End every log-in of a colleague, take a lost second factor away, let an account of the provider in or not."""
    if doing not in _DOINGS:
        raise NotFound(f"nothing is called {doing} here")
    return _does(staff_id, _DOINGS[doing])


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
            does(act, staff.get(act, staff_id))
    except (Conflict, Invalid, NotFound) as error:
        told = {"problem": {Conflict: "taken", Invalid: "no-name"}.get(type(error), "over")}
        return refused.back_to(_here(staff_id), **told) or (_page(staff_id, **told), 409)
    return redirect(_here(staff_id))


def _here(staff_id: int) -> str:
    return url_for("console.one_account", staff_id=staff_id)


def _page(staff_id: int, **told: Any) -> str:
    g.here = _here(staff_id)
    with asking.runtime().look(asking.actor()) as act:
        person = staff.get(act, staff_id)
        found = account.shown(act, person)
        return render_template("one_account.html", person=person, **found, **{"problem": "", **told})

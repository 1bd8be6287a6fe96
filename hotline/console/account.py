"""My own log-ins, pass phrase and second factor; without it nobody could end a log-in they forgot somewhere."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline.console import asking, entering, passwords, proving, refused, sessions
from hotline.domain import companies, identities, log_ins, second_factors, staff
from hotline.domain.act import Act
from hotline.domain.log_ins import How
from hotline.domain.second_factors import Need
from hotline.domain.staff import Staff
from hotline.errors import NotFound


def my_account() -> ResponseReturnValue:
    """Where I am logged in, and what I prove with who I am."""
    return _page(**refused.taken(_here()))


def end_log_in(log_in_id: int) -> ResponseReturnValue:
    """End one of my log-ins, on another machine or here."""
    me = asking.person().id
    try:
        with asking.runtime().act(asking.actor()) as act:
            log_ins.end(act, log_in_id, me, by=me)
    except NotFound:
        return _refused("log-ins", "over")
    return redirect(_here())


def change_password() -> ResponseReturnValue:
    """Another pass phrase for the one I have; every log-in ends but this one, which begins anew."""
    new = request.form.get("new", "")
    problem = proving.problem(request.form.get("password", ""))
    problem = problem or passwords.weakness(new, asking.person().login, asking.runtime().figures.sign_in) or ""
    if not problem and new != request.form.get("again"):
        problem = "differ"
    if problem:
        return _refused("password", problem)
    password_hash = passwords.hashed(new)
    with asking.runtime().act(asking.actor()) as act:
        person = staff.get(act, asking.person().id)
        staff.set_password(act, person, password_hash)
        row = entering.list_it(act, person, How.PASSWORD)
    sessions.begin(person, row, act.at)
    return refused.back_to(_here(), told="password-changed") or redirect(_here())


def set_up_anew() -> ResponseReturnValue:
    """On to the page where a second factor is set up: the first, or another in place of a lost telephone's.

    This log-in ends here, and goes on when the first code was right; until then the second factor before counts.
    """
    problem = _factor_problem()
    if problem:
        return _refused("factor", problem)
    with asking.runtime().act(asking.actor()) as act:
        person = asking.person()
        log_ins.end(act, sessions.ticket().row, person.id, by=person.id)
        half = entering.Half.begun(act, person, Need.SET_UP, How.PASSWORD, _here())
    return entering.lead_on(half)


def renew_codes() -> ResponseReturnValue:
    """Other recovery codes in place of all before; they stand in the answer, this once."""
    problem = _factor_problem()
    if problem:
        return _refused("factor", problem)
    with asking.runtime().act(asking.actor()) as act:
        companies.get(act, asking.person().company_id)
        codes = second_factors.renew_codes(act, asking.person().id)
    return render_template("recovery_codes.html", codes=codes, going_to=_here())


def _factor_problem() -> str:
    """The word of what is wrong with the pass phrase or with the code; none is asked of who has no second factor.

    A page left open and a pass phrase that was seen would else be enough to take the second factor over for good.
    """
    problem = proving.problem(request.form.get("password", ""))
    if problem:
        return problem
    with asking.runtime().act(asking.actor()) as act:
        person = asking.person()
        companies.get(act, person.company_id)
        if not second_factors.is_set_up(act, person.id) or second_factors.accepts(act, person.id, _code()):
            return ""
        act.remember("house", "second-factor-refused", staff=person.id)
        return "stopped" if second_factors.is_stopped(act, person.id) else "wrong-code"


def _code() -> str:
    return request.form.get("code", "")


def shown(act: Act, person: Staff) -> dict[str, Any]:
    """What the page of an account shows, one's own or a colleague's."""
    companies.get(act, person.company_id)
    has_factor = second_factors.is_set_up(act, person.id)
    return {
        "log_ins": log_ins.of(act, person.id, act.at - asking.runtime().figures.sign_in.longest.span),
        "is_this_one": sessions.is_this_one,
        "has_factor": has_factor,
        "codes_left": second_factors.codes_left(act, person.id) if has_factor else 0,
        "needs_factor": second_factors.is_required(act, person),
        "by_provider": identities.has(act, person.id),
        "has_provider": asking.runtime().settings.oidc is not None,
        "figures": asking.runtime().figures.sign_in,
        "zone": act.standard.timezone,
    }


def _here() -> str:
    return url_for("console.my_account")


def _refused(part: str, problem: str) -> ResponseReturnValue:
    """Back to the page; no pass phrase is kept for it, right or wrong."""
    told = {"part": part, "problem": problem}
    return refused.back_to(_here(), **told) or (_page(**told), 409)


def _page(**told: Any) -> str:
    g.here = _here()
    with asking.runtime().look(asking.actor()) as act:
        found = shown(act, asking.person())
        return render_template("my_account.html", **found, **{"part": "", "problem": "", "told": "", **told})

"""Leave and leaving on the page; without it who goes would have to be told to whoever keeps the machine (OWN-1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from werkzeug.exceptions import Forbidden

from hotline.console import asking, colleagues, discretion, people, refused, rights, words
from hotline.domain import absences, companies, leaving, staff, superiors
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.staff import Staff
from hotline.errors import Conflict, HotlineError, Invalid, Refused

_PROBLEMS: dict[type[HotlineError], str] = {
    Conflict: "staff.conflict",
    Refused: "staff.not-there",
}
_LONGEST = 40  # characters of a day, a time or a person's id


def staff_list() -> ResponseReturnValue:
    """The people of my company: how many open matters each answers for, who is on leave, who left."""
    return _page(**refused.taken(_here()))


def grant_leave(staff_id: int) -> ResponseReturnValue:
    """Note a leave; when it begins the receiver is asked for every open matter (OWN-2)."""

    def note(act: Act, person: Staff) -> None:
        receiver = request.form.get("receiver", type=asking.row_id)
        if receiver is None:
            raise Refused("choose a receiver")
        leaving.go_on_leave(
            act, person, starts_at=_moment(act, "from"), ends_at=_moment(act, "until"), receiver_id=receiver
        )

    return _does(staff_id, note)


def dismiss(staff_id: int) -> ResponseReturnValue:
    """Somebody left: their superior owns every open matter at once. Asked for twice, by a tick, because it is final."""

    def leave(act: Act, person: Staff) -> None:
        if request.form.get("sure") != "yes":
            raise Invalid("tick that it is meant")
        theirs = select(Case.id).where(Case.owner_id == person.id, Case.state == "open")
        ids = list(act.session.scalars(theirs))
        leaving.dismiss(act, person.id, by=asking.person().id)
        g.told = words.text("staff.gone", name=person.name, who=_owners(act, ids) or "—")

    return _does(staff_id, leave, unclear="staff.unsure")


def _owners(act: Act, ids: list[int]) -> str:
    """Who owns these cases now, and how many each."""
    query = select(Case.owner_id, func.count()).where(Case.id.in_(ids)).group_by(Case.owner_id)
    owns = {row[0]: row[1] for row in act.session.execute(query)}
    named = people.names(act, owns)
    return words.text("comma").join(f"{named[id_]} ({n})" for id_, n in owns.items())


def take_back(staff_id: int) -> ResponseReturnValue:
    """Somebody is back, from leave or after having left; whom somebody higher let go is not taken back from below."""

    def back(act: Act, person: Staff) -> None:
        if not superiors.may_take_back(act, asking.person(), person):
            raise Forbidden
        leaving.come_back(act, person, by=asking.person().id)

    return _does(staff_id, back)


def _does(staff_id: int, does: Any, *, unclear: str = "staff.span") -> ResponseReturnValue:
    """Done, it is told where there is more to tell; refused, the form stands there again as it was typed."""
    try:
        with asking.runtime().act(asking.actor()) as act:
            person = staff.get(act, staff_id)
            if not rights.may_manage(act, asking.person(), person):
                raise Forbidden
            companies.get(act, person.company_id)
            does(act, person)
    except (Invalid, Conflict, Refused) as error:
        problem = words.text(unclear if isinstance(error, Invalid) else _PROBLEMS[type(error)])
        typed = {name: request.form.get(name, "")[:_LONGEST] for name in ("from", "until", "receiver")}
        told = {"problem": problem, "about": staff_id, "typed": typed}
        return refused.back_to(_here(), **told) or (_page(**told), 409)
    return ("told" in g and refused.back_to(_here(), told=g.told)) or redirect(_here())


def _moment(act: Act, name: str) -> datetime:
    """What was chosen in a field, in the company's time zone. Raises Invalid, for another time zone too."""
    try:
        local = datetime.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise Invalid("choose a day and a time") from None
    if local.tzinfo is not None or local.year not in asking.YEARS:
        raise Invalid("choose a day and a time of the company's own, and one that comes")
    return local.replace(tzinfo=ZoneInfo(act.standard.timezone))


def _here() -> str:
    return url_for("console.staff_list")


def _page(**told: Any) -> str:
    with asking.runtime().look(asking.actor()) as act:
        person = asking.person()
        companies.get(act, person.company_id)
        query = select(Staff).order_by(Staff.active.desc(), Staff.company_id, Staff.agent_number)
        if not rights.whole_group(person):
            query = query.where(Staff.company_id == person.company_id)
        rows = list(act.session.scalars(query))
        owned = (
            select(Case.owner_id, func.count())
            .where(Case.state == "open", discretion.cases(person))
            .group_by(Case.owner_id)
        )
        g.here = _here()
        return render_template(
            "staff_list.html",
            rows=rows,
            companies=people.companies_by_id(act),
            owns={row[0]: row[1] for row in act.session.execute(owned)},
            leaves={one.id: absences.ahead(act, one.id) for one in rows},
            manages={one.id for one in rows if rights.may_manage(act, person, one)},
            takes_back={one.id for one in rows if superiors.may_take_back(act, person, one)},
            receivers=colleagues.groups(act, person, staff.ANSWERS),
            names=people.names(act, (leave.receiver_id for one in rows for leave in absences.ahead(act, one.id))),
            zone=act.standard.timezone,
            at=act.at,
            **{"problem": None, "about": None, "typed": {}, "told": None, **told},
        )

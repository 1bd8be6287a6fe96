"""The wallboard (大屏): what a room must see from five metres; without it a full line would go unnoticed there."""

from __future__ import annotations

from datetime import timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline.console import asking, compliance_filter, people, rights, sessions, words
from hotline.domain import companies, log_ins
from hotline.domain import wallboard as figures
from hotline.domain.act import Act
from hotline.domain.companies import Company
from hotline.domain.seats import Status
from hotline.standard.rules import Standard

# Shown small beneath those who are free, in this order.
OTHERS = (Status.BUSY, Status.WRAP_UP, Status.BREAK, Status.AWAY)


def wallboard() -> ResponseReturnValue:
    """The figures as they stand; the page asks for them anew at every news and every heartbeat."""
    person = asking.person()
    with asking.runtime().look(asking.actor()) as act:
        chosen = _chosen(act)
        standard = _standard(act, chosen)
        unknown = compliance_filter.hidden(act, person)
        found = figures.now(act, compliance_filter.books(act, chosen), standard, unknown)
        routine, counting = asking.runtime().figures.routine, asking.runtime().figures.counting
        return render_template(
            "wallboard.html",
            board=found,
            alarms=found.alarms(standard, act.at),
            others=OTHERS,
            standard=standard,
            percent=_percent,
            is_long=_is_long,
            chosen=chosen,
            company_id=_asked_for(chosen),
            companies=people.companies_by_id(act) if rights.whole_group(person) else {},
            left_out=companies.not_loading(act) if rights.whole_group(person) else [],
            shows=sessions.shows(),
            lasts=counting.shown.span.days,
            at=act.at,
            zone=standard.timezone,
            fresh=counting.fresh.seconds,
            heartbeat=routine.live_heartbeat.seconds,
        )


def show_wallboard() -> ResponseReturnValue:
    """From now on this log-in shows the wallboard and opens nothing else; so it lasts for days."""
    person = asking.person()
    with asking.runtime().act(asking.actor()) as act:
        log_ins.show(act, sessions.ticket().row, person.id)
    sessions.show()
    return redirect(url_for("console.wallboard", company=request.args.get("company", type=asking.row_id)), 303)


def end_wallboard() -> ResponseReturnValue:
    """It is taken from the wall: this log-in is over, the person's others are not. One that shows no wall goes on."""
    person = asking.person()
    if not sessions.shows():
        return redirect(url_for("console.wallboard"), 303)
    with asking.runtime().act(asking.actor()) as act:
        log_ins.end(act, sessions.ticket().row, person.id, by=person.id)
    sessions.end()
    return redirect(url_for("console.log_in"), 303)


def _chosen(act: Act) -> list[Company]:
    """The company asked for, or the whole group, for whoever sees it; everybody else their own."""
    person = asking.person()
    if not rights.whole_group(person):
        return [companies.get(act, person.company_id)]
    known = {one.id: one for one in companies.loading(act)}
    company_id = request.args.get("company", type=asking.row_id)
    return [known[company_id]] if company_id in known else list(known.values())


def _asked_for(chosen: list[Company]) -> int | None:
    """The one company that was asked for: the group is the group, though one alone of it can be counted just now."""
    company_id = request.args.get("company", type=asking.row_id)
    return company_id if rights.whole_group(asking.person()) and company_id in [one.id for one in chosen] else None


def _standard(act: Act, chosen: list[Company]) -> Standard:
    """By whose limits it calls for help: the company's that is shown; of the group, the reader's own."""
    companies.get(act, chosen[0].id if len(chosen) == 1 else asking.person().company_id)
    return act.standard


def _percent(share: float | None) -> str:
    """A share without a fraction, never more than it is: it stands in figures as high as a hand."""
    return "—" if share is None else words.text("compliance.percent", n=int(share * 100))


def _is_long(length: timedelta) -> bool:
    """Has a clock that shows this length an hour as well, which needs more room?"""
    return words.running(length).count(":") > 1

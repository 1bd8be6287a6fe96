"""My desk on one page: status, caller, part in the call, what I owe; without it an agent would work from six pages."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from hotline.console import (
    asking,
    case_form,
    colleagues,
    desk_mine,
    desk_now,
    handing,
    line,
    matter,
    people,
    refused,
    rights,
    words,
)
from hotline.console.desk_now import Now
from hotline.domain import companies, handovers, promises, seats, visits
from hotline.domain.act import Act
from hotline.domain.handovers import Handover
from hotline.domain.parties import Recording
from hotline.domain.seats import Device, Seat, Status

CHOICES = (Status.FREE, Status.BREAK, Status.AWAY, Status.OFF)
# The letter that chooses each with the browser's access key; no browser keeps these for itself.
KEYS = {Status.FREE: "g", Status.BREAK: "b", Status.AWAY: "y", Status.OFF: "o"}


def desk() -> ResponseReturnValue:
    """My desk as it stands."""
    return _page(**refused.taken(here()))


def here() -> str:
    """The address of my desk."""
    return url_for("console.desk")


def answered(problem: str | None = None) -> ResponseReturnValue:
    """After a form of the desk: its live part anew where a script asked for it, else back to the page."""
    return refused.answered(here(), _page, problem)


def my_seat(act: Act) -> Seat:
    """My seat, locked, my company's standard chosen; made when it is asked for first."""
    companies.get(act, asking.person().company_id)
    return seats.of(act, asking.person())


def _page(**told: Any) -> str:
    with asking.runtime().look(asking.actor()) as act:
        if act.session.get(Seat, asking.person().id) is not None:
            return _rendered(act, told)
    with asking.runtime().act(asking.actor()) as act:
        my_seat(act)
    with asking.runtime().look(asking.actor()) as act:
        return _rendered(act, told)


def _rendered(act: Act, told: dict[str, Any]) -> str:
    g.here = here()
    return render_template("desk.html", **_context(act), **{"problem": None, "asked": None, **told})


def _context(act: Act) -> dict[str, Any]:
    person = asking.person()
    seat = act.session.get_one(Seat, person.id)
    now = desk_now.of(act, seat)
    company = companies.get(act, person.company_id)
    matter_id = now.caller.matter.id if now.caller is not None and now.caller.matter is not None else None
    return {
        "seat": seat,
        "now": now,
        "mine": desk_mine.of(act, person),
        "calls_keep": promises.BY_CALLING,
        "handovers_waiting": handing.waiting(act),
        "waiting": line.rows(act),
        "visit": visits.awaited(act, matter_id) if matter_id is not None else None,
        "companies": people.companies_by_id(act),
        "names": people.names(act, (party.staff_id for party in now.parties)),
        "choices": [(status, KEYS[status]) for status in CHOICES],
        "devices": list(Device),
        "company": company,
        "zone": act.standard.timezone,
        "standard": act.standard,
        "at": act.at,
        "keys": _keys(seat, now),
        "heartbeat": asking.runtime().figures.routine.live_heartbeat.seconds,
        **_in_call(act, now),
        "form_sheet": case_form.sheet(act, now.call_id) if now.call_id and now.i_write else None,
        **matter.for_templates(),
    }


def _keys(seat: Seat, now: Now) -> list[tuple[str, str]]:
    """What each access key does on the page as it stands."""
    found = [(key, words.named("seat", status)) for status, key in KEYS.items()]
    if now.i_lead:
        named = ("h", "hold"), ("p", "pause"), ("x", "expert"), ("t", "hand-over"), ("q", "end")
        found += [(key, words.text(f"meeting.{word}")) for key, word in named]
    if seat.device == Device.BROWSER:
        phone = ("j", "answer"), ("n", "decline"), ("m", "mute"), ("k", "hang-up")
        found += [(key, words.text(f"phone.{word}")) for key, word in phone]
    if now.i_write:
        found.append(("s", words.text("form.save")))
    return [*found, ("w", words.text("desk.done"))]


def _in_call(act: Act, now: Now) -> dict[str, Any]:
    """Whom I may ask into the call, which matters I may hand over, who is asked for one, and whether it is recorded."""
    of_me = act.session.get(Handover, now.me.handover_id) if now.me and now.me.handover_id else None
    handed = handing.shown(act, of_me) if of_me else None
    if not now.i_lead or now.meeting is None:
        return {"helpers": [], "receivers": [], "to_give": [], "recording": None, "handed": handed, "apart": []}
    person = asking.person()
    to_give = now.to_give(person.id)
    asked = [one for case in to_give if (one := handovers.open_of(act, case.id)) and one.why != handovers.Why.LIVE]
    nobody = handing.who_declined(act, to_give) | handing.kept_from(act, to_give)
    present = {party.staff_id for party in now.parties if party.staff_id is not None and now.is_present(party)}
    return {
        "helpers": colleagues.groups(act, person, rights.HELPERS, without=present),
        "receivers": colleagues.groups(act, person, rights.DESK, without=present | nobody),
        "to_give": to_give,
        "handed": handed,
        "apart": [handing.shown(act, one) for one in asked],
        "recording": now.meeting.recording if now.meeting.recording in (Recording.ON, Recording.PAUSED) else None,
    }

"""The pages that the bar has no room for, in groups; without it nobody would find what is not used every hour."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from hotline.console import asking, rights


@dataclass(frozen=True)
class Door:
    """A page by its endpoint, and the key of its name; `<key>-hint` says in a line what it is for."""

    endpoint: str
    key: str


# Group -> its pages, in the order in which they are shown.
GROUPS: dict[str, tuple[Door, ...]] = {
    "calls": (Door("console.visitor_list", "office.visitors"),),
    "figures": (
        Door("console.complaint_tables", "office.tables"),
        Door("console.report_list", "office.reports"),
        Door("console.compliance_page", "office.compliance"),
        Door("console.wallboard", "office.wallboard"),
    ),
    "people": (
        Door("console.staff_list", "office.staff"),
        Door("console.roster", "office.roster"),
        Door("console.quality", "office.quality"),
        Door("console.reviews", "office.reviews"),
        Door("console.discipline", "office.discipline"),
        Door("console.own_mistakes", "office.mistakes"),
    ),
    "secrecy": (
        Door("console.my_account", "office.account"),
        Door("console.looks", "office.looks"),
        Door("console.permissions", "office.permissions"),
        Door("console.retention", "office.retention"),
        Door("console.hold_list", "office.holds"),
        Door("console.erasure_list", "office.erasures"),
        Door("console.export_list", "office.exports"),
        Door("console.trace", "office.trace"),
        Door("console.log", "office.log"),
        Door("console.completeness_page", "office.completeness"),
    ),
    "platform": (
        Door("console.outbox_list", "office.outbox"),
        Door("console.api_page", "office.api"),
    ),
}


def office() -> ResponseReturnValue:
    """Every page beside the daily work that is open to whoever asks, group by group."""
    person = asking.person()
    groups = {
        group: [door for door in doors if rights.may_open(person, door.endpoint)] for group, doors in GROUPS.items()
    }
    return render_template("office.html", groups={group: doors for group, doors in groups.items() if doors})

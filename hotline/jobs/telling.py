"""Supervisors are told what went wrong; without it a matter that nobody took would stay silent (OWN-6)."""

from __future__ import annotations

from hotline.domain import cases, outbox, robots, staff
from hotline.domain.act import Act
from hotline.domain.outbox import OutboxEntry

FAILED = "outbox-failed"


def supervisors(act: Act, case_id: int, text: str, about: str) -> None:
    """Owe the supervisors of a case's company a text; `about` names the occasion, and each is told of it once."""
    company = cases.get(act, case_id).company_id
    for person in staff.told(act, company, staff.Role.SUPERVISOR):
        outbox.post(
            act,
            "send-text",
            key=f"{text}-{about}-{person.id}",
            case_id=case_id,
            to="staff",
            who=person.id,
            text=text,
        )


def given_up(act: Act, entry: OutboxEntry) -> None:
    """An effect was given up. That such a text itself was given up is told to nobody, or it would never end.

    What a robot could not say is not told either: it said beside people who were told themselves.
    """
    if entry.case_id is not None and entry.kind != robots.TELLS and entry.about.get("text") != FAILED:
        supervisors(act, entry.case_id, FAILED, str(entry.id))

"""By whom, from when on and of whose work a customer is asked; without it a visit would come at once or never (VIS-1).

What is asked, and what became of it, is in `visits`.
"""

from __future__ import annotations

from datetime import datetime

from hotline.domain import promises, slots, staff
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.owed_calls import Style
from hotline.standard.kinds import Asker

RESULT = "FLT-5.result"  # what was promised of a repair that could not be done at once; asked how it is, they are told
REPAIR, COMPLAINT, VISITOR, REPLY = "VIS-1.repair", "CMP-8.visit", "VIS-3.visitor", "VIS-4.reply"


def style(act: Act, rule: str) -> Style:
    """Who is on the line first: of whoever complained always one of ours, of others whom the profile names."""
    by_machine = rule != COMPLAINT and act.standard.visits.by is Asker.SURVEY
    return Style.SURVEY if by_machine else Style.TALK


def begins(act: Act, case: Case, rule: str, owed_at: datetime) -> datetime:
    """From when on (UTC) the customer is rung for a visit that is owed since `owed_at`. The standard is chosen.

    After some time, of a stay the day after; at once where that were too late, or a result is waited for.
    """
    if rule == REPAIR and any(one.rule == RESULT and one.is_owed for one in promises.of_case(act, case.id)):
        return owed_at
    standard, calendar = act.standard, act.standard.calendar
    stayed, limit = rule == VISITOR, standard.promise(rule).limit
    after = calendar.end_of_day(owed_at) if stayed else standard.visits.after.deadline(owed_at, calendar).at
    rung = slots.earliest(standard, after, slots.Kind(talk=style(act, rule) is Style.TALK))
    return after if rung < limit.deadline(owed_at, calendar).at else owed_at


def department(act: Act, case: Case, worked: int | None) -> int | None:
    """The department of whoever did the work, else of whoever has the next step, else of the owner; of the company."""
    found = [staff.get(act, one) for one in (worked, case.handler_id, case.owner_id) if one is not None]
    return next((one.department_id for one in found if one.company_id == case.company_id and one.department_id), None)

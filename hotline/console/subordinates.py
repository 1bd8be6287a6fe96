"""Whose work I may look at: my own, and that of those below me; without it each page draws its own line (PPL-2)."""

from __future__ import annotations

from flask import request
from sqlalchemy import select

from hotline.console import asking
from hotline.domain import staff, superiors
from hotline.domain.act import Act
from hotline.domain.staff import Staff
from hotline.errors import NotFound


def below(act: Act, *, who_left: bool = False) -> list[Staff]:
    """Everybody of my company above whom I stand and who works here, by number; whoever left as well, if asked for."""
    person = asking.person()
    query = select(Staff).where(Staff.company_id == person.company_id).order_by(Staff.agent_number)
    query = query if who_left else query.where(Staff.active)
    return [one for one in act.session.scalars(query) if superiors.stands_above(act, person, one)]


def is_below(act: Act, staff_id: int) -> bool:
    """Do I stand above this person, who may have left?"""
    return superiors.stands_above(act, asking.person(), staff.get(act, staff_id))


def may_undo(act: Act, writer_id: int) -> bool:
    """May I take back what this person wrote of somebody below both of us?"""
    return superiors.may_undo(act, asking.person(), writer_id)


def chosen(act: Act) -> Staff:
    """Whom the page is about: `person` of its query or form, else whoever asks. Raises NotFound for anybody else."""
    named = request.values.get("person", "")
    try:
        staff_id = asking.row_id(named) if named else asking.person().id
    except ValueError:
        raise NotFound("there is nobody of that number") from None
    if staff_id != asking.person().id and not is_below(act, staff_id):
        raise NotFound("this person's work is judged by others")
    return staff.get(act, staff_id)

"""Who is on leave, from when until when (请假); without it matters would be handed to an empty desk (OWN-2, PPL-1)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain.act import Act
from hotline.errors import Conflict, Invalid, NotFound


class Absence(Base):
    """A leave: whose, its span, and the colleague who is asked to take the matters over when it begins."""

    __tablename__ = "absences"
    __table_args__ = (Index(None, "staff_id", "ends_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    receiver_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    noted_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]  # when the matters were handed on


def note(act: Act, *, staff_id: int, receiver_id: int, starts_at: datetime, ends_at: datetime) -> Absence:
    """Put a leave down. Raises Invalid for a span that is none, Conflict where one was noted for these days."""
    if ends_at <= max(starts_at, act.at):
        raise Invalid("a leave ends after it begins, and not in the past")
    if any(one.starts_at < ends_at for one in ahead(act, staff_id) if one.ends_at > starts_at):
        raise Conflict("a leave was noted for these days already")
    absence = Absence(staff_id=staff_id, receiver_id=receiver_id, starts_at=starts_at, ends_at=ends_at, noted_at=act.at)
    act.session.add(absence)
    act.session.flush()
    span = {"starts": starts_at.isoformat(), "ends": ends_at.isoformat()}
    act.remember("house", "leave-noted", absence=absence.id, staff=staff_id, receiver=receiver_id, **span)
    return absence


def get(act: Act, absence_id: int) -> Absence:
    """The leave with this id, locked. Raises NotFound."""
    absence = act.session.get(Absence, absence_id, with_for_update=True, populate_existing=True)
    if absence is None:
        raise NotFound(f"there is no leave {absence_id}")
    return absence


def ahead(act: Act, staff_id: int) -> list[Absence]:
    """The leaves of a person that have not ended, in order."""
    query = select(Absence).where(Absence.staff_id == staff_id, Absence.ends_at > act.at).order_by(Absence.starts_at)
    return list(act.session.scalars(query))


def away(act: Act) -> set[int]:
    """Everybody who is on leave at this moment, by id."""
    query = select(Absence.staff_id).where(Absence.starts_at <= act.at, Absence.ends_at > act.at)
    return set(act.session.scalars(query))


def cut_short(act: Act, staff_id: int) -> None:
    """Somebody is back before the end, or does not go: what is left of their leaves is struck."""
    for absence in ahead(act, staff_id):
        absence.starts_at, absence.ends_at = min(absence.starts_at, act.at), act.at
        act.remember("house", "leave-ended", absence=absence.id, staff=staff_id)

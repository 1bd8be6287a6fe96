"""What is wrong with the machine itself, told once and once when it is over; without it nobody would know in time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, Select, String, select, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain import companies, outbox, robots, staff
from hotline.domain.act import Act
from hotline.domain.staff import Role, Staff

TELLS = "tell-alarm"  # the kind of what is owed to whoever keeps the platform


class What(StrEnum):
    """What can be wrong."""

    NO_WORKER_URGENT = "no-worker-urgent"
    NO_WORKER_ROUTINE = "no-worker-routine"
    LATE = "late"  # what is owed waits too long
    FAILED = "failed"  # something was tried in vain and waits for a person


class Alarm(Base):
    """One occasion on which something was wrong, from its first second to its end."""

    __tablename__ = "alarms"
    __table_args__ = (
        # Two dispatchers that see the same at once tell it once.
        Index(
            "uq_alarms_what_now",
            "what",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(20))
    began_at: Mapped[datetime]
    told_at: Mapped[datetime | None]  # what is over sooner than that is told to nobody
    ended_at: Mapped[datetime | None]


def standing(act: Act) -> list[Alarm]:
    """What is wrong now and was told, the oldest first."""
    query = select(Alarm).where(Alarm.ended_at.is_(None), Alarm.told_at.is_not(None))
    return list(act.session.scalars(query.order_by(Alarm.began_at, Alarm.id)))


def differ(act: Act, wrong: Collection[What], *, after: timedelta) -> bool:
    """Is there anything to note or to tell? Asked often, so it only reads."""
    known = {What(one.what): one for one in act.session.scalars(_open())}
    return known.keys() != set(wrong) or any(_is_to_be_told(act, one, after) for one in known.values())


def note(act: Act, wrong: Collection[What], *, after: timedelta, urgent: bool) -> None:
    """What is wrong now: what lasts for `after` is told, once, and once more when it is over.

    `urgent`: by which queue the texts go; where one has no worker, by the other.
    """
    for what in wrong:
        act.session.execute(insert_new(act.session, Alarm).values(what=what, began_at=act.at))
    for alarm in act.session.scalars(_open().with_for_update()):
        if alarm.what not in wrong:
            alarm.ended_at = act.at
            if alarm.told_at is not None:
                _tell(act, alarm, over=True, urgent=urgent)
        elif _is_to_be_told(act, alarm, after):
            alarm.told_at = act.at
            _tell(act, alarm, over=False, urgent=urgent)


def _open() -> Select[Alarm]:
    return select(Alarm).where(Alarm.ended_at.is_(None)).order_by(Alarm.id)


def _is_to_be_told(act: Act, alarm: Alarm, after: timedelta) -> bool:
    return alarm.told_at is None and act.at >= alarm.began_at + after


def _tell(act: Act, alarm: Alarm, *, over: bool, urgent: bool) -> None:
    """By text to whoever keeps the platform, by robot to every group, on the page to all who may open it."""
    kind = "alarm-over" if over else "alarm-began"
    act.remember("house", kind, alarm=alarm.id, what=alarm.what)
    for person in _keepers(act):
        key = f"{kind}-{alarm.id}-{person.id}"
        outbox.post(act, TELLS, key=key, urgent=urgent, who=person.id, alarm=alarm.id, over=int(over))
    for robot in robots.listed(act, None):
        if robot.takes:
            key = f"{kind}-{alarm.id}-robot-{robot.id}"
            outbox.post(act, robots.TELLS, key=key, robot=robot.id, alarm=alarm.id, over=int(over))


def _keepers(act: Act) -> Sequence[Staff]:
    """The administrators who have a telephone; where nobody has, each company's managers, or whoever stands above."""
    firms = companies.listed(act)
    held = [one for firm in firms for one in staff.holding(act, firm.id, Role.ADMINISTRATOR) if one.phone is not None]
    return held or [one for firm in firms for one in staff.told(act, firm.id, Role.MANAGER)]

"""Every log-in that is open, where and since when; without it nobody could see, or end, one that is not theirs."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, false, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain.act import Act
from hotline.errors import NotFound

BROWSER_LONGEST = 40  # characters


class How(StrEnum):
    """How somebody said who they are."""

    PASSWORD = "password"  # noqa: S105 - the name of a way, not a secret
    PROVIDER = "provider"  # the company's identity provider


class Session(Base):
    """One log-in in one browser. The address is kept coarsely: enough to tell one's own, not where somebody lives."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "staff_id", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(43))  # a network, such as 203.0.113.0/24
    browser: Mapped[str] = mapped_column(String(BROWSER_LONGEST))
    how: Mapped[str] = mapped_column(String(12))
    ended_at: Mapped[datetime | None]
    shows: Mapped[bool] = mapped_column(default=False, server_default=false())  # the wallboard, and nothing else


def begin(act: Act, staff_id: int, *, address: str, browser: str, how: How) -> Session:
    """Somebody has come in."""
    row = Session(
        staff_id=staff_id,
        begun_at=act.at,
        seen_at=act.at,
        address=address,
        browser=browser[:BROWSER_LONGEST],
        how=how,
    )
    act.session.add(row)
    act.session.flush()
    act.remember("house", "logged-in", staff=staff_id, log_in=row.id, how=how)
    return row


def is_open(act: Act, session_id: int, staff_id: int) -> Session | None:
    """The log-in, if it is this person's and nobody ended it."""
    row = act.session.get(Session, session_id)
    return row if row is not None and row.staff_id == staff_id and row.ended_at is None else None


def show(act: Act, session_id: int, staff_id: int) -> None:
    """From now on this log-in shows the wallboard and opens nothing else. Raises NotFound where it is over."""
    row = is_open(act, session_id, staff_id)
    if row is None:
        raise NotFound("this log-in is over already")
    row.shows = True
    act.remember("house", "wallboard-shown", staff=staff_id, log_in=row.id)


def seen(act: Act, session_id: int) -> None:
    """The log-in was used just now."""
    act.session.execute(update(Session).where(Session.id == session_id).values(seen_at=act.at))


def of(act: Act, staff_id: int, since: datetime) -> list[Session]:
    """The log-ins of a person that nobody ended, those used last first; begun since `since`: older ones ended so.

    But for those that show the wallboard: they last.
    """
    query = select(Session).where(Session.staff_id == staff_id, Session.ended_at.is_(None))
    query = query.where(or_(Session.begun_at > since, Session.shows))
    return list(act.session.scalars(query.order_by(Session.seen_at.desc(), Session.id.desc())))


def end(act: Act, session_id: int, staff_id: int, *, by: int) -> None:
    """This one log-in of a person is over. Raises NotFound where there is none that is open."""
    row = act.session.get(Session, session_id, with_for_update=True, populate_existing=True)
    if row is None or row.staff_id != staff_id or row.ended_at is not None:
        raise NotFound("this log-in is over already")
    row.ended_at = act.at
    act.remember("house", "log-in-ended", staff=staff_id, log_in=row.id, by=by)


def end_everybodys(act: Act) -> int:
    """Every log-in of everybody is over; how many were open. Who asked for it says so in an entry of their own."""
    still = update(Session).where(Session.ended_at.is_(None)).values(ended_at=act.at).returning(Session.id)
    return len(act.session.scalars(still).all())


def end_all(act: Act, staff_id: int) -> None:
    """Every log-in of a person is over; who asked for it says so in an entry of their own."""
    theirs = update(Session).where(Session.staff_id == staff_id, Session.ended_at.is_(None))
    act.session.execute(theirs.values(ended_at=act.at))

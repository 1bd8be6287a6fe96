"""Who is at the desk and free to answer; without it a caller would be rung through to an empty chair (ANS-1, PPL-1)."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, Select, String, and_, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain import companies, outbox, staff
from hotline.domain.act import Act
from hotline.domain.staff import Staff
from hotline.errors import Conflict, Invalid, NotFound


class Status(StrEnum):
    """What an agent is doing (座席状态)."""

    OFF = "off"
    FREE = "free"
    BUSY = "busy"  # being rung or in a call
    WRAP_UP = "wrap_up"  # the call is over, its form is still open (话后整理)
    BREAK = "break"
    AWAY = "away"


class Device(StrEnum):
    """By what an agent is rung."""

    PHONE = "phone"
    SIP = "sip"
    BROWSER = "browser"


CHOSEN = frozenset({Status.OFF, Status.FREE, Status.BREAK, Status.AWAY})
ENGAGED = (Status.BUSY, Status.WRAP_UP)  # there is somebody: a call or a form is open
_SIP = re.compile(r"sip:[^@\s]+@[^@\s]+")
UNSEEN, UNANSWERED = "unseen", "unanswered"  # why a seat became away by itself


class Seat(Base):
    """An agent's place at the desk. `idle_since`: since when their turn to be rung counts.

    Two calls for one agent are impossible: a caller's wait is on one seat at most, and a seat holds one wait.
    """

    __tablename__ = "seats"
    __table_args__ = (Index(None, "status"),)

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    status: Mapped[str] = mapped_column(String(8), default=Status.OFF)
    since: Mapped[datetime]
    idle_since: Mapped[datetime]
    seen_at: Mapped[datetime]
    device: Mapped[str] = mapped_column(String(8))
    sip: Mapped[str | None] = mapped_column(String(300))  # its address, sealed
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)  # empty: those of the company
    misses: Mapped[int] = mapped_column(default=0)  # unanswered calls in a row
    wait_id: Mapped[int | None] = mapped_column(unique=True)  # no foreign key: the line stands on the seats
    wrap_up_ends: Mapped[datetime | None]
    wants: Mapped[str | None] = mapped_column(String(8))  # taken up after the call, or when the page shows itself again
    why: Mapped[str | None] = mapped_column(String(40))

    @property
    def chain(self) -> str:
        """The name of this seat's chain in the log, and of its news."""
        return f"seat:{self.staff_id}"

    @property
    def chosen(self) -> str:
        """What the agent chose last; during a call it is taken up after it."""
        return self.wants if self.wants is not None and self.status in ENGAGED else self.status

    def speaks(self, language: str) -> bool:
        """Is a caller in this language served from here?"""
        return not self.languages or language in self.languages


def of(act: Act, person: Staff) -> Seat:
    """The seat of a person, locked; made when it is first asked for: off, rung by telephone where there is one."""
    seat = act.lock(Seat, person.id)
    if seat is not None:
        return seat
    device = Device.PHONE if person.phone is not None else Device.BROWSER
    made = insert_new(act.session, Seat).values(
        staff_id=person.id,
        company_id=person.company_id,
        status=Status.OFF,
        since=act.at,
        idle_since=act.at,
        seen_at=act.at,
        device=device,
        languages=[],
        misses=0,
    )
    act.session.execute(made)
    return locked(act, person.id)


def locked(act: Act, staff_id: int) -> Seat:
    """The seat of this member of staff, locked until the act ends. Raises NotFound."""
    seat = act.lock(Seat, staff_id)
    if seat is None:
        raise NotFound(f"member of staff {staff_id} has no seat at the desk")
    return seat


def choose(act: Act, seat: Seat, status: Status, *, why: str | None = None) -> None:
    """An agent says what they do, or a supervisor says it of them and why.

    During a call it is noted and taken up afterwards. Raises Invalid for what nobody chooses (busy, wrap-up), Conflict
    for whoever does not work here any more.
    """
    if status not in CHOSEN:
        raise Invalid(f"{status} comes about by itself; nobody chooses it")
    if status is Status.FREE and not staff.get(act, seat.staff_id).active:
        raise Conflict("whoever does not work here any more takes no calls")
    if seat.status == Status.BUSY:
        seat.wants = status
        act.news |= {seat.chain, "line"}
        return
    if status is Status.FREE:
        seat.misses = 0
        if seat.device != Device.BROWSER:  # there the page's telephone must say itself that it rings
            seat.seen_at = act.at
    if (seat.status, seat.why) != (status, why):  # said twice, it costs nobody their turn
        become(act, seat, status, why=why)


def chosen_device(act: Act, seat: Seat, device: Device, sip: str | None = None) -> None:
    """An agent chooses by what they are rung; `sip` is the address (sip:name@host). Raises Invalid."""
    if device is Device.PHONE and staff.get(act, seat.staff_id).phone is None:
        raise Invalid("no telephone number is kept for you: choose another device, or have the number entered")
    if device is Device.SIP:
        if sip is None and seat.sip is None:
            raise Invalid("a SIP telephone has an address, such as sip:lin@example.com")
        if sip is not None and _SIP.fullmatch(sip) is None:
            raise Invalid("that is no SIP address; one reads sip:lin@example.com")
        seat.sip = act.sealer.seal(sip) if sip is not None else seat.sip
    seat.device = device
    act.remember(seat.chain, "seat-device", device=device)


def speaking(act: Act, seat: Seat, languages: Collection[str]) -> None:
    """An agent serves callers in these languages; none: in every one. Raises Invalid for one that nobody offers."""
    companies.get(act, seat.company_id)
    unknown = sorted(set(languages) - set(act.standard.languages.offered))
    if unknown:
        raise Invalid(f"{', '.join(unknown)}: not among the languages offered here")
    seat.languages = sorted(set(languages))
    act.remember(seat.chain, "seat-languages", languages=seat.languages)


def over_limit(act: Act) -> list[Seat]:
    """Seats whose form stayed open longer than the profile allows."""
    query = select(Seat).where(Seat.status == Status.WRAP_UP, Seat.wrap_up_ends <= act.at)
    return list(act.session.scalars(query.order_by(Seat.staff_id)))


def claim(act: Act, staff_id: int, wait_id: int | None) -> bool:
    """Take a free agent for a call, by compare-and-set; False when somebody else was first or nobody is there.

    Never waits for another act: whoever brings many together holds seats already and could deadlock. In vain, it leaves
    nothing locked.
    """
    works_here = select(Staff.id).where(Staff.id == Seat.staff_id, Staff.active).exists()
    free = (Seat.staff_id == staff_id, Seat.status == Status.FREE, Seat.seen_at >= seen_after(act), works_here)
    attempt = act.session.begin_nested()
    claimed = None
    if act.session.scalar(select(Seat.staff_id).where(*free).with_for_update(skip_locked=True)) is not None:
        taken = {"status": Status.BUSY, "since": act.at, "wait_id": wait_id, "wants": None, "why": None}
        query = update(Seat).where(*free).values(taken).returning(Seat.staff_id)
        claimed = act.session.scalar(query.execution_options(synchronize_session=False))
    if claimed is None:
        attempt.rollback()
        return False
    attempt.commit()
    seat = locked(act, staff_id)
    act.remember(seat.chain, "seat-status", status=Status.BUSY, wait=wait_id, why=None)
    act.news.add("line")
    return True


def engage(act: Act, seat: Seat) -> None:
    """A colleague is asked into a call, whatever they were at; afterwards they are at it again. The seat is locked."""
    wants = seat.wants or (None if seat.status in (Status.FREE, Status.WRAP_UP) else seat.status)
    become(act, seat, Status.BUSY)
    seat.wants = wants


def let_go(act: Act, seat: Seat, *, missed: bool = False, keeps_turn: bool = False) -> None:
    """The agent met nobody and is free again; away after so many unanswered calls in a row (ANS-1).

    `keeps_turn`: the caller was gone first, so the agent stays the longest idle.
    """
    if seat.status != Status.BUSY:
        return
    idle_since = seat.idle_since
    seat.misses = seat.misses + 1 if missed else seat.misses
    if missed and seat.misses >= act.standard.desk.away_after and seat.wants is None:
        become(act, seat, Status.AWAY, why=UNANSWERED)
        return
    become(act, seat, Status(seat.wants or Status.FREE))
    if keeps_turn:
        seat.idle_since = idle_since


def talking(act: Act, seat: Seat) -> None:
    """The agent was there and pressed a key: unanswered calls are counted anew."""
    seat.misses, seat.seen_at = 0, act.at


def wrap_up(act: Act, seat: Seat) -> None:
    """The call is over; the form may stay open as long as the profile says. The standard is chosen."""
    if seat.status != Status.BUSY:
        return
    wants = seat.wants
    become(act, seat, Status.WRAP_UP)
    seat.wants, seat.wrap_up_ends = wants, act.at + act.standard.desk.wrap_up.span


def wrapped_up(act: Act, seat: Seat) -> None:
    """The form is closed: the agent is free, or what they chose during the call."""
    if seat.status == Status.WRAP_UP:
        become(act, seat, Status(seat.wants or Status.FREE))


def forget_wait(act: Act, wait_id: int) -> None:
    """The caller has no agent any more: they are back in the line, where another may be rung for them."""
    act.session.execute(
        update(Seat).where(Seat.wait_id == wait_id).values(wait_id=None).execution_options(synchronize_session="fetch")
    )


def serving(act: Act, company_ids: Collection[int]) -> list[Seat]:
    """Who answers for these companies now or soon, the longest idle first: free and there, in a call, or wrapping up.

    Whoever is off, on a break or away does not count, nor whoever left the staff. The standard is chosen.
    """
    return list(act.session.scalars(_of_workers(company_ids).where(_serves(act))))


def free(act: Act, company_ids: Collection[int]) -> list[Seat]:
    """Who could be rung now, the longest idle first. The standard is chosen; `claim` decides."""
    query = _of_workers(company_ids).where(Seat.status == Status.FREE, Seat.seen_at >= seen_after(act))
    return list(act.session.scalars(query))


def anybody_free(act: Act) -> bool:
    """Is there a free seat at all? A cheap look, before who waits is read."""
    return act.session.scalar(select(Seat.staff_id).where(Seat.status == Status.FREE).limit(1)) is not None


def is_serving(act: Act, staff_id: int) -> bool:
    """Does this member of staff answer calls now or soon? The standard is chosen."""
    query = select(Seat.staff_id).join(Staff).where(Seat.staff_id == staff_id, Staff.active, _serves(act))
    return act.session.scalar(query) is not None


def seen_after(act: Act) -> datetime:
    """Who gave their last sign of life before this is not at the desk. The standard is chosen."""
    return act.at - act.standard.engine.desk.presence.span


def become(act: Act, seat: Seat, status: Status, *, why: str | None = None) -> None:
    """The seat stands so from now on, on record and told to the pages. The seat is locked."""
    seat.status, seat.since, seat.why = status, act.at, why
    seat.wants = seat.wrap_up_ends = seat.wait_id = None
    if status is Status.FREE:
        seat.idle_since = act.at
        outbox.post(act, "match-line", urgent=True)
    act.remember(seat.chain, "seat-status", status=status, why=why)
    act.news.add("line")


def _of_workers(company_ids: Collection[int]) -> Select[Seat]:
    query = select(Seat).join(Staff, Staff.id == Seat.staff_id).where(Staff.active, Seat.company_id.in_(company_ids))
    return query.order_by(Seat.idle_since, Seat.staff_id)


def _serves(act: Act) -> ColumnElement[bool]:
    engaged = Seat.status.in_(ENGAGED)
    leaving = Seat.wants.in_((Status.OFF, Status.BREAK, Status.AWAY))
    there = and_(Seat.status == Status.FREE, Seat.seen_at >= seen_after(act))
    return or_(there, and_(engaged, or_(Seat.wants.is_(None), ~leaving)))

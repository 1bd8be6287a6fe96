"""Who looked at which customer and why; without it a leak had no trail, and looking about no limit (SEC-1, SEC-2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, String, Text, distinct, exists, func, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import outbox, staff
from hotline.domain.act import Act
from hotline.domain.staff import Role, Shift, Staff
from hotline.errors import Invalid, Refused

TELLS = "tell-look"  # the kind of what is owed to whoever leads somebody whose looking is unusual


class Kind(StrEnum):
    """How somebody came to see it."""

    REVEALED = "revealed"
    PLAYED = "recording-played"
    SHEET = "engineer-sheet"  # who signed for a matter needs address and number to go there
    CHECK = "quality-check"  # who was drawn to judge a call reads what was said in it
    SEARCHED = "searched"  # a page of calls found by a number or by words; of what they looked for nothing is kept


# What the work itself opens, on one matter that nobody chooses: no reason is asked, and nobody is refused.
_AT_WORK = (Kind.SHEET, Kind.CHECK)
_UNLIMITED = (*_AT_WORK, Kind.SEARCHED)  # none of the values of which one opens so many at most
_HOUSE = "house"  # the chain of what belongs to no call and no case
# By which kind of entry the log tells of a look.
ENTRIES = {
    Kind.REVEALED: "revealed",
    Kind.PLAYED: "recording-played",
    Kind.SHEET: "revealed",
    Kind.CHECK: "check-opened",
    Kind.SEARCHED: "calls-searched",
}


class Why(StrEnum):
    """What is unusual about somebody's looking."""

    LIMIT = "limit"  # as many values as one may open, and more were asked for
    SEARCHES = "searches"  # as many pages found by number or words as one may open, and more were asked for
    MANY = "many"  # many different customers
    NIGHT = "night"  # at night, and not on duty


class Look(Base):
    """One value of one customer that one person saw or heard. The reason is sealed: it may name somebody.

    Without a customer where nobody may be known by it (CMP-10). The log has the same entry; this finds it.
    """

    __tablename__ = "looks"
    __table_args__ = (
        Index(None, "staff_id", "at"),
        Index(None, "customer_id", "at"),
        Index(None, "company_id", "at"),
        Index(None, "chain"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    chain: Mapped[str] = mapped_column(String(40))  # of the call or the case in which it stands
    kind: Mapped[str] = mapped_column(String(24))
    what: Mapped[str] = mapped_column(String(60))  # number, name, address, turn-3; a recording's name
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class UnusualLooks(Base):
    """An occasion on which somebody's looking was unusual, and whoever leads them was told."""

    __tablename__ = "unusual_looks"
    __table_args__ = (Index(None, "staff_id", "at"), Index(None, "company_id", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    why: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime]


@dataclass(frozen=True)
class Place:
    """Where a value stands: its chain of the log, whose matter that is, and whose value it is."""

    chain: str
    company_id: int
    customer_id: int | None


@dataclass(frozen=True)
class Asked:
    """Which looks are asked for; `companies`: those whose looks the reader may see, None for all."""

    staff_id: int | None = None
    customer_id: int | None = None
    companies: frozenset[int] | None = None


def note(act: Act, place: Place, *, by: int, kind: Kind, what: str, reason: str) -> None:
    """Write down who looks and why, before they see it (SEC-1, SEC-4); in the log, too.

    Raises Invalid for too short a reason. Raises Refused over the limit; what is unusual is told in either case, so
    the act is to be kept whatever this raises.
    """
    if len(reason.strip()) < act.standard.secrecy.reason_at_least:
        raise Invalid("the reason is too short to be one")
    # One look of a person after the other: two at once would both find room under the limit.
    person = staff.locked(act, by)
    if _so_far(act, by, Look.kind.not_in(_UNLIMITED)) >= act.standard.secrecy.looks_most:
        _unusual(act, person, Why.LIMIT)
        raise Refused("so many values were opened that no more are for a while", key="too-many-looks")
    # The reason is free text and may name a person: sealed, and opened again for those who read the log.
    sealed = act.sealer.seal(reason.strip())
    told = {"recording" if kind == Kind.PLAYED else "what": what, "reason": sealed}
    _add(act, place, by, kind, what, told, sealed)
    if _customers_so_far(act, by) > act.standard.secrecy.customers_most:
        _unusual(act, person, Why.MANY)
    if _at_night_off_duty(act, by):
        _unusual(act, person, Why.NIGHT)


def note_sheet(act: Act, place: Place, *, by: int, what: str) -> None:
    """An engineer opened a value on the sheet of a matter that is theirs: no reason is asked, and nobody is refused who
    is on the way to a repair. Many customers within an hour are unusual here as anywhere.
    """
    person = staff.locked(act, by)
    _add(act, place, by, Kind.SHEET, what, {"what": what, "reason": Kind.SHEET})
    if _customers_so_far(act, by) > act.standard.secrecy.customers_most:
        _unusual(act, person, Why.MANY)


def note_check(act: Act, place: Place, *, by: int, check: int) -> None:
    """Whoever was drawn to judge a call opened all that was said in it (SEC-4); `check`: the id of what they judge."""
    _add(act, place, by, Kind.CHECK, "transcript", {"check": check})


def note_search(act: Act, *, by: int, what: Sequence[str]) -> None:
    """Write down that somebody opens a page of what a number or words find, before they see it (REC-6); `what`: by
    which of them, never what they looked for. The standard of their company is chosen.

    Raises Refused over the limit; what is unusual is told in either case: the act is to be kept whatever this raises.
    """
    person = staff.locked(act, by)
    if _so_far(act, by, Look.kind == Kind.SEARCHED) >= act.standard.secrecy.searches_most:
        _unusual(act, person, Why.SEARCHES)
        raise Refused("so much was looked for that no more is found for a while", key="too-many-searches")
    shown = what[0] if len(what) == 1 else "both"
    _add(act, Place(_HOUSE, person.company_id, None), by, Kind.SEARCHED, shown, {"what": list(what)})
    if _at_night_off_duty(act, by):
        _unusual(act, person, Why.NIGHT)


def listed(act: Act, asked: Asked, *, before: int | None, most: int) -> list[Look]:
    """Looks, the newest first; `before`: the id of the last one of the page before."""
    query = select(Look).order_by(Look.id.desc()).limit(most)
    for column, wanted in ((Look.staff_id, asked.staff_id), (Look.customer_id, asked.customer_id)):
        if wanted is not None:
            query = query.where(column == wanted)
    if asked.companies is not None:
        query = query.where(Look.company_id.in_(asked.companies))
    return list(act.session.scalars(query if before is None else query.where(Look.id < before)))


def unusual(act: Act, companies: frozenset[int] | None, *, most: int) -> list[UnusualLooks]:
    """What was unusual, the latest first; `companies`: those whose people the reader may judge, None for all."""
    query = select(UnusualLooks).order_by(UnusualLooks.id.desc()).limit(most)
    return list(
        act.session.scalars(query if companies is None else query.where(UnusualLooks.company_id.in_(companies)))
    )


def told_of(act: Act, person: Staff) -> list[Staff]:
    """Who is told of what is unusual about this person's looking: whoever leads them, never they themselves.

    Of somebody at the head of their company the administrators are told, who have a telephone.
    """
    level = Role.SUPERVISOR
    for role in staff.from_level(act, person.company_id, Role.AGENT):
        level = role if person.has(role) else level
    above = staff.from_level(act, person.company_id, level)
    if person.has(level):
        above = above[1:]
    for role in above:
        held = [one for one in staff.holding(act, person.company_id, role) if one.phone and one.id != person.id]
        if held:
            return held
    others = staff.holding(act, person.company_id, Role.ADMINISTRATOR)
    return [one for one in others if one.phone and one.id != person.id]


def _add(act: Act, place: Place, by: int, kind: Kind, what: str, told: Mapping[str, object], sealed: str = "") -> None:
    """The row, and the entry that tells of it."""
    where = {"chain": place.chain, "company_id": place.company_id, "customer_id": place.customer_id}
    row = Look(at=act.at, staff_id=by, kind=kind, what=what, reason=sealed, **where)
    act.session.add(row)
    act.session.flush()
    act.remember(place.chain, ENTRIES[kind], look=row.id, customer=place.customer_id, by=by, **told)


def _so_far(act: Act, staff_id: int, which: ColumnElement[bool]) -> int:
    return int(act.session.scalar(_lately(act, staff_id, func.count()).where(which)) or 0)


def _customers_so_far(act: Act, staff_id: int) -> int:
    """Of how many customers they saw something, but where a draw chose the call for them."""
    query = _lately(act, staff_id, func.count(distinct(Look.customer_id))).where(Look.kind != Kind.CHECK)
    return int(act.session.scalar(query) or 0)


def _lately(act: Act, staff_id: int, counted: ColumnElement[int]) -> Select[int]:
    since = act.at - act.standard.secrecy.looks_within.span
    return select(counted).select_from(Look).where(Look.staff_id == staff_id, Look.at > since)


def _at_night_off_duty(act: Act, staff_id: int) -> bool:
    local = act.at.astimezone(ZoneInfo(act.standard.timezone))
    if not act.standard.secrecy.night.contains(local.time()):
        return False
    on_duty = exists().where(Shift.staff_id == staff_id, Shift.starts_at <= act.at, Shift.ends_at > act.at)
    return not act.session.scalar(select(on_duty))


def _unusual(act: Act, person: Staff, why: Why) -> None:
    """Told once for a while, however often it is seen. The person is locked."""
    since = act.at - act.standard.secrecy.told_again.span
    known = exists().where(UnusualLooks.staff_id == person.id, UnusualLooks.why == why, UnusualLooks.at > since)
    if act.session.scalar(select(known)):
        return
    row = UnusualLooks(staff_id=person.id, company_id=person.company_id, why=why, at=act.at)
    act.session.add(row)
    act.session.flush()
    act.remember("house", "looks-unusual", staff=person.id, why=why)
    for one in told_of(act, person):
        outbox.post(act, TELLS, key=f"{TELLS}-{row.id}-{one.id}", who=one.id, looks=row.id)

"""Breaches of discipline, registered, where repeated ones count more; else one would be forgiven by memory (PPL-4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import companies, staff, superiors
from hotline.domain.act import Act
from hotline.domain.staff import Staff
from hotline.errors import Conflict, Invalid, Refused
from hotline.standard.rules import Standard


class Kind(StrEnum):
    """What was broken; what repeats is of the same kind."""

    LATE = "late"
    OFF_POST = "off-post"
    RUDE = "rude"
    FORBIDDEN_WORDS = "forbidden-words"
    SECRECY = "secrecy"
    LINES_MISUSED = "lines-misused"
    COVERED_UP = "covered-up"
    OTHER = "other"


class Breach(Base):
    """One breach of one person; words are sealed. A wrong one is struck, with a reason, and stays to be seen."""

    __tablename__ = "breaches"
    __table_args__ = (Index(None, "staff_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str] = mapped_column(String(24))
    day: Mapped[date]  # on which it happened, by the company's clock
    weight: Mapped[int]  # what it weighs by itself
    repeats_id: Mapped[int | None] = mapped_column(ForeignKey("breaches.id"))  # the last of its kind before
    counts: Mapped[int]  # what it counts
    what: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    struck_at: Mapped[datetime | None]
    struck_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    struck_why: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]


def register(act: Act, person: Staff, by: Staff, kind: Kind, day: date, weight: int, what: str) -> Breach:
    """A superior registers a breach; one of the same kind within the standard's span makes it count more (PPL-4).

    Raises Refused for who does not stand above, Invalid for a day to come, a weight that is none, or no words.
    """
    if not superiors.stands_above(act, by, person):
        raise Refused("only who stands above in the company registers a breach")
    companies.get(act, person.company_id)
    figures = act.standard.people
    if day > act.at.astimezone(ZoneInfo(act.standard.timezone)).date():
        raise Invalid("this day is still to come")
    if not 1 <= weight <= figures.heaviest_breach:
        raise Invalid(f"a breach weighs 1 to {figures.heaviest_breach} points")
    if not what.strip():
        raise Invalid("say what happened")
    staff.locked(act, person.id)
    before = _repeated(act.standard, of(act, person.id), kind, day)
    counts = weight * figures.repeated_breach_weight if before is not None else weight
    breach = Breach(
        company_id=person.company_id, staff_id=person.id, kind=kind, day=day, weight=weight, counts=counts, at=act.at,
        repeats_id=before.id if before is not None else None, what=act.sealer.seal(what.strip()), by_id=by.id,
    )  # fmt: skip
    act.session.add(breach)
    act.session.flush()
    act.remember(
        "house", "breach-registered", breach=breach.id, staff=person.id, by=by.id, breach_kind=kind,
        day=day.isoformat(), weight=weight, counts=counts, repeats=breach.repeats_id,
        print=act.sealer.blind(what.strip()),
    )  # fmt: skip
    act.news.add(f"staff:{person.id}")
    return breach


def strike(act: Act, breach_id: int, by: Staff, why: str) -> None:
    """A breach was registered wrongly: it counts no more, and is seen struck; what repeated it is reckoned anew.

    Raises Refused, Invalid without a reason, Conflict where it was struck.
    """
    breach = act.session.get(Breach, breach_id)
    if breach is not None:
        staff.locked(act, breach.staff_id)  # before the breach: others of the same person are written to as well
        breach = _locked(act, breach_id)
    if breach is None or not superiors.stands_above(act, by, staff.get(act, breach.staff_id)):
        raise Refused("only who stands above in the company strikes a breach")
    if not superiors.may_undo(act, by, breach.by_id):
        raise Refused("what somebody higher registered is not struck from below")
    if not why.strip():
        raise Invalid("say why")
    if breach.struck_at is not None:
        raise Conflict("it was struck already")
    breach.struck_at, breach.struck_by_id, breach.struck_why = act.at, by.id, act.sealer.seal(why.strip())
    act.remember("house", "breach-struck", breach=breach.id, staff=breach.staff_id, by=by.id)
    _reckon_anew(act, breach)


def _reckon_anew(act: Act, struck: Breach) -> None:
    """What counted more because of a breach that is struck now repeats another one that stands, or none."""
    companies.get(act, struck.company_id)
    found = of(act, struck.staff_id)
    for one in found:
        if one.repeats_id != struck.id or one.struck_at is not None:
            continue
        earlier = [other for other in found if (other.day, other.id) < (one.day, one.id)]
        before = _repeated(act.standard, earlier, Kind(one.kind), one.day)
        one.repeats_id = before.id if before is not None else None
        one.counts = one.counts if before is not None else one.weight
        told = {"counts": one.counts, "repeats": one.repeats_id, "struck": struck.id}
        act.remember("house", "breach-reckoned-anew", breach=one.id, staff=one.staff_id, **told)


def answer(act: Act, breach_id: int, person: Staff, words: str) -> None:
    """Whoever it is about says something to it, once. Raises Refused for others, Invalid, Conflict for twice."""
    breach = _locked(act, breach_id)
    if breach is None or breach.staff_id != person.id:
        raise Refused("only whoever it is about answers")
    if not words.strip():
        raise Invalid("say something")
    if breach.answered_at is not None:
        raise Conflict("it was answered already")
    breach.answer, breach.answered_at = act.sealer.seal(words.strip()), act.at
    act.remember("house", "breach-answered", breach=breach.id, staff=person.id)


def of(act: Act, staff_id: int) -> list[Breach]:
    """Everything registered of a person, the newest first; what was struck too."""
    query = select(Breach).where(Breach.staff_id == staff_id).order_by(Breach.day.desc(), Breach.id.desc())
    return list(act.session.scalars(query))


def standing(act: Act, company_id: int, found: Sequence[Breach]) -> int:
    """What these count today: those that are remembered still and were not struck."""
    companies.get(act, company_id)
    today = act.at.astimezone(ZoneInfo(act.standard.timezone)).date()
    return sum(one.counts for one in found if one.struck_at is None and _remembered(act.standard, one.day, today))


def _repeated(standard: Standard, found: Sequence[Breach], kind: Kind, day: date) -> Breach | None:
    """The last of the same kind before that is remembered on this day."""
    same = [one for one in found if one.kind == kind and one.struck_at is None and one.day <= day]
    return next((one for one in same if _remembered(standard, one.day, day)), None)


def _remembered(standard: Standard, breach: date, day: date) -> bool:
    calendar, limit = standard.calendar, standard.people.breaches_remembered
    return calendar.start_of_day(day) < limit.deadline(calendar.start_of_day(breach), calendar).at


def _locked(act: Act, breach_id: int) -> Breach | None:
    return act.session.get(Breach, breach_id, with_for_update=True, populate_existing=True)

"""Staff reviews by the scheme of the standard, and the year's score; else each superior would reckon anew (PPL-2)."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import companies, staff, superiors
from hotline.domain.act import Act
from hotline.domain.staff import Staff
from hotline.errors import Conflict, Invalid, NotFound, Refused
from hotline.standard.people import Review

MONTHS = tuple(range(1, 13))
_FIRST = text("corrects_id IS NULL")


class TooEarly(Refused):
    """It is no time for this review yet."""

    why = "too-early"


class Kind(StrEnum):
    """Which review it is: two kinds of check, the monthly review, the year's end."""

    WEEKLY_CHECK = "weekly-check"
    MONTHLY_CHECK = "monthly-check"
    MONTHLY = "monthly"
    YEAR_END = "year-end"


CHECKS = (Kind.WEEKLY_CHECK, Kind.MONTHLY_CHECK)
_SHAPES = {
    Kind.WEEKLY_CHECK: re.compile(r"[0-9]{4}-W[0-9]{2}"),
    Kind.MONTHLY_CHECK: re.compile(r"[0-9]{4}-[0-9]{2}"),
    Kind.MONTHLY: re.compile(r"[0-9]{4}-[0-9]{2}"),
    Kind.YEAR_END: re.compile(r"[0-9]{4}"),
}


class StaffReview(Base):
    """One review of one person. It is never altered: a correction is another row that names it."""

    __tablename__ = "staff_reviews"
    __table_args__ = (
        UniqueConstraint("corrects_id"),
        Index(None, "staff_id", "year"),
        Index(
            "uq_staff_reviews_first",
            "staff_id",
            "kind",
            "period",
            unique=True,
            sqlite_where=_FIRST,
            postgresql_where=_FIRST,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str] = mapped_column(String(16))
    period: Mapped[str] = mapped_column(String(8))  # 2026-W47, 2026-11, 2026
    year: Mapped[int]
    conduct: Mapped[int]
    diligence: Mapped[int]
    ability: Mapped[int]
    results: Mapped[int]
    bonus: Mapped[int | None]
    remark: Mapped[str] = mapped_column(Text)  # sealed
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("staff_reviews.id"))
    answer: Mapped[str | None] = mapped_column(Text)  # sealed
    answered_at: Mapped[datetime | None]

    @property
    def total(self) -> int:
        """Of a hundred."""
        return self.conduct + self.diligence + self.ability + self.results


@dataclass(frozen=True)
class Marks:
    """What a superior gives: points of the four parts, a bonus or none, and the words to it."""

    conduct: int
    diligence: int
    ability: int
    results: int
    bonus: int | None
    remark: str


@dataclass(frozen=True)
class Part:
    """A part of the year's score: how many reviews there are, their average, what it counts in per cent."""

    reviews: int
    average: Fraction | None
    share: int

    @property
    def points(self) -> Fraction | None:
        """What it brings to the year's score."""
        return None if self.average is None else self.average * self.share / 100


@dataclass(frozen=True)
class Year:
    """A person's year. `score` only where every part is there; what is missing is named, never guessed."""

    year: int
    checks: Part
    monthly: Part
    year_end: Part
    bonus: int  # all of the year together, no more than the standard's highest
    bonus_given: int
    months_missing: Sequence[str]

    @property
    def missing(self) -> list[str]:
        """The parts of which there is nothing yet."""
        parts = {"checks": self.checks, "monthly": self.monthly, "year-end": self.year_end}
        return [name for name, part in parts.items() if part.average is None]

    @property
    def score(self) -> Fraction | None:
        """The weighted parts and the bonus; nothing is rounded before it is shown."""
        parts = [self.checks.points, self.monthly.points, self.year_end.points]
        return None if None in parts else sum((one for one in parts if one is not None), Fraction(self.bonus))


def give(act: Act, person: Staff, by: Staff, kind: Kind, period: str, marks: Marks) -> StaffReview:
    """A superior reviews a person for a week, a month or a year (PPL-2).

    Raises Refused for who does not stand above, Invalid for points outside the scheme, a period that is none or has not
    begun, or no words; TooEarly for a year before its last month, the rest of which it would judge unseen; Conflict
    where it was given: it is corrected, never given twice.
    """
    _above(act, person, by)
    period = period.strip()
    begins = _begin(kind, period)
    today = act.at.astimezone(ZoneInfo(act.standard.timezone)).date()
    if begins > today:
        raise Invalid("this period has not begun")
    if kind == Kind.YEAR_END and begins.replace(month=MONTHS[-1]) > today:
        raise TooEarly(f"a year is reviewed from {begins.year}-{MONTHS[-1]} on")
    staff.locked(act, person.id)
    same = (StaffReview.staff_id == person.id, StaffReview.kind == kind, StaffReview.period == period)
    if act.session.scalar(select(StaffReview.id).where(*same).limit(1)) is not None:
        raise Conflict("this review was given already: correct it")
    return _written(act, person, by, kind, period, marks, corrects=None)


def correct(act: Act, review_id: int, by: Staff, marks: Marks) -> StaffReview:
    """Another review in the place of one that stays as it was; both are shown.

    Raises as `give` does, and Refused where somebody who stands higher wrote it.
    """
    before = act.session.get(StaffReview, review_id)
    if before is None:
        raise NotFound(f"there is no review {review_id}")
    person = staff.locked(act, before.staff_id)
    _above(act, person, by)
    if not superiors.may_undo(act, by, before.by_id):
        raise Refused("a review is not corrected from below")
    if act.session.scalar(select(StaffReview.id).where(StaffReview.corrects_id == before.id)) is not None:
        raise Conflict("this review was corrected already: correct the newer one")
    return _written(act, person, by, Kind(before.kind), before.period, marks, corrects=before)


def answer(act: Act, review_id: int, person: Staff, words: str) -> None:
    """The reviewed person says something to it, once. Raises Refused for others, Invalid, Conflict for twice."""
    review = act.session.get(StaffReview, review_id, with_for_update=True, populate_existing=True)
    if review is None or review.staff_id != person.id:
        raise Refused("only whoever was reviewed answers")
    if not words.strip():
        raise Invalid("say something")
    if review.answered_at is not None:
        raise Conflict("it was answered already")
    review.answer, review.answered_at = act.sealer.seal(words.strip()), act.at
    act.remember("house", "review-answered", review=review.id, staff=person.id)


def of_year(act: Act, staff_id: int, year: int) -> list[StaffReview]:
    """Every review of a person for a year, the corrected ones too, the newest period first."""
    query = select(StaffReview).where(StaffReview.staff_id == staff_id, StaffReview.year == year)
    return list(act.session.scalars(query.order_by(StaffReview.period.desc(), StaffReview.kind, StaffReview.id)))


def reckoned(act: Act, person: Staff, year: int) -> Year:
    """The year's score by the company's shares, from what counts: the last correction of each review."""
    companies.get(act, person.company_id)
    shares, found = act.standard.people.review, of_year(act, person.id, year)
    corrected = {one.corrects_id for one in found}
    counts = [one for one in found if one.id not in corrected]
    bonus = sum(one.bonus or 0 for one in counts)
    today = act.at.astimezone(ZoneInfo(act.standard.timezone)).date()
    there = {one.period for one in counts if one.kind == Kind.MONTHLY}
    over = [f"{year}-{month:02d}" for month in MONTHS if (year, month) < (today.year, today.month)]
    return Year(
        year=year,
        checks=_part([one.total for one in counts if one.kind in CHECKS], shares.checks_share),
        monthly=_part([one.total for one in counts if one.kind == Kind.MONTHLY], shares.monthly_share),
        year_end=_part([one.total for one in counts if one.kind == Kind.YEAR_END], shares.year_end_share),
        bonus=min(bonus, shares.bonus_to),
        bonus_given=bonus,
        months_missing=[month for month in over if month not in there],
    )


def rounded(points: Fraction) -> str:
    """Two places, half of the last one up: the one rounding there is, when points are shown."""
    hundredths = math.floor(points * 100 + Fraction(1, 2))
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _above(act: Act, person: Staff, by: Staff) -> None:
    if not superiors.stands_above(act, by, person):
        raise Refused("only who stands above in the company reviews a person")
    companies.get(act, person.company_id)


def _written(
    act: Act, person: Staff, by: Staff, kind: Kind, period: str, marks: Marks, corrects: StaffReview | None
) -> StaffReview:
    _check(act.standard.people.review, marks)
    review = StaffReview(
        company_id=person.company_id, staff_id=person.id, kind=kind, period=period, year=int(period[:4]),
        conduct=marks.conduct, diligence=marks.diligence, ability=marks.ability, results=marks.results,
        bonus=marks.bonus, remark=act.sealer.seal(marks.remark.strip()), by_id=by.id, at=act.at,
        corrects_id=corrects.id if corrects is not None else None,
    )  # fmt: skip
    act.session.add(review)
    act.session.flush()
    points = {name: getattr(marks, name) for name in ("conduct", "diligence", "ability", "results", "bonus")}
    told = {"review": review.id, "staff": person.id, "by": by.id, "review_kind": kind, "period": period, **points}
    # The words themselves stay sealed in the row; their print in the log shows that they were not changed.
    act.remember(
        "house", "staff-reviewed", corrects=review.corrects_id, print=act.sealer.blind(marks.remark.strip()), **told
    )
    act.news.add(f"staff:{person.id}")
    return review


def _check(scheme: Review, marks: Marks) -> None:
    for name in ("conduct", "diligence", "ability", "results"):
        if not 0 <= getattr(marks, name) <= getattr(scheme, name):
            raise Invalid(f"{name} has 0 to {getattr(scheme, name)} points")
    if marks.bonus is not None and not scheme.bonus_from <= marks.bonus <= scheme.bonus_to:
        raise Invalid(f"a bonus has {scheme.bonus_from} to {scheme.bonus_to} points")
    if not marks.remark.strip():
        raise Invalid("say why")


def _begin(kind: Kind, period: str) -> date:
    """The first day of a period. Raises Invalid for what is none."""
    if _SHAPES[kind].fullmatch(period) is None:
        raise Invalid("this is no such week, month or year")
    try:
        if kind == Kind.WEEKLY_CHECK:
            return date.fromisocalendar(int(period[:4]), int(period[-2:]), 1)
        return date(int(period[:4]), int(period[5:] or 1), 1)
    except ValueError:
        raise Invalid("this is no such week, month or year") from None


def _part(totals: Sequence[int], share: int) -> Part:
    return Part(len(totals), Fraction(sum(totals), len(totals)) if totals else None, share)

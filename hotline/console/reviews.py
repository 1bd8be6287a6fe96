"""Staff reviews on a page: the year's score by its parts, each review, its answer; else it lies in a drawer (PPL-2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline.console import asking, people, refused, sent_forms, subordinates
from hotline.domain import companies, reviews, staff
from hotline.domain.act import Act
from hotline.domain.reviews import Kind, Marks, StaffReview

_POINTS = ("conduct", "diligence", "ability", "results")
_FIELDS = (*_POINTS, "kind", "period", "bonus", "remark", "answer")


@dataclass(frozen=True)
class Shown:
    """A review as it is shown, its words opened, and the one that was written in its place."""

    review: StaffReview
    remark: str
    answer: str | None
    corrected_by: StaffReview | None
    may_correct: bool


def review_page() -> ResponseReturnValue:
    """My own year, or that of somebody below me."""
    return _page(**refused.taken(_here()))


def give_review() -> ResponseReturnValue:
    """Review somebody for a week, a month or a year."""

    def give(act: Act) -> None:
        person = subordinates.chosen(act)
        companies.get(act, person.company_id)
        kind = request.form.get("kind", "")
        if kind not in list(Kind):
            raise sent_forms.Amiss("reviews.problem.kind")
        reviews.give(
            act, person, staff.get(act, asking.person().id), Kind(kind), sent_forms.text("period"), _marks(act)
        )

    return _does(give)


def correct_review(review_id: int) -> ResponseReturnValue:
    """Write another review in the place of one, which stays to be seen."""

    def correct(act: Act) -> None:
        companies.get(act, asking.person().company_id)
        reviews.correct(act, review_id, staff.get(act, asking.person().id), _marks(act))

    return _does(correct)


def answer_review(review_id: int) -> ResponseReturnValue:
    """Say something to a review of my own."""
    return _does(
        lambda act: reviews.answer(act, review_id, staff.get(act, asking.person().id), sent_forms.text("answer"))
    )


def _does(do: Callable[[Act], None]) -> ResponseReturnValue:
    return sent_forms.does(_here(), _page, do, part="reviews", fields=_FIELDS)


def _marks(act: Act) -> Marks:
    scheme = act.standard.people.review
    points = {name: sent_forms.number(name, "reviews.problem.points") for name in _POINTS}
    span = {"first": scheme.bonus_from, "last": scheme.bonus_to}
    bonus = sent_forms.number("bonus", "reviews.problem.bonus", **span) if sent_forms.text("bonus") else None
    if any(points[name] > getattr(scheme, name) for name in _POINTS):
        raise sent_forms.Amiss("reviews.problem.points")
    if bonus is not None and not scheme.bonus_from <= bonus <= scheme.bonus_to:
        raise sent_forms.Amiss("reviews.problem.bonus", **span)
    if not sent_forms.text("remark"):
        raise sent_forms.Amiss("reviews.problem.remark")
    return Marks(**points, bonus=bonus, remark=sent_forms.text("remark"))


def _here() -> str:
    named = {name: request.values[name] for name in ("person", "year") if request.values.get(name)}
    return url_for("console.reviews", **named)  # type: ignore[arg-type]


def _page(**told: Any) -> str:
    with asking.runtime().look(asking.actor()) as act:
        person = subordinates.chosen(act)
        companies.get(act, person.company_id)
        now = act.at.astimezone(ZoneInfo(act.standard.timezone))
        year = _year(now)
        g.here = _here()
        found = reviews.of_year(act, person.id, year)
        return render_template(
            "reviews.html",
            subject=person,
            is_me=person.id == asking.person().id,
            year=reviews.reckoned(act, person, year),
            is_over=year < now.year,
            shown=_shown(act, found),
            names=people.names(act, [one.by_id for one in found]),
            below=subordinates.below(act),
            scheme=act.standard.people.review,
            parts=_POINTS,
            kinds=list(Kind),
            usual=_usual(now),
            rounded=reviews.rounded,
            zone=act.standard.timezone,
            this_year=now.year,
            **{"problem": None, "typed": {}, "told": None, **told},
        )


def _year(now: datetime) -> int:
    asked = request.values.get("year", type=int)
    return asked if asked is not None and asked in asking.YEARS else now.year


def _usual(now: datetime) -> dict[str, str]:
    """What a period of each kind is written like: the one that runs."""
    iso = now.isocalendar()
    month = f"{now:%Y-%m}"
    return {
        Kind.WEEKLY_CHECK: f"{iso.year}-W{iso.week:02d}",
        Kind.MONTHLY_CHECK: month,
        Kind.MONTHLY: month,
        Kind.YEAR_END: f"{now:%Y}",
    }


def _shown(act: Act, found: Sequence[StaffReview]) -> list[Shown]:
    by = {one.corrects_id: one for one in found if one.corrects_id is not None}
    return [_as_shown(act, one, by.get(one.id)) for one in found]


def _as_shown(act: Act, review: StaffReview, corrected_by: StaffReview | None) -> Shown:
    opened, mine = act.sealer.open, review.staff_id == asking.person().id
    return Shown(
        review,
        opened(review.remark),
        opened(review.answer) if review.answer is not None else None,
        corrected_by,
        may_correct=not mine and corrected_by is None and subordinates.may_undo(act, review.by_id),
    )

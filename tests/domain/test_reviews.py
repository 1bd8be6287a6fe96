"""Staff reviews by the scheme of PPL-2, the register of PPL-4, and mistakes that people report themselves (PPL-5)."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

import pytest
from hypothesis import given as drawn
from hypothesis import strategies

from hotline.domain import audit, cases, customers, discipline, own_mistakes, reviews, staff
from hotline.domain.act import CLOCK, COMMAND, Act
from hotline.domain.cases import Case
from hotline.domain.discipline import Breach, Kind
from hotline.domain.reviews import Kind as Review
from hotline.domain.reviews import Marks, StaffReview
from hotline.errors import Conflict, Invalid, NotFound, Refused
from hotline.runtime import Runtime
from tests import given
from tests.world import SHANGHAI, Cast, HandClock, Person

FULL = Marks(20, 20, 30, 30, None, "很好")


def gives(act: Act, by: Person, who: Person, kind: Review, period: str, marks: Marks = FULL) -> StaffReview:
    return reviews.give(act, staff.get(act, who.id), staff.get(act, by.id), kind, period, marks)


def marks(total: int, bonus: int | None = None) -> Marks:
    """So many points, the last part first."""
    results = min(total, 30)
    ability = min(total - results, 30)
    diligence = min(total - results - ability, 20)
    return Marks(total - results - ability - diligence, diligence, ability, results, bonus, "按规定评定")


def test_a_years_score_is_the_shares_of_the_averages_and_the_bonus_rounded_once(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    at.set(datetime(2027, 1, 5, 10, tzinfo=SHANGHAI))
    with runtime.act(COMMAND) as act:
        for period, total in (("2026-W47", 90), ("2026-W48", 85), ("2026-W49", 80)):
            gives(act, cast.sun, cast.lin, Review.WEEKLY_CHECK, period, marks(total))
        gives(act, cast.sun, cast.lin, Review.MONTHLY_CHECK, "2026-11", marks(90))
        for month, total in (("2026-10", 80), ("2026-11", 81), ("2026-12", 83)):
            gives(act, cast.sun, cast.lin, Review.MONTHLY, month, marks(total, bonus=2))
        year = reviews.reckoned(act, staff.get(act, cast.lin.id), 2026)
        assert year.score is None
        assert year.missing == ["year-end"]
        gives(act, cast.qian, cast.lin, Review.YEAR_END, "2026", marks(88, bonus=3))
        year = reviews.reckoned(act, staff.get(act, cast.lin.id), 2026)
    # (90 + 85 + 80 + 90) / 4 = 86.25; (80 + 81 + 83) / 3 = 81.333…; 88; bonus 2 + 2 + 2 + 3.
    assert year.score == Fraction(8625, 100) / 5 + Fraction(244, 3) * 3 / 10 + 44 + 9
    assert reviews.rounded(year.score) == "94.65"
    assert year.months_missing == [f"2026-{month:02d}" for month in range(1, 10)]


@drawn(strategies.fractions(0, 110))
def test_what_is_shown_is_half_up_to_two_places(points: Fraction) -> None:
    assert -Fraction(1, 200) <= points - Fraction(reviews.rounded(points)) < Fraction(1, 200)


def test_bonuses_of_a_year_count_no_more_than_the_highest(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        gives(act, cast.sun, cast.lin, Review.MONTHLY, "2026-10", marks(50, bonus=8))
        gives(act, cast.sun, cast.lin, Review.MONTHLY, "2026-11", marks(50, bonus=7))
        year = reviews.reckoned(act, staff.get(act, cast.lin.id), 2026)
    assert (year.bonus, year.bonus_given) == (10, 15)


@pytest.mark.parametrize(
    ("kind", "period", "given_marks"),
    [
        (Review.MONTHLY, "2026-11", Marks(21, 20, 30, 30, None, "x")),
        (Review.MONTHLY, "2026-11", Marks(20, 20, 30, -1, None, "x")),
        (Review.MONTHLY, "2026-11", Marks(20, 20, 30, 30, 11, "x")),
        (Review.MONTHLY, "2026-11", Marks(20, 20, 30, 30, 0, "x")),
        (Review.MONTHLY, "2026-11", Marks(20, 20, 30, 30, None, " ")),
        (Review.MONTHLY, "2026-13", FULL),
        (Review.MONTHLY, "2026-12", FULL),  # has not begun
        (Review.WEEKLY_CHECK, "2026-11", FULL),
        (Review.WEEKLY_CHECK, "2026-W54", FULL),
        (Review.YEAR_END, "0000", FULL),
    ],
)
def test_nothing_outside_the_scheme_is_taken(
    runtime: Runtime, cast: Cast, kind: Review, period: str, given_marks: Marks
) -> None:
    with runtime.act(COMMAND) as act, pytest.raises(Invalid):
        gives(act, cast.sun, cast.lin, kind, period, given_marks)


def test_only_who_stands_above_reviews_and_a_correction_leaves_what_it_corrects(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        for by, who in (
            (cast.zhou, cast.lin),
            (cast.sun, cast.sun),
            (cast.feng, cast.bai),
            (cast.hu, cast.lin),
            (cast.sun, cast.qian),
        ):
            with pytest.raises(Refused):
                gives(act, by, who, Review.MONTHLY, "2026-11")
        first = gives(act, cast.sun, cast.lin, Review.MONTHLY, "2026-11", marks(60))
        with pytest.raises(Conflict):
            gives(act, cast.qian, cast.lin, Review.MONTHLY, "2026-11")
        second = reviews.correct(act, first.id, staff.get(act, cast.qian.id), marks(70))
        with pytest.raises(Conflict):
            reviews.correct(act, first.id, staff.get(act, cast.sun.id), marks(80))
        with pytest.raises(NotFound):
            reviews.correct(act, 99, staff.get(act, cast.sun.id), marks(80))
        reviews.answer(act, second.id, staff.get(act, cast.lin.id), "谢谢")
        with pytest.raises(Conflict):
            reviews.answer(act, second.id, staff.get(act, cast.lin.id), "再说一句")
        found = reviews.of_year(act, cast.lin.id, 2026)
        assert [(one.total, one.corrects_id) for one in found] == [(60, None), (70, first.id)]
        assert reviews.reckoned(act, staff.get(act, cast.lin.id), 2026).monthly.average == 70
        assert "按规定" not in first.remark
    with runtime.look(CLOCK) as act:
        [entry, *_] = [one for one in audit.entries(act.session, "house") if one.kind == "staff-reviewed"]
        assert "按规定" not in entry.body.decode()


def test_a_year_is_reviewed_from_its_last_month_on_by_the_companys_clock(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    at.set(datetime(2026, 11, 30, 23, 59, tzinfo=SHANGHAI))
    with runtime.act(COMMAND) as act, pytest.raises(reviews.TooEarly):
        gives(act, cast.qian, cast.lin, Review.YEAR_END, "2026")
    at.set(datetime(2026, 12, 1, tzinfo=SHANGHAI))
    with runtime.act(COMMAND) as act:
        gives(act, cast.qian, cast.lin, Review.YEAR_END, "2026")
        gives(act, cast.qian, cast.lin, Review.YEAR_END, "2025")
        with pytest.raises(Invalid):
            gives(act, cast.qian, cast.lin, Review.YEAR_END, "2027")


def test_what_somebody_higher_wrote_is_neither_corrected_nor_struck_from_below(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    at.set(datetime(2026, 12, 1, 9, tzinfo=SHANGHAI))
    with runtime.act(COMMAND) as act:
        sun, qian, lin = (staff.get(act, one.id) for one in (cast.sun, cast.qian, cast.lin))
        year_end = gives(act, cast.qian, cast.lin, Review.YEAR_END, "2026", marks(60))
        breach = discipline.register(act, lin, qian, Kind.SECRECY, date(2026, 11, 17), 5, "外传电话")
        with pytest.raises(Refused, match="from below"):
            reviews.correct(act, year_end.id, sun, marks(100))
        with pytest.raises(Refused, match="from below"):
            discipline.strike(act, breach.id, sun, "没有的事")
        reviews.correct(act, year_end.id, qian, marks(70))
        discipline.strike(act, breach.id, qian, "查实不是")


def breaks(act: Act, cast: Cast, day: date, *, kind: Kind = Kind.LATE, weight: int = 3) -> Breach:
    return discipline.register(act, staff.get(act, cast.lin.id), staff.get(act, cast.sun.id), kind, day, weight, "迟到")


def test_the_same_again_within_the_span_counts_more(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        old, first = breaks(act, cast, date(2025, 11, 10)), breaks(act, cast, date(2025, 11, 19))
        other, again = breaks(act, cast, date(2026, 11, 1), kind=Kind.RUDE), breaks(act, cast, date(2026, 11, 18))
        assert [one.counts for one in (old, first, other, again)] == [3, 6, 3, 6]
        assert again.repeats_id == first.id
        assert breaks(act, cast, date(2026, 11, 10)).repeats_id == first.id, (
            "by the day it happened, not by when it is told"
        )
        assert discipline.standing(act, cast.heat.id, discipline.of(act, cast.lin.id)) == 21, "the oldest is forgotten"
        for day, weight in ((date(2026, 11, 19), 3), (date(2026, 11, 18), 0), (date(2026, 11, 18), 11)):
            with pytest.raises(Invalid):
                breaks(act, cast, day, weight=weight)


def test_a_wrong_breach_is_struck_stays_to_be_seen_and_makes_nothing_repeated(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        wrong, sun, lin = (
            breaks(act, cast, date(2026, 11, 17)),
            staff.get(act, cast.sun.id),
            staff.get(act, cast.lin.id),
        )
        with pytest.raises(Refused):
            discipline.strike(act, wrong.id, lin, "不是我")
        discipline.answer(act, wrong.id, lin, "那天我休假")
        discipline.strike(act, wrong.id, sun, "那天休假")
        with pytest.raises(Conflict):
            discipline.strike(act, wrong.id, sun, "那天休假")
        assert breaks(act, cast, date(2026, 11, 18)).counts == 3
        found = discipline.of(act, cast.lin.id)
        assert (len(found), discipline.standing(act, cast.heat.id, found)) == (2, 3)
        with pytest.raises(Refused):
            discipline.register(act, sun, lin, Kind.LATE, date(2026, 11, 18), 1, "x")


def test_a_struck_breach_makes_nothing_count_more_that_was_registered_before_it_was_struck(
    runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        sun = staff.get(act, cast.sun.id)
        first, second, third = (breaks(act, cast, date(2026, 11, day)) for day in (10, 14, 18))
        rude = breaks(act, cast, date(2026, 11, 18), kind=Kind.RUDE, weight=1)
        assert [one.counts for one in (first, second, third)] == [3, 6, 6]
        discipline.strike(act, second.id, sun, "记错了人")
        assert (third.counts, third.repeats_id) == (6, first.id), "it repeats the one before that"
        discipline.strike(act, first.id, sun, "记错了人")
        assert (third.counts, third.repeats_id) == (3, None)
        assert (second.counts, second.repeats_id) == (6, first.id), "what is struck is seen as it was"
        assert (
            discipline.standing(act, cast.heat.id, discipline.of(act, cast.lin.id)) == third.counts + rude.counts == 4
        )
    with runtime.look(CLOCK) as act:
        told = [one.fields for one in audit.entries(act.session, "house") if one.kind == "breach-reckoned-anew"]
        assert [(one["counts"], one["repeats"]) for one in told] == [(6, 1), (3, None)]


def test_an_own_mistake_is_told_to_the_supervisor_seen_by_them_and_erased_with_the_customer(
    runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        case, lin = given.case(act, cast), staff.get(act, cast.lin.id)
        with pytest.raises(Invalid):
            own_mistakes.report(act, lin, case, " ")
        mistake = own_mistakes.report(act, lin, case, "记错了门牌号")
        assert ("own-mistake", cast.sun.id) in given.told(act)
        with pytest.raises(Refused):
            own_mistakes.see(act, mistake, lin)
        own_mistakes.see(act, mistake, staff.get(act, cast.sun.id))
        assert own_mistakes.counted(act, [cast.lin.id, cast.zhou.id]) == {cast.lin.id: 1}
        assert own_mistakes.words_of(act, mistake) == "记错了门牌号"
        assert "门牌" not in mistake.what
    with runtime.act(COMMAND) as act:
        kinds = [one.kind for one in audit.entries(act.session, f"case:{case.id}")]
        assert kinds.index("own-mistake-reported") < kinds.index("own-mistake-seen")
        customers.erase(act, customers.get(act, act.session.get_one(Case, case.id).customer_id or 0))
        assert own_mistakes.words_of(act, mistake) is None
        assert cases.get(act, case.id).id == case.id

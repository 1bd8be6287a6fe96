"""What the statistics table counts, against a slow count of the rows themselves (CMP-13)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline.domain import complaint_figures, complaint_tracking, joins, respondents
from hotline.domain.act import COMMAND, Act
from hotline.domain.complaint_figures import COUNTED, OUTCOMES, TIMED, Line, Place, Times, Wanted
from hotline.domain.complaint_tracking import Tracked
from hotline.errors import Invalid
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import tallies
from tests.complaining import House, filed
from tests.complaining import house as house
from tests.tallies import Counted, Places
from tests.world import SHANGHAI, START, Cast, HandClock

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def wanted(companies: Iterable[int], first: date, last: date, *, reader: int, **more: object) -> Wanted:
    """The complaints of companies in Shanghai, filed from one day to another."""
    begins = datetime(first.year, first.month, first.day, tzinfo=SHANGHAI)
    ends = datetime(last.year, last.month, last.day, tzinfo=SHANGHAI) + timedelta(days=1)
    return Wanted(dict.fromkeys(companies, (begins, ends)), reader, **more)  # type: ignore[arg-type]


def counted(lines: list[Line]) -> Counted:
    """A table as the slow count gives it: what is not zero."""
    found: Counted = {}
    for line in lines:
        figures: dict[str, float] = dict(line.counts)
        figures |= {f"{rule}.{name}": n for rule, numbers in line.rules.items() for name, n in numbers.items()}
        for what in TIMED:
            if (took := line.times(what)) is not None:
                figures |= {what: took.n}
                for name, length in (("median", took.median), ("longest", took.longest)):
                    figures[f"{what}.{name}"] = round(length / timedelta(minutes=1), 2)
        found |= {(*line.place, name): n for name, n in figures.items() if n}
    return found


@pytest.fixture
def departments(runtime: Runtime, cast: Cast) -> Places:
    """Two of each company."""
    return tallies.places(runtime, cast)


def rows(act: Act, asked: Wanted) -> list[Tracked]:
    return list(complaint_tracking.every(act, asked, at_once=7))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(("first", "last"), [YEAR, (date(2026, 11, 1), date(2026, 11, 30))])
def test_every_figure_of_every_place_is_what_a_slow_count_of_the_rows_finds(
    runtime: Runtime, cast: Cast, departments: Places, seed: int, first: date, last: date
) -> None:
    tallies.many(runtime, cast, departments, seed=seed)
    both = (cast.heat.id, cast.home.id)
    with runtime.look(COMMAND) as act:
        for reader in (cast.qian.id, cast.sun.id):
            found = counted(complaint_figures.lines(act, wanted(both, first, last, reader=reader)))
            slow = tallies.slowly(act, both, first, last, reader=reader)
            places = {key[:2] for key in found}
            assert found == {key: n for key, n in slow.items() if n and key[:2] in places}
            assert {key[:2] for key in slow if key[1] is not None} <= places, "a department is missing"


def test_a_figure_leads_to_the_rows_that_it_counts(runtime: Runtime, cast: Cast, departments: Places) -> None:
    tallies.many(runtime, cast, departments, seed=3)
    with runtime.look(COMMAND) as act:
        asked = wanted([cast.heat.id], *YEAR, reader=cast.qian.id)
        [total, *_departments] = complaint_figures.lines(act, asked)
        for name in (*COUNTED, *TIMED):
            listed = wanted([cast.heat.id], *YEAR, reader=cast.qian.id, figure=name)
            number = len(total.lengths[name]) if name in TIMED else total.counts[name]
            assert complaint_figures.counted(act, listed) == (number, number), name
            assert len(rows(act, listed)) == number, name
        for rule_id, numbers in total.rules.items():
            for name in OUTCOMES:
                listed = wanted([cast.heat.id], *YEAR, reader=cast.qian.id, figure=f"{rule_id}.{name}")
                found = complaint_figures.counted(act, listed)
                assert found == (len(rows(act, listed)), numbers[name])


def test_a_sum_adds_up_its_departments_and_nothing_twice(runtime: Runtime, cast: Cast, departments: Places) -> None:
    tallies.many(runtime, cast, departments, seed=4)
    with runtime.look(COMMAND) as act:
        lines = complaint_figures.lines(act, wanted((cast.heat.id, cast.home.id), *YEAR, reader=cast.qian.id))
    each = [line for line in lines if line.place.department_id is not None]
    assert lines[0].place == Place()
    for name in COUNTED:
        assert lines[0].counts[name] == sum(line.counts[name] for line in each)
    assert len(rows_of(lines)) == 3, "everybody's sum, and one for each company"


def rows_of(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line.place.department_id is None]


def test_every_promise_is_one_outcome_and_they_add_up_to_what_was_made(
    runtime: Runtime, cast: Cast, departments: Places
) -> None:
    tallies.many(runtime, cast, departments, seed=5)
    with runtime.look(COMMAND) as act:
        [total, *_rest] = complaint_figures.lines(act, wanted([cast.heat.id], *YEAR, reader=cast.qian.id))
    assert total.rules
    for numbers in total.rules.values():
        assert numbers["made"] == sum(numbers[name] for name in OUTCOMES if name != "made")


def test_a_joined_complaint_counts_as_a_complaint_and_its_settling_with_the_leading_one(
    runtime: Runtime, cast: Cast, departments: Places
) -> None:
    with runtime.act(COMMAND) as act:
        leading = tallies.complaint(act, cast.heat.id, cast.lin.id, filed_at=START, settled_at=START)
        joined = tallies.complaint(act, cast.heat.id, cast.lin.id, filed_at=START, number=2, joined_to_id=leading.id)
        for one in (leading, joined):
            for rule in ("CMP-4.settle.minor", "CMP-7.tell"):
                tallies.promise(act, one, rule, "kept", due_at=START)
    with runtime.look(COMMAND) as act:
        asked = wanted([cast.heat.id], *YEAR, reader=cast.qian.id)
        [line] = complaint_figures.lines(act, asked)
        [second, first] = rows(act, asked)
    assert (line.counts["all"], line.counts["repeated"]) == (2, 1)
    assert (line.rules["CMP-4"]["made"], line.rules["CMP-7"]["made"]) == (1, 2)
    assert (second.joined_to, first.joined_to) == (first.case.number, None)


def test_what_a_department_did_for_two_joined_complaints_is_counted_once_and_each_caller_who_heard_back(
    runtime: Runtime, cast: Cast, house: House, at: HandClock
) -> None:
    leading, joined = (filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR) for _ in range(2))
    with joined.by(cast.lin) as (act, case, lin):
        joins.join(act, case, leading.case, by=lin, why="the same cold rooms")
    at.passes(timedelta(minutes=8))
    leading.does(house.liu, respondents.sign)
    at.passes(timedelta(hours=4))
    leading.does(house.liu, respondents.settle, "换了阀门")
    leading.does(house.liu, respondents.give_back)
    for one in (leading, joined):
        at.passes(timedelta(hours=1))
        one.does(cast.lin, respondents.tell_customer, "已告知")
    with runtime.look(COMMAND) as act:
        line, *_places = complaint_figures.lines(act, wanted([cast.heat.id], *YEAR, reader=cast.qian.id))
    assert (line.counts["all"], line.counts["repeated"]) == (2, 1)
    assert {rule: line.rules[rule]["kept"] for rule in ("CMP-1", "CMP-4", "CMP-6", "CMP-7")} == {
        "CMP-1": 1,
        "CMP-4": 1,
        "CMP-6": 1,
        "CMP-7": 2,
    }
    assert line.times("signed") == Times(1, timedelta(minutes=8), timedelta(minutes=8))
    told = line.times("told")
    assert told is not None
    assert (told.n, told.longest) == (2, timedelta(hours=6, minutes=8))


def test_what_a_complaint_broke_before_it_was_joined_counts_on_its_own(
    runtime: Runtime, cast: Cast, house: House, at: HandClock
) -> None:
    joined = filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR)
    at.passes(timedelta(days=3))
    joined.clock()
    leading = filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR)
    leading.comes_back(house.liu)
    with joined.by(cast.sun) as (act, case, sun):
        joins.join(act, case, leading.case, by=sun, why="the same cold rooms")
    with runtime.look(COMMAND) as act:
        line, *_places = complaint_figures.lines(act, wanted([cast.heat.id], *YEAR, reader=cast.qian.id))
    for rule in ("CMP-1", "CMP-4"):
        assert (line.rules[rule]["made"], line.rules[rule]["kept"], line.rules[rule]["late"]) == (2, 1, 1)


def test_what_was_changed_into_an_enquiry_stays_under_its_first_grade(
    runtime: Runtime, cast: Cast, departments: Places
) -> None:
    with runtime.act(COMMAND) as act:
        tallies.complaint(
            act, cast.heat.id, cast.lin.id, filed_at=START, grade="minor", first_grade="major", changed_to="enquiry"
        )
    with runtime.look(COMMAND) as act:
        [line] = complaint_figures.lines(act, wanted([cast.heat.id], *YEAR, reader=cast.qian.id))
    counts = {name: n for name, n in line.counts.items() if n}
    assert counts == {"all": 1, "first.major": 1, "now.minor": 1, "changed": 1, "changed.enquiry": 1}


def test_whom_a_complaint_is_about_neither_finds_nor_counts_it_nor_what_is_joined_to_it(
    runtime: Runtime, cast: Cast, departments: Places
) -> None:
    with runtime.act(COMMAND) as act:
        about = tallies.complaint(act, cast.heat.id, cast.lin.id, filed_at=START, about_staff_id=cast.sun.id)
        tallies.complaint(act, cast.heat.id, cast.lin.id, filed_at=START, number=2, joined_to_id=about.id)
        other = tallies.complaint(act, cast.heat.id, cast.lin.id, filed_at=START, number=3)
    with runtime.look(COMMAND) as act:
        for reader, n in ((cast.sun.id, 1), (cast.qian.id, 3)):
            asked = wanted([cast.heat.id], *YEAR, reader=reader)
            [line] = complaint_figures.lines(act, asked)
            assert line.counts["all"] == n == len(rows(act, asked))
        assert [row.complaint.id for row in rows(act, wanted([cast.heat.id], *YEAR, reader=cast.sun.id))] == [other.id]


def test_the_share_in_time_judges_neither_what_is_excused_nor_what_is_still_open() -> None:
    line = Line(Place())
    assert line.in_time("CMP-4") is None
    line.rules["CMP-4"].update({"made": 9, "excused": 2, "open": 3})
    assert line.in_time("CMP-4") is None
    line.rules["CMP-4"].update({"kept": 2, "late": 1, "broken": 1})
    assert line.in_time("CMP-4") == 0.5
    line.rules["CMP-4"]["overdue"] = 1
    assert line.in_time("CMP-4") == 0.4


def test_a_month_is_counted_by_the_clock_on_the_wall_of_its_company(
    runtime: Runtime, cast: Cast, departments: Places
) -> None:
    last_minute = datetime(2026, 11, 30, 23, 59, tzinfo=SHANGHAI)
    with runtime.act(COMMAND) as act:
        for number, at in enumerate((last_minute, last_minute + timedelta(minutes=1)), 1):
            tallies.complaint(act, cast.heat.id, cast.lin.id, filed_at=at, number=number, grade="major")
    november = wanted([cast.heat.id], date(2026, 11, 1), date(2026, 11, 30), reader=cast.qian.id)
    with runtime.look(COMMAND) as act:
        assert complaint_figures.counted(act, november) == (1, 1)
        year = wanted([cast.heat.id], *YEAR, reader=cast.qian.id)
        months = complaint_figures.by_month(act, year, {cast.heat.id: SHANGHAI})
        assert months == {(2026, 11, "major"): 1, (2026, 12, "major"): 1}
        assert complaint_figures.by_month(act, year, {cast.heat.id: ZoneInfo("UTC")}) == {(2026, 11, "major"): 2}


def test_a_figure_that_is_none_is_refused(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(COMMAND) as act, pytest.raises(Invalid):
        complaint_figures.counted(act, wanted([cast.heat.id], *YEAR, reader=cast.qian.id, figure="first.enormous"))


def test_nothing_at_all_is_a_line_of_zeros(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(COMMAND) as act:
        [line] = complaint_figures.lines(act, wanted([cast.heat.id], *YEAR, reader=cast.qian.id))
    assert (line.place, line.counts["all"], line.times("signed")) == (Place(), 0, None)

"""The statistics table (统计表) as it is read, on the page and in files; else the two would not agree (CMP-13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from hotline.domain import complaint_figures, discretion
from hotline.domain.act import Act
from hotline.domain.complaint_figures import COUNTED, OUTCOMES, TIMED, UNNAMED, Line, Place, Wanted
from hotline.domain.staff import Staff
from hotline.marks import Alike
from hotline.papers import complaint_columns
from hotline.papers.complaint_columns import Names
from hotline.papers.marked import Table
from hotline.papers.tongue import Tongue
from hotline.sheets import Cell

MEDIAN, LONGEST, SHARE = "median", "longest", "in_time"


@dataclass(frozen=True)
class Statistics:
    """The lines of the table, and which of its figures this reader may see."""

    lines: list[Line]
    names: Names
    counts: tuple[str, ...]
    times: tuple[str, ...]

    @classmethod
    def read(cls, act: Act, wanted: Wanted, person: Staff, tongue: Tongue) -> Statistics:
        """Count what is wanted."""
        names = Names.read(act, person, tongue)
        lines = complaint_figures.lines(act, wanted)
        if discretion.answers_for_a_department(person):
            lines = [_of_department(lines, person)]
        counts = tuple(name for name in readable(person) if name not in TIMED)
        shown = tuple(name for name in counts if not name.startswith("changed.") or lines[0].counts[name])
        times = tuple(name for name in readable(person) if name in TIMED)
        return cls(lines, names, shown, times)

    def headings(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The columns of the first table under their headings: heading -> figures with their short names."""
        found: dict[str, list[tuple[str, str]]] = {}
        for name in self.counts:
            group, _, of_group = name.partition(".")
            short = self.names.tongue.named("kind" if group == "changed" else "grade", of_group) if of_group else ""
            found.setdefault(group, []).append((name, short))
        return [(self.names.tongue.text(f"statistics.{group}"), names) for group, names in found.items()]

    def company(self, place: Place) -> str:
        """The company of a line; of everybody's sum, that it is one."""
        return (
            self.names.company(place.company_id)
            if place.company_id
            else Alike(self.names.tongue.text("statistics.every-company"))
        )

    def department(self, place: Place) -> str:
        """The department of a line; of a sum, that it is one."""
        if place.department_id is None:
            return self.names.tongue.text("statistics.every-department")
        return self.names.whose(place.department_id)

    def rules_of(self, line: Line) -> list[str]:
        """The rules by which something was promised in a line's complaints."""
        return [rule_id for rule_id in self.names.rules if line.rules[rule_id][complaint_figures.MADE]]


def _of_department(lines: list[Line], person: Staff) -> Line:
    """All that is about a head's department, whichever company of the group answers for it: that is not the head's."""
    line = Line(Place(person.company_id, person.department_id or UNNAMED))
    for one in lines:
        if one.place.department_id is not None:
            line.add(one)
    return line


def readable(person: Staff) -> tuple[str, ...]:
    """The figures about complaints and times that this person may read; of a rule's, see complaint_columns."""
    if discretion.answers_for_a_department(person):
        return ("all", *(name for name in COUNTED if name.startswith("now.")), "signed", "settled")
    return (*COUNTED, *TIMED)


def may_read(person: Staff, figure: str) -> bool:
    """May this person ask which complaints a figure counts?"""
    if figure in readable(person):
        return True
    heads = discretion.answers_for_a_department(person)
    rule_id = figure.partition(".")[0]
    return complaint_figures.is_rules(figure) and (not heads or rule_id in complaint_columns.HEADS_RULES)


def title(figure: str, tongue: Tongue) -> str:
    """What a figure counts, in the reader's words."""
    group, _, name = figure.partition(".")
    if group.startswith("CMP-"):
        return tongue.text("colon").join((f"{group} {tongue.rule_title(group)}", tongue.text(f"outcome.{name}")))
    if group in TIMED:
        return tongue.text(f"statistics.until-{group}")
    if not name:
        return tongue.text(f"statistics.{group}")
    of_group = tongue.named("kind" if group == "changed" else "grade", name)
    return tongue.text(f"statistics.{group}-is", name=of_group)


def minutes(length: timedelta) -> float:
    """A length of time as a file gives it."""
    return round(length / timedelta(minutes=1), 2)


def tables(found: Statistics) -> list[Table]:
    """A workbook: complaints, what became of what was promised, how long it took."""
    tongue = found.names.tongue
    place = [tongue.text("tracking.company"), tongue.text("tracking.department")]
    outcomes = [tongue.text(f"outcome.{name}") for name in OUTCOMES]
    rule = [tongue.text("statistics.rule"), tongue.text("statistics.rule-title")]
    timed = [tongue.text(f"statistics.{name}") for name in ("until", "n", MEDIAN, LONGEST)]
    counted = [title(name, tongue) for name in found.counts]
    share = tongue.text(f"statistics.{SHARE}")
    return [
        Table(tongue.text("statistics.complaints"), [*place, *counted], list(_counts(found))),
        Table(tongue.text("statistics.promises"), [*place, *rule, *outcomes, share], list(_rules(found))),
        Table(tongue.text("statistics.times"), [*place, *timed], list(_times(found))),
    ]


def flat(found: Statistics) -> Table:
    """The same as one table: a figure a row, with its unit."""
    tongue = found.names.tongue
    heads = [tongue.text("tracking.company"), tongue.text("tracking.department")]
    heads += [tongue.text(f"statistics.{name}") for name in ("figure", "value", "unit")]
    return Table(tongue.text("statistics.title"), heads, list(_flat(found)))


def _place(found: Statistics, line: Line) -> list[Cell]:
    return [found.company(line.place), found.department(line.place)]


def _counts(found: Statistics) -> Iterator[list[Cell]]:
    for line in found.lines:
        yield [*_place(found, line), *(line.counts[name] for name in found.counts)]


def _rules(found: Statistics) -> Iterator[list[Cell]]:
    rule_title = found.names.tongue.rule_title
    for line in found.lines:
        for rule_id in found.rules_of(line):
            numbers = (line.rules[rule_id][name] for name in OUTCOMES)
            yield [*_place(found, line), rule_id, rule_title(rule_id), *numbers, _percent(line, rule_id)]


def _times(found: Statistics) -> Iterator[list[Cell]]:
    for line in found.lines:
        for what in found.times:
            if (took := line.times(what)) is not None:
                numbers = (took.n, minutes(took.median), minutes(took.longest))
                yield [*_place(found, line), title(what, found.names.tongue), *numbers]


def _percent(line: Line, rule_id: str) -> float | None:
    share = line.in_time(rule_id)
    return None if share is None else round(share * 100, 2)


def _flat(found: Statistics) -> Iterator[list[Cell]]:
    tongue = found.names.tongue
    of = {name: tongue.text(f"statistics.unit-{name}") for name in ("complaints", "promises", "percent", "minutes")}
    for line in found.lines:
        place = _place(found, line)
        for name in found.counts:
            yield [*place, title(name, tongue), line.counts[name], of["complaints"]]
        for rule_id in found.rules_of(line):
            for name in OUTCOMES:
                yield [*place, title(f"{rule_id}.{name}", tongue), line.rules[rule_id][name], of["promises"]]
            yield [*place, title(f"{rule_id}.{SHARE}", tongue), _percent(line, rule_id), of["percent"]]
        for what in found.times:
            if (took := line.times(what)) is not None:
                yield [*place, title(what, tongue), took.n, of["complaints"]]
                for name, length in ((MEDIAN, took.median), (LONGEST, took.longest)):
                    length_of = tongue.text("colon").join((title(what, tongue), tongue.text(f"statistics.{name}")))
                    yield [*place, length_of, minutes(length), of["minutes"]]


def by_department(place: Place) -> str:
    """A line's department as a page's query: every, none, or its number."""
    if place.department_id is None:
        return ""
    return str(place.department_id) if place.department_id != UNNAMED else "none"

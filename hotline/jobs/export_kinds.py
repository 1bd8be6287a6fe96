"""What every kind of export is: which rows, page by page, and what they are about; else each were gathered its own way.

A kind has its rows in the order of their numbers; what a search finds has them in the order of its page.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from hotline.domain import call_search, discretion
from hotline.domain.export_holdings import Held
from hotline.jobs.export_view import View
from hotline.sheets import Cell

GATHERED = 2**31 - 1  # behind every row of a search, whose order is not that of the rows' numbers


@dataclass(frozen=True)
class Page:
    """Some rows; `last`: the number behind which the next page begins, None where there is none. `held`: the calls and
    cases that they are about.
    """

    rows: list[list[Cell]]
    last: int | None
    held: Collection[Held] = ()


@dataclass(frozen=True)
class Kind:
    """One kind: its columns, which rows, how a page of them is written.

    The last column says in which time zone a row's instants are. `key`: the row's number. `about`: which call or case a
    row is about.
    """

    columns: tuple[str, ...]
    key: InstrumentedAttribute[int]
    chosen: Callable[[View, Select[Any]], Select[Any]]
    entities: tuple[Any, ...]
    written: Callable[[View, Sequence[Any]], Iterator[list[Cell]]]
    about: Callable[[Any], Held | None]

    def bounds(self, view: View) -> tuple[int, int, int]:
        """How many rows there are, the number before the first, the number of the last."""
        asked: Any = select(func.count(), func.min(self.key), func.max(self.key))
        n, first, last = view.act.session.execute(self.chosen(view, asked)).one()
        return int(n), int(first or 1) - 1, int(last or 0)

    def page(self, view: View, *, after: int, until: int, most: int) -> Page:
        """The next rows behind one number, up to another."""
        query = self.chosen(view, select(*self.entities)).where(self.key > after, self.key <= until)
        found = view.act.session.execute(query.order_by(self.key).limit(most)).all()
        last = found[-1][0].id if len(found) == most else None
        return Page(list(self.written(view, found)), last, self.held(found))

    def held(self, found: Sequence[Any]) -> set[Held]:
        """Which calls and cases these rows are about."""
        return {about for row in found if (about := self.about(row[0])) is not None}

    def heads(self, view: View) -> list[str]:
        """What stands above the columns."""
        return [view.label(f"console.exports.column.{name}") for name in self.columns]


class Found(Kind):
    """The calls that a search finds, in the order and by the conditions of its page."""

    def bounds(self, view: View) -> tuple[int, int, int]:
        """How many rows there are, 0 where words are compared later; a number before the first, one behind the last.

        Of those that share a word's pairs most may not say it: they make no file too long, and choose no form.
        """
        if view.search.words:
            return 0, 0, GATHERED
        most = view.act.standard.engine.exports.rows_most + 1
        n = call_search.at_most(view.act, view.search, within=discretion.calls(view.person), most=most)
        return n, 0, GATHERED if n else 0

    def page(self, view: View, *, after: int, until: int, most: int) -> Page:
        """The next calls behind the one with this number, newest first; none behind `until`."""
        if after >= until:
            return Page([], None)
        within = discretion.calls(view.person)
        found = call_search.page(view.act, view.search, within=within, before=after or None, most=most)
        rows = [(call,) for call in found.calls]
        return Page(list(self.written(view, rows)), found.more, self.held(rows))

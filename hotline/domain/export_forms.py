"""What an export is: which rows it holds, for whom and why; without it a row would say nothing of what left (REC-6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text, true
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.errors import Invalid


class What(StrEnum):
    """What can be taken along. Every number and name of a customer is masked in it, for whomever (SEC-1)."""

    CALLS = "calls"
    CASES = "cases"
    COMPLAINTS = "complaints"
    PROMISES = "promises"
    LOOKS = "looks"  # who looked at what of a customer
    FOUND = "found"  # the calls that a search finds
    STATISTICS = "statistics"  # the tables of complaints (CMP-13)
    TRACKING = "tracking"
    REPORT = "report"  # one that stands (PPL-6)
    FAULTS = "faults"  # the tables of faults of one, for the technical side (FLT-9)


class State(StrEnum):
    """How far it is."""

    ASKED = "asked"
    GATHERING = "gathering"
    DONE = "done"
    FAILED = "failed"
    OVER = "over"  # its time is over, and its key destroyed


OF_A_REPORT = (What.REPORT, What.FAULTS)
NAMED_NONE = "none"  # in place of a department: nobody named one
_NARROWS = ("rule", "verdict", "department", "grade", "stage", "figure", "report")


@dataclass(frozen=True)
class Criteria:
    """Which rows: of a company (None: of the group), between two days of its calendar, both counted.

    `rule` (FLT-2) and `verdict` choose among promises; `department` (its number, or none), `grade`, `stage` and
    `figure` (such as CMP-4.late) among complaints; `report` is the number of one. No personal value is in it.
    """

    company_id: int | None
    first: date
    last: date
    rule: str = ""
    verdict: str = ""
    department: str = ""
    grade: str = ""
    stage: str = ""
    figure: str = ""
    report: int = 0

    def as_json(self) -> dict[str, Any]:
        """As it stands in its row and in the log."""
        told = {"company": self.company_id, "first": self.first.isoformat(), "last": self.last.isoformat()}
        return told | {name: value for name in _NARROWS if (value := getattr(self, name))}

    @classmethod
    def of_json(cls, told: dict[str, Any]) -> Self:
        """What `as_json` made. Raises Invalid for anything else: more would leave the house than was asked for."""
        unknown = told.keys() - {"company", "first", "last", *_NARROWS}
        if unknown:
            raise Invalid(f"an export is not chosen by {', '.join(sorted(unknown))}")
        first, last = (date.fromisoformat(told[name]) for name in ("first", "last"))
        return cls(told["company"], first, last, **{name: told[name] for name in _NARROWS if name in told})


@dataclass(frozen=True)
class Sought:
    """Which calls: those that a search finds. `told`: choices, ids and instants, nothing as it was typed; `by`: by
    what else is asked, the names of the fields alone; `search`: the whole, as it is sealed until the file is there.
    """

    company_id: int | None
    told: Mapping[str, str]
    by: tuple[str, ...]
    search: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """As it stands in its row and in the log: nothing by which a person could be known."""
        return {"company": self.company_id, "told": dict(self.told), "by": list(self.by)}


class Export(Base):
    """One file that somebody asked for, and how far it is. The reason is sealed: it may name a person."""

    __tablename__ = "exports"
    __table_args__ = (Index(None, "state", "expires_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)  # of whoever asked
    what: Mapped[str] = mapped_column(String(24))
    form: Mapped[str] = mapped_column(String(4))  # csv, xlsx
    criteria: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    expected: Mapped[int | None]  # rows, counted at the beginning
    ceiling: Mapped[int | None]  # the highest row number at the beginning: what comes later is not in it
    cursor: Mapped[int] = mapped_column(default=0)  # the row number that was gathered last
    rows: Mapped[int] = mapped_column(default=0)
    pieces: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))  # that count, in order
    # Under which beginnings of a name there may be pieces in the store: one for each turn that was ever begun.
    turns: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    file: Mapped[str | None] = mapped_column(String(32))  # none once nothing of it is in the store
    key: Mapped[str | None] = mapped_column(String(200))  # destroyed when its time is over
    size: Mapped[int | None]
    digest: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of the whole file
    done_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    taken: Mapped[int] = mapped_column(default=0)  # how often it was fetched
    taken_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(String(12))  # why it failed, where that is no fault of ours
    # Are the calls and cases in it on record? Not of what was made before they were noted.
    noted: Mapped[bool] = mapped_column(default=True, server_default=true())

    @property
    def chosen(self) -> Criteria:
        """Which rows were asked for."""
        return Criteria.of_json(self.criteria)


class Failure(StrEnum):
    """Why a file was not made, or is there no more, where the list can say it."""

    ERASED = "erased"  # whom it looked for
    DAMAGED = "damaged"  # what is in the store is not what was made


def named(stem: str, number: int) -> str:
    """The name in the store of a piece of a turn, from 0."""
    return f"{stem}-{number}"

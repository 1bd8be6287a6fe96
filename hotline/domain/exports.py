"""Files that leave the house: who took what, when and why; without it a borrowed archive was not on record (REC-6).

An export is asked for with a reason, gathered in the background, kept sealed under a key of its own and fetched by
whoever asked for it. When its time is over the key is destroyed; the row stays, for leaks are traced later (SEC-2).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import JSON, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline import sounds
from hotline.db import Base
from hotline.domain import outbox
from hotline.domain.act import Act
from hotline.domain.staff import Role, Staff
from hotline.errors import Conflict, Invalid, NotFound
from hotline.marks import Marks
from hotline.sheets import FORMS

EFFECT = "export"  # the kind of what is owed
LONGEST = 200  # characters of a reason


class What(StrEnum):
    """What can be taken along. Every number and name of a customer is masked in it, for whomever (SEC-1)."""

    CALLS = "calls"
    CASES = "cases"
    COMPLAINTS = "complaints"
    PROMISES = "promises"
    LOOKS = "looks"  # who looked at what of a customer


class State(StrEnum):
    """How far it is."""

    ASKED = "asked"
    GATHERING = "gathering"
    DONE = "done"
    FAILED = "failed"
    OVER = "over"  # its time is over, and its key destroyed


WAITED_FOR = (State.ASKED, State.GATHERING)
AUDITORS = (Role.MANAGER, Role.GENERAL_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR)  # who looked at what is for them


@dataclass(frozen=True)
class Criteria:
    """Which rows: of a company (None: of the group), between two days of its calendar, both counted.

    `rule` (FLT-2) and `verdict` choose among promises. No personal value is in it.
    """

    company_id: int | None
    first: date
    last: date
    rule: str = ""
    verdict: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it stands in its row and in the log."""
        told = {"company": self.company_id, "first": self.first.isoformat(), "last": self.last.isoformat()}
        more = {"rule": self.rule, "verdict": self.verdict}
        return told | {name: value for name, value in more.items() if value}

    @classmethod
    def of_json(cls, told: dict[str, Any]) -> Self:
        """What `as_json` made. Raises Invalid for anything else: more would leave the house than was asked for."""
        unknown = told.keys() - {"company", "first", "last", "rule", "verdict"}
        if unknown:
            raise Invalid(f"an export is not chosen by {', '.join(sorted(unknown))}")
        first, last = (date.fromisoformat(told[name]) for name in ("first", "last"))
        return cls(told["company"], first, last, told.get("rule", ""), told.get("verdict", ""))


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
    parts: Mapped[int] = mapped_column(default=0)  # sealed pieces in the store
    file: Mapped[str | None] = mapped_column(String(32))  # none once nothing of it is in the store
    key: Mapped[str | None] = mapped_column(String(200))  # destroyed when its time is over
    size: Mapped[int | None]
    digest: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of the whole file
    done_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    taken: Mapped[int] = mapped_column(default=0)  # how often it was fetched
    taken_at: Mapped[datetime | None]

    @property
    def chosen(self) -> Criteria:
        """Which rows were asked for."""
        return Criteria.of_json(self.criteria)

    def piece(self, number: int) -> str:
        """The name in the store of a piece of the file, from 0."""
        return f"{self.file}-{number}"

    def gathered(self, number: int) -> str:
        """The name in the store of rows that are not a workbook yet."""
        return f"{self.file}-rows-{number}"


def marks(act: Act) -> Marks:
    """What makes and reads the marks of exports; the same whichever key seals."""
    return Marks(act.sealer.blind("the marks of exports"))


def may_ask(person: Staff, what: str, criteria: Criteria) -> bool:
    """May this person take this along: of the own company, or of the group for whoever keeps its registers?"""
    if what == What.LOOKS and not person.has(*AUDITORS):
        return False
    return person.has(Role.ADMINISTRATOR) or criteria.company_id == person.company_id


def ask(
    act: Act, person: Staff, what: str, criteria: Criteria, reason: str, *, form: str = "xlsx", language: str = "zh-CN"
) -> Export:
    """A file is owed to this person, who says why (REC-6, SEC-2); the standard of their company is chosen.

    Raises Invalid for what is no kind, no form or no period, for too short a reason, and for what is not theirs.
    """
    if what not in list(What) or form not in FORMS:
        raise Invalid(f"nothing is exported as {what!r} in the form {form!r}")
    if criteria.last < criteria.first:
        raise Invalid("the last day lies before the first")
    if not may_ask(person, what, criteria):
        raise Invalid("an export holds what its reader may see, of their own company")
    if len(reason.strip()) < act.standard.secrecy.reason_at_least:
        raise Invalid("the reason is too short to be one")
    row = Export(
        company_id=person.company_id,
        what=what,
        form=form,
        criteria=criteria.as_json(),
        reason=act.sealer.seal(reason.strip()[:LONGEST]),
        language=language,
        asked_by_id=person.id,
        asked_at=act.at,
        state=State.ASKED,
        file=sounds.new_name(),
        key=act.sealer.new_key(),
    )
    act.session.add(row)
    act.session.flush()
    _remember(act, row, "export-asked", criteria=row.criteria, reason=row.reason, by=person.id)
    outbox.post(act, EFFECT, key=f"export-{row.id}", patient=True, export=row.id)
    return row


def listed_at_once(
    act: Act, person: Staff, what: str, form: str, criteria: dict[str, Any], *, rows: int, language: str
) -> Export:
    """A table that was written while its reader waited stands in the list beside the others; nothing of it is kept."""
    row = Export(
        company_id=person.company_id,
        what=what,
        form=form,
        criteria=criteria,
        reason=act.sealer.seal(""),
        language=language,
        asked_by_id=person.id,
        asked_at=act.at,
        state=State.OVER,
        rows=rows,
        done_at=act.at,
        taken=1,
        taken_at=act.at,
    )
    act.session.add(row)
    act.session.flush()
    return row


def get(act: Act, export_id: int) -> Export:
    """The export with this number, locked. Raises NotFound."""
    row = act.lock(Export, export_id)
    if row is None:
        raise NotFound(f"there is no export {export_id}")
    return row


def reason_of(act: Act, row: Export) -> str:
    """Why it was asked for."""
    return act.sealer.open(row.reason)


def listed(act: Act, company_id: int | None, *, before: int | None, most: int) -> list[Export]:
    """Who took what, the newest first: of a company's people, or of everybody's; `before`: the last of the page
    before.
    """
    query = select(Export).order_by(Export.id.desc()).limit(most)
    if company_id is not None:
        query = query.where(Export.company_id == company_id)
    return list(act.session.scalars(query if before is None else query.where(Export.id < before)))


def begun(act: Act, row: Export, *, expected: int, floor: int, ceiling: int) -> None:
    """It was counted what there is to gather, behind one row number up to another; too much for a workbook is a CSV.

    Raises Invalid for more than an export may have.
    """
    figures = act.standard.engine.exports
    if expected > figures.rows_most:
        raise Invalid(f"an export has {figures.rows_most} rows at most: choose a shorter time")
    row.state, row.expected, row.ceiling, row.cursor = State.GATHERING, expected, ceiling, floor
    if expected > figures.sheet_most:
        row.form = "csv"
    act.news.add("exports")


def went_on(act: Act, row: Export, *, rows: int, parts: int, cursor: int) -> None:
    """So many rows and sealed pieces there are by now, up to the row with the number `cursor`."""
    row.rows, row.parts, row.cursor = rows, parts, cursor
    act.news.add("exports")


def done(act: Act, row: Export, *, parts: int, size: int, digest: str) -> None:
    """The file is there, sealed, for a while."""
    kept = act.standard.engine.exports.kept.deadline(act.at, act.standard.calendar)
    row.state, row.parts, row.size, row.digest = State.DONE, parts, size, digest
    row.done_at, row.expires_at = act.at, kept.at
    _remember(act, row, "export-done", rows=row.rows, size=size, digest=digest)


def failed(act: Act, row: Export) -> None:
    """It could not be made; what was gathered can be opened by nobody."""
    row.state, row.key = State.FAILED, None
    _remember(act, row, "export-failed", rows=row.rows)


def fetched(act: Act, person: Staff, row: Export) -> None:
    """Whoever asked for it takes the file; each time is an entry (REC-6).

    Raises NotFound for anybody else, Conflict where it is not there yet or no more.
    """
    if row.asked_by_id != person.id:
        raise NotFound("an export is fetched by whoever asked for it")
    if row.state != State.DONE or row.key is None:
        raise Conflict(f"the file of an export that is {row.state} is not there")
    row.taken, row.taken_at = row.taken + 1, act.at
    _remember(act, row, "export-fetched", rows=row.rows, digest=row.digest, by=person.id)


def expire(act: Act) -> None:
    """Destroy the keys of files whose time is over: nobody can open them from now on."""
    query = select(Export).where(Export.state == State.DONE, Export.expires_at <= act.at).with_for_update()
    for row in act.session.scalars(query.order_by(Export.id)).all():
        row.state, row.key = State.OVER, None
        _remember(act, row, "export-over")


def left_over(act: Act) -> list[Export]:
    """Those that nobody can open any more, and pieces of which may still be in the store."""
    query = select(Export).where(Export.state.in_((State.FAILED, State.OVER)), Export.file.is_not(None))
    return list(act.session.scalars(query.order_by(Export.id)))


def by_ids(act: Act, ids: Iterable[int]) -> dict[int, Export]:
    """Those of these exports that there are, by number."""
    return {row.id: row for row in act.session.scalars(select(Export).where(Export.id.in_(list(ids))))}


def _remember(act: Act, row: Export, kind: str, **fields: Any) -> None:
    act.remember("house", kind, export=row.id, what=row.what, form=row.form, **fields)
    act.news.add("exports")

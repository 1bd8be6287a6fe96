"""Open complaints by what falls due first, a page at a time; without it the one in danger would lie below a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased
from werkzeug.datastructures import MultiDict

from hotline.console import asking, discretion, lists, rights
from hotline.domain import complaint_forms
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.complaint_forms import SHARED
from hotline.domain.complaints import Complaint, Stage
from hotline.domain.promises import OWED, Promise
from hotline.domain.staff import Staff
from hotline.standard.kinds import Grade

UNGRADED = "none"  # in the filter: nobody graded it yet
# Made once: it takes longer than the query.
_FIRST, _LEADING, _ITS_CASE = aliased(Promise), aliased(Complaint), aliased(Case)
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # the place of what has no deadline: behind all others


@dataclass(frozen=True)
class Wanted:
    """The filter of the complaint desk. `company_id` is the reader's own unless they may see the whole group.

    `after`: the place of the last row of the page before: its rank, its deadline, its id.
    """

    company_id: int | None
    department_id: int | None
    grade: str
    stage: str
    mine: bool
    overdue: bool
    after: tuple[int, datetime, int] | None

    @classmethod
    def read(cls, args: MultiDict[str, str], person: Staff) -> Wanted:
        """From a page's query; what is no grade, no stage, no department is passed over."""
        grade, stage = args.get("grade", ""), args.get("stage", "")
        return cls(
            args.get("company", type=asking.row_id) if rights.whole_group(person) else person.company_id,
            args.get("department", type=asking.row_id),
            grade if grade in (UNGRADED, *Grade) else "",
            stage if stage in list(Stage) else "",
            "mine" in args,
            "overdue" in args,
            args.get("after", type=_place),
        )

    @property
    def query(self) -> dict[str, str | int]:
        """The same filter as a page's query, without the place in the list."""
        given = {"company": self.company_id or "", "department": self.department_id or "", "grade": self.grade}
        given |= {"stage": self.stage, "mine": "yes" if self.mine else "", "overdue": "yes" if self.overdue else ""}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class Row:
    """One open complaint, and what of it falls due first; `overdue`: how many of its promises are past their time."""

    complaint: Complaint
    case: Case
    next: Promise | None
    overdue: int
    rank: int
    joined_to: str | None  # the number of the case in which it is dealt with

    @property
    def needs(self) -> list[str]:
        """What a person has to settle before anything else can go on."""
        lacks = {
            "refused": self.complaint.refused_at is not None,
            "nobody": self.complaint.department_id is None,
            "ungraded": self.complaint.grade is None,
            "unwritten": not complaint_forms.is_written(self.case),
        }
        return [name for name, so in lacks.items() if so and self.complaint.joined_to_id is None]

    @property
    def place(self) -> str:
        """Where it stands in the list, for the query of the next page."""
        due = self.next.due_at if self.next else _NEVER
        return f"{self.rank}~{due.isoformat()}~{self.complaint.id}"


def found(act: Act, wanted: Wanted, person: Staff) -> list[Row]:
    """The complaints wanted: first what needs somebody, then by deadline; one more than a page where there are more.

    One query, however many complaints are open. Whom a complaint is about does not find it.
    """
    listed = _listed(act, wanted, person).subquery()
    due = func.coalesce(_FIRST.due_at, _NEVER, type_=Promise.due_at.type)
    query = (
        select(Complaint, Case, _FIRST, listed.c.overdue, listed.c.rank, _ITS_CASE.number)
        .join(listed, listed.c.id == Complaint.id)
        .join(Case, Case.id == Complaint.case_id)
        .outerjoin(_FIRST, _FIRST.id == listed.c.first)
        .outerjoin(_LEADING, _LEADING.id == Complaint.joined_to_id)
        .outerjoin(_ITS_CASE, _ITS_CASE.id == _LEADING.case_id)
    )
    if wanted.overdue:
        query = query.where(listed.c.overdue > 0)
    if wanted.after is not None:
        rank, at, id_ = wanted.after
        place = tuple_(literal(rank), literal(at, Promise.due_at.type), literal(id_))
        query = query.where(tuple_(listed.c.rank, due, Complaint.id) > place)
    rows = act.session.execute(query.order_by(listed.c.rank, due, Complaint.id).limit(lists.PAGE + 1))
    return [Row(*row) for row in rows]


def _listed(act: Act, wanted: Wanted, person: Staff) -> Select[Any]:
    """Which complaints, in what rank, and which of their promises comes first."""
    # What the department does for all of them falls due in the one that leads; a joined one owes its own customer.
    its_own = or_(Complaint.joined_to_id.is_(None), Promise.rule_id.not_in(SHARED))
    waiting = and_(Promise.case_id == Complaint.case_id, OWED, its_own)
    first = select(Promise.id).where(waiting).order_by(Promise.due_at, Promise.id).limit(1)
    # Counted by a filter: with the deadline among the conditions SQLite reads whatever is overdue, once for every row.
    overdue = select(func.count().filter(Promise.due_at < act.at)).select_from(Promise).where(waiting)
    lacks = or_(Complaint.refused_at.is_not(None), Complaint.department_id.is_(None), Complaint.grade.is_(None))
    needs = and_(lacks, Complaint.joined_to_id.is_(None))  # a joined one is dealt with in the one that leads
    return (
        select(
            Complaint.id,
            first.correlate(Complaint).scalar_subquery().label("first"),
            overdue.correlate(Complaint).scalar_subquery().label("overdue"),
            case((needs, 0), else_=1).label("rank"),
        )
        .join(Case, Case.id == Complaint.case_id)
        .where(Case.state == "open", *_conditions(wanted, person))
    )


def _conditions(wanted: Wanted, person: Staff) -> list[ColumnElement[bool]]:
    mine = or_(Case.owner_id == person.id, Case.handler_id == person.id)
    found = [discretion.cases(person)]
    if wanted.company_id is not None:
        has_it = (Case.company_id == wanted.company_id, Case.numbered_by_id == wanted.company_id)
        found.append(or_(*has_it, Case.owner_id == person.id))
    if wanted.department_id is not None:
        found.append(Complaint.department_id == wanted.department_id)
    if wanted.grade:
        found.append(Complaint.grade.is_(None) if wanted.grade == UNGRADED else Complaint.grade == wanted.grade)
    if wanted.stage:
        found.append(Complaint.stage == wanted.stage)
    if wanted.mine:
        found.append(mine)
    return found


def _place(typed: str) -> tuple[int, datetime, int]:
    """The place that a query names. Raises ValueError for none."""
    rank, due, id_ = typed.split("~")
    at = datetime.fromisoformat(due)
    if at.tzinfo is None:
        raise ValueError(typed)
    return asking.row_id(rank), at.astimezone(UTC), asking.row_id(id_)


def next_page(wanted: Wanted, last: Row) -> str:
    """The query of the next page, behind this row."""
    return "?" + urlencode({**wanted.query, "after": last.place})

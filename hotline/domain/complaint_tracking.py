"""Every complaint of a period with its clocks, a row each (跟踪表); without it a lost one went unnoticed (CMP-13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import aliased

from hotline.domain import complaint_figures
from hotline.domain.act import Act
from hotline.domain.audit import AuditEntry
from hotline.domain.cases import Case
from hotline.domain.complaint_figures import Wanted
from hotline.domain.complaint_forms import Complaint
from hotline.domain.decisions import Decision, What
from hotline.domain.promises import Promise

VISIT = "CMP-8.visit"
_LEADING, _ITS_CASE = aliased(Complaint), aliased(Case)  # made once: it takes longer than the query
_SAID = {"complaint-told": "told", "complaint-visited": "visited"}
Row = TypeVar("Row", Promise, Decision)


@dataclass(frozen=True)
class Refusal:
    """A department's word that a complaint is not theirs (部门退单); `reason` is sealed."""

    at: datetime
    department_id: int | None
    reason: str


@dataclass(frozen=True)
class Tracked:
    """One complaint: its case, what was promised by the rules of complaints, the time that was asked for beyond it.

    `joined_to`: the number of the case that it is dealt with in, where it is joined to another.
    """

    complaint: Complaint
    case: Case
    joined_to: str | None
    promises: list[Promise]
    extensions: list[Decision]
    refusals: list[Refusal]

    called: Mapping[str, bool]  # "told", "visited": was a call on record when somebody said so? (CMP-7, CMP-8)

    @property
    def visited_at(self) -> datetime | None:
        """When the complainant was asked again how it is now (CMP-8)."""
        return next((one.done_at for one in reversed(self.promises) if one.rule == VISIT), None)


def page(act: Act, wanted: Wanted, *, before: int | None, most: int) -> list[Tracked]:
    """The complaints wanted, newest first; `before`: the complaint's id of the last row of the page before."""
    query = complaint_figures.listed(select(Complaint, Case, _ITS_CASE.number), wanted, act.at)
    query = query.outerjoin(_LEADING, _LEADING.id == Complaint.joined_to_id)
    query = query.outerjoin(_ITS_CASE, _ITS_CASE.id == _LEADING.case_id)
    if before is not None:
        query = query.where(Complaint.id < before)
    found = act.session.execute(query.order_by(Complaint.id.desc()).limit(most)).all()
    case_ids = [case.id for _complaint, case, _number in found]
    promised = _by_case(
        act.session.scalars(
            select(Promise)
            .where(Promise.case_id.in_(case_ids), Promise.rule_id.like("CMP-%"))
            .order_by(Promise.case_id, Promise.id)
        )
    )
    asked = _by_case(
        act.session.scalars(
            select(Decision)
            .where(Decision.case_id.in_(case_ids), Decision.what == What.EXTENSION)
            .order_by(Decision.case_id, Decision.id)
        )
    )
    refused = refusals(act, (case for _complaint, case, _number in found))
    called = calls_on_record(act, (case for _complaint, case, _number in found))
    return [
        Tracked(each, case, number, promised[case.id], asked[case.id], refused[case.id], called[case.id])
        for each, case, number in found
    ]


def refusals(act: Act, cases: Iterable[Case]) -> dict[int, list[Refusal]]:
    """Which departments said of a case that it is not theirs, by its id, in order; from the log, which keeps it.

    The complaint itself knows no more of it once it was put to another department.
    """
    ids = {case.chain: case.id for case in cases}
    said = select(AuditEntry).where(AuditEntry.chain.in_(ids), AuditEntry.kind == "complaint-refused")
    found: dict[int, list[Refusal]] = defaultdict(list)
    for entry in act.session.scalars(said.order_by(AuditEntry.chain, AuditEntry.seq)):
        one = Refusal(entry.at, entry.fields["department"], entry.fields["refusal"])
        found[ids[entry.chain]].append(one)
    return found


def every(act: Act, wanted: Wanted, *, at_once: int) -> Iterator[Tracked]:
    """All of them, newest first, however many: so many rows `at_once` are held in memory."""
    before = None
    while found := page(act, wanted, before=before, most=at_once):
        yield from found
        before = found[-1].complaint.id


def calls_on_record(act: Act, cases: Iterable[Case]) -> dict[int, dict[str, bool]]:
    """Of each case, by its id: was a call on record when the customer was "told", and when they were "visited"?

    From the log, as it was found at that moment; a step that was not done, or not looked at so, is not among them.
    """
    ids = {case.chain: case.id for case in cases}
    said = select(AuditEntry).where(AuditEntry.chain.in_(ids), AuditEntry.kind.in_(_SAID))
    found: dict[int, dict[str, bool]] = defaultdict(dict)
    for entry in act.session.scalars(said.order_by(AuditEntry.chain, AuditEntry.seq)):
        if "called" in entry.fields:
            found[ids[entry.chain]][_SAID[entry.kind]] = entry.fields["called"]
    return found


def _by_case(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return found

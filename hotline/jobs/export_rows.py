"""The rows of each kind of export, a page at a time; without it a file would hold more than its reader may see (SEC-1).

What a page of the console hides from a person is not in their files either: the same conditions choose the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, exists, func, or_, select

from hotline.domain import discretion, legs
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.complaint_forms import Complaint
from hotline.domain.export_holdings import CALL, CASE, Held
from hotline.domain.exports import What
from hotline.domain.looks import Kind as LookKind
from hotline.domain.looks import Look
from hotline.domain.promises import Promise
from hotline.jobs.export_kinds import Found, Kind
from hotline.jobs.export_view import View
from hotline.sheets import Cell


def _calls(view: View, query: Select[Any]) -> Select[Any]:
    return query.select_from(Call).where(view.between(Call.company_id, Call.started_at), discretion.calls(view.person))


def _written_calls(view: View, found: Sequence[Any]) -> Iterator[list[Cell]]:
    calls = [call for (call,) in found]
    numbers = view.masked(call.customer_id for call in calls)
    hidden = legs.unnamed(view.act, calls)  # colleagues' legs too: beside the caller's row they would name them
    cases = _numbers_of_cases(view, [call.case_id for call in calls if call.id not in hidden])
    for call in calls:
        unnamed = call.id in hidden
        yield [
            call.id,
            view.company(call.company_id),
            view.named("direction", call.direction),
            view.local(call.started_at, call.company_id),
            _who(view, call, numbers, unnamed),
            view.named("state", call.state),
            round(call.answer_ms / 1000, 1) if call.answer_ms is not None else None,
            view.people.get(call.answered_by_id or 0),
            view.people[call.owner_id],
            None if unnamed else cases.get(call.case_id or 0),
            view.local(call.ended_at, call.company_id),
            view.zone(call.company_id),
        ]


def _who(view: View, call: Call, numbers: Mapping[int, str], unnamed: bool) -> str:
    if unnamed:
        return view.label("console.who.anonymous")
    if call.staff_id is not None:
        return view.people[call.staff_id]
    return numbers.get(call.customer_id or 0) or view.label("console.who.withheld")


def _cases(view: View, query: Select[Any]) -> Select[Any]:
    return query.select_from(Case).where(view.between(Case.company_id, Case.opened_at), discretion.cases(view.person))


def _written_cases(view: View, found: Sequence[Any]) -> Iterator[list[Cell]]:
    cases = [case for (case,) in found]
    numbers = view.masked(None if case.anonymous else case.customer_id for case in cases)
    for case in cases:
        yield [
            case.number,
            view.company(case.company_id),
            view.named("kind", case.kind),
            view.matter(case.matter),
            view.named("case-state", case.state),
            view.label("console.who.anonymous") if case.anonymous else numbers.get(case.customer_id or 0),
            view.people[case.owner_id],
            view.people[case.first_owner_id],
            view.local(case.opened_at, case.company_id),
            view.local(case.closed_at, case.company_id),
            view.people.get(case.closed_by_id or 0),
            view.zone(case.company_id),
        ]


def _complaints(view: View, query: Select[Any]) -> Select[Any]:
    query = query.select_from(Complaint).join(Case, Case.id == Complaint.case_id)
    return query.where(view.between(Case.company_id, Complaint.filed_at), discretion.cases(view.person))


def _written_complaints(view: View, found: Sequence[Any]) -> Iterator[list[Cell]]:
    for complaint, case in found:
        steps = ("signed_at", "settled_at", "returned_at", "replied_at", "told_at")
        yield [
            case.number,
            view.company(case.company_id),
            view.local(complaint.filed_at, case.company_id),
            view.named("grade", complaint.first_grade or "none"),
            view.named("grade", complaint.grade or "none"),
            view.departments.get(complaint.department_id or 0),
            view.people[case.owner_id],
            view.named("complaint-stage", complaint.stage),
            view.named("case-state", case.state),
            *(view.local(getattr(complaint, step), case.company_id) for step in steps),
            view.local(case.closed_at, case.company_id),
            view.zone(case.company_id),
        ]


def _promises(view: View, query: Select[Any]) -> Select[Any]:
    wanted = view.criteria
    query = query.select_from(Promise).join(Case, Case.id == Promise.case_id)
    query = query.where(view.between(Promise.company_id, Promise.due_at), discretion.cases(view.person))
    if wanted.rule:
        query = query.where(Promise.rule_id == wanted.rule)
    return query.where(Promise.verdict == wanted.verdict) if wanted.verdict else query


def _written_promises(view: View, found: Sequence[Any]) -> Iterator[list[Cell]]:
    for promise, case in found:
        yield [
            promise.rule_id,
            case.number,
            view.company(promise.company_id),
            view.named("kind", case.kind),
            view.named("verdict", promise.verdict),
            *(view.local(at, promise.company_id) for at in (promise.made_at, promise.due_at, promise.done_at)),
            view.people[promise.owner_id],
            view.departments.get(promise.department_id or 0),
            view.people.get(promise.excused_by_id or 0),
            view.zone(promise.company_id),
        ]


def _looks(view: View, query: Select[Any]) -> Select[Any]:
    """Nothing of a call or a matter that is hidden from whoever asked: the page leaves the same out (CMP-10)."""
    seen = or_(
        Look.kind == LookKind.SEARCHED,
        _stands_in(Call, "call:", discretion.calls(view.person)),
        _stands_in(Case, "case:", discretion.cases(view.person)),
    )
    return query.select_from(Look).where(view.between(Look.company_id, Look.at), seen)


def _stands_in(table: type[Call | Case], chain: str, shown: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of `Look`: was it at a row of this table that is shown? Looked up by the row's number, one look at a time."""
    number = cast(func.substr(Look.chain, len(chain) + 1), Integer)
    return and_(Look.chain.startswith(chain), exists().where(table.id == number, shown))


def _written_looks(view: View, found: Sequence[Any]) -> Iterator[list[Cell]]:
    for (look,) in found:
        yield [
            view.local(look.at, look.company_id),
            view.company(look.company_id),
            view.people[look.staff_id],
            view.named("exports.look", look.kind),
            look.chain,
            look.what,
            view.zone(look.company_id),
        ]


def _of_call(call: Call) -> Held:
    return Held(CALL, call.id)


def _of_case(case: Case) -> Held:
    return Held(CASE, case.id)


def _of_its_case(row: Complaint | Promise) -> Held:
    return Held(CASE, row.case_id)


def _of_look(look: Look) -> Held | None:
    thing, _, number = look.chain.partition(":")
    return Held(thing, int(number)) if number else None


def _numbers_of_cases(view: View, ids: Sequence[int | None]) -> dict[int, str]:
    """The numbers of these cases, as far as whoever asked may know of them."""
    query = select(Case.id, Case.number).where(Case.id.in_([id_ for id_ in ids if id_]), discretion.cases(view.person))
    return {row.id: row.number for row in view.act.session.execute(query)}


_CALLS = Kind(
    (
        "call",
        "company",
        "direction",
        "began",
        "who",
        "state",
        "answer",
        "answered_by",
        "owner",
        "case",
        "ended",
        "zone",
    ),
    Call.id,
    _calls,
    (Call,),
    _written_calls,
    _of_call,
)
KINDS: Mapping[str, Kind] = {
    What.CALLS: _CALLS,
    What.FOUND: Found(**vars(_CALLS)),
    What.CASES: Kind(
        (
            *("number", "company", "kind", "matter", "state", "customer", "owner", "first_owner"),
            *("opened", "closed", "closed_by", "zone"),
        ),
        Case.id,
        _cases,
        (Case,),
        _written_cases,
        _of_case,
    ),
    What.COMPLAINTS: Kind(
        (
            *("number", "company", "filed", "first_grade", "grade", "department", "owner", "stage", "state"),
            *("signed", "settled", "returned", "replied", "told", "closed", "zone"),
        ),
        Complaint.id,
        _complaints,
        (Complaint, Case),
        _written_complaints,
        _of_its_case,
    ),
    What.PROMISES: Kind(
        (
            *("rule", "number", "company", "kind", "verdict", "made", "due", "done"),
            *("owner", "department", "excused_by", "zone"),
        ),
        Promise.id,
        _promises,
        (Promise, Case),
        _written_promises,
        _of_its_case,
    ),
    What.LOOKS: Kind(
        ("at", "company", "who_looked", "how", "where", "what", "zone"),
        Look.id,
        _looks,
        (Look,),
        _written_looks,
        _of_look,
    ),
}

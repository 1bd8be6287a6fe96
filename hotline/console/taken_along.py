"""Files among the looks: one that holds a customer's rows is a look at many; else a leak had a gap there (SEC-2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_

from hotline.console import discretion, export_told
from hotline.domain import export_holdings, exports
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.exports import Export
from hotline.domain.looks import Asked
from hotline.domain.staff import Staff

MOST = 20  # shown; the list of exports has them all


@dataclass(frozen=True)
class Taken:
    """A file as it stands among the looks; `is_theirs`: of the reader's own company, else no more than that is told."""

    export: Export
    is_theirs: bool
    chosen: str
    reason: str


def listed(act: Act, reader: Staff, asked: Asked) -> list[Taken]:
    """The files that a person took along, or that held rows of a customer which the reader may know of, newest first;
    one more than `MOST` where there are more. None where neither is asked about.
    """
    found = list(_found(act, reader, asked))
    return [_taken(act, one, asked.companies) for one in found if asked.staff_id in (None, one.asked_by_id)]


def held_any(act: Act, reader: Staff, customer_id: int, companies: frozenset[int] | None) -> bool:
    """Was there a file with rows of this customer that the reader may know of?"""
    return bool(listed(act, reader, Asked(None, customer_id, companies)))


def _found(act: Act, reader: Staff, asked: Asked) -> Iterator[Export]:
    if asked.customer_id is not None:
        calls: list[ColumnElement[bool]] = [discretion.calls(reader)]
        cases: list[ColumnElement[bool]] = [discretion.cases(reader)]
        if asked.companies is not None:
            calls.append(Call.company_id.in_(asked.companies))
            cases.append(or_(Case.company_id.in_(asked.companies), Case.numbered_by_id.in_(asked.companies)))
        yield from export_holdings.of_customer(act, asked.customer_id, calls=calls, cases=cases, most=MOST + 1)
    elif asked.staff_id is not None:
        for company_id in sorted(asked.companies) if asked.companies is not None else [None]:
            yield from exports.listed(act, company_id, before=None, most=MOST + 1, by=asked.staff_id)


def _taken(act: Act, export: Export, companies: frozenset[int] | None) -> Taken:
    if companies is not None and export.company_id not in companies:
        return Taken(export, False, "", "")
    return Taken(export, True, export_told.chosen(act, export), export_told.reason(act, export))

"""Many notices of one act, written at once; without it a clock behind its time would keep everybody else waiting."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import select

from hotline.db import insert_new
from hotline.domain import complaint_forms, notices, robots, staff
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.companies import Company
from hotline.domain.notices import Notice
from hotline.domain.staff import Staff
from hotline.standard.kinds import Role


class Telling(NamedTuple):
    """An occasion of which the owner of a case, or a company's people in a role, are told: see `notices.tell_role`."""

    case: Case
    role: Role
    text: str
    about: str
    promise: int
    urgent: bool
    by_call: bool = False


class _Row(NamedTuple):
    """A notice to be written, whom it tells, and of which case."""

    person: Staff
    case: Case
    values: dict[str, Any]


def tell_all(act: Act, tellings: Sequence[Telling]) -> None:
    """Tell each as `notices.tell_role` does, with a handful of statements for all of them together."""
    if not tellings:
        return
    companies = {one.case.company_id for one in tellings}
    kept = list(act.session.scalars(select(Company).where(Company.id.in_(companies))))  # held: they are asked for often
    rows = _rows(act, tellings)
    written = insert_new(act.session, Notice).returning(Notice.key, Notice.id)
    values = [row.values for row in rows.values()]
    ids = {row.key: row.id for row in act.session.execute(written, values)} if values else {}  # nobody can be told
    for key, row in rows.items():
        urgent, by_call = row.values["urgent"], row.values["by_call"]
        notices.owe(act, row.person, row.case, key, ids.get(key), urgent=urgent, by_call=by_call)
    grouped = {one.id for one in kept if robots.listed(act, one.id)}
    for one in tellings:
        if one.role is not Role.OWNER and one.case.company_id in grouped:
            company_id = one.case.company_id
            due = notices.reached_from(act, None, company_id, urgent=_urgent(one))
            robots.post(act, company_id, one.case, one.text, about=one.about, promise=one.promise, due=due)


def _urgent(one: Telling) -> bool:
    return one.urgent or one.case.kind == Kind.EMERGENCY


def _rows(act: Act, tellings: Sequence[Telling]) -> dict[str, _Row]:
    """By its key, each notice once; who is told twice of one occasion is rung if either says so."""
    rows: dict[str, _Row] = {}
    audience = _Audience(act, tellings)
    for one in tellings:
        for person in audience.of(one):
            written = partial(notices.row_of, act, person, one.case, one.text, about=one.about, promise=one.promise)
            row = _Row(person, one.case, written(urgent=_urgent(one), by_call=one.by_call))
            first = rows.setdefault(row.values["key"], row)
            first.values["by_call"] |= one.by_call
    return rows


class _Audience:
    """Whom each telling reaches: the same people for every case of a company, but for a complaint its own."""

    def __init__(self, act: Act, tellings: Sequence[Telling]) -> None:
        self._act = act
        cases, owners = {one.case.id for one in tellings}, {one.case.owner_id for one in tellings}
        self._complaints = complaint_forms.among(act, cases)
        self._owners = {one.id: one for one in act.session.scalars(select(Staff).where(Staff.id.in_(owners)))}
        self._roles: dict[tuple[int, Role], list[Staff]] = {}

    def of(self, one: Telling) -> list[Staff]:
        """Who is told."""
        case = one.case
        if case.id in self._complaints:
            return notices.people(self._act, case, one.role)
        if one.role is not Role.OWNER:
            return self._in(case.company_id, one.role)
        owner = self._owners[case.owner_id]
        return [owner] if owner.active and owner.phone is not None else self._in(case.company_id, Role.SUPERVISOR)

    def _in(self, company_id: int, role: Role) -> list[Staff]:
        if (company_id, role) not in self._roles:
            self._roles[company_id, role] = staff.told(self._act, company_id, role)
        return self._roles[company_id, role]

"""Many notices of one act, written at once; without it a clock behind its time would keep everybody else waiting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from hotline.db import insert_new
from hotline.domain import absences, complaint_forms, notices, robots, staff
from hotline.domain.act import Act
from hotline.domain.companies import Company
from hotline.domain.notices import Notice
from hotline.domain.occasions import Occasion
from hotline.domain.staff import Staff
from hotline.standard.kinds import Role


class Telling(NamedTuple):
    """Who is told, the owner of the case or its company's people in a role, and of what: see `notices.tell_role`."""

    role: Role
    what: Occasion


def tell_all(act: Act, tellings: Sequence[Telling]) -> None:
    """Tell each as `notices.tell_role` does, with a handful of statements for all of them together."""
    if not tellings:
        return
    companies = {what.case.company_id for _role, what in tellings}
    kept = list(act.session.scalars(select(Company).where(Company.id.in_(companies))))  # held: they are asked for often
    told = _told(act, tellings)
    written = insert_new(act.session, Notice).returning(Notice.key, Notice.id)
    rows = [notices.row_of(act, person, what) for person, what in told.values()]
    ids = {row.key: row.id for row in act.session.execute(written, rows)} if rows else {}  # nobody can be told
    for key, (person, what) in told.items():
        notices.owe(act, person, what, ids.get(key))
    grouped = {one.id for one in kept if robots.listed(act, one.id)}
    for role, what in tellings:
        if role is not Role.OWNER and what.case.company_id in grouped:
            robots.post(act, what, due=notices.reached_from(act, None, what.case.company_id, urgent=what.presses))


def _told(act: Act, tellings: Sequence[Telling]) -> dict[str, tuple[Staff, Occasion]]:
    """By its key, each notice once; who is told twice of one occasion is rung if either says so."""
    told: dict[str, tuple[Staff, Occasion]] = {}
    audience = _Audience(act, tellings)
    for one in tellings:
        for person in audience.of(one):
            key = notices.key_of(person, one.what)
            _person, first = told.get(key, (person, one.what))
            told[key] = person, first._replace(by_call=first.by_call or one.what.by_call)
    return told


class _Audience:
    """Whom each telling reaches: the same people for every case of a company, but for a complaint its own."""

    def __init__(self, act: Act, tellings: Sequence[Telling]) -> None:
        self._act = act
        cases = [one.what.case for one in tellings]
        owners = {case.owner_id for case in cases}
        self._complaints = complaint_forms.among(act, {case.id for case in cases})
        self._owners = {one.id: one for one in act.session.scalars(select(Staff).where(Staff.id.in_(owners)))}
        self._away = absences.away(act)
        self._roles: dict[tuple[int, Role], list[Staff]] = {}

    def of(self, one: Telling) -> list[Staff]:
        """Who is told."""
        case = one.what.case
        if case.id in self._complaints or (one.role is Role.OWNER and case.owner_id in self._away):
            return notices.people(self._act, case, one.role)
        if one.role is not Role.OWNER:
            return self._in(case.company_id, one.role)
        owner = self._owners[case.owner_id]
        return [owner] if owner.active and owner.phone is not None else self._in(case.company_id, Role.SUPERVISOR)

    def _in(self, company_id: int, role: Role) -> list[Staff]:
        if (company_id, role) not in self._roles:
            self._roles[company_id, role] = staff.told(self._act, company_id, role)
        return self._roles[company_id, role]

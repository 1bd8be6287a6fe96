"""Return visits (回访): was it mended, are they content; without it nobody would ask after the work (VIS-1, VIS-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import callbacks, cases, companies, customers, owed_calls, promises, visit_rules
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.customers import Customer
from hotline.domain.promises import Verdict
from hotline.domain.visit_rules import COMPLAINT as COMPLAINT
from hotline.domain.visit_rules import REPAIR as REPAIR
from hotline.domain.visit_rules import REPLY as REPLY
from hotline.domain.visit_rules import RESULT as RESULT
from hotline.domain.visit_rules import VISITOR as VISITOR
from hotline.domain.visitors import Channel
from hotline.errors import Conflict, NotFound
from hotline.standard.kinds import Asker as Asker

SIGNED_FOR = (REPAIR, VISITOR)  # of a complaint the department has signed before

_UNSIGNED = text("to_sign_at IS NOT NULL AND signed_at IS NULL")


class State(StrEnum):
    """What became of a return visit."""

    OWED = "owed"
    MADE = "made"
    REFUSED = "refused"  # the customer wants no call: recorded, and counted apart
    UNREACHED = "unreached"


class Visit(Base):
    """One return visit owed to a customer after a piece of work, a complaint or a stay, and what they said.

    `mark`: satisfaction by the profile's scale; `said` is the customer's own words, sealed with the case.
    """

    __tablename__ = "visits"
    __table_args__ = (
        Index(None, "company_id", "owed_at"),
        Index("ix_visits_unsigned", "company_id", "to_sign_at", sqlite_where=_UNSIGNED, postgresql_where=_UNSIGNED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))  # whose work it was, whoever has it now
    rule: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12))
    owed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    by: Mapped[str | None] = mapped_column(String(8))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    mended: Mapped[bool | None]
    mark: Mapped[int | None]
    said: Mapped[str | None] = mapped_column(Text)
    reopened: Mapped[bool] = mapped_column(default=False)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))  # that did the work
    to_sign_at: Mapped[datetime | None]  # since when there is something in it that the department signs for
    signed_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    @property
    def is_awaited(self) -> bool:
        """Can it still be made? Of whoever was not reached too: they may ring us."""
        return self.state in (State.OWED, State.UNREACHED)

    @property
    def is_unsigned(self) -> bool:
        """Does the department still have to sign for it (签收)?"""
        return self.to_sign_at is not None and self.signed_at is None


@dataclass(frozen=True)
class Said:
    """What a customer said on a return visit; None of what was not asked, or not answered.

    `mended`: is it mended, or settled; `mark`: 1 to the profile's best; `words`: their own, not sealed yet.
    """

    mended: bool | None = None
    mark: int | None = None
    words: str = ""


def owe(act: Act, case: Case, rule: str, *, worked: int | None = None) -> Visit:
    """A return visit is due by this rule: promised, and rung from the profile's `visits.after` on. The case is locked.

    Whoever waits for the result of a repair is rung at once: one call serves both (FLT-5). Who asked not to be called
    is neither promised a visit nor rung for it, which is refused from the beginning; but is told a result.
    `worked`: who did the work, by id; else it was whoever has the next step.
    """
    companies.get(act, case.company_id)
    refused = wants_no_calls(act, case)
    visit = Visit(
        case_id=case.id,
        company_id=case.company_id,
        rule=rule,
        state=State.REFUSED if refused else State.OWED,
        owed_at=act.at,
        ended_at=act.at if refused else None,
        reopened=False,
        department_id=visit_rules.department(act, case, worked) if rule in SIGNED_FOR else None,
    )
    act.session.add(visit)
    act.session.flush()
    ended = act.at.isoformat() if refused else None
    told = {"company": case.company_id, "rule": rule, "state": visit.state, "ended": ended}
    act.remember(case.chain, "visit-owed", visit=visit.id, **told, department=visit.department_id)
    if not refused:
        begins = visit_rules.begins(act, case, rule, act.at)
        callbacks.owe(act, case, rule, style=visit_rules.style(act, rule), from_at=begins)
    elif rule == REPAIR:
        callbacks.inform(act, case, RESULT)
    return visit


def asks_after_stay(act: Act, channel: Channel) -> bool:
    """Are those who came in person called the day after, by the chosen standard (VIS-3)? Who wrote was not here."""
    return act.standard.visits.asks_departing and channel == Channel.WALK_IN


def stayed(act: Act, case: Case) -> None:
    """Whoever came in person about this case has left: they are asked how it was, where nothing else will be asked.

    After a repair and a complaint they are visited anyway. The case is locked.
    """
    if case.state == "open" and case.kind in (Kind.ENQUIRY, Kind.MESSAGE):
        owe(act, case, VISITOR)


def wants_no_calls(act: Act, case: Case) -> bool:
    """Did the customer of this case ask not to be rung about how it was?"""
    known = customers.get(act, case.customer_id) if case.customer_id is not None else None
    return known is not None and known.no_calls_at is not None


def made(
    act: Act,
    case: Case,
    visit: Visit,
    said: Said,
    *,
    by: Asker,
    staff_id: int | None = None,
    call_id: int | None = None,
) -> None:
    """Note what the customer said: the promise is kept, or late, and nobody is rung for it any more.

    The case is locked. Raises Conflict for a visit that was made or refused before.
    """
    if not visit.is_awaited:
        raise Conflict("this visit was made already, or the customer wanted none")
    visit.state, visit.ended_at, visit.by = State.MADE, act.at, by
    visit.staff_id, visit.call_id = staff_id, call_id
    _note(act, case, visit, said)
    told = {"asker": by, "by": staff_id, "call": call_id}
    act.remember(case.chain, "visit-made", visit=visit.id, **told, **_said(visit))
    promises.done(act, visit.rule, case)
    _told(act, case, visit)
    callbacks.settle(act, case)


def add(act: Act, case: Case, visit: Visit, said: Said) -> None:
    """The customer goes on answering in the same call: what was said before stays. The case is locked."""
    _note(act, case, visit, said)
    act.remember(case.chain, "visit-said", visit=visit.id, **_said(visit))


def unreached(act: Act, case: Case) -> None:
    """A call was tried as often as the standard says: of a visit that nobody is rung about any more, it was in vain.

    The promise's verdict stands as it is (CBK-3). The case is locked.
    """
    rung_about = owed_calls.rung_about(act, [case.id])
    for visit in of_case(act, case.id):
        if visit.state == State.OWED and (case.id, visit.rule) not in rung_about:
            visit.state = State.UNREACHED
            act.remember(case.chain, "visit-unreached", visit=visit.id)


def refuse(act: Act, case: Case, *, by: Asker, staff_id: int | None = None, call_id: int | None = None) -> None:
    """The customer of this case wants no such call, now or ever: no visit that is owed to them is tried any more.

    The case is not locked yet: all of theirs are, in one order. Nothing changes where none is awaited in it.
    """
    if not any(one.is_awaited for one in of_case(act, case.id)):
        return
    if case.customer_id is not None:
        customer = act.session.get_one(Customer, case.customer_id, with_for_update=True)
        customer.no_calls_at = customer.no_calls_at or act.at
    for case_id in _awaited_of(act, case):
        found = cases.get(act, case_id)
        companies.get(act, found.company_id)
        for visit in of_case(act, case_id):
            if visit.is_awaited:
                _refused(act, found, visit, by=by, staff_id=staff_id, call_id=call_id)
                if found.id == case.id:
                    _told(act, found, visit)
                elif visit.rule == REPAIR:
                    callbacks.inform(act, found, RESULT)
                callbacks.settle(act, found)
    companies.get(act, case.company_id)


def allow_again(act: Act, case: Case, *, by: int) -> None:
    """The customer of this case takes such calls again, or never meant to refuse them: from the next visit on.

    Nothing changes where they never refused. The case is not locked yet: the customer is first, as in `refuse`.
    """
    customer = act.lock(Customer, case.customer_id) if case.customer_id is not None else None
    case = cases.get(act, case.id)
    if customer is not None and customer.no_calls_at is not None:
        customer.no_calls_at = None
        act.remember(case.chain, "visits-allowed", by=by)


def of_case(act: Act, case_id: int) -> list[Visit]:
    """The return visits of a case, in the order in which they fell due."""
    return list(act.session.scalars(select(Visit).where(Visit.case_id == case_id).order_by(Visit.id)))


def awaited(act: Act, case_id: int) -> Visit | None:
    """The visit of a case that is still to be made, the oldest of several."""
    return next((one for one in of_case(act, case_id) if one.is_awaited), None)


def get(act: Act, visit_id: int) -> Visit:
    """The visit with this id, as it stands now; its case is locked before it is changed. Raises NotFound."""
    visit = act.session.get(Visit, visit_id, populate_existing=True)
    if visit is None:
        raise NotFound(f"there is no return visit {visit_id}")
    return visit


def _told(act: Act, case: Case, visit: Visit) -> None:
    """Asked how the repair is, the customer was told its result as well (FLT-5)."""
    if visit.rule == REPAIR:
        promises.done(act, RESULT, case)


def _note(act: Act, case: Case, visit: Visit, said: Said) -> None:
    visit.mended = said.mended if said.mended is not None else visit.mended
    visit.mark = said.mark if said.mark is not None else visit.mark
    visit.said = cases.seal(act, case, said.words) if said.words else visit.said
    act.news.add(f"staff:{case.owner_id}")


def _said(visit: Visit) -> dict[str, object]:
    return {"mended": visit.mended, "mark": visit.mark, "said": visit.said}


def _awaited_of(act: Act, case: Case) -> list[int]:
    """The cases of this customer with a visit that is still to be made, in the order in which they are locked."""
    query = select(Case.id).join(Visit, Visit.case_id == Case.id).distinct()
    query = query.where(Visit.state.in_((State.OWED, State.UNREACHED)))
    theirs = Case.id == case.id if case.customer_id is None else Case.customer_id == case.customer_id
    return list(act.session.scalars(query.where(theirs).order_by(Case.id)))


def _refused(act: Act, case: Case, visit: Visit, *, by: Asker, staff_id: int | None, call_id: int | None) -> None:
    visit.state, visit.ended_at, visit.by = State.REFUSED, act.at, by
    visit.staff_id, visit.call_id = staff_id, call_id
    act.remember(case.chain, "visit-refused", visit=visit.id, asker=by, by=staff_id, call=call_id)
    for promise in promises.of_case(act, case.id):
        if promise.rule == visit.rule and promise.verdict == Verdict.OPEN and act.at <= promise.due_at:
            promises.excuse(act, promise, None, why="customer-refused")
    promises.done(act, visit.rule, case)  # what was broken before, late: they were asked
    callbacks.refused(act, case)
    act.news.add(f"staff:{case.owner_id}")

"""What one person asks and a higher one decides; without it a clock or a grade could be changed alone (CMP-5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, and_, or_, select

from hotline.domain import cases, changes, companies, complaint_forms, deciders, dispatches, notices, robots, staff
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.decision_forms import Decision as Decision
from hotline.domain.decision_forms import State as State
from hotline.domain.decision_forms import What as What
from hotline.domain.occasions import Occasion
from hotline.domain.promises import Promise, Verdict
from hotline.domain.staff import Staff
from hotline.errors import Conflict, Invalid, NotFound, Refused
from hotline.standard.kinds import Grade, Role

_DECIDE = tuple(role for role in staff.ANSWERS if role is not staff.Role.AGENT)


def ask(
    act: Act,
    case: Case,
    what: What,
    *,
    by: Staff,
    reason: str,
    wanted: datetime | Grade | Kind,
    promise: Promise | None = None,
) -> Decision:
    """Ask somebody higher for more time, a lower grade or another kind of matter; those who may decide are told.

    The case is locked, its standard chosen. Raises Invalid without a reason or for what cannot be wanted, Refused for
    whoever may not ask and where nobody could decide, Conflict where it is too late or asked already.
    """
    promise = promise if what is What.EXTENSION else None
    if not reason.strip():
        raise Invalid("say why: whoever decides must know it")
    if case.state == "closed":
        raise Conflict(f"case {case.number} is closed: open a new one for a new matter")
    if not deciders.may_ask(act, case, by, promise.rule_id if promise is not None else None):
        raise Refused("whoever answers for the matter or leads its company asks for this")
    made = Decision(
        case_id=case.id,
        what=what,
        wanted=_written(act, case, what, wanted, promise),
        promise_id=promise.id if promise is not None else None,
        asked_by_id=by.id,
        asked_at=act.at,
        reason=cases.seal(act, case, reason.strip()),
        state=State.ASKED,
    )
    _put(act, case, made)
    return made


def decide(act: Act, decision: Decision, *, by: Staff, approve: bool, answer: str) -> None:
    """Approve, and what was wanted is so from this moment; or refuse, and nothing changed. Who asked is told.

    Raises Refused for whoever may not decide, Invalid without a reason, Conflict when it was decided before, or comes
    too late.
    """
    decision, case = _locked(act, decision.id, joined=True)
    if decision.state != State.ASKED:
        raise Conflict("this was decided already")
    _check_decider(act, decision, case, by)
    if not answer.strip():
        raise Invalid("say why: a decision without a reason is none")
    sealed = cases.seal(act, case, answer.strip())
    _settle(act, decision, case, State.APPROVED if approve else State.REFUSED, by=by.id, answer=sealed)
    if approve:
        _carry_out(act, decision, case, by, sealed)
    _tell_asker(act, decision, case, "decision-made")


def withdraw(act: Act, decision: Decision, *, by: Staff) -> None:
    """Who asked does not want it any more. Raises NotFound for somebody else's request, Conflict after the answer."""
    decision, case = _locked(act, decision.id)
    if decision.asked_by_id != by.id:
        raise NotFound("you asked for nothing there")
    if decision.state != State.ASKED:
        raise Conflict("this was decided already")
    _settle(act, decision, case, State.WITHDRAWN)


def overdue(act: Act, *, most: int) -> list[int]:
    """What nobody decided in time, by id: its deadline came, or its matter was settled, closed, or made another."""
    return list(act.session.scalars(_overdue(act).order_by(Decision.id).limit(most)))


def lapse(act: Act, decision_id: int) -> None:
    """What nobody decided in time ends, and who asked is told. Nobody can approve it from its deadline on anyway.

    One in an act: of several the cases would be locked in another order than by whoever deals with those joined to one.
    """
    _locked(act, decision_id)
    let_lapse(act, act.session.scalars(_overdue(act).where(Decision.id == decision_id)).all())


def let_lapse(act: Act, ids: Iterable[int]) -> None:
    """These requests end undecided, and who asked is told; what was decided meanwhile stays so."""
    for decision_id in ids:
        decision, case = _locked(act, decision_id)
        if decision.state == State.ASKED:
            _settle(act, decision, case, State.LAPSED)
            _tell_asker(act, decision, case, "decision-lapsed")


def gone_up(act: Act) -> list[int]:
    """What another level decides by now than when it was asked, by id: a grade was raised, or a superior owns it."""
    found, _held = _waiting(act)
    return [one.id for one, case in found if _level(act, one, case) not in (None, one.level)]


def follow(act: Act, decision_id: int) -> None:
    """Who decides by now what another level was asked is told, once, that it waits for them.

    Without it a request that went up with its grade would lie with nobody, and lapse. One in an act, as `lapse`.
    """
    decision, case = _locked(act, decision_id)
    now = _level(act, decision, case)
    if decision.state == State.ASKED and now not in (None, decision.level):
        before, decision.level = decision.level, str(now)
        act.remember(case.chain, "decision-gone-up", decision=decision.id, before=before, level=now)
        _tell_deciders(act, case, decision)


def get(act: Act, decision_id: int) -> Decision:
    """The request with this id, locked after its case, whose standard is chosen, and those joined. Raises NotFound."""
    return _locked(act, decision_id, joined=True)[0]


def of_case(act: Act, case_id: int) -> list[Decision]:
    """Every request of a case, in order."""
    return list(act.session.scalars(select(Decision).where(Decision.case_id == case_id).order_by(Decision.id)))


def waiting_for(act: Act, person: Staff) -> list[Decision]:
    """What this person may decide, the oldest first. The standard chosen is any company's afterwards."""
    if not person.has(*_DECIDE):
        return []
    found, _held = _waiting(act)
    barred = complaint_forms.barred_among(act, {case.id for _decision, case in found})
    return [one for one, case in found if _decides(act, one, case, person, barred.get(case.id, frozenset()))]


def may_decide(act: Act, decision: Decision, case: Case, person: Staff) -> bool:
    """May this person decide this: high enough, and neither who asks, nor who answers for it, nor complained of?"""
    return _decides(act, decision, case, person, complaint_forms.barred(act, case.id))


def level(act: Act, decision: Decision, case: Case) -> str:
    """The role from which on somebody may decide it now: a raised grade or a higher owner takes it further up.

    The standard of the case's company is chosen. Raises Refused where nobody stands there.
    """
    companies.get(act, case.company_id)
    asked_by = staff.get(act, decision.asked_by_id)
    if decision.promise_id is None:
        return deciders.level(act, case, lowest=Role.SUPERVISOR, asked_by=asked_by, above=True)
    lowest = changes.approver(act, act.session.get_one(Promise, decision.promise_id))
    return deciders.level(act, case, lowest=lowest, asked_by=asked_by, above=False)


def _overdue(act: Act) -> Select[int]:
    no_complaint = and_(Decision.what != What.EXTENSION, Case.kind != Kind.COMPLAINT)
    over = or_(Promise.verdict != Verdict.OPEN, Promise.due_at < act.at, Case.state == "closed", no_complaint)
    query = select(Decision.id).join(Case, Case.id == Decision.case_id)
    return query.outerjoin(Promise, Promise.id == Decision.promise_id).where(Decision.state == State.ASKED, over)


def _waiting(act: Act) -> tuple[list[tuple[Decision, Case]], object]:
    """What waits for a decision, the oldest first; and what is to be held, or would be read anew for each of them."""
    query = select(Decision, Case, Promise).join(Case, Case.id == Decision.case_id)
    query = query.outerjoin(Promise, Promise.id == Decision.promise_id).where(Decision.state == State.ASKED)
    found = act.session.execute(query.order_by(Decision.id)).all()
    if not found:
        return [], None
    involved = {id_ for decision, case, _promise in found for id_ in (decision.asked_by_id, case.owner_id)}
    held = found, companies.listed(act), act.session.scalars(select(Staff).where(Staff.id.in_(involved))).all()
    return [(decision, case) for decision, case, _promise in found], held


def _level(act: Act, decision: Decision, case: Case) -> str | None:
    """The same as `level`; None where nobody stands there, or the standard knows the rule no longer."""
    try:
        return level(act, decision, case)
    except (Refused, Invalid):
        return None


def _written(act: Act, case: Case, what: What, wanted: object, promise: Promise | None) -> str:
    """What is wanted as it is written down, where it may be wanted."""
    if what is What.EXTENSION:
        return changes.check_more_time(act, case, promise, wanted)[1].isoformat()
    if what is What.LOWER_GRADE:
        return str(changes.check_lower_grade(act, case, wanted)[1])
    return str(changes.check_other_kind(act, case, wanted)[1])


def _carry_out(act: Act, decision: Decision, case: Case, by: Staff, why: str) -> None:
    """What an approval does, looked at anew: what was asked for may have become impossible meanwhile."""
    if case.state == "closed":
        raise Conflict(f"case {case.number} is closed")
    if decision.what == What.EXTENSION:
        promise = act.session.get_one(Promise, decision.promise_id, with_for_update=True, populate_existing=True)
        promise, until = changes.check_more_time(act, case, promise, decision.value)
        changes.extend(act, case, promise, until, by=by, why=why)
    elif decision.what == What.LOWER_GRADE:
        complaint, grade = changes.check_lower_grade(act, case, decision.value)
        changes.lower_grade(act, case, complaint, grade, by=by, why=why)
    else:
        complaint, kind = changes.check_other_kind(act, case, decision.value)
        changes.change_kind(act, case, complaint, kind, by=by, why=why)


def _check_decider(act: Act, decision: Decision, case: Case, by: Staff) -> None:
    if by.id == decision.asked_by_id:
        raise Refused("nobody decides what they asked for themselves")
    if by.id == case.owner_id:
        raise Refused("whoever answers for the matter does not decide about its clock: somebody above does")
    if not may_decide(act, decision, case, by):
        raise Refused(f"this is decided by {level(act, decision, case)} or somebody above, in its own company")


def _decides(act: Act, decision: Decision, case: Case, person: Staff, barred: frozenset[int]) -> bool:
    lowest, without = _level(act, decision, case), {decision.asked_by_id, case.owner_id, *barred}
    return lowest is not None and deciders.may(act, person, case.company_id, lowest, without=without)


def _put(act: Act, case: Case, made: Decision) -> None:
    """On record, and told to those who may decide; where there is nobody, there is nothing to wait for."""
    same = (made.what, made.promise_id, State.ASKED)
    if any((one.what, one.promise_id, one.state) == same for one in of_case(act, case.id)):
        raise Conflict("this was asked already and waits for a decision")
    made.level = level(act, made, case)
    if not _deciders(act, case, made):
        raise Refused("nobody stands above you who could decide this: it stays as it is")
    act.session.add(made)
    act.session.flush()
    asked = {"what": made.what, "promise": made.promise_id, "wanted": made.wanted, "level": made.level}
    act.remember(case.chain, "decision-asked", decision=made.id, **asked, by=made.asked_by_id, reason=made.reason)
    _tell_deciders(act, case, made)


def _deciders(act: Act, case: Case, decision: Decision) -> list[Staff]:
    """Who is asked to decide: the lowest level that may, of which somebody is there."""
    without = {decision.asked_by_id, case.owner_id, *complaint_forms.barred(act, case.id)}
    return deciders.told(act, deciders.people(act, case.company_id, decision.level, without=without))


def _tell_deciders(act: Act, case: Case, decision: Decision) -> None:
    text = "extension-asked" if decision.what == What.EXTENSION else "decision-asked"
    asking = Occasion(case, text, str(decision.id), decision.promise_id)
    promise = act.session.get(Promise, decision.promise_id or 0)
    pressing = asking.presses
    for person in _deciders(act, case, decision):
        awake = notices.may_be_texted(act, person, case.company_id, urgent=False)
        urgent = promise is not None and awake >= promise.due_at
        pressing |= urgent
        notices.tell(act, person, asking._replace(urgent=urgent))
    robots.post(act, asking, due=notices.reached_from(act, None, case.company_id, urgent=pressing))


def _settle(
    act: Act, decision: Decision, case: Case, state: State, *, by: int | None = None, answer: str | None = None
) -> None:
    decision.state, decision.decided_at = state, act.at
    decision.decided_by_id, decision.answer = by, answer
    told = {"decision": decision.id} if by is None else {"decision": decision.id, "by": by, "answer": answer}
    act.remember(case.chain, f"decision-{state}", **told)
    act.news.add(f"staff:{decision.asked_by_id}")


def _tell_asker(act: Act, decision: Decision, case: Case, text: str) -> None:
    """Who left meanwhile does not wait for it any more: whoever answers for the matter now does."""
    asker = staff.get(act, decision.asked_by_id)
    for person in [asker] if asker.active else notices.people(act, case, Role.OWNER):
        notices.tell(act, person, Occasion(case, text, str(decision.id), decision.promise_id))


def _locked(act: Act, decision_id: int, *, joined: bool = False) -> tuple[Decision, Case]:
    """The request and its case, whose standard is chosen; locked as everywhere: dispatches, the case, then this."""
    # What was joined to the case is changed by an approval too: all of it is locked in everybody's order.
    case_id = act.session.scalar(select(Decision.case_id).where(Decision.id == decision_id))
    if case_id is None:
        raise NotFound(f"there is no request {decision_id}")
    for dispatch in dispatches.of_case(act, case_id):
        dispatches.get(act, dispatch.id)
    if joined:
        complaint_forms.together(act, act.session.get_one(Case, case_id))
    case = cases.get(act, case_id)
    companies.get(act, case.company_id)
    return act.session.get_one(Decision, decision_id, with_for_update=True, populate_existing=True), case

"""What follows from a return visit (回访); without it "still broken" would be noted and nobody would go (VIS-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from hotline.domain import (
    callbacks,
    cases,
    companies,
    complaint_forms,
    discarded,
    dispatches,
    news,
    notices,
    promises,
    repairs,
    respondents,
    staff,
    visit_signatures,
    visits,
)
from hotline.domain.act import Act
from hotline.domain.callbacks import Attempt
from hotline.domain.calls import Call
from hotline.domain.cases import Case, Kind
from hotline.domain.occasions import Occasion
from hotline.domain.parties import Meeting, Party
from hotline.domain.staff import Staff
from hotline.domain.visits import Asker, Said, State, Visit
from hotline.errors import Conflict, Invalid, NotFound
from hotline.standard.kinds import Role
from hotline.standard.rules import Standard

_STILL_BROKEN = (Kind.FAULT, Kind.EMERGENCY)  # repair is notified anew


@dataclass(frozen=True)
class Question:
    """What a customer asked on the visit and we could not answer; `by`: the time agreed for the answer, if one was."""

    words: str
    by: datetime | None = None


def record(act: Act, visit_id: int, by: Staff, said: Said, question: Question | None = None) -> Visit:
    """One of ours asked, and fills in the form (回访单). What is not mended or not content opens the matter again.

    The case is not locked yet. Raises Invalid for an empty form or a mark off the scale, Refused as `respondents`,
    Conflict for a visit that was made or refused before, or an agreed time that is past.
    """
    visit, case = _locked(act, visit_id)
    _check(act, visit, said, question)
    if not visit.is_awaited:
        raise Conflict("this visit was made already, or the customer wanted none")
    if visit.rule == visits.COMPLAINT and case.kind == Kind.COMPLAINT:
        talked = talked_about(act, by.id, case.id)
        respondents.visited(act, case, by, said.words, said.mended is True, mark=said.mark, talked=talked)
    else:
        visits.made(act, case, visit, said, by=Asker.AGENT, staff_id=by.id)
    _follow(act, case, visit, by=by.id)
    if question is not None and question.words.strip():
        _owe_reply(act, case, visit, question, by=by.id)
    return visit


def answered(act: Act, visit_id: int, call: Call, said: Said) -> bool:
    """A customer answered the machine in this call. True where they are not content, so that somebody will see to it.

    The first answer makes the visit: whoever hangs up after it was asked all the same. Nothing changes where one of
    ours made it meanwhile.
    """
    visit, case = _locked(act, visit_id)
    if visit.is_awaited:
        visits.made(act, case, visit, said, by=Asker.SURVEY, staff_id=None, call_id=call.id)
    elif visit.state == State.MADE and visit.call_id == call.id:
        visits.add(act, case, visit, said)
    else:
        return False
    _follow(act, case, visit, by=None)
    return visit.reopened


def talked_about(act: Act, staff_id: int, case_id: int) -> bool:
    """Did somebody of ours talk with the customer in a call about this case, so that they know what was said?"""
    query = select(Party.id).join(Meeting, Meeting.id == Party.meeting_id)
    query = query.outerjoin(Call, Call.id == Meeting.call_id)
    query = query.where(Party.staff_id == staff_id, Party.joined_at.is_not(None), Meeting.met_at.is_not(None))
    query = query.where(or_(Meeting.case_id == case_id, Call.case_id == case_id))
    return act.session.scalar(query.limit(1)) is not None


def case_of(act: Act, visit: Visit) -> Case:
    """The case of a visit, not locked; its company's standard is chosen."""
    case = act.session.get_one(Case, visit.case_id)
    companies.get(act, case.company_id)
    return case


def words_of(act: Act, visit: Visit) -> str:
    """What the customer said in their own words, opened; "" where nothing is kept, or it was erased or destroyed."""
    case = case_of(act, visit)
    if not visit.said or visit.said in discarded.texts(act, [case]):
        return ""
    try:
        return cases.unseal(act, case, visit.said)
    except NotFound:
        return ""


def wants_a_person(act: Act, call: Call, *, now: bool) -> None:
    """Whom the machine asks wants a person: one of ours asks instead, in a call of theirs if nobody does in this one.

    Where nobody is there `now`, they are rung as soon as somebody is.
    """
    asked_by = select(Attempt.callback_id).where(Attempt.call_id == call.id).order_by(Attempt.id.desc()).limit(1)
    callback_id = act.session.scalar(asked_by)
    if callback_id is not None:
        callbacks.answered(act, callback_id)
    if not now and call.case_id is not None:
        callbacks.asked_again(act, cases.get(act, call.case_id), "ANS-8.callback", call=call)


def told_more(act: Act, visit_id: int, call: Call) -> None:
    """What the customer told the machine in their own words belongs to the matter: it is heard on the case's page.

    The department signs for it.
    """
    visit, case = _locked(act, visit_id)
    news.belongs(act, call.id, case.id)
    visit_signatures.ask(act, case, visit)


def is_content(standard: Standard, visit: Visit) -> bool:
    """Is it mended, as far as that was asked, and is the mark above those that the profile calls bad?"""
    bad_mark = visit.mark is not None and visit.mark <= standard.visits.reopens_at
    return visit.mended is not False and not bad_mark


def _follow(act: Act, case: Case, visit: Visit, *, by: int | None) -> None:
    """Not content: the matter is open again with its first owner, the supervisors know, somebody has a deadline.

    Of that, and of whatever words there are, the department that did the work hears (VIS-4).
    """
    content = is_content(act.standard, visit)
    if visit.said or not content:
        visit_signatures.ask(act, case, visit, supervisors_know=not content)
    if visit.reopened or content:
        return
    visit.reopened = True
    _reopen(act, case, visit, by=by)
    order = repairs.of_case(act, case.id) if case.kind in _STILL_BROKEN and visit.mended is False else None
    if order is not None and order.stage == repairs.Stage.DONE:
        repairs.repeat(act, order)
    else:
        callbacks.owe(act, case, visits.REPLY)
    notices.tell_role(act, Role.OWNER, Occasion(case, "visit-unsatisfied", str(visit.id)))
    if visit.rule != visits.COMPLAINT:  # of a complaint the supervisors are told by `respondents.visited`
        notices.tell_role(act, Role.SUPERVISOR, Occasion(case, "visit-unsatisfied", str(visit.id)))


def _reopen(act: Act, case: Case, visit: Visit, *, by: int | None) -> None:
    """Back to whoever took it first (首问负责制), unless they left, are elsewhere, or it concerns them (CMP-10)."""
    first = staff.get(act, case.first_owner_id)
    theirs = first.company_id == case.company_id and first.id not in complaint_forms.barred(act, case.id)
    owner_id = first.id if theirs and staff.stays(act, first.id) else case.owner_id
    cases.reopen(act, case, owner_id=owner_id, visit=visit.id, by=by)
    promises.pass_on(act, case)


def _owe_reply(act: Act, case: Case, visit: Visit, question: Question, *, by: int) -> None:
    sealed = cases.seal(act, case, question.words.strip())
    agreed = question.by.isoformat() if question.by is not None else None
    act.remember(case.chain, "visit-question", visit=visit.id, question=sealed, agreed=agreed, by=by)
    if question.by is None:
        callbacks.owe(act, case, visits.REPLY)
        return
    rings_until = act.standard.promise(promises.AGREED_TIME).limit.deadline(question.by, act.standard.calendar).at
    callback = callbacks.owe(act, case, visits.REPLY, until=rings_until)
    callbacks.plan(act, callback.id, at=question.by, by=by)


def _check(act: Act, visit: Visit, said: Said, question: Question | None) -> None:
    best = act.standard.visits.best_mark
    if said.mended is None and (said.mark is None or visit.rule != visits.VISITOR):
        raise Invalid("say whether it is mended or settled, and how content the customer is")
    if said.mark is not None and not 1 <= said.mark <= best:
        raise Invalid(f"the marks go from 1 to {best}")
    if question is not None and question.by is not None and question.by <= act.at:
        raise Invalid("the time that was agreed for the answer is past")


def _locked(act: Act, visit_id: int) -> tuple[Visit, Case]:
    """The visit and its case; who may be rung again for it is locked before the case, as everywhere."""
    case_id = visits.get(act, visit_id).case_id
    for dispatch in dispatches.of_case(act, case_id):
        dispatches.get(act, dispatch.id)
    case = cases.get(act, case_id)
    companies.get(act, case.company_id)
    return visits.get(act, visit_id), case

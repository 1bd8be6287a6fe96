"""A case as it is shown: repair, dispatch, promises, texts; without it what came of a call would lie in six tables."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from hotline.console import asking, people, words
from hotline.domain import api_keys, decisions, dispatches, promises, respondent_view
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.companies import Department
from hotline.domain.dispatches import Answer, Dispatch, Offer
from hotline.domain.notices import Notice
from hotline.domain.outbox import OutboxEntry
from hotline.domain.parties import Meeting
from hotline.domain.promises import Promise
from hotline.domain.repairs import RepairOrder
from hotline.errors import NotFound
from hotline.papers import promised
from hotline.standard.rules import Standard

_SOON = frozenset({"ANS-3.callback", "ANS-8.callback"})  # to ring whoever wants to be rung as soon as possible


@dataclass(frozen=True)
class Matter:
    """Everything about a case that a page shows, read once."""

    case: Case
    order: RepairOrder | None
    diagnosis: list[str]
    dispatches: list[tuple[Dispatch, list[Offer]]]
    promises: list[Promise]
    texts: list[OutboxEntry]
    was_called: bool  # somebody of ours called the customer out of it, and they spoke (SEC-5)
    notices: list[Notice] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)  # of the promises
    verdicts: dict[int, str] = field(default_factory=dict)  # of the promises, as they are called

    @property
    def waiting(self) -> list[Promise]:
        """What is still promised: the case cannot be closed before it is done (VIS-5)."""
        return [promise for promise in self.promises if promise.is_owed]

    @property
    def callbacks(self) -> list[Promise]:
        """What is still promised and kept by a call to the customer."""
        return [promise for promise in self.waiting if promise.rule in promises.BY_CALLING]


def of_case(act: Act, case: Case) -> Matter:
    """A case with all that hangs on it."""
    order = act.session.scalar(select(RepairOrder).where(RepairOrder.case_id == case.id))
    dispatched = [(dispatch, dispatches.offers(act, dispatch.id)) for dispatch in dispatches.of_case(act, case.id)]
    made = promises.of_case(act, case.id)
    longer = promised.extended(decisions.of_case(act, case.id))
    texts = select(OutboxEntry).where(OutboxEntry.case_id == case.id, OutboxEntry.kind == "send-text")
    sent = list(act.session.scalars(texts.order_by(OutboxEntry.id)))
    wanted: list[int | None] = [case.owner_id, case.first_owner_id, case.handler_id, case.closed_by_id]
    wanted += [order.engineer_id if order else None, *(promise.owner_id for promise in made)]
    wanted += [offer.staff_id for _dispatch, offers in dispatched for offer in offers]
    wanted += [entry.about.get("who") for entry in sent if entry.about.get("to") == "staff"]
    told = list(act.session.scalars(select(Notice).where(Notice.case_id == case.id).order_by(Notice.id)))
    standard = standards(act, {case.company_id})[case.company_id]
    return Matter(
        case=case,
        order=order,
        diagnosis=findings(order) if order else [],
        dispatches=dispatched,
        promises=made,
        texts=sent,
        was_called=_was_called(act, case),
        notices=told,
        names=people.names(act, [*wanted, *(one.staff_id for one in told)]),
        titles=titles(act, made, standard),
        verdicts={promise.id: promised.verdict(promise, longer) for promise in made},
    )


def _was_called(act: Act, case: Case) -> bool:
    query = select(Meeting.id).where(Meeting.case_id == case.id, Meeting.met_at.is_not(None))
    return act.session.scalar(query.limit(1)) is not None


def findings(order: RepairOrder) -> list[str]:
    """What the diagnosis found, answer by answer, in the reader's language (FLT-1)."""
    prompts, language = asking.runtime().prompts, asking.language()
    found = []
    for question, answer in order.answers.items():
        try:
            found.append(prompts.text(f"words.diagnosis.{order.fault_class}.{question}.{answer}.label", language))
        except NotFound:
            found.append(f"{question}: {answer}")
    return found


def promise_title(promise: Promise, standard: Standard) -> str:
    """What was promised, in the reader's language."""
    return promised.title(promise, standard, words.tongue())


def asked_elsewhere(act: Act, made: Collection[Promise]) -> frozenset[int]:
    """The promises to ring that were made to whoever asked on the web: no line was busy for them. Their ids."""
    soon = [one for one in made if one.rule in _SOON]
    asked = api_keys.asked_for(act, [one.case_id for one in soon]) if soon else set()
    return frozenset(one.id for one in soon if (one.case_id, one.made_at) in asked)


def titles(act: Act, made: Collection[Promise], standard: Standard) -> dict[int, str]:
    """What was promised, by promise; of what a department does whose, where it is not one alone (CMP-1, CMP-4)."""
    whose = {one.id: one.department_id for one in made if one.rule_id in respondent_view.ITS_OWN}
    names = _names(act, set(whose.values()))
    web = asked_elsewhere(act, made)
    return {
        one.id: words.text("callbacks.asked-elsewhere")
        if one.id in web
        else promise_title(one, standard) + names.get(whose.get(one.id), "")
        for one in made
    }


def _names(act: Act, departments: set[int | None]) -> dict[int | None, str]:
    """What is said behind a title of each; nothing where there is one alone."""
    if len(departments) < 2:
        return {}
    query = select(Department.id, Department.name).where(Department.id.in_(departments))
    return {row.id: f" · {row.name}" for row in act.session.execute(query)} | {
        None: f" · {words.text('statistics.desk')}"
    }


def pressing(promise: Promise, standard: Standard, at: datetime) -> str:
    """How a promise stands at an instant: its verdict once it is done or excused; else overdue, near or open.

    Near: its owner is warned by now, because it falls due soon.
    """
    if not promise.is_owed:
        return promise.verdict
    if at > promise.due_at:
        return "overdue"
    rule = standard.promise_rules.get(promise.rule)
    if rule is None or rule.warn_before is None:
        return "open"
    return "near" if at >= rule.warn_before.before(promise.due_at, standard.calendar) else "open"


def standing(dispatch: Dispatch, offers: Collection[Offer]) -> str:
    """Whether a dispatch is signed for, waits for a signature, or was withdrawn: nobody is asked for it any more."""
    if dispatch.signed_at is not None:
        return "signed"
    asked = [offer.answer for offer in offers if offer.rung_at >= dispatch.posted_at]  # since it began, or began anew
    return "withdrawn" if asked and set(asked) == {Answer.WITHDRAWN} else "waiting"


def offer_stands(offer: Offer) -> str:
    """What a colleague did who was asked; who has the link and the page alone is not rung."""
    return "told" if offer.answer == Answer.RINGING and offer.call_id is None else offer.answer


def standards(act: Act, company_ids: Collection[int]) -> dict[int, Standard]:
    """The standards of these companies, by company; the one that is chosen for the act stays."""
    known = people.companies_by_id(act)
    return {id_: act.standard_of(known[id_].profile, known[id_].overrides) for id_ in company_ids}


def for_templates() -> dict[str, Any]:
    """What the templates of calls and cases may use beside the words."""
    return {"promise_title": promise_title, "pressing": pressing, "standing": standing, "offer_stands": offer_stands}

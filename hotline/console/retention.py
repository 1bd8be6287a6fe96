"""How long what is kept, what is due, and the lists that a manager decides; without it records went unseen (REC-5)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement

from hotline.console import asking, keeping, lists, paging, people, refused, rights, words
from hotline.domain import companies, disposals, record_classes
from hotline.domain.act import Act
from hotline.domain.anonymity import Notes
from hotline.domain.companies import Company
from hotline.domain.disposals import Disposal, Item, State
from hotline.domain.record_classes import CLASSES, RecordClass
from hotline.standard.limits import Limit


@dataclass(frozen=True)
class Kept:
    """One class of one company: how long it is kept, how many are due; None where it goes by itself."""

    name: str
    limit: Limit
    due: int | None


@dataclass(frozen=True)
class Schedule:
    """One company's classes, and its list that is not carried out yet."""

    company: Company
    classes: list[Kept]
    under_way: Disposal | None
    may_draw: bool

    @property
    def is_due(self) -> bool:
        """Is there anything to list?"""
        return any(one.due for one in self.classes)


@dataclass(frozen=True)
class Listed:
    """One list: how many of each class are on it, went and stayed; why it was decided so."""

    disposal: Disposal
    classes: dict[str, dict[str, int]]
    answer: str
    may_decide: bool


def retention() -> ResponseReturnValue:
    """The schedule with what is due, company by company, and the lists, the newest first."""
    return _page(**refused.taken(_here()))


def draw_up() -> ResponseReturnValue:
    """Somebody draws a list up; another decides it."""

    def draws() -> None:
        with keeping.deciding() as act:
            most = asking.runtime().figures.keeping.list_most
            disposals.draw_up(act, asking.person().company_id, by=asking.person(), most=most)

    return keeping.done(_here(), _page, draws)


def decide_disposal(disposal_id: int) -> ResponseReturnValue:
    """A manager who did not draw the list up approves or refuses it, with the reason."""
    answer = keeping.typed("answer")

    def decides() -> None:
        approve = request.form.get("decide") == "approve"
        with keeping.deciding() as act:
            disposals.decide(act, disposal_id, by=asking.person(), approve=approve, answer=answer)

    return keeping.done(_here(), _page, decides, chosen=disposal_id, answer=answer)


def _page(**told: Any) -> str:
    person = asking.person()
    with asking.runtime().look(asking.actor()) as act:
        g.here = _here()
        own = keeping.company_id()
        rows = disposals.listed(act, own, before=paging.before(), most=lists.PAGE + 1)
        drawn = rows[: lists.PAGE]
        shown = companies.loading(act) if own is None else [companies.get(act, own)]
        notes = Notes(act)
        schedules = [_schedule(act, one, notes) for one in shown]
        hidden = disposals.hidden_from(act, person)
        found = [_listed(act, one, hidden) for one in drawn]
        companies.get(act, person.company_id)
        return render_template(
            "retention.html",
            schedules=schedules,
            left_out=companies.not_loading(act) if own is None else [],
            lists=found,
            more=paging.more(rows),
            companies=people.companies_by_id(act),
            names=people.names(act, [id_ for one in drawn for id_ in (one.drawn_by_id, one.decided_by_id)]),
            zone=act.standard.timezone,
            limit=words.limit,
            most=asking.runtime().figures.keeping.list_most,
            **{"problem": None, "chosen": None, "answer": "", **told},
        )


def _schedule(act: Act, company: Company, notes: Notes) -> Schedule:
    companies.get(act, company.id)
    classes = [_kept(act, company.id, one, notes) for one in CLASSES]
    may_draw = company.id == asking.person().company_id and rights.may_open(asking.person(), "console.draw_up")
    return Schedule(company, classes, disposals.under_way(act, company.id), may_draw)


def _kept(act: Act, company_id: int, one: RecordClass, notes: Notes) -> Kept:
    most = asking.runtime().figures.keeping.list_most
    due = None if one.due is None else record_classes.count(act, company_id, one, notes, most=most + 1)
    return Kept(one.name, one.kept(act.standard.records.retention), due)


def _listed(act: Act, disposal: Disposal, hidden: ColumnElement[bool]) -> Listed:
    classes: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys((*Item, "all"), 0))
    for (kind, state), n in disposals.counts(act, disposal.id, hidden).items():
        classes[kind][state] += n
        classes[kind]["all"] += n
    ordered = {one.name: classes[one.name] for one in CLASSES if one.name in classes}
    answer = act.sealer.open(disposal.answer) if disposal.answer else ""
    decides = disposal.state == State.DRAWN and disposals.may_decide(act, disposal, asking.person())
    return Listed(disposal, ordered, answer, decides and rights.may_open(asking.person(), "console.decide_disposal"))


def _here() -> str:
    return url_for("console.retention")

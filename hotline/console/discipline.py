"""The discipline register, and beside it what people reported of themselves; else only the bad is seen (PPL-4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline.console import asking, people, refused, sent_forms, subordinates, words
from hotline.domain import companies, discipline, own_mistakes, staff
from hotline.domain.act import Act
from hotline.domain.discipline import Breach, Kind
from hotline.domain.staff import Staff

_FIELDS = ("kind", "day", "weight", "what", "why", "answer")


def register() -> ResponseReturnValue:
    """What is registered of me, or of somebody below me; where I lead, what everybody's counts."""
    return _page(**refused.taken(_here()))


def register_breach() -> ResponseReturnValue:
    """Register a breach of somebody below me."""

    def write(act: Act) -> None:
        person = subordinates.chosen(act)
        companies.get(act, person.company_id)
        kind, heaviest = request.form.get("kind", ""), act.standard.people.heaviest_breach
        if kind not in list(Kind):
            raise sent_forms.Amiss("discipline.problem.kind")
        weight = sent_forms.number("weight", "discipline.problem.weight", most=heaviest)
        if not 1 <= weight <= heaviest:
            raise sent_forms.Amiss("discipline.problem.weight", most=heaviest)
        what = sent_forms.text("what")
        discipline.register(act, person, staff.get(act, asking.person().id), Kind(kind), _day(), weight, what)

    return _does(write)


def strike_breach(breach_id: int) -> ResponseReturnValue:
    """It was registered wrongly: it counts no more, and stays to be seen."""
    return _does(
        lambda act: discipline.strike(act, breach_id, staff.get(act, asking.person().id), sent_forms.text("why"))
    )


def answer_breach(breach_id: int) -> ResponseReturnValue:
    """Say something to what is registered of me."""
    return _does(
        lambda act: discipline.answer(act, breach_id, staff.get(act, asking.person().id), sent_forms.text("answer"))
    )


def _does(do: Callable[[Act], None]) -> ResponseReturnValue:
    return sent_forms.does(_here(), _page, do, part="discipline", fields=_FIELDS)


def _day() -> date:
    try:
        day = date.fromisoformat(sent_forms.text("day"))
    except ValueError:
        raise sent_forms.Amiss("discipline.problem.day") from None
    if day.year not in asking.YEARS:
        raise sent_forms.Amiss("discipline.problem.day")
    return day


def _here() -> str:
    named = request.values.get("person")
    return url_for("console.discipline", person=named or None)


def _page(**told: Any) -> str:
    with asking.runtime().look(asking.actor()) as act:
        person, below = subordinates.chosen(act), subordinates.below(act)
        companies.get(act, person.company_id)
        found = discipline.of(act, person.id)
        g.here = _here()
        return render_template(
            "discipline.html",
            subject=person,
            is_me=person.id == asking.person().id,
            breaches=[(one, _opened(act, one)) for one in found],
            strikes={one.id for one in found if one.struck_at is None and subordinates.may_undo(act, one.by_id)},
            counts=discipline.standing(act, person.company_id, found),
            mistakes=own_mistakes.counted(act, [person.id]).get(person.id, 0),
            sums=_sums(act, below),
            names=people.names(act, [*(one.by_id for one in found), *(one.struck_by_id for one in found)]),
            below=below,
            figures=act.standard.people,
            kinds=list(Kind),
            zone=act.standard.timezone,
            limit=words.limit,
            **{"problem": None, "typed": {}, "told": None, **told},
        )


def _sums(act: Act, below: list[Staff]) -> list[tuple[Staff, int, int]]:
    """Everybody below me: what counts against them today, and how many mistakes they reported themselves."""
    reported = own_mistakes.counted(act, [one.id for one in below])
    return [
        (one, discipline.standing(act, one.company_id, discipline.of(act, one.id)), reported.get(one.id, 0))
        for one in below
    ]


def _opened(act: Act, breach: Breach) -> dict[str, str | None]:
    opened = act.sealer.open
    sealed = {"what": breach.what, "struck": breach.struck_why, "answer": breach.answer}
    return {name: opened(value) if value is not None else None for name, value in sealed.items()}

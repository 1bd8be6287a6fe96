"""Where people say themselves what they did wrong in a case, and who has seen it; else it is covered up (PPL-5)."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline.console import asking, lists, paging, people, refused, rights, sent_forms, subordinates
from hotline.domain import cases, companies, own_mistakes, staff
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.errors import NotFound

_FIELDS = ("number", "what")


def mistake_list() -> ResponseReturnValue:
    """What I reported of myself, and what those below me did; `number` of the query fills in the form."""
    return _page(**refused.taken(_here()))


def report_mistake() -> ResponseReturnValue:
    """Say what went wrong in a case; the supervisors are told, and it speaks for whoever said it."""

    def report(act: Act) -> None:
        case = cases.numbered(act, asking.person().company_id, sent_forms.text("number"))
        if case is None or not rights.may_see(act, asking.person(), case):
            raise sent_forms.Amiss("mistakes.problem.number")
        own_mistakes.report(act, staff.get(act, asking.person().id), case, sent_forms.text("what"))

    return sent_forms.does(_here(), _page, report, part="mistakes", fields=_FIELDS)


def see_mistake(mistake_id: int) -> ResponseReturnValue:
    """I have seen what somebody below me reported."""

    def see(act: Act) -> None:
        mistake = own_mistakes.get(act, mistake_id)
        if not _may_see(act, cases.get(act, mistake.case_id)):
            raise NotFound(f"there is no report {mistake_id}")
        own_mistakes.see(act, mistake, staff.get(act, asking.person().id))

    return sent_forms.does(_here(), _page, see, part="mistakes", fields=())


def _here() -> str:
    return url_for("console.own_mistakes")


def _page(**told: Any) -> str:
    with asking.runtime().look(asking.actor()) as act:
        me = asking.person()
        companies.get(act, me.company_id)
        whose = [me.id, *(one.id for one in subordinates.below(act, who_left=True))]
        rows = own_mistakes.listed(act, whose, before=paging.before(), most=lists.PAGE + 1)
        found = rows[: lists.PAGE]
        about = lists.numbered(act, [one.case_id for one in found])
        shown = [one for one in found if _may_see(act, about[one.case_id])]
        g.here = _here()
        return render_template(
            "own_mistakes.html",
            mistakes=[(one, about[one.case_id], own_mistakes.words_of(act, one)) for one in shown],
            names=people.names(act, [*(one.staff_id for one in shown), *(one.seen_by_id for one in shown)]),
            zone=act.standard.timezone,
            more=paging.more(rows),
            number=request.args.get("number", ""),
            **{"problem": None, "typed": {}, "told": None, **told},
        )


def _may_see(act: Act, case: Case) -> bool:
    """Nobody is led to a complaint about themselves by what another reported (CMP-10)."""
    return rights.may_see(act, asking.person(), case)

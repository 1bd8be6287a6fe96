"""The calls that a search finds, asked for as a file; else an auditor would copy them off page by page (REC-6)."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from hotline.console import asking, call_finding, call_wanted, export_list, refused, words
from hotline.domain import call_searches, companies, exports
from hotline.domain.act import Act
from hotline.domain.call_searches import CallSearch
from hotline.errors import Invalid
from hotline.sheets import FORMS

_FIELDS = ("form", "reason")


def export_found(search_id: int) -> ResponseReturnValue:
    """What one's own search finds is owed as a file from now on; what is wrong with the wish is said beside it."""
    typed = {name: request.form.get(name, "").strip() for name in _FIELDS}
    with asking.runtime().act(asking.actor()) as act:
        companies.get(act, asking.person().company_id)
        row = call_searches.get(act, search_id, asking.person().id)
        problem = _asked(act, row, typed)
    if problem is None:
        return redirect(url_for("console.export_list"))
    here = url_for("console.call_list", search=search_id)
    return refused.back_to(here, export={**typed, "problem": problem}) or redirect(here, 303)


def _asked(act: Act, row: CallSearch, typed: dict[str, str]) -> str | None:
    """The file is owed; or what is wrong with the wish, and what would be right."""
    problem = words.text("exports.no-form") if typed["form"] not in FORMS else None
    problem = problem or export_list.reason_problem(act, typed["reason"])
    if problem is not None:
        return problem
    wanted = call_searches.wanted(act, row)
    try:
        sought = call_wanted.sought(act, wanted)
    except Invalid as error:
        return str(error)
    problem = call_finding.on_record(act, wanted)
    if problem is not None:
        return problem
    exports.ask_found(act, asking.person(), sought, typed["reason"], form=typed["form"], language=asking.language())
    return None

"""What is done in a complaint from its page: graded, put to a department, joined, told; else it would stay as filed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from hotline.console import asking, case_opened, cases, complaint_intake, people, rights, words
from hotline.console.cases import Written
from hotline.domain import cases as matters
from hotline.domain import complaint_forms, complaints, joins, redirecting, respondents, staff, visit_results, visits
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.staff import Staff
from hotline.domain.visits import Said
from hotline.errors import Conflict, HotlineError, Invalid, NotFound, Refused
from hotline.standard.kinds import Grade

Does = Callable[[Act, Case, Staff, Written], object]
# What stands against it, in the reader's words: the end of the key of prompts/.
PROBLEMS: Mapping[type[HotlineError], str] = {
    Invalid: "invalid",
    Refused: "refused",
    Conflict: "conflict",
    NotFound: "not-found",
}


def do_in_complaint(case_id: int, doing: str) -> ResponseReturnValue:
    """One step of a complaint, by whoever answers for it, does its next step, or stands above (CMP-1 to CMP-8)."""
    does = DOINGS.get(doing)
    if does is None:
        raise NotFound(f"nothing of a complaint is called {doing}")
    chosen = request.form.get("number", "").strip() or request.form.get("chosen", "")
    typed = Written(f"complaint-{doing}", request.form.get("text", "").strip(), chosen=chosen)
    with asking.runtime().look(asking.actor()) as act:
        case = cases.seen(act, case_id)
        if complaint_forms.of(act, case_id) is None:
            raise NotFound(f"case {case_id} is no complaint")
        if not rights.may_call_back(act, asking.person(), case):
            raise Forbidden
    try:
        with asking.runtime().act(asking.actor()) as act:
            does(act, cases.seen(act, case_id), staff.get(act, asking.person().id), typed)
    except (Invalid, Refused, Conflict, NotFound) as error:
        typed.problem = typed.problem or words.text(f"complaint.{doing}.{error.key or PROBLEMS[type(error)]}")
    return case_opened.kept_out(case_id) or cases.settled(case_id, typed)


def _grade(act: Act, case: Case, by: Staff, typed: Written) -> None:
    complaints.grade(act, case, _chosen_grade(typed), by=by, why=_said(typed))


def _redirect(act: Act, case: Case, by: Staff, typed: Written) -> None:
    redirecting.redirect(act, case, _chosen_id(typed), by=by)


def _name(act: Act, case: Case, by: Staff, typed: Written) -> None:
    """Whom it is about: a colleague of the company complained of, by number or by name."""
    about = complaint_forms.of(act, case.id)
    whom = complaint_intake.colleague(act, about.about_company_id, typed.chosen) if about is not None else None
    if whom is None:
        raise NotFound("nobody of the company complained of is called so, or several are")
    _sure(act, whom, typed)
    complaints.name(act, case, whom, by=by, why=typed.text)


def _sure(act: Act, whom: int, typed: Written) -> None:
    """Once said it is known, and whoever is named finds the complaint no more: the name that was found is shown first.

    Raises Invalid where it is not said how it is known, Conflict until the name was shown.
    """
    _said(typed)
    if request.form.get("sure") != str(whom):
        typed.rule = str(whom)
        typed.problem = words.text("complaint.name.sure", name=people.names(act, [whom])[whom])
        raise Conflict("whoever names somebody sees first whom the words name")


def _join(act: Act, case: Case, by: Staff, typed: Written) -> None:
    """To the complaint with the number that was typed or chosen, for the reason that was written down."""
    into = matters.numbered(act, case.company_id, typed.chosen)
    if into is None or into.kind != Kind.COMPLAINT or not rights.may_see(act, by, into):
        raise NotFound("no complaint that you may see has this number")
    joins.join(act, case, into, by=by, why=typed.text)


def _reply(act: Act, case: Case, by: Staff, typed: Written) -> None:
    respondents.replied(act, case, by, _said(typed))


def _told(act: Act, case: Case, by: Staff, typed: Written) -> None:
    respondents.tell_customer(act, case, by, _said(typed))


def _visit(act: Act, case: Case, by: Staff, typed: Written) -> None:
    if typed.chosen not in ("yes", "no"):
        raise Invalid("say whether the customer is satisfied")
    visit = visits.awaited(act, case.id)
    if visit is None:  # before it is due, which is refused; or it was due before visits were rows
        respondents.visited(act, case, by, _said(typed), typed.chosen == "yes")
    else:
        visit_results.record(act, visit.id, by, Said(mended=typed.chosen == "yes", words=_said(typed)))


def _said(typed: Written) -> str:
    if not typed.text:
        raise Invalid("write it down in words")
    return typed.text


def _chosen_grade(typed: Written) -> Grade:
    if typed.chosen not in list(Grade):
        raise Invalid("choose a grade")
    return Grade(typed.chosen)


def _chosen_id(typed: Written) -> int:
    try:
        return asking.row_id(typed.chosen)
    except ValueError as error:
        raise Invalid("choose a department") from error


# By the last part of the address; the keys of what stands against each begin the same in prompts/.
DOINGS: Mapping[str, Does] = {
    "grade": _grade,
    "redirect": _redirect,
    "name": _name,
    "join": _join,
    "reply": _reply,
    "told": _told,
    "visit": _visit,
}

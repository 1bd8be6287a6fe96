"""Correcting a note so that both stay; without it what is wrong would be hidden, or stand for right (REC-2)."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from hotline.console import asking, rights, words
from hotline.console import cases as case_pages
from hotline.console.corrected import FORM, LONGEST, LONGEST_WHY
from hotline.domain import cases, corrections
from hotline.errors import Conflict, Invalid


def correct_note(case_id: int) -> ResponseReturnValue:
    """Put other words in the place of a note; what stood there stays on record beside them."""
    form = request.form
    told = {"note": form.get("note", ""), "why": form.get("why", "").strip()[:LONGEST_WHY]}
    typed = case_pages.Written(FORM, form.get("said", "").strip()[:LONGEST], told=told)
    with asking.runtime().act(asking.actor()) as act:
        case = case_pages.seen(act, case_id)
        if not rights.may_call_back(act, asking.person(), case):
            raise Forbidden
        case, seen = cases.get(act, case_id), form.get("seen", 0, type=asking.row_id)
        try:
            corrections.correct(
                act, case, told["note"], words=typed.text, why=told["why"], by=asking.person().id, seen=seen
            )
        except Invalid:
            typed.problem = words.text("calllog.problem.correct-empty")
        except Conflict:
            typed.problem = words.text("calllog.problem.corrected-meanwhile")
    return case_pages.settled(case_id, typed)

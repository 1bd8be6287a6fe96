"""Every door for other systems, in one table; without it one could stand open that no description names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask.typing import ResponseReturnValue

from hotline.api import (
    answers,
    callback_form,
    callbacks,
    case_form,
    cases,
    complaint_form,
    complaints,
    progress_form,
    repairs,
)
from hotline.api.answers import Answer
from hotline.api.fields import Strict
from hotline.domain.api_keys import Scope


@dataclass(frozen=True)
class Door:
    """One address: what opens it, what is sent there, what is answered. `form`: None where only a question is asked.

    Its name is that of its words too: `api.door.<name>`.
    """

    name: str
    method: str
    path: str
    view: Callable[..., ResponseReturnValue]
    scopes: tuple[Scope, ...]
    answer: type[Answer]
    form: type[Strict] | None = None
    status: int = 200
    refusals: tuple[int, ...] = ()


_BRINGING = (400, 409, 413)  # of whatever is sent: not understood, something else under the same name, too much
DOORS = (
    Door(
        "bring-complaints", "POST", "/complaints", complaints.file, (Scope.COMPLAINTS,), answers.ComplaintFiled,
        complaint_form.Form, 201, (*_BRINGING, 503),
    ),
    Door(
        "show-complaints", "GET", "/complaints/<number>", complaints.show, (Scope.COMPLAINTS,),
        answers.ComplaintStands, refusals=(404,),
    ),
    Door(
        "bring-callbacks", "POST", "/callbacks", callbacks.ask, (Scope.CALLBACKS,), answers.CallbackAsked,
        callback_form.Form, 201, (*_BRINGING, 503),
    ),
    Door(
        "show-callbacks", "GET", "/callbacks/<number>", callbacks.show, (Scope.CALLBACKS,), answers.CallbackStands,
        refusals=(404,),
    ),
    Door(
        "bring-cases", "POST", "/cases", cases.bring, (Scope.CASES_WRITE,), answers.CaseBrought, case_form.Form, 201,
        (*_BRINGING, 503),
    ),
    Door(
        "show-cases", "GET", "/cases/<number>", cases.show, (Scope.CASES_READ, Scope.CASES_WRITE), answers.CaseStands,
        refusals=(404,),
    ),
    Door(
        "report-progress", "POST", "/repairs/<number>/progress", repairs.report, (Scope.REPAIRS,), answers.StepTaken,
        progress_form.Form, 200, (*_BRINGING, 404),
    ),
)  # fmt: skip

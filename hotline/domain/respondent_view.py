"""All that the department complained of may see of a complaint; without it a page could say who complained (CMP-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hotline.domain import cases, companies, complaint_forms, complaints, discarded, identity, promises
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.complaint_forms import ITS_OWN as ITS_OWN
from hotline.domain.complaint_forms import Complaint, Stage
from hotline.domain.identity import Identity
from hotline.domain.promises import Promise
from hotline.errors import NotFound
from hotline.standard.kinds import Grade


@dataclass(frozen=True)
class Clock:
    """A promise that the department keeps: by which rule, until when (UTC), what became of it."""

    rule: str
    due_at: datetime
    done_at: datetime | None
    verdict: str


@dataclass(frozen=True)
class RespondentView:
    """A complaint as its respondent sees it. `who`: the masked name that was given with it; None where none was.

    `about`, `happened`, `where_when`, `wanted`, `finding`, `refusal` are people's words, without what would say who
    complained; "" where nothing is kept.
    """

    case_id: int
    number: str
    grade: Grade
    is_graded: bool
    department_id: int | None
    department: str | None
    stage: Stage
    filed_at: datetime
    signed_at: datetime | None
    settled_at: datetime | None
    returned_at: datetime | None
    is_refused: bool
    limit_at: datetime | None
    about: str
    happened: str
    where_when: str
    wanted: str
    refusal: str
    finding: str
    clocks: tuple[Clock, ...]
    repeated: int  # how many further complaints on the same matter are dealt with together with it
    who: str | None


def view(act: Act, case: Case) -> RespondentView:
    """A complaint for the department's page, the link's sheet, texts and exports: from here alone, or not at all.

    Nothing is locked. Raises NotFound where the case is no complaint.
    """
    complaint = complaint_forms.of(act, case.id)
    if complaint is None:
        raise NotFound(f"case {case.number} is no complaint")
    companies.get(act, case.company_id)
    department, known = complaint.department_id, identity.of_case(act, case)
    told = {
        name: _words(act, case, case.details.get(f"sealed_{name}"), known)
        for name in ("happened", "where_when", "wanted")
    }
    return RespondentView(
        case_id=case.id,
        number=case.number,
        grade=complaints.counts_as(act, complaint),
        is_graded=complaint.grade is not None,
        department_id=department,
        department=companies.department(act, department).name if department is not None else None,
        stage=Stage(complaint.stage),
        filed_at=complaint.filed_at,
        signed_at=complaint.signed_at,
        settled_at=complaint.settled_at,
        returned_at=complaint.returned_at,
        is_refused=complaint.refused_at is not None,
        limit_at=complaint.limit_at,
        about=_words(act, case, case.details.get("sealed_respondent"), known),
        refusal=_words(act, case, complaint.refusal, known),
        finding=_words(act, case, complaint.finding, known),
        clocks=_clocks(act, complaint),
        repeated=len(complaint_forms.followers(act, complaint)),
        who=_who(act, case, known),
        **told,
    )


def _clocks(act: Act, complaint: Complaint) -> tuple[Clock, ...]:
    made = [one for one in promises.of_case(act, complaint.case_id) if one.rule_id in ITS_OWN]
    its = theirs(made, complaint.department_id)
    return tuple(Clock(one.rule, one.due_at, one.done_at, one.verdict) for one in its)


def theirs(made: list[Promise], department_id: int | None) -> list[Promise]:
    """The clocks of a department: not what another had of a rule by which this one has its own (CMP-1, CMP-4)."""
    own = {one.rule_id for one in made if one.department_id == department_id}
    return [one for one in made if one.department_id == department_id or one.rule_id not in own]


def _words(act: Act, case: Case, sealed: str | None, known: Identity) -> str:
    """What somebody said, opened; nothing where it was not said, was erased with the customer, or destroyed (REC-5)."""
    if sealed in discarded.texts(act, [case]):
        return ""
    try:
        return identity.without(cases.unseal(act, case, sealed), known) if sealed else ""
    except NotFound:
        return ""


def _who(act: Act, case: Case, known: Identity) -> str | None:
    """Never a name from the register: whoever told none with the complaint did not give it to the department."""
    told = "" if case.anonymous else _words(act, case, case.details.get("sealed_name"), known)
    return identity.masked(told) if told else None

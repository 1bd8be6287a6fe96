"""What other systems are answered, field by field; without it the description of the doors would be guessed at."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from hotline.domain import callbacks, complaint_forms, repairs
from hotline.domain.cases import Kind
from hotline.domain.promises import Verdict
from hotline.domain.webhooks import Event
from hotline.standard.kinds import Grade

State = Literal["open", "closed"]


class Answer(BaseModel):
    """An answer with these fields, all of them, and no other."""

    model_config = ConfigDict(extra="forbid")


class Promised(Answer):
    """What was promised, by which rule of the service standard, and until when."""

    rule: str
    due: datetime


class Promise(Promised):
    """The same, with what became of it; `verdict` is given by the clock."""

    verdict: Verdict
    done: datetime | None


class ComplaintFiled(Answer):
    number: str
    grade: Grade
    promises: list[Promised]


class ComplaintStands(Answer):
    number: str
    state: State
    stage: complaint_forms.Stage | None
    grade: Grade | None
    promises: list[Promise]


class CallbackAsked(Answer):
    number: str
    joined: bool
    promises: list[Promised]


class CallbackStands(Answer):
    number: str
    state: State | None
    callback: callbacks.State | None
    attempts: int | None
    next: datetime | None
    promises: list[Promise]


class CaseBrought(Answer):
    number: str
    kind: Kind
    promises: list[Promised]


class Repair(Answer):
    """How far a repair is, and when it came there."""

    stage: repairs.Stage
    signed: datetime | None
    on_the_way: datetime | None
    arrived: datetime | None
    done: datetime | None


class CaseStands(Answer):
    number: str
    kind: Kind
    matter: str
    state: State
    opened: datetime
    closed: datetime | None
    repair: Repair | None
    promises: list[Promise]


class StepTaken(Answer):
    number: str
    stage: repairs.Stage


class Lack(Answer):
    """What is wrong with one field, and what would be right."""

    field: str
    detail: str


class Problem(BaseModel):
    """A refusal (RFC 9457); `errors` where fields are wrong."""

    model_config = ConfigDict(extra="forbid")

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[Lack] | None = None


class CaseNamed(Answer):
    """A matter in an event."""

    number: str
    kind: Kind
    state: State


class Data(Answer):
    """What came of it, where the event says more than its type does."""

    rule: str | None = None
    due: datetime | None = None
    stage: repairs.Stage | None = None
    outcome: callbacks.State | None = None


class EventTold(Answer):
    """What a webhook is sent."""

    id: str
    type: Event
    at: datetime
    company: str
    case: CaseNamed
    data: Data

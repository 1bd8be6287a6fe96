"""The fields of the call record sheet (来电记录单), read alike everywhere; without it each kind would have its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum

from werkzeug.datastructures import MultiDict

from hotline.domain import visitors
from hotline.domain.visitors import Channel, Sex
from hotline.standard.kinds import EmergencyKind, FaultClass, Grade


class FormKind(StrEnum):
    """What somebody wants, as the form asks for it."""

    FAULT = "fault"
    EMERGENCY = "emergency"
    COMPLAINT = "complaint"
    ENQUIRY = "enquiry"
    MESSAGE = "message"
    LOST_PROPERTY = "lost_property"


class Settled(StrEnum):
    """How a fault ended that is charged or mended by guidance (FLT-3)."""

    PAID = "paid"
    DECLINED = "declined"
    GUIDED = "guided"


# Who it is: left out, all of it, where somebody stays anonymous (CMP-10).
WHO = ("name", "organisation", "identity", "phone")
# What is told of each kind of matter and kept with its case, sealed.
TOLD: Mapping[FormKind, tuple[str, ...]] = {
    FormKind.FAULT: ("address", "remark"),
    FormKind.EMERGENCY: ("address", "looks"),
    FormKind.COMPLAINT: ("respondent", "where_when", "happened", "wanted"),
    FormKind.ENQUIRY: ("question",),
    FormKind.MESSAGE: ("for", "message"),
    FormKind.LOST_PROPERTY: ("thing", "finder", "where_when"),
}
# What has to be filled in before it can be saved.
NEEDED: Mapping[FormKind, tuple[str, ...]] = {
    FormKind.FAULT: (),
    FormKind.EMERGENCY: ("emergency",),
    FormKind.COMPLAINT: ("happened",),
    FormKind.ENQUIRY: ("question",),
    FormKind.MESSAGE: ("for", "message"),
    FormKind.LOST_PROPERTY: ("thing",),
}
# What is asked of a complaint beside what is told: whom of us it is about, why this grade, why it is the same matter as
# another, the customer's own limit.
_OF_COMPLAINTS = ("accused", "grade_why", "joins_why", "limit")
_WHY = ("grade_why", "joins_why")
_LONG = frozenset({"looks", "happened", "wanted", "question", "message", "thing", "remark", "answered", *_WHY})
_TEXTS = frozenset({*WHO, "answered", *_OF_COMPLAINTS, *(name for names in TOLD.values() for name in names)})
LONGEST = {name: 2000 if name in _LONG else 200 for name in _TEXTS}  # characters
CHOICES: Mapping[str, Collection[str]] = {
    "kind": list(FormKind),
    "channel": list(visitors.BY_HAND),
    "sex": list(Sex),
    "number": ("shown", "other", "none"),
    "place": ("known", "other"),
    "class": list(FaultClass),
    "settled": list(Settled),
    "emergency": list(EmergencyKind),
    "grade": list(Grade),
    "anonymous": ("yes",),
    "read_back": ("yes",),
}
# Chosen by a row's id: the department or company complained of, and the complaint that this one repeats.
_ROWS: Mapping[str, re.Pattern[str]] = {"about": re.compile(r"[cd][0-9]{1,9}"), "joins": re.compile(r"[0-9]{1,9}")}
_ANSWER = "answer-"  # answer-heating-rooms: what was answered to a question of a class's tree
_LONGEST_WORD = 40  # characters

Typed = Mapping[str, str]


def read(form: MultiDict[str, str], before: Typed) -> dict[str, str]:
    """What is typed now. Words of a part of the form that is not on the screen just now are kept as they were.

    So is whom a complaint is about and how grave it is: the form would be asked anew after a look at another kind.
    """
    typed = {name: form.get(name, before.get(name, "")).strip()[:most] for name, most in LONGEST.items()}
    typed |= {name: form[name] for name, known in CHOICES.items() if form.get(name, "") in known}
    typed |= {name: form[name] for name, shape in _ROWS.items() if shape.fullmatch(form.get(name, ""))}
    typed |= {name: before[name] for name in (*_ROWS, "grade") if name in before and name not in form}
    answers = (name for name in form if name.startswith(_ANSWER) and len(name) <= 2 * _LONGEST_WORD)
    typed |= {name: form[name][:_LONGEST_WORD] for name in answers}
    if typed.get("anonymous") and typed.get("kind") == FormKind.COMPLAINT:
        typed |= dict.fromkeys(WHO, "")
    return {name: value for name, value in typed.items() if value}


def kind_of(typed: Typed) -> FormKind | None:
    """What it is about; None while that is not chosen."""
    return FormKind(typed["kind"]) if "kind" in typed else None


def needed(typed: Typed) -> tuple[str, ...]:
    """The fields that are never left empty, of what it is about."""
    kind = kind_of(typed)
    return (*NEEDED[kind], "read_back") if kind is not None else ()


def is_anonymous(typed: Typed) -> bool:
    """Does the complainant stay unnamed (CMP-10)? Nothing but a complaint can be told without a name."""
    return kind_of(typed) is FormKind.COMPLAINT and "anonymous" in typed


def is_read_back(typed: Typed) -> bool:
    """Is somebody there to whom it can be read back? Not to whoever wrote."""
    return visitors.hears(Channel(typed["channel"]) if "channel" in typed else None)


def answers_of(typed: Typed, fault_class: FaultClass) -> dict[str, str]:
    """What was answered to the questions of this class, by question."""
    before = answer_name(fault_class, "")
    return {name.removeprefix(before): word for name, word in typed.items() if name.startswith(before)}


def answer_name(fault_class: FaultClass, question: str) -> str:
    """The name of the field in which a question of the diagnosis is answered."""
    return f"{_ANSWER}{fault_class}-{question}"

"""What the form shows beside its fields: questions, fee, phrases; without it agents would ask at random (FLT-1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import url_for

from hotline.console import (
    asking,
    complaint_intake,
    discretion,
    form_fields,
    matter,
    name_hints,
    owed,
    people,
    rights,
    subject,
)
from hotline.console.form_fields import FormKind, Typed
from hotline.console.subject import Diagnosis, Subject
from hotline.domain import anonymity, customers
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.drafts import Window
from hotline.domain.visitors import BY_HAND, Sex
from hotline.standard.diagnosis import Node
from hotline.standard.kinds import EmergencyKind, Scope

# Kinds of question, in the order in which a conversation needs them (section 10 of the standard).
QUESTION_TYPES = ("open", "targeted", "choice", "background", "clarifying", "consulting", "service", "summarising")
_FIRST_SENTENCE = re.compile(r".*?[。？?!！]|.*?\.(?= |$)")


@dataclass(frozen=True)
class Form:
    """A form as it stands: its name, what is typed, since when that is kept, and what stands against saving it.

    `elsewhere` was typed in another window meanwhile; `stale`: it is what counts, and `typed` is not kept. `saved`: it
    was saved in another window meanwhile, and `typed` is not kept either.
    """

    name: str
    typed: Typed
    kept_at: datetime | None
    problems: list[str]
    window: Window
    elsewhere: Typed = field(default_factory=dict)
    stale: bool = False
    saved: int | None = None  # the case

    @property
    def differs(self) -> list[tuple[str, str]]:
        """What was written in the other window and does not stand in this one, by field."""
        written = (name for name in form_fields.LONGEST if name in self.elsewhere)
        return [(name, self.elsewhere[name]) for name in written if self.elsewhere[name] != self.typed.get(name)]


@dataclass(frozen=True)
class Question:
    """One question of the diagnosis: its field, its words, and the answers by the word that is kept."""

    field: str
    words: str
    answers: list[tuple[str, str]]


def context(act: Act, about: Subject, form: Form, here: str) -> dict[str, Any]:
    """Everything that case_form.html shows."""
    found = subject.diagnosed(act, about, form.typed)
    unnamed = about.call is not None and anonymity.told_in(about.call)
    return {
        "form": form,
        "form_at": here,
        "about": about,
        "earlier": _earlier(act, about),
        "saved_as": None if unnamed or form.saved is None else _shown(act, form.saved),
        "callbacks": owed.awaited(act, about),
        **matter.for_templates(),
        "typed": form.typed,
        "kind": form_fields.kind_of(form.typed),
        "lacking": [key.rpartition(".")[2] for key in form.problems],
        "needed": form_fields.needed(form.typed),
        "read_back": form_fields.is_read_back(form.typed),
        "anonymous": form_fields.is_anonymous(form.typed),
        "number": about.masked_number(act),
        "kinds": list(FormKind),
        "channels": list(BY_HAND),
        "sexes": list(Sex),
        "emergencies": list(EmergencyKind),
        "classes": act.standard.repair.classes,
        "longest": form_fields.LONGEST,
        "agreement_ended": customers.agreement_ended(act, about.place),
        "found": found,
        "questions": [question(about.company, found, node) for node in found.asked] if found else [],
        **complaint_intake.context(act, about, form.typed),
        "says": _says(about.company, act, form.typed, found),
        "hints": name_hints.of(form.typed.get("name", "")),
        "phrases": list(zip(act.standard.wording.required, act.standard.wording.required_en, strict=True)),
        "question_types": QUESTION_TYPES,
        "standard": act.standard,
        "zone": act.standard.timezone,
        "asked": None,
        "reveal_at": url_for("console.reveal_in_call", call_id=about.call.id) if about.call else "",
        "may_reveal": not unnamed and _may_reveal(act, about),
    }


def _earlier(act: Act, about: Subject) -> list[Case]:
    """The matters of this call that are on record already; none where an anonymous one was told (CMP-10)."""
    ids = sorted(people.cases_of(about.call)) if about.call is not None else []
    return [case for case_id in ids if (case := _shown(act, case_id)) is not None]


def _may_reveal(act: Act, about: Subject) -> bool:
    person = asking.person()
    may = rights.may_open(person, "console.reveal_in_call")
    return may and about.call is not None and discretion.shows(act, person, about.call)


def _shown(act: Act, case_id: int) -> Case | None:
    """The case, where whoever writes may know of it: they may be who is complained of."""
    case = act.session.get_one(Case, case_id)
    return case if discretion.shows(act, asking.person(), case) else None


def question(company: Company, found: Diagnosis, node: Node) -> Question:
    """A question and the labels of its answers."""
    answers = [(answer.word, _spoken(company, f"{answer.words}.label")) for answer in node.answers]
    field = form_fields.answer_name(found.fault_class, node.key)
    return Question(field, first_sentence(_spoken(company, node.prompt)), answers)


def first_sentence(told: str) -> str:
    """The question itself; what follows it names the keys of a telephone."""
    found = _FIRST_SENTENCE.match(told)
    return found[0] if found else told


def _says(company: Company, act: Act, typed: Typed, found: Diagnosis | None) -> list[str]:
    """What the standard wants said at this point of the matter, in the words that callers hear from us."""
    kind = form_fields.kind_of(typed)
    if kind is FormKind.COMPLAINT:
        return [_spoken(company, "complaint.thanks")]
    if kind is FormKind.EMERGENCY:
        return _safety(company, act, typed.get("emergency", "unclear"))
    if found is not None and found.verdict is not None:
        if found.verdict.scope is Scope.EMERGENCY:
            return _safety(company, act, str(found.verdict.emergency))
        return [_spoken(company, found.verdict.guide)] if found.verdict.guide else []
    return []


def _safety(company: Company, act: Act, kind: str) -> list[str]:
    """The public number first where the standard names one, then what to do until help comes (EMG-1)."""
    numbers = act.standard.emergencies.public_numbers
    public = [_spoken(company, "emergency.public", emergency_number=numbers[one]) for one in numbers if one == kind]
    return [*public, _spoken(company, f"emergency.safety.{kind}")]


def _spoken(company: Company, key: str, **values: str) -> str:
    return asking.runtime().prompts.text(key, asking.language(), company.words, **values)

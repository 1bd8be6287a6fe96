"""The form with which calls are looked for, and what it asks; without it a search would be a riddle of an address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hotline.console import asking, people, rights, words
from hotline.domain import call_words
from hotline.domain.act import Act
from hotline.domain.call_search import Criteria
from hotline.domain.cases import Kind
from hotline.domain.exports import Sought
from hotline.domain.promise_forms import Verdict
from hotline.domain.staff import Staff
from hotline.errors import Invalid
from hotline.phones import PhoneNumber

Typed = Mapping[str, str]
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "period": ("today", "week", "month"),
    "direction": ("in", "out"),
    "state": ("open", "closed"),
    "kind": tuple(Kind),
    "verdict": tuple(Verdict),
    "moved": ("yes",),
    "late": ("yes",),
    "altered": ("yes",),
}
_FREE = ("company", "from", "to", "number", "case", "person", "matter", "waited", "words")
FIELDS = (*_FREE, *_CHOICES)
_LONGEST = 200  # characters
_LABELS = {"direction": "direction", "kind": "kind", "verdict": "verdict"}  # groups of words of the choices
_YES = ("moved", "late", "altered")
_PRIVATE = ("number", "words")  # who asks by these is on record (REC-6)


def read(form: Mapping[str, str]) -> dict[str, str]:
    """What is typed, without what is empty or no choice: a company is one for who sees the whole group alone."""
    asked = FIELDS if rights.whole_group(asking.person()) else [name for name in FIELDS if name != "company"]
    typed = {name: form.get(name, "").strip()[:_LONGEST] for name in asked}
    chosen = {**_CHOICES, "matter": [name for name, _label in matters()]}
    return {name: value for name, value in typed.items() if value and value in chosen.get(name, (value,))}


def criteria(act: Act, typed: Typed) -> Criteria:
    """What a search asks, in the zone of the reader's company, whose standard is chosen.

    Raises Invalid where something typed is nothing that can be looked for; its words are the reader's.
    """
    person, zone = asking.person(), ZoneInfo(act.standard.timezone)
    since, until = _times(act.at.astimezone(zone), typed, zone)
    if "words" in typed and not call_words.of_search(typed["words"]):
        raise Invalid(words.text("calllog.problem.words"))
    return Criteria(
        company_id=_id(typed, "company") if rights.whole_group(person) else person.company_id,
        since=since,
        until=until,
        number=_number(typed),
        case_number=typed.get("case", ""),
        staff_id=_id(typed, "person"),
        direction=typed.get("direction", ""),
        state=typed.get("state", ""),
        kind=typed.get("kind", ""),
        matter=typed.get("matter", ""),
        verdict=typed.get("verdict", ""),
        moved="moved" in typed,
        late="late" in typed,
        altered="altered" in typed,
        waited_over=_id(typed, "waited"),
        words=typed.get("words", ""),
    )


def sought(act: Act, typed: Typed) -> Sought:
    """The same as a file's rows are chosen by: the days of a period as they are now, and no call that begins later.

    Raises Invalid as `criteria` does.
    """
    asked, zone = criteria(act, typed), ZoneInfo(act.standard.timezone)
    told = {name: value for name, value in typed.items() if name != "period" and _is_told(act, name, value)}
    by = tuple(name for name in FIELDS if name in typed and name not in (*told, "period", "from", "to"))
    until = _time(typed["to"], zone) if "to" in typed else None
    told |= {name: _minute(at, zone) for name, at in (("from", asked.since), ("to", until)) if at is not None}
    now = act.at + timedelta.resolution
    until = now if asked.until is None else min(asked.until, now)
    return Sought(asked.company_id, told, by, replace(asked, until=until).as_json())


def _minute(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"


def _is_told(act: Act, name: str, value: str) -> bool:
    """May this stand in a log that is never rewritten: is it a choice, or the id of something that there is?"""
    known: Mapping[str, Callable[[], Iterable[object]]] = {
        "matter": lambda: (key for key, _label in matters()),
        "company": lambda: people.companies_by_id(act),
        "person": lambda: (one for one, _name in colleagues(act)),
    }
    return value in map(str, known.get(name, lambda: _CHOICES.get(name, ()))())


def private(typed: Typed) -> list[str]:
    """By what of a person is asked: the names of the fields alone."""
    return [name for name in _PRIVATE if name in typed]


def chips(act: Act, typed: Typed) -> list[tuple[str, str]]:
    """What is asked, field by field, in the reader's words; a number with its middle hidden (SEC-1)."""
    return [(words.text(f"calllog.{name}"), _shown(act, name, typed[name])) for name in FIELDS if name in typed]


def matters() -> list[tuple[str, str]]:
    """What a matter may be about beside its kind, with its label."""
    keys = asking.runtime().prompts.keys(asking.language())
    names = {key.removeprefix("matter.") for key in keys if key.startswith("matter.")} - {*Kind, "progress", "untold"}
    return sorted(((name, words.matter(name)) for name in names), key=lambda one: one[1])


def colleagues(act: Act) -> list[tuple[int, str]]:
    """Everybody who may have had a call, those too who left: of the reader's company, or of the group."""
    person = asking.person()
    query = select(Staff.id).order_by(Staff.company_id, Staff.agent_number)
    ids = act.session.scalars(
        query if rights.whole_group(person) else query.where(Staff.company_id == person.company_id)
    ).all()
    names = people.names(act, ids)
    return [(one, names[one]) for one in ids]


def choices() -> dict[str, tuple[str, ...]]:
    """What may be chosen in the form, field by field."""
    return dict(_CHOICES)


def label(name: str, value: str) -> str:
    """How a choice of the form is called."""
    return words.named(_LABELS.get(name, f"calllog.{name}-is"), value)


def _shown(act: Act, name: str, value: str) -> str:
    if name == "number":
        return PhoneNumber.parse(value).masked
    if name == "company":
        company = people.companies_by_id(act).get(int(value))
        return company.name(asking.language()) if company else value
    if name == "person":
        return dict(colleagues(act)).get(int(value), value)  # of another company's people no name is told
    if name in _YES:
        return words.text("calllog.yes")
    if name == "waited":
        return words.text("span.seconds", n=value)
    if name == "matter":
        return words.matter(value)
    return label(name, value) if name in _CHOICES else value.replace("T", " ") if name in ("from", "to") else value


def _number(typed: Typed) -> PhoneNumber | None:
    try:
        return PhoneNumber.parse(typed["number"]) if "number" in typed else None
    except Invalid as error:
        raise Invalid(words.text("calllog.problem.number")) from error


def _id(typed: Typed, name: str) -> int | None:
    if name not in typed:
        return None
    try:
        found = asking.row_id(typed[name])
    except ValueError as error:
        raise Invalid(words.text(f"calllog.problem.{name}")) from error
    if found < 0:
        raise Invalid(words.text(f"calllog.problem.{name}"))
    return found


def _times(now: datetime, typed: Typed, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """From when on, and until when: the days of a period, cut further by the times that are typed."""
    since = until = None
    if "period" in typed:
        since = datetime.combine(_begins(now.date(), typed["period"]), time(), zone)
    typed_since, typed_until = (_time(typed[name], zone) if name in typed else None for name in ("from", "to"))
    since = max(filter(None, (since, typed_since)), default=None)
    if typed_until is not None:
        until = typed_until.replace(second=59, microsecond=999_999) + timedelta.resolution  # all of that minute
    if since is not None and until is not None and until <= since:
        raise Invalid(words.text("calllog.problem.backwards"))
    return since, until


def _begins(today: date, period: str) -> date:
    return {"today": today, "week": today - timedelta(today.weekday()), "month": today.replace(day=1)}[period]


def _time(typed: str, zone: ZoneInfo) -> datetime:
    try:
        told = datetime.fromisoformat(typed)
    except ValueError as error:
        raise Invalid(words.text("calllog.problem.time")) from error
    if told.year not in asking.YEARS or told.tzinfo is not None:
        raise Invalid(words.text("calllog.problem.time"))
    return told.replace(tzinfo=zone)


def options(act: Act) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Every field of which one of several is chosen, with what may be chosen and how it is called."""
    yield "period", [(value, label("period", value)) for value in _CHOICES["period"]]
    yield "person", [(str(one), name) for one, name in colleagues(act)]
    for name in ("direction", "state", "kind"):
        yield name, [(value, label(name, value)) for value in _CHOICES[name]]
    yield "matter", matters()
    yield "verdict", [(value, label("verdict", value)) for value in _CHOICES["verdict"]]

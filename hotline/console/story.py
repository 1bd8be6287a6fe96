"""A call retold turn by turn: what the caller heard, answered, and where it led; without it it would be numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial

from hotline.console import asking, retold, words
from hotline.domain import calls, turns
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.turns import Turn
from hotline.errors import Invalid, NotFound
from hotline.prompts import Line

# Values that say nothing of a person; every other variable of a sentence is shown by its name alone (SEC-1).
_PLAIN = ("company", "number", "matter", "agent_number", "owner", "minutes")
# They ask about a matter of before, of which nothing is on record in this call yet.
_OF_ANOTHER = ("fault.again",)
# In a language, what stood for those values then: a sentence is retold in the one language it was said in.
Values = Callable[[str], dict[str, str]]


@dataclass(frozen=True)
class Sentence:
    """A prompt the caller heard: its key, and its words with personal values left out."""

    key: str
    text: str


@dataclass(frozen=True)
class Told:
    """One exchange as it is shown. `keyed` is a single pressed key; anything longer is `hidden` until revealed."""

    n: int
    at: datetime
    gap: timedelta
    step: str
    said: list[Sentence]
    heard: str
    keyed: str | None
    hidden: str | None
    led_to: str


def of_call(act: Act, call: Call, company: Company, cases: Sequence[Case]) -> list[Told]:
    """Every turn of a call, in order, each with the time since the one before. `cases`: those that it may name."""
    log = retold.Log(act, call, cases)
    values, said_at = cache(partial(_values, act, log, company)), log.said_at()
    told = turns.of_call(act, call.id)
    before = [call.answered_at or call.started_at, *(turn.at for turn in told)]
    return [
        _told(act, call, company, turn, turn.at - since, partial(values, said_at.get(turn.n, turn.at)))
        for turn, since in zip(told, before, strict=False)
    ]


def _told(act: Act, call: Call, company: Company, turn: Turn, gap: timedelta, values: Values) -> Told:
    keyed = _single_key(act, call, turn)
    return Told(
        n=turn.n,
        at=turn.at,
        gap=gap,
        step=turn.step,
        said=[Sentence(key, _sentence(key, turn.language, company, values)) for key in turn.said],
        heard=turn.heard,
        keyed=keyed,
        hidden=f"turn-{turn.n}" if turn.words and keyed is None else None,
        led_to=turn.led_to,
    )


def _single_key(act: Act, call: Call, turn: Turn) -> str | None:
    """A choice from a menu is no personal value; a number keyed in is."""
    if turn.words is None or turn.heard != "keys":
        return None
    try:
        keyed = calls.unseal(act, call, turn.words)
    except NotFound:
        return None
    return keyed if len(keyed) == 1 else None


def _sentence(key: str, language: str, company: Company, values: Values) -> str:
    prompts = asking.runtime().prompts
    line = Line.read(key)
    said_in = line.language or language
    try:
        wanted = prompts.variables(line.key, said_in)
        known = {} if line.key in _OF_ANOTHER else values(said_in)
        shown = {one: known.get(one) or f"〔{words.named('variable', one, said_in)}〕" for one in wanted | set(_PLAIN)}
        return prompts.text(line.key, said_in, company.words, **shown | {"key": line.press})
    except (NotFound, Invalid):
        return ""  # a sentence of an older wording, which no longer exists: its key and version stand beside it


def _values(act: Act, log: retold.Log, company: Company, at: datetime, language: str) -> dict[str, str]:
    case = log.case(at)
    return {
        "company": company.name(language),
        "number": case.number if case else "",
        "matter": words.matter(case.matter, language) if case else "",
        "agent_number": log.agent(at),
        "owner": log.owner(case, at) if case else "",
        "minutes": str(act.standard.promise("FLT-2.sign").limit.span.seconds // 60),
    }

"""The rows of the call that asks how it was; without it a return visit would need a person for each customer (VIS-1).

Old people, upset people, bad lines: at most four questions, each is repeated on *, and 0 leads to a person at any time.
A machine that answers presses nothing.
"""

from __future__ import annotations

from hotline.domain import desk, promises, visit_results, visits
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.visits import Asker, Said
from hotline.voice.answers import MOST_MARKS, choices
from hotline.voice.steps import SPOKEN_ONLY, Choice, End, Go, Menu, Row, Step, Take, says
from hotline.voice.waiting import unheard

S = Step
_PERSON = ("0", "words.person", S.SURVEY_PERSON)
_MAY_ASK = (
    ("1", "words.can-talk", S.SURVEY_FIRST),
    ("2", "words.cannot-talk", S.SURVEY_NOT_NOW),
    ("9", "words.no-calls", S.SURVEY_REFUSE),
    _PERSON,
)
_ASK_LEADS = (S.SURVEY_FIRST, S.SURVEY_NOT_NOW, S.SURVEY_REFUSE, S.SURVEY_PERSON)
_BROKEN = "FLT-2.sign"  # what was promised of a repair that is repeated


def rung(act: Act, call: Call) -> Step:
    """The telephone was picked up: asked, unless one of ours asked meanwhile."""
    visit = visits.awaited(act, call.case_id) if call.case_id is not None else None
    if visit is None:
        return S.SURVEY_OVER
    call.put(visit=visit.id)
    return S.SURVEY_ASK


def greeted(act: Act, call: Call) -> tuple[str, ...]:
    """Greet, the company, that a machine asks, the matter (ANS-14); then whether it may, once more in few words.

    A machine that records hears who rang and about what, and the message while it still does.
    """
    stayed = _rule(act, call) == visits.VISITOR
    return ("survey.hello", "survey.came" if stayed else "survey.matter", "survey.ask")


def asked_first(act: Act, call: Call) -> Step:
    """Of work whether it is mended; of a stay how it was."""
    return S.SURVEY_MARK if _rule(act, call) == visits.VISITOR else S.SURVEY_MENDED


def note_mended(act: Act, call: Call, choice: Choice) -> Step:
    """Mended, or not: whoever says that it is still broken is not asked for a mark as well. 0 is a person."""
    if choice.value:
        _answered(act, call, Said(mended=choice.value == "yes"))
    return choice.to


def marks(act: Act, call: Call) -> tuple[Choice, ...]:
    """1 to the profile's best; on a scale of five the words of how content one is mean the same."""
    best = act.standard.visits.best_mark
    keyed = [Choice(str(mark), f"words.points.{mark}", S.SURVEY_MORE, str(mark)) for mark in range(1, best + 1)]
    if best == MOST_MARKS:
        said = range(1, MOST_MARKS + 1)  # the first is the best of them
        keyed += [Choice(SPOKEN_ONLY, f"words.mark.{n}", S.SURVEY_MORE, str(best + 1 - n)) for n in said]
    return (*keyed, Choice(*_PERSON))


def note_mark(act: Act, call: Call, choice: Choice) -> Step:
    """How content they are; 0 is a person."""
    if choice.value:
        _answered(act, call, Said(mark=int(choice.value)))
    return choice.to


def told(act: Act, call: Call) -> Step:
    """What they recorded belongs to the matter."""
    visit_results.told_more(act, call.slots["visit"], call)
    return S.SURVEY_THANKS


def thanks(act: Act, call: Call) -> tuple[str, ...]:
    """Of what is not in order: an apology, who answers for it, and by when they hear from us (OWN-7)."""
    match call.slots.get("owed_now"):
        case None:
            return ("survey.thanks",)
        case str() as rule if rule == _BROKEN:
            return ("survey.broken", "survey.thanks")
        case _:
            return ("survey.unhappy", "survey.thanks")


def person(act: Act, call: Call) -> Step:
    """A person is wanted: into the line; where nobody serves one of ours rings them instead of the machine."""
    served = desk.staffed(act, call.company_id)
    visit_results.wants_a_person(act, call, now=served)
    return S.AGENT if served else S.SURVEY_LATER


def not_now(act: Act, call: Call) -> tuple[str, ...]:
    """Somebody is there, and cannot talk: they are asked at another time of the day."""
    call.put(not_now=True)
    return ("called.not-now",)


def refuse(act: Act, call: Call) -> Step:
    """No such calls from now on, and nobody rings about what is owed yet."""
    visit = visits.get(act, call.slots["visit"])
    visits.refuse(act, visit_results.case_of(act, visit), by=Asker.SURVEY, call_id=call.id)
    return S.SURVEY_REFUSED


def _rule(act: Act, call: Call) -> str:
    return visits.get(act, call.slots["visit"]).rule


def _answered(act: Act, call: Call, said: Said) -> None:
    """Where they are not content, what was promised them just now is told at the end."""
    if not visit_results.answered(act, call.slots["visit"], call, said) or "owed_now" in call.slots:
        return
    made = promises.of_case(act, visits.get(act, call.slots["visit"]).case_id)[-1]
    call.put(owed_now=made.rule, due=made.due_at.isoformat())


SURVEY: dict[Step, Row] = {
    S.SURVEY: Go(rung, (S.SURVEY_ASK, S.SURVEY_OVER)),
    S.SURVEY_ASK: Menu(greeted, choices(*_MAY_ASK), _ASK_LEADS, S.SURVEY_ASK_AGAIN, asks_again=False, person=False),
    S.SURVEY_ASK_AGAIN: Menu(
        says("survey.ask-again"), choices(*_MAY_ASK), _ASK_LEADS, S.SURVEY_UNHEARD, asks_again=False, person=False
    ),
    S.SURVEY_FIRST: Go(asked_first, (S.SURVEY_MENDED, S.SURVEY_MARK)),
    S.SURVEY_MENDED: Menu(
        says("survey.mended"),
        choices(("1", "words.mended", S.SURVEY_MARK, "yes"), ("2", "words.not-mended", S.SURVEY_MORE, "no"), _PERSON),
        (S.SURVEY_MARK, S.SURVEY_MORE, S.SURVEY_PERSON),
        S.SURVEY_THANKS,
        note_mended,
        person=False,
    ),
    S.SURVEY_MARK: Menu(
        says("survey.mark"), marks, (S.SURVEY_MORE, S.SURVEY_PERSON), S.SURVEY_THANKS, note_mark, person=False
    ),
    S.SURVEY_MORE: Menu(
        says("survey.more"),
        choices(("1", "words.more", S.SURVEY_SAID), ("2", "words.no-more", S.SURVEY_THANKS), _PERSON),
        (S.SURVEY_SAID, S.SURVEY_THANKS, S.SURVEY_PERSON),
        S.SURVEY_THANKS,
        person=False,
    ),
    S.SURVEY_SAID: Take(says("survey.record"), S.SURVEY_NOTED),
    S.SURVEY_NOTED: Go(told, (S.SURVEY_THANKS,)),
    S.SURVEY_THANKS: End(thanks),
    S.SURVEY_PERSON: Go(person, (S.AGENT, S.SURVEY_LATER)),
    S.SURVEY_LATER: End(says("survey.later")),
    S.SURVEY_NOT_NOW: End(not_now),
    S.SURVEY_REFUSE: Go(refuse, (S.SURVEY_REFUSED,)),
    S.SURVEY_REFUSED: End(says("survey.refused")),
    S.SURVEY_UNHEARD: End(unheard),
    S.SURVEY_OVER: End(says("survey.over")),
}

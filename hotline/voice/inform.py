"""The rows of the call that tells a result; without it a person would be needed to say that it is mended (FLT-5).

A machine that answers presses nothing, so whoever presses a key has heard it.
"""

from __future__ import annotations

from hotline.domain import callbacks, repairs
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.voice.answers import choices
from hotline.voice.steps import Choice, End, Go, Menu, Row, Step, says
from hotline.voice.waiting import unheard

S = Step


def rung(act: Act, call: Call) -> Step:
    """The telephone was picked up: told, unless one of ours told it meanwhile."""
    waits = call.case_id is not None and repairs.is_put_off(act, call.case_id)
    return S.INFORM_TOLD if waits else S.INFORM_OVER


def heard(act: Act, call: Call, choice: Choice) -> Step:
    """Any key says that somebody is there and has heard it."""
    callbacks.answered(act, call.slots["callback"])
    return choice.to


INFORM: dict[Step, Row] = {
    S.INFORM: Go(rung, (S.INFORM_TOLD, S.INFORM_OVER)),
    S.INFORM_TOLD: Menu(
        says("inform.hello", "inform.mended", "inform.keys"),
        choices(
            ("1", "words.noted", S.INFORM_THANKS),
            ("3", "words.again", S.INFORM_TOLD),
            ("0", "words.person", S.SURVEY_PERSON),
        ),
        (S.INFORM_THANKS, S.INFORM_TOLD, S.SURVEY_PERSON),
        S.INFORM_UNHEARD,
        heard,
        person=False,
    ),
    S.INFORM_THANKS: End(says("farewell")),
    S.INFORM_UNHEARD: End(unheard),
    S.INFORM_OVER: End(says("notice.settled")),
}

"""The rows of a call that tells a colleague what was not done; without it the highest would learn of it too late."""

from __future__ import annotations

from hotline.domain import notice_calls
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.notices import Notice
from hotline.domain.promises import Promise
from hotline.errors import NotFound
from hotline.voice.answers import choices
from hotline.voice.steps import End, Go, Menu, Row, Step, says

S = Step


def rung(act: Act, call: Call) -> Step:
    """The telephone was picked up: the matter is told, unless it is done meanwhile."""
    promise = act.session.get(Promise, _notice(act, call).promise_id)
    return S.NOTICE_TOLD if promise is not None and promise.is_owed else S.NOTICE_SETTLED


def heard(act: Act, call: Call) -> Step:
    """1: a person heard it; an answering machine presses no key (design rule 8)."""
    notice_calls.heard(act, _notice(act, call))
    return S.NOTICE_THANKS


def _notice(act: Act, call: Call) -> Notice:
    notice = notice_calls.of_call(act, call)
    if notice is None:
        raise NotFound(f"call {call.id} tells nothing")
    return notice


NOTICE: dict[Step, Row] = {
    S.NOTICE: Go(rung, (S.NOTICE_TOLD, S.NOTICE_SETTLED)),
    S.NOTICE_TOLD: Menu(
        says("notice.told", "notice.keys"),
        choices(("1", "words.noted", S.NOTICE_HEARD), ("3", "words.again", S.NOTICE_TOLD)),
        (S.NOTICE_HEARD, S.NOTICE_TOLD),
        S.NOTICE_UNHEARD,
        keys_only=True,
        person=False,
    ),
    S.NOTICE_HEARD: Go(heard, (S.NOTICE_THANKS,)),
    S.NOTICE_UNHEARD: End(says("notice.unheard")),
    S.NOTICE_THANKS: End(says("notice.thanks")),
    S.NOTICE_SETTLED: End(says("notice.settled")),
}

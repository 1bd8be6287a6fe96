"""Who may not hear a conversation: whoever is complained of in it is not let in, and is sent off (CMP-10)."""

from __future__ import annotations

import pytest

from hotline.domain import controls, meetings
from hotline.domain.parties import Mode, State
from hotline.domain.seats import Status
from hotline.errors import NotFound
from hotline.runtime import Runtime
from tests.domain.talks import Talk
from tests.domain.test_controls import comes, supervise
from tests.world import Cast


@pytest.fixture
def talk(runtime: Runtime, cast: Cast) -> Talk:
    """Lin talks with Chen."""
    made = Talk(runtime, cast)
    made.talk()
    return made


@pytest.mark.parametrize("anonymous", [False, True])
def test_whoever_is_complained_of_in_a_call_neither_listens_to_it_nor_comes_in(
    talk: Talk, cast: Cast, anonymous: bool
) -> None:
    case = talk.complains(anonymous=anonymous)
    rung = supervise(talk, Mode.COACH)
    talk.names(case, cast.sun)
    assert talk.owed("send-off") == [{}]
    assert talk.with_leg(meetings.accepted, rung) is None, "named while their telephone rang"
    assert talk.party(cast.sun).state == State.LEFT
    with pytest.raises(NotFound, match="there is no conversation"):
        supervise(talk, Mode.LISTEN)
    assert supervise(talk, Mode.LISTEN, cast.qian)


@pytest.mark.parametrize("came_in", [False, True])
def test_whoever_is_complained_of_while_they_listen_is_sent_off_and_nobody_else(
    talk: Talk, cast: Cast, came_in: bool
) -> None:
    legs = [supervise(talk, Mode.LISTEN, who) for who in (cast.sun, cast.qian)]
    for leg in legs if came_in else []:
        comes(talk, leg)
    talk.complains(cast.sun)
    with talk.acting() as act:
        assert controls.send_off_concerned(act)
    assert talk.owed("end-call") == [{"call": legs[0]}]
    assert [(entry["who"], entry["by"]) for entry in talk.told("sent-off")] == [(cast.sun.id, None)]
    if came_in:
        talk.leaves(legs[0])
    assert (talk.party(cast.sun).state, talk.seat(cast.sun).status) == (State.LEFT, Status.OFF)
    assert talk.party(cast.qian).state == (State.IN if came_in else State.ASKED)
    with talk.acting() as act:
        assert not controls.send_off_concerned(act)

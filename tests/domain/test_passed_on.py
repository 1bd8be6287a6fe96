"""The agent leaves a conversation: who goes on with the customer, and when nobody can (ANS-6)."""

from __future__ import annotations

import pytest

from hotline.domain import controls, meetings, parties
from hotline.domain.parties import Mode, Stage, State
from hotline.errors import Refused
from tests.domain.talks import Talk
from tests.domain.test_controls import ask_in, comes, hand_over, supervise
from tests.domain.test_controls import talk as talk
from tests.world import Cast


def test_an_expert_carries_on_when_the_agents_line_breaks(talk: Talk, cast: Cast) -> None:
    comes(talk, ask_in(talk, cast.wu))
    talk.leaves(talk.party(cast.lin).call_id)
    assert (talk.meeting().agent_id, talk.meeting().dropped, talk.owed("move-call")) == (cast.wu.id, False, [])


def test_an_engineer_who_has_no_desk_is_not_left_with_the_customer(talk: Talk, cast: Cast) -> None:
    """Nor is the agent let go; when the agent's line breaks, the customer is back in the line, at the first moment."""
    comes(talk, ask_in(talk, cast.wang))
    with pytest.raises(Refused):
        talk.does(controls.stop, cast.lin.id, cast.lin.id)
    talk.leaves(talk.party(cast.lin).call_id)
    assert (talk.meeting().agent_id, talk.meeting().dropped, talk.meeting().state) == (cast.lin.id, True, Stage.ENDED)
    assert {"call": talk.call_id} in talk.owed("move-call")
    assert (talk.call(talk.call_id).step, talk.party(cast.wang).state) == ("dropped", State.LEFT)


def test_who_took_the_matter_over_is_the_agent_before_an_expert(talk: Talk, cast: Cast) -> None:
    comes(talk, ask_in(talk, cast.wu))
    comes(talk, hand_over(talk, cast.zhou)[1])
    talk.leaves(talk.party(cast.lin).call_id)
    assert talk.meeting().agent_id == cast.zhou.id
    assert [(entry["before"], entry["now"]) for entry in talk.told("meeting-passed-on")] == [
        (cast.lin.id, cast.zhou.id)
    ]


def test_a_listener_does_not_keep_the_customer_company(talk: Talk, cast: Cast) -> None:
    comes(talk, supervise(talk, Mode.LISTEN))
    talk.leaves(talk.party(cast.lin).call_id)
    assert talk.meeting().dropped


def test_a_coach_is_heard_by_whoever_is_the_agent_now(talk: Talk, cast: Cast) -> None:
    comes(talk, supervise(talk, Mode.COACH))
    expert = ask_in(talk, cast.wu)
    comes(talk, expert)
    lins = talk.party(cast.lin).call_id
    with talk.acting() as act:
        assert parties.coached_leg(act, meetings.get(act, talk.meeting_id)) == lins
    talk.leaves(lins)
    with talk.acting() as act:
        assert parties.coached_leg(act, meetings.get(act, talk.meeting_id)) == expert
    assert talk.owed("set-mode") == [{"party": talk.party(cast.sun).id}]

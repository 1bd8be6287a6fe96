"""The rows of the waiting line and of whoever answers it; without them a caller would never meet a person (ANS-3)."""

from __future__ import annotations

from hotline.voice import agents, waiting
from hotline.voice.answers import choices
from hotline.voice.contacts import told
from hotline.voice.steps import End, Go, Meet, Menu, Row, Step, Tell, Wait, says

S = Step

LINE: dict[Step, Row] = {
    S.AGENT: Go(waiting.agent, (S.WAITING, S.NOBODY_THERE, S.PLACE_KEPT_TOLD)),
    S.WAITING: Wait(says(), S.LEFT_LINE, moved=(S.CONNECTED,)),
    S.LEFT_LINE: Go(waiting.left, (S.PLACE_WANTED, S.WAITED_ENOUGH)),
    S.PLACE_WANTED: Tell(says("line.place"), S.CONTACT),
    S.WAITED_ENOUGH: Tell(says("line.over"), S.CONTACT),
    S.NOBODY_THERE: Tell(says("line.nobody"), S.CONTACT),
    S.PLACE_KEPT_TOLD: Tell(told("line.kept"), S.ANYTHING_ELSE),
    S.CONNECTED: Meet(waiting.connected, S.TALKED, moved=(S.DROPPED, S.ANYTHING_ELSE)),
    S.TALKED: Go(waiting.talked, (S.ANYTHING_ELSE, S.DROPPED)),
    S.DROPPED: Tell(says("line.dropped"), S.REJOIN),
    S.REJOIN: Go(waiting.rejoin, (S.REJOINED, S.NOBODY_THERE)),
    S.REJOINED: Tell(says("line.reconnecting"), S.WAITING),
    S.CALLED_BACK: Menu(
        waiting.called,
        choices(("1", "words.can-talk", S.CALLED_ANSWERED), ("2", "words.cannot-talk", S.NOT_NOW)),
        (S.CALLED_ANSWERED, S.NOT_NOW),
        S.NOT_NOW,
        waiting.note_answer,
        person=False,
    ),
    S.CALLED_ANSWERED: Go(waiting.customer_answered, (S.CONNECTED, S.NOT_NOW)),
    S.NOT_NOW: End(waiting.not_now),
}

AGENTS: dict[Step, Row] = {
    S.AGENT_RING: Go(agents.ring, (S.AGENT_OFFER, S.AGENT_GONE)),
    S.AGENT_OFFER: Menu(
        agents.offered,
        choices(("1", "words.take", S.AGENT_ACCEPTED), ("2", "words.decline", S.AGENT_DECLINED)),
        (S.AGENT_ACCEPTED, S.AGENT_DECLINED),
        S.AGENT_NO_KEY,
        keys_only=True,
        asks_again=False,  # somebody is waiting
        person=False,
    ),
    S.AGENT_ACCEPTED: Go(agents.accept, (S.AGENT_IN_CALL, S.AGENT_GONE)),
    S.AGENT_DECLINED: Go(agents.decline, (S.AGENT_PASSED_ON,)),
    S.AGENT_NO_KEY: Go(agents.no_key, (S.AGENT_PASSED_ON, S.AGENT_AWAY)),
    S.AGENT_PASSED_ON: End(says("agent.passed-on")),
    S.AGENT_AWAY: End(says("agent.away")),
    S.AGENT_IN_CALL: Meet(says("agent.talk"), S.AGENT_THANKS, moved=(S.AGENT_GONE,)),
    S.AGENT_GONE: End(says("agent.gone")),
    S.AGENT_THANKS: End(says("agent.thanks")),
    S.JOIN_RING: Go(agents.join_ring, (S.JOIN_OFFER, S.JOIN_GONE)),
    S.JOIN_OFFER: Menu(
        agents.join_offered,
        choices(("1", "words.take", S.JOIN_ACCEPTED), ("2", "words.decline", S.JOIN_DECLINED)),
        (S.JOIN_ACCEPTED, S.JOIN_DECLINED),
        S.JOIN_NO_KEY,
        keys_only=True,
        asks_again=False,
        person=False,
    ),
    S.JOIN_ACCEPTED: Go(agents.join_accept, (S.IN_MEETING, S.JOIN_GONE)),
    S.JOIN_DECLINED: Go(agents.join_decline, (S.JOIN_PASSED_ON,)),
    S.JOIN_NO_KEY: Go(agents.join_no_key, (S.JOIN_PASSED_ON,)),
    S.JOIN_PASSED_ON: End(says("join.passed-on")),
    S.JOIN_GONE: End(says("join.gone")),
    S.IN_MEETING: Meet(says("agent.talk"), S.MEETING_LEFT, moved=(S.AGENT_GONE,)),
    S.MEETING_LEFT: End(agents.parted),
}
ENTRIES = (S.AGENT_RING, S.JOIN_RING, S.CALLED_BACK)

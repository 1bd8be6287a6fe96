"""Documents of known length for whoever waits; without them a caller could hear nothing for too long (ANS-4)."""

from __future__ import annotations

import math
from collections.abc import Iterable

from twilio.twiml.voice_response import Gather, VoiceResponse

from hotline.addresses import Addresses
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.errors import NotFound
from hotline.prompts import Prompts
from hotline.standard.limits import Limit
from hotline.voice.twiml import Sentence, say, sentences_of, whole

KEY = "1"  # to be called back instead of waiting on (ANS-3)
SHORTEST = 1  # second of silence after a clip: the carrier takes whole ones
HOLD = ("hold.thanks", "hold.sorry")
RINGING = ("agent.ringing", "agent.ringing-on")
ANNOUNCED = {
    "resumed": "announce.resumed",
    "talk": "announce.talk",
    "listen": "announce.listen",
    "coach": "announce.coach",
    "talk-left": "announce.talk-left",
    "listen-left": "announce.lead-left",
    "coach-left": "announce.lead-left",
    "passed-on": "announce.passed-on",
    "paused": "announce.paused",
    "recording": "announce.recording",
}


def wait(act: Act, call: Call, keys: tuple[str, ...], number: int, prompts: Prompts, addresses: Addresses) -> str:
    """Clip `number` of a wait, and silence until the next is due; a key is heard all the while."""
    lines = sentences_of(act, call, keys, prompts)
    gather = Gather(
        input="dtmf",
        num_digits=1,
        finish_on_key="",
        timeout=silence(act, call, lines, act.standard.answering.reassurance, prompts),
        action=addresses.wait(call.id, number + 1),
        method="POST",
        action_on_empty_result=True,
    )
    say(gather, lines, prompts, slow=call.slow)
    response = VoiceResponse()
    response.append(gather)
    return whole(response)


def leave() -> str:
    """Out of the queue: the carrier asks on at the question that waited."""
    response = VoiceResponse()
    response.leave()
    return whole(response)


def hold(act: Act, call: Call, number: int, prompts: Prompts, addresses: Addresses) -> str:
    """Thanks for the patience first, then a reassurance before the customer has to wonder (ANS-13)."""
    return _clip(act, call, HOLD[min(number, 1)], addresses.hold(call.id, number + 1), prompts)


def ringing(act: Act, call: Call, number: int, prompts: Prompts, addresses: Addresses) -> str:
    """An agent whose customer is being rung is told so, and told again before they take the silence for a fault."""
    return _clip(act, call, RINGING[min(number, 1)], addresses.ringing(call.id, number + 1), prompts)


def announcement(act: Act, call: Call, what: str, prompts: Prompts) -> str:
    """What those in a conversation are told of it. Raises NotFound for what is never told."""
    if what not in ANNOUNCED:
        raise NotFound("nothing of that name is announced")
    response = VoiceResponse()
    say(response, sentences_of(act, call, (ANNOUNCED[what],), prompts), prompts, slow=call.slow)
    return whole(response)


def _clip(act: Act, call: Call, key: str, following: str, prompts: Prompts) -> str:
    """Words, and silence until the next clip is due (ANS-13)."""
    lines = sentences_of(act, call, (key,), prompts)
    response = VoiceResponse()
    say(response, lines, prompts, slow=call.slow)
    response.pause(length=silence(act, call, lines, act.standard.answering.hold_reassurance, prompts))
    response.redirect(following, method="POST")
    return whole(response)


def seconds(call: Call, lines: Iterable[Sentence], prompts: Prompts) -> float:
    """How long saying these takes at most."""
    return sum(prompts.seconds(line.text, line.language, slow=call.slow) for line in lines)


def silence(act: Act, call: Call, lines: Iterable[Sentence], limit: Limit, prompts: Prompts) -> int:
    """Whole seconds of silence after a clip, so that from its start to the next one's there is less than the limit."""
    left = limit.seconds - act.standard.engine.desk.wait_margin.seconds - seconds(call, lines, prompts)
    return max(SHORTEST, math.floor(left))

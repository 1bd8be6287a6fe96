"""A step becomes TwiML here and nowhere else; without it an impossible document would reach the carrier."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from urllib.parse import quote

from twilio.twiml import TwiML
from twilio.twiml.voice_response import Dial, Gather, Say, SsmlProsody, VoiceResponse

from hotline.addresses import Addresses
from hotline.domain import meetings, parties
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.companies import Company
from hotline.domain.parties import Meeting, Mode, Party, Role
from hotline.errors import Invalid
from hotline.prompts import Line, Prompts, Voice
from hotline.voice.flow import FLOW
from hotline.voice.steps import Ask, End, Linger, Meet, Menu, Step, Take, Wait
from hotline.voice.values import VALUES
from hotline.voice.walk import spoken

# Figures of the carrier, not of the standard: contract 5.3 (Say, error 13521; Gather hints) and 3.4 (11750).
MOST_CHARACTERS = 400
MOST_ENCODED = 4500
MOST_HINTS, LONGEST_HINT = 500, 100
MOST_BYTES = 64 * 1024
NOTHING = str(VoiceResponse())  # an answer to what is only news: nothing more happens here (contract 5.2)
_UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SENTENCE = re.compile(r"[^。！？；.!?;]*[。！？；.!?;]?")


@dataclass(frozen=True)
class Sentence:
    """Words to be said, and in which language."""

    text: str
    language: str


def render(act: Act, call: Call, prompts: Prompts, addresses: Addresses) -> str:
    """The document for the step at which the call stands. Raises Invalid for one that the carrier would refuse."""
    row = FLOW[Step(call.step)]
    response = VoiceResponse()
    lines = sentences(act, call, prompts)
    action = addresses.turn(call.id, call.turn)
    match row:
        case Menu() | Ask():
            gather = _gather(act, call, row, action, prompts)
            say(gather, lines, prompts, slow=call.slow)
            response.append(gather)
            response.redirect(action, method="POST")
        case Take():
            say(response, lines, prompts, slow=call.slow)
            _record(act, call, response, action, addresses)
        case Linger():
            say(response, lines, prompts, slow=call.slow)
            response.pause(length=act.standard.engine.voice.pause_piece.seconds)
            response.redirect(action, method="POST")
        case Wait():
            say(response, lines, prompts, slow=call.slow)
            wait_url = addresses.wait(call.id, 0)
            response.enqueue(addresses.queue, action=action, method="POST", wait_url=wait_url, wait_url_method="POST")
        case Meet():
            say(response, lines, prompts, slow=call.slow)
            response.append(_conference(act, call, action, addresses))
        case End():
            say(response, lines, prompts, slow=call.slow)
            response.hangup()
        case _:
            raise Invalid(f"the call stands at {call.step}, which does not wait")
    return whole(response)


def sentences(act: Act, call: Call, prompts: Prompts) -> list[Sentence]:
    """What the caller hears now, every variable filled from the call's data."""
    return sentences_of(act, call, spoken(act, call), prompts)


def sentences_of(act: Act, call: Call, said: Iterable[str], prompts: Prompts) -> list[Sentence]:
    """Prompt keys as the words for this call."""
    own = act.session.get_one(Company, call.company_id).words
    found = []
    for line in map(Line.read, said):
        language = line.language or call.language
        wanted = prompts.variables(line.key, language)
        values = {name: VALUES[name](act, call, prompts) for name in wanted if name != "key"}
        found.append(Sentence(prompts.text(line.key, language, own, key=line.press, **values), language))
    return found


def apology(
    prompts: Prompts, languages: Sequence[str], *keys: str, to: str | None = None, gather: str | None = None
) -> str:
    """A document that needs no call on record: words, then a redirect (`to`), a number (`gather`), or the end."""
    response = VoiceResponse()
    lines = [Sentence(prompts.text(key, language), language) for language in languages for key in keys]
    if gather is not None:
        asked = Gather(input="dtmf", action=gather, method="POST", finish_on_key="#", action_on_empty_result=True)
        say(asked, lines, prompts, slow=False)
        response.append(asked)
    else:
        say(response, lines, prompts, slow=False)
    if to is not None:
        response.pause()
        response.redirect(to, method="POST")
    elif gather is None:
        response.hangup()
    return whole(response)


def whole(response: VoiceResponse) -> str:
    """The document as text. Raises Invalid when it says nothing, does nothing, or is too long for the carrier."""
    text = str(response)
    if not response.verbs:
        raise Invalid("an empty document hangs up on the caller")
    if len(text.encode()) > MOST_BYTES:
        raise Invalid(f"a document of {len(text.encode())} bytes is over the carrier's limit of {MOST_BYTES}")
    return text


def clean(text: str) -> str:
    """Text without what no telephone can speak and no XML can carry (contract 5.1)."""
    return _UNSPEAKABLE.sub("", text)


def pieces(text: str) -> list[str]:
    """A long text cut at the ends of sentences, each piece short enough for one Say (error 13521)."""
    found: list[str] = []
    for sentence in _SENTENCE.findall(clean(text)):
        for part in _fitting(sentence):
            if found and _fits(found[-1] + part):
                found[-1] += part
            elif part.strip():
                found.append(part)
    return found


def _fitting(sentence: str) -> Iterable[str]:
    while sentence and not _fits(sentence):
        yield sentence[: MOST_CHARACTERS // 2]
        sentence = sentence[MOST_CHARACTERS // 2 :]
    if sentence:
        yield sentence


def _fits(text: str) -> bool:
    return len(text) <= MOST_CHARACTERS and len(quote(text)) <= MOST_ENCODED


def say(parent: TwiML, lines: list[Sentence], prompts: Prompts, *, slow: bool) -> None:
    """Sentences of one language that follow one another are one Say, as long as the carrier takes it."""
    for language, said in groupby(lines, key=attrgetter("language")):
        _say_in(parent, [line.text for line in said], prompts.voice(language), slow=slow)


def _say_in(parent: TwiML, texts: list[str], voice: Voice, *, slow: bool) -> None:
    for piece in pieces("".join(text if text.endswith(("。", "！", "？")) else f"{text} " for text in texts)):
        if slow:
            say = Say(voice=voice.say_voice, language=voice.say_language)
            say.append(SsmlProsody(piece, rate=voice.slow_rate))
        else:
            say = Say(piece, voice=voice.say_voice, language=voice.say_language)
        parent.append(say)


def _gather(act: Act, call: Call, row: Menu | Ask, action: str, prompts: Prompts) -> Gather:
    figures = act.standard.engine.voice
    timeout = figures.gather_timeout_slow if call.slow else figures.gather_timeout
    listens = not (isinstance(row, Menu) and row.keys_only)
    settings: dict[str, object] = {
        "action": action,
        "method": "POST",
        "action_on_empty_result": True,
        "input": "dtmf speech" if listens else "dtmf",
        "timeout": timeout.seconds,
    }
    if listens:
        speech = figures.speech_timeout_slow if call.slow else figures.speech_timeout
        settings |= {
            "language": prompts.voice(call.language).gather_language,
            "speech_timeout": speech.seconds,
            "profanity_filter": False,
            "hints": _hints(act, call, row, prompts),
        }
    if isinstance(row, Menu):
        if not row.choices(act, call):
            raise Invalid(f"{call.step} is a menu that nobody can answer")
        settings |= {"num_digits": 1, "finish_on_key": ""}
    elif row.number:
        settings |= {"finish_on_key": "#", "timeout": figures.number_timeout.seconds}
    return Gather(**{name: value for name, value in settings.items() if value is not None})


def _hints(act: Act, call: Call, row: Menu | Ask, prompts: Prompts) -> str | None:
    if isinstance(row, Ask):
        return None
    words = [w for choice in row.choices(act, call) for w in prompts.listen_for(choice.words, call.language)]
    fitting = [word for word in dict.fromkeys(words) if "," not in word and len(word) <= LONGEST_HINT]
    return ",".join(fitting[:MOST_HINTS]) or None


def _conference(act: Act, call: Call, action: str, addresses: Addresses) -> Dial:
    """Into the conference: the customer's leaving ends it; a coach is heard by the agent, a listener by nobody."""
    meeting, party = meetings.of_call(act, call), parties.of_call(act, call)
    if meeting is None or party is None:
        raise Invalid(f"the call stands at {call.step}, and belongs to no conversation")
    leg = parties.coached_leg(act, meeting) if party.mode == Mode.COACH else None
    coached = act.session.get_one(Call, leg).sid if leg is not None else None
    dial = Dial(action=action, method="POST")
    dial.conference(
        meeting.name,
        beep="onEnter" if party.role == Role.CUSTOMER else "false",  # tells the agent that the caller is there
        muted=party.mode != Mode.TALK and coached is None,  # a coach whom no agent could hear is heard by nobody
        coach=coached,
        start_conference_on_enter=True,
        end_conference_on_exit=party.role == Role.CUSTOMER,
        wait_url=addresses.ringing(call.id) if _is_alone(act, meeting, party) else "",
        status_callback=addresses.meeting(meeting.id),
        status_callback_method="POST",
        status_callback_event="start end join leave hold",
    )
    return dial


def _is_alone(act: Act, meeting: Meeting, party: Party) -> bool:
    """Does this agent wait for a customer who is being rung? A caller who is fetched is there in a moment."""
    customers_call = act.session.get(Call, meeting.call_id) if meeting.call_id is not None else None
    return (
        party.role == Role.AGENT
        and meeting.met_at is None
        and customers_call is not None
        and customers_call.direction == "out"
    )


def _record(act: Act, call: Call, response: VoiceResponse, action: str, addresses: Addresses) -> None:
    figures = act.standard.engine.voice
    response.record(
        action=action,
        method="POST",
        max_length=figures.record_longest.seconds,
        timeout=figures.record_silence.seconds,
        finish_on_key="#",
        play_beep=True,
        trim="trim-silence",
        recording_status_callback=addresses.recording(call.id),
        recording_status_callback_method="POST",
        recording_status_callback_event="in-progress completed absent",
    )

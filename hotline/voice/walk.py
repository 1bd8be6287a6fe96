"""Walks a call along the table, an answer at a time; without it a repeated webhook would repeat the answer (rule 4)."""

from __future__ import annotations

from dataclasses import replace

from hotline.domain import calls, turns
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.prompts import Prompts
from hotline.voice import answers
from hotline.voice.flow import FLOW
from hotline.voice.listening import choose
from hotline.voice.steps import (
    SILENCE,
    SPOKEN_ONLY,
    Ask,
    Choice,
    End,
    Go,
    Heard,
    Linger,
    Meet,
    Menu,
    Row,
    Sound,
    Step,
    Take,
    Tell,
    Wait,
    leads_of,
)

REPEAT = Choice("*", "words.again", Step.MAIN)
# Pressed to end a recording that had ended by itself: no answer to the question that came meanwhile.
LATE_HASH = Heard(Sound.KEYS, "#")
# Given up here, nothing else is tried: so nothing else is announced.
_ENDINGS = ("anything", "closing", "farewell", "offer", "agent-", "join-", "not-now", "survey", "inform", "when-")
LOUDER = Choice(SPOKEN_ONLY, "words.louder", Step.MAIN)


def begin(act: Act, call: Call) -> None:
    """The call stands at its first step: go on to the first that says something and waits."""
    call.step = _enter(act, call, Step(call.step))


def answer(act: Act, call: Call, heard: Heard, prompts: Prompts) -> None:
    """Take one answer: the exchange is recorded, and the call stands at the next step that waits (OWN-1, REC-1)."""
    row = FLOW[Step(call.step)]
    said, language = spoken(act, call), call.language
    again = _wants_repeat(act, call, row, heard, prompts)
    if not again:
        call.drop("preface")
    call.drop("troubles")
    target = None if again else _hear(act, call, row, heard, prompts)
    if target is None or target is Step.SLOWLY:
        target = _in_vain(act, call, row, heard, again=again, target=target)
    else:
        call.misses = 0
        call.drop("in_vain")
    led_to = target if target is Step(call.step) else _enter(act, call, target, heard, prompts)
    turns.record(act, call, said=said, language=language, heard=heard.sound, words=heard.text or None, led_to=led_to)


def come_back(act: Act, call: Call) -> bool:
    """After a trouble of ours: apologise, and ask the open question again. False when that was done too often."""
    troubles = call.slots.get("troubles", 0) + 1
    told = [key for key in call.slots.get("preface", []) if key != "trouble.back"]
    call.put(troubles=troubles, preface=["trouble.back", *told])
    return bool(troubles <= act.standard.engine.voice.fault_retries)


def last_words(act: Act, call: Call) -> None:
    """The call ended: what was said last was heard too, and is on record with how it ended (REC-1)."""
    said = spoken(act, call)
    if call.answered_at is not None and said:
        heard = Sound.HANG_UP if call.ended_by == "them" else Sound.END
        turns.record(act, call, said=said, heard=heard, words=None, led_to=call.step)


def spoken(act: Act, call: Call) -> list[str]:
    """The prompt keys of what the caller hears now."""
    row = FLOW[Step(call.step)]
    return [*call.slots.get("preface", []), *([] if isinstance(row, Go) else row.says(act, call))]


def _hear(act: Act, call: Call, row: Row, heard: Heard, prompts: Prompts) -> Step | None:
    match row:
        case Menu():
            return _choose(act, call, row, heard, prompts)
        case Ask():
            return row.understood(act, call, heard)
        case Take():
            return row.then
        case Wait() | Meet() if heard.sound is Sound.LEFT:
            return row.then
        case Linger():
            return _linger(act, call, row)
        case _:
            return Step(call.step)  # a call that ended, or a question asked again


def _choose(act: Act, call: Call, row: Menu, heard: Heard, prompts: Prompts) -> Step | None:
    if row.keys_only and heard.sound is not Sound.KEYS:
        return None
    offered = row.choices(act, call)
    chosen = choose(heard, offered, prompts, call.language)
    if chosen is not None:
        return _follow(act, call, row, heard, chosen)
    if row.keeps and heard.sound is Sound.SPEECH and heard.text.strip():
        _keep(act, call, row, heard)
        return row.gives_up
    asked_for_already = call.slots.get("intent") == "agent"
    if not row.person or asked_for_already or choose(heard, [answers.PERSON], prompts, call.language) is None:
        return None
    return Step.AGENT


def _follow(act: Act, call: Call, row: Menu, heard: Heard, chosen: Choice) -> Step:
    _keep(act, call, row, heard)
    target = row.noted(act, call, chosen)
    assert target in row.leads, f"{call.step} may not lead to {target}"
    return target


def _keep(act: Act, call: Call, row: Menu, heard: Heard) -> None:
    if row.keeps and heard.sound is Sound.SPEECH:
        call.put(**{row.keeps: calls.seal(act, call, heard.text.strip())})


def _overheard(act: Act, call: Call, row: Menu, heard: Heard, prompts: Prompts | None) -> Step | None:
    """The sentence that led here answers this question too, in so many words; a figure in it answered the last one."""
    if prompts is None or heard.sound is not Sound.SPEECH or not row.overhears:
        return None
    offered = [replace(choice, key=SPOKEN_ONLY) for choice in row.choices(act, call)]
    chosen = choose(heard, offered, prompts, call.language)
    return _follow(act, call, row, heard, chosen) if chosen is not None else None


def _wants_repeat(act: Act, call: Call, row: Row, heard: Heard, prompts: Prompts) -> bool:
    """The caller wants to hear all of it once more, the case number too; and slower, whoever hears badly (ANS-11)."""
    if not isinstance(row, (Menu, Ask)) or (isinstance(row, Ask) and heard.sound is not Sound.SPEECH):
        return False
    if isinstance(row, Menu) and (
        (row.keys_only and heard.sound is not Sound.KEYS)
        or choose(heard, row.choices(act, call), prompts, call.language) is not None
    ):
        return False
    if heard == LATE_HASH:
        return True
    wanted = choose(heard, [REPEAT, LOUDER], prompts, call.language)
    if wanted is LOUDER:
        answers.speak_slowly(act, call)
    return wanted is not None


def _in_vain(act: Act, call: Call, row: Row, heard: Heard, *, again: bool, target: Step | None) -> Step:
    """An answer that led no further: asked again politely, and led on after too many (ANS-5).

    Asking for a repeat is no miss, but repeats, slower speech and misses together lead on as well.
    """
    assert isinstance(row, (Menu, Ask))
    missed = target is None and not again
    call.misses += missed
    call.put(in_vain=call.slots.get("in_vain", 0) + 1)
    answering, patient = act.standard.answering, not isinstance(row, Menu) or row.asks_again
    if (
        (missed and not patient)
        or call.misses > answering.not_heard_retries
        or call.slots["in_vain"] >= answering.answers_in_vain
    ):
        return _given_up(call, row)
    if missed:
        call.put(preface=[_unclear(row, heard)])
    return target or Step(call.step)


def _given_up(call: Call, row: Menu | Ask) -> Step:
    call.misses = 0
    call.drop("in_vain", "preface")
    if not row.gives_up.startswith(_ENDINGS):
        call.put(preface=["again.gives-up"])
    return row.gives_up


def _unclear(row: Menu | Ask, heard: Heard) -> str:
    """The standard's words where a question was told; where a key or a number was awaited, what of it was missing."""
    told = not row.number if isinstance(row, Ask) else row.in_own_words
    if heard.sound is Sound.SILENCE:
        return "again.silence" if told else "again.no-key"
    if isinstance(row, Ask):
        return row.unclear
    if heard.sound is Sound.KEYS:
        return "again.key"
    return "again.unclear" if told else "again.say-or-press"


def _linger(act: Act, call: Call, row: Linger) -> Step:
    waited = call.slots.get("lingered", 0) + act.standard.engine.voice.pause_piece.seconds
    call.put(lingered=waited)
    return row.then if waited >= act.standard.answering.linger.seconds else Step.LINGER


def _enter(act: Act, call: Call, step: Step, heard: Heard = SILENCE, prompts: Prompts | None = None) -> Step:
    """Go on over the steps that do not wait, or were answered already; what is told on the way is said first."""
    preface, over = list(call.slots.get("preface", [])), list[Step]()
    for _ in FLOW:
        row = FLOW[step]
        match row:
            case Go():
                following = row.does(act, call)
                assert following in leads_of(row), f"{step} may not lead to {following}"
                over.append(step)
                step = following
            case Tell():
                preface.extend(row.says(act, call))
                over.append(step)
                step = row.then
            case Menu() if (known := _overheard(act, call, row, heard, prompts)) is not None:
                over.append(step)
                step = known
            case _:
                call.put(preface=preface)
                if isinstance(row, End):
                    call.ended_by = "us"
                if over:
                    act.remember(call.chain, "call-led", over=over, to=step)
                return step
    raise AssertionError(f"{step} runs in a circle")

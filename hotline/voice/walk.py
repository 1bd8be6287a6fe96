"""Walks a call along the table, an answer at a time; without it a repeated webhook would repeat the answer (rule 4)."""

from __future__ import annotations

from hotline.domain import turns
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.prompts import Prompts
from hotline.voice import answers
from hotline.voice.flow import FLOW
from hotline.voice.listening import choose
from hotline.voice.steps import (
    Ask,
    Choice,
    End,
    Go,
    Heard,
    Linger,
    Menu,
    Row,
    Sound,
    Step,
    Take,
    Tell,
    leads_of,
)

REPEAT = Choice("*", "words.again", Step.MAIN)


def begin(act: Act, call: Call) -> None:
    """The call stands at its first step: go on to the first that says something and waits."""
    call.step = _enter(act, call, Step(call.step))


def answer(act: Act, call: Call, heard: Heard, prompts: Prompts) -> None:
    """Take one answer: the exchange is recorded, and the call stands at the next step that waits (OWN-1, REC-1)."""
    row = FLOW[Step(call.step)]
    said, language = spoken(act, call), call.language
    if not _wants_repeat(act, call, row, heard, prompts):
        call.drop("preface")
    call.drop("troubles")
    target = _hear(act, call, row, heard, prompts) or _missed(act, call, row, heard)
    led_to = target if target is Step(call.step) else _enter(act, call, target)
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
        target = row.noted(act, call, chosen)
        assert target in row.leads, f"{call.step} may not lead to {target}"
        call.misses = 0
        return target
    if choose(heard, [REPEAT], prompts, call.language) is not None:
        return Step(call.step)
    asked_for_already = call.slots.get("intent") == "agent"
    if not row.person or asked_for_already or choose(heard, [answers.PERSON], prompts, call.language) is None:
        return None
    return Step.AGENT


def _wants_repeat(act: Act, call: Call, row: Row, heard: Heard, prompts: Prompts) -> bool:
    """The caller wants to hear all of it once more, the case number too."""
    if not isinstance(row, Menu) or choose(heard, row.choices(act, call), prompts, call.language) is not None:
        return False
    return choose(heard, [REPEAT], prompts, call.language) is not None


def _missed(act: Act, call: Call, row: Row, heard: Heard) -> Step:
    """Not heard, or not understood: asked again politely, and led on after too many (ANS-5)."""
    assert isinstance(row, (Menu, Ask))
    call.misses += 1
    patient = not isinstance(row, Menu) or row.asks_again
    if not patient or call.misses > act.standard.answering.not_heard_retries:
        call.misses = 0
        if not row.gives_up.startswith(("anything", "closing", "farewell", "offer")):
            call.put(preface=["again.gives-up"])
        return row.gives_up
    unclear = row.unclear if isinstance(row, Ask) else "again.unclear"
    call.put(preface=["again.silence" if heard.sound is Sound.SILENCE else unclear])
    return Step(call.step)


def _linger(act: Act, call: Call, row: Linger) -> Step:
    waited = call.slots.get("lingered", 0) + act.standard.engine.voice.pause_piece.seconds
    call.put(lingered=waited)
    return row.then if waited >= act.standard.answering.linger.seconds else Step.LINGER


def _enter(act: Act, call: Call, step: Step) -> Step:
    """Go on over the steps that do not wait, to one that does; what is told on the way is said first."""
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
            case _:
                call.put(preface=preface)
                if isinstance(row, End):
                    call.ended_by = "us"
                if over:
                    act.remember(call.chain, "call-led", over=over, to=step)
                return step
    raise AssertionError(f"{step} runs in a circle")

"""What happens to a caller in the waiting line, and on every way out of it; without it nobody could wait (ANS-3)."""

from __future__ import annotations

from hotline.domain import anonymity, companies, desk, meetings, seats, waits
from hotline.domain.act import Act
from hotline.domain.callbacks import Callback
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.desk import Place, Wait, Why
from hotline.domain.parties import Stage
from hotline.voice import about, times
from hotline.voice.steps import Choice, Step
from hotline.voice.values import whole_minutes


def agent(act: Act, call: Call) -> Step:
    """A person is wanted: the caller joins the line; where nobody is on duty the number is taken (ANS-3, ANS-8)."""
    _note_came_for(call)
    call.put(intent="agent")
    waiting = desk.of_call(act, call)
    if waiting is not None and waiting.state == Place.KEPT:  # one place and one call back, however often it is asked
        return Step.PLACE_KEPT_TOLD
    return _joins(act, call)


def rejoin(act: Act, call: Call) -> Step:
    """The agent's line broke: back in the line at the first moment's place, that agent wanted first.

    To be put through again is promised only where somebody serves.
    """
    waiting = desk.of_call(act, call)
    call.put(intent="agent")
    then = _joins(act, call, wanted=waiting.agent_id if waiting else _last_agent(act, call))
    return Step.REJOINED if then is Step.WAITING else then


def _joins(act: Act, call: Call, wanted: int | None = None) -> Step:
    """Into the line; where nobody serves straight out of it, so that the supervisors hear of it with the promise."""
    if desk.staffed(act, call.company_id):
        desk.join(act, call, wanted=wanted)
        return Step.WAITING
    desk.leave(act, desk.join(act, call), Why.NOBODY)
    return Step.NOBODY_THERE


def left(act: Act, call: Call) -> Step:
    """Out of the line without having met anybody: on the caller's wish, or because there was no hope (rule 8)."""
    waiting = desk.of_call(act, call)
    assert waiting is not None, "only who waits can leave the line"
    desk.leave(act, waiting, Why.ERROR)  # where the carrier let go of a caller who could have waited on
    return Step.PLACE_WANTED if waiting.why == Why.ASKED else Step.WAITED_ENOUGH


def hung_up(act: Act, call: Call) -> None:
    """The caller hung up in the line: their last silence ends here, however late the news of the call's end (ANS-4)."""
    waiting = desk.of_call(act, call)
    if waiting is not None:
        waits.waited(act, waiting)


def settled(act: Act, call: Call, case: Case, *, reachable: bool) -> Step | None:
    """The number is confirmed, the case opened: the place is kept, or the wait is over; None for who never waited."""
    waiting = desk.of_call(act, call)
    if waiting is None or waiting.state != Place.LEAVING:
        return None
    now = times.chosen(call) is None
    if waiting.why == Why.ASKED and reachable and now and not anonymity.told_in(call):  # a place names its caller
        desk.keep_place(act, waiting, case)
        return Step.PLACE_KEPT_TOLD
    desk.taken(act, waiting, case)
    return None


def found_nobody(act: Act, call: Call) -> bool:
    """Did the caller leave the line because nobody was on duty, so that it was told already why (ANS-3)?"""
    waiting = waits.shown(act, call)
    return waiting is not None and waiting.why == Why.NOBODY


def talked(act: Act, call: Call) -> Step:
    """The conversation ended and the caller is still there: anything else (ANS-7)? Or it never came about."""
    meeting = meetings.of_call(act, call)
    if meeting is None:
        return Step.ANYTHING_ELSE
    apart = meeting.dropped or meeting.met_at is None
    meetings.left(act, meeting, call, "conversation ended")
    return Step.DROPPED if apart else Step.ANYTHING_ELSE


def customer_answered(act: Act, call: Call) -> Step:
    """A customer whom we rang says that they can talk, unless our colleague gave up meanwhile."""
    meeting = meetings.of_call(act, call)
    if meeting is None or meeting.state == Stage.ENDED:
        return Step.NOT_NOW
    call.put(accepted=True)
    stamp(act, call)
    return Step.CONNECTED


def note_answer(act: Act, call: Call, choice: Choice) -> Step:
    """A customer whom we rang pressed a key, or said it: there is a person, whether they can talk or not."""
    call.put(is_there=True, not_now=choice.to is Step.NOT_NOW)
    return choice.to


def not_now(act: Act, call: Call) -> tuple[str, ...]:
    """They cannot talk now; or nobody said anything, and a machine may be recording: who rang, where that is wanted."""
    message = "is_there" not in call.slots and act.standard.callbacks.leaves_message
    return ("called.message",) if message else ("called.not-now",)


def unheard(act: Act, call: Call) -> tuple[str, ...]:
    """Nobody pressed a key for a machine that rang them, and one may be recording: who rang, where that is wanted."""
    return ("survey.unheard",) if act.standard.callbacks.leaves_message else ("goodbye",)


def called(act: Act, call: Call) -> tuple[str, ...]:
    """Greet, the company, oneself by number, the matter (ANS-14). Whoever pressed nothing is told the keys alone: a
    machine that records hears who rang, and then the message, while it still does.
    """
    if call.misses:
        return ("called.keys",)
    meeting = meetings.of_call(act, call)
    kept = meeting is not None and meeting.wait_id is not None and _waited(act, meeting.wait_id)
    matter = "called.matter" if about.has_subject(about.case(act, call)) else "called.back"
    return ("called.hello", "called.kept" if kept else matter, *_recorded(act), "called.keys")


def _waited(act: Act, wait_id: int) -> bool:
    """Did the customer stand in the line themselves, and keep their place in it?"""
    waiting = act.session.get_one(Wait, wait_id)
    callback = act.session.get(Callback, waiting.callback_id) if waiting.callback_id is not None else None
    return callback is None or waiting.joined_at < callback.made_at


def connected(act: Act, call: Call) -> tuple[str, ...]:
    """The apology for the wait and the agent's number, as the profile wants it told (ANS-4, ANS-2).

    Whoever was rung just now has heard it.
    """
    waiting = desk.of_call(act, call)
    if waiting is None or waiting.kept:
        return ()
    serving = "greeting.with-number" if act.standard.answering.greeting_names_agent else "line.serving"
    return ("line.connected", serving, *_recorded(act))


def put_through(act: Act, call: Call) -> None:
    """Who waited is fetched into the conversation: the wait is measured to here, the recording is announced."""
    waiting = desk.of_call(act, call)
    if waiting is not None:
        desk.put_through(act, waiting)
    stamp(act, call)


def stamp(act: Act, call: Call) -> None:
    """That the recording was announced stands on the call, once."""
    if _recorded(act) and "recording_announced" not in call.slots:
        call.put(recording_announced=True)
        act.remember(call.chain, "recording-announced")


def clip(act: Act, call: Call, waiting: Wait, number: int) -> tuple[str, ...]:
    """What is said as clip `number` of a wait: why, then by turns the place or the estimate, the key, the apology."""
    if waiting.state == Place.CONNECTED:
        return ("line.connecting",)
    if number == 0:
        return ("line.connecting",) if _is_served_now(act, waiting) else ("line.busy", *place(act, waiting))
    match number % 3:
        case 1:
            return ("line.sorry", *(("line.keep",) if _is_long(act, waiting) else ()))
        case 2:
            return ("line.sorry",)
        case _:
            return ("line.sorry", *place(act, waiting))


def place(act: Act, waiting: Wait) -> tuple[str, ...]:
    """The estimate where it is honest, else the place in the line (ANS-3)."""
    expected = desk.estimate(act, waiting)
    if expected is not None:
        return ("line.estimate",) if whole_minutes(expected) > 1 else ("line.estimate-short",)
    return ("line.next",) if desk.position(act, waiting) == 1 else ("line.ahead",)


def anybody_free(act: Act) -> bool:
    """Could an agent of the group be rung at this moment?"""
    return bool(seats.free(act, companies.group(act)))


def _is_long(act: Act, waiting: Wait) -> bool:
    """Is it more than a short wait, so that a call back is offered (ANS-3)? Without an honest estimate it may be."""
    expected, limit = desk.estimate(act, waiting), act.standard.answering.long_wait.span
    return expected is None or expected > limit or act.at - waiting.since > limit


def _is_served_now(act: Act, waiting: Wait) -> bool:
    """Is a telephone ringing for this caller, or about to? Not while the owner is in a call and waited for (OWN-5)."""
    if waiting.state == Place.OFFERED:
        return True
    awaited = waiting.wanted_id if waiting.wanted_until is not None and act.at < waiting.wanted_until else None
    free = [seat.staff_id for seat in seats.free(act, companies.group(act))]
    return desk.position(act, waiting) == 1 and (awaited in free if awaited is not None else bool(free))


def _recorded(act: Act) -> tuple[str, ...]:
    figures = act.standard.desk
    return ("line.recorded",) if figures.records_calls and figures.announces_recording else ()


def _note_came_for(call: Call) -> None:
    """What the agent is told of the matter; asking for a person tells nothing."""
    told = call.slots.get("fault") or call.slots.get("intent", "agent")
    if told != "agent":
        call.put(came_for=told)


def _last_agent(act: Act, call: Call) -> int | None:
    meeting = meetings.of_call(act, call)
    return meeting.agent_id if meeting else None

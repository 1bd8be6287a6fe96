"""What an agent does in a call by a button: pause, ask in, hand over, end; without it one could only talk (ANS-13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import abort, request
from flask.typing import ResponseReturnValue

from hotline.console import asking, desk_page, handing, rights, words
from hotline.domain import cases, companies, controls, handovers, meetings, parties, staff
from hotline.domain.act import Act
from hotline.domain.parties import Meeting, Party, Role
from hotline.domain.seats import Seat, Status
from hotline.errors import Conflict, NotFound, Refused

_WHY_LONGEST = 400  # characters


@dataclass(frozen=True)
class Pressed:
    """What came with a button: a colleague, a case, a reason."""

    who: int | None
    case_id: int | None
    why: str


class Unclear(Conflict):
    """Something on the form is missing; `word` says what."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


Does = Callable[[Act, Meeting, Pressed], None]


def press(meeting_id: int, action: str) -> ResponseReturnValue:
    """A button of the call was pressed. What comes too late, or is against the standard, is said on the desk."""
    if action not in ACTIONS:
        abort(404)
    form = request.form
    pressed = Pressed(
        form.get("who", type=asking.row_id),
        form.get("case", type=asking.row_id),
        form.get("why", "").strip()[:_WHY_LONGEST],
    )
    try:
        with asking.runtime().act(asking.actor()) as act:
            ACTIONS[action](act, _mine(act, meeting_id), pressed)
    except Unclear as unclear:
        return desk_page.answered(words.text(unclear.word))
    except handing.Another as another:
        return desk_page.answered(another.told)
    except Refused:
        return desk_page.answered(words.text(_REFUSED.get(action, "meeting.refused")))
    except (Conflict, NotFound):
        return desk_page.answered(words.text("desk.not-now"))
    return desk_page.answered()


def _hold(act: Act, meeting: Meeting, pressed: Pressed) -> None:
    controls.hold(act, meeting, asking.person().id)


def _resume(act: Act, meeting: Meeting, pressed: Pressed) -> None:
    controls.resume(act, meeting, asking.person().id)


def _expert(act: Act, meeting: Meeting, pressed: Pressed) -> None:
    controls.invite(act, meeting, _colleague(act, pressed), Role.EXPERT, asking.person().id)


def _hand_over(act: Act, meeting: Meeting, pressed: Pressed) -> None:
    """The colleague is asked to own the matter, and rung to hear it; until they accept nothing changes (OWN-2).

    Whoever is off the desk is not rung: they are asked on their page and by a text.
    """
    receiver = _colleague(act, pressed)
    if not pressed.why:
        raise Unclear("meeting.no-reason")
    if pressed.case_id is None:
        raise Unclear("meeting.no-case")
    meeting = meetings.get(act, meeting.id)
    case = cases.get(act, pressed.case_id)
    companies.get(act, case.company_id)
    giver, rung = asking.person().id, _at_the_desk(act, receiver)
    try:
        handing.chosen(act, case, receiver.id)
    except NotFound:
        raise Unclear("handover.nobody-above") from None
    why = handovers.Why.LIVE if rung else handovers.Why.ASKED
    asked = handovers.ask(act, case, giver_id=giver, receiver_id=receiver.id, reason=pressed.why, why=why)
    if rung:
        controls.invite(act, meeting, receiver, Role.RECEIVER, giver, asked.id)


def _pause_recording(act: Act, meeting: Meeting, pressed: Pressed) -> None:
    controls.pause_recording(act, meeting, asking.person().id)


def _resume_recording(act: Act, meeting: Meeting, pressed: Pressed) -> None:
    controls.resume_recording(act, meeting, asking.person().id)


def _send_off(act: Act, meeting: Meeting, pressed: Pressed) -> None:
    """A colleague who was asked in is not needed any more; the conversation's agent says so."""
    if pressed.who is None:
        raise Unclear("meeting.nobody")
    controls.stop(act, meeting, pressed.who, asking.person().id)


def _leave(act: Act, meeting: Meeting, pressed: Pressed) -> None:
    controls.stop(act, meeting, asking.person().id, asking.person().id)


def _end(act: Act, meeting: Meeting, pressed: Pressed) -> None:
    meetings.end(act, meeting, asking.person().id)


ACTIONS: dict[str, Does] = {
    "hold": _hold,
    "resume": _resume,
    "expert": _expert,
    "hand-over": _hand_over,
    "pause-recording": _pause_recording,
    "resume-recording": _resume_recording,
    "send-off": _send_off,
    "leave": _leave,
    "end": _end,
}
_REFUSED = {"end": "meeting.unanswered", "leave": "meeting.unanswered", "hand-over": "meeting.not-yours"}


def _mine(act: Act, meeting_id: int) -> Meeting:
    """The meeting, if I am in it, or if it is mine and begins. Raises NotFound, also for who is only asked in."""
    me = asking.person().id
    party: Party | None = parties.of_staff(act, me)
    if party is None or party.meeting_id != meeting_id:
        raise NotFound("you are not in this conversation")
    meeting = act.session.get_one(Meeting, meeting_id)
    if party.state != parties.State.IN and meeting.agent_id != me:
        raise NotFound("you are not in this conversation yet")
    return meeting


def _at_the_desk(act: Act, person: staff.Staff) -> bool:
    seat = act.session.get(Seat, person.id)
    return seat is not None and seat.status not in (Status.OFF, Status.AWAY)


def _colleague(act: Act, pressed: Pressed) -> staff.Staff:
    person = act.session.get(staff.Staff, pressed.who) if pressed.who is not None else None
    if person is None or not person.active or not person.has(*rights.HELPERS):
        raise Unclear("meeting.nobody")
    return person

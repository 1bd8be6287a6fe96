"""Watches the line and the desk; without it a lost word would keep a caller waiting for an empty chair (rule 8)."""

from __future__ import annotations

from sqlalchemy import select

from hotline.domain import beginnings, calls, companies, desk, matching, outbox, presence, seats, waits
from hotline.domain.act import CLOCK
from hotline.domain.desk import Wait
from hotline.domain.parties import Meeting, Stage
from hotline.errors import HotlineError
from hotline.runtime import Runtime


def the_desk(runtime: Runtime) -> None:
    """Whoever went quiet is away, forms left open are closed, who waits in vain leaves the line, others are matched.

    The safety net under what each change brings about by itself; it only reads while nothing is amiss. The trouble of
    one of these holds up no other, and is named afterwards.
    """
    troubles: list[HotlineError] = []
    for watches in (_empty_chairs, _open_forms, _in_vain, _unmatched):
        try:
            watches(runtime)
        except HotlineError as error:
            troubles.append(error)
    if troubles:
        raise troubles[-1]


def the_talks(runtime: Runtime) -> None:
    """Owe a look at who is in each conversation that goes on, once in each span."""
    every = runtime.figures.routine.calls_reconciled_every.span
    with runtime.act(CLOCK) as act:
        going_on = select(Meeting).where(Meeting.state != Stage.ENDED, Meeting.began_at < act.at - every)
        for meeting in act.session.scalars(going_on.order_by(Meeting.id).limit(runtime.figures.outbox.batch)):
            spans = (act.at - meeting.began_at) // every
            key = f"look-meeting-{meeting.id}-{spans}"
            outbox.post(act, "look-at-meeting", key=key, patient=True, meeting=meeting.id)


def _empty_chairs(runtime: Runtime) -> None:
    with runtime.look(CLOCK) as act:
        quiet = [seat.staff_id for seat in presence.unseen(act)]
    for staff_id in quiet:
        with runtime.act(CLOCK) as act:
            presence.gone_quiet(act, seats.locked(act, staff_id))


def _open_forms(runtime: Runtime) -> None:
    with runtime.look(CLOCK) as act:
        overdue = [seat.staff_id for seat in seats.over_limit(act)]
    for staff_id in overdue:
        with runtime.act(CLOCK) as act:
            seat = seats.locked(act, staff_id)
            companies.get(act, seat.company_id)
            if seat.wrap_up_ends is not None and seat.wrap_up_ends <= act.at:
                waits.wrapped_up(act, seat)


def _in_vain(runtime: Runtime) -> None:
    with runtime.look(CLOCK) as act:
        waiting = [(wait_id, act.session.get_one(Wait, wait_id).call_id) for wait_id, _why in desk.overdue(act)]
    for wait_id, call_id in waiting:
        with runtime.act(CLOCK) as act:
            if call_id is not None:
                calls.locked(act, call_id)
            desk.leave_in_vain(act, desk.locked(act, wait_id))


def _unmatched(runtime: Runtime) -> None:
    with runtime.look(CLOCK) as act:
        nobody = all(wait.state == desk.Place.OFFERED for wait in desk.line(act))
        if nobody and not beginnings.is_due(act):
            return
    with runtime.act(CLOCK) as act:
        beginnings.begin_due(act, words_version=runtime.prompts.version)
        while matching.next_match(act, words_version=runtime.prompts.version) is not None:
            pass

"""Joining the waiting line, and coming back to it; without it a caller whose line broke would begin anew (ANS-6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from hotline.domain import anonymity, attempts, cases, companies, offers, outbox, seats, staff
from hotline.domain.act import Act
from hotline.domain.calls import FINAL, Call
from hotline.domain.cases import Case
from hotline.domain.waits import IN_LINE, SETTLED, Place, Wait, kept_place, moved, of_call, waited
from hotline.errors import Conflict


def join(act: Act, call: Call, *, wanted: int | None = None) -> Wait:
    """A caller joins the line, or comes back to the place they had or kept: the first moment counts.

    `wanted` is asked first, as long as the profile's patience lasts: the agent whose line dropped. Without it, that is
    the owner of an open matter of this caller (OWN-5). A caller who told an anonymous matter in this call waits without
    a name and without a matter (CMP-10). The call is locked; its company's standard is chosen. Raises Conflict for a
    call that is over.
    """
    if call.state in FINAL:
        raise Conflict("nobody waits in a call that is over")
    unnamed = anonymity.told_in(call)
    matters = [] if unnamed else _open_matters(act, call)
    wait = _come_back(act, call) or Wait(joined_at=act.at, longest_gap_ms=0)
    wait.call_id, wait.company_id, wait.language = call.id, call.company_id, call.language
    wait.customer_id = None if unnamed else call.customer_id
    known = wait.case_id or call.case_id or next((matter.id for matter in matters), None)
    wait.case_id = None if unnamed else known
    wait.emergency = _is_emergency(act, call)
    wait.state, wait.kept, wait.agent_id, wait.why, wait.ended_at = Place.WAITING, False, None, None, None
    wait.last_spoken_at = act.at  # the answer that brings this about speaks
    if wanted is not None:  # their call is not over, so there is nothing to wrap up: they are rung at once
        seats.wrapped_up(act, seats.of(act, staff.get(act, wanted)))
    owners = (matter.owner_id for matter in matters)
    _want(act, wait, wanted or next((owner for owner in owners if seats.is_serving(act, owner)), None))
    act.session.add(wait)
    act.session.flush()
    seats.forget_wait(act, wait.id)
    told = {"wanted": wait.wanted_id, "emergency": wait.emergency, "joined": wait.joined_at.isoformat()}
    act.remember(wait.chain, "wait-began", wait=wait.id, **told)
    moved(act, wait)
    outbox.post(act, "match-line", urgent=True, emergency=wait.emergency)
    return wait


def who_serves(act: Act) -> set[int]:
    """Who of the group answers calls now or soon. The standard is chosen."""
    return {seat.staff_id for seat in seats.serving(act, companies.group(act))}


def count_talk(act: Act, wait: Wait, began: datetime) -> None:
    """A conversation is over, or broke: how long it took belongs to the time the caller took."""
    wait.handled_seconds = (wait.handled_seconds or 0) + (act.at - began) // timedelta(seconds=1)


def _come_back(act: Act, call: Call) -> Wait | None:
    """The place that a caller comes back to: where the line broke, or which they kept. None for a new one."""
    wait = of_call(act, call)
    if wait is None or wait.state in SETTLED:
        wait = _taken_up(act, call)
    if wait is None or (wait.state in IN_LINE and not wait.kept):
        return wait
    if wait.state == Place.CONNECTED and wait.connected_at is not None:
        count_talk(act, wait, wait.connected_at)
    waited(act, wait)
    wait.rejoined_at, wait.longest_gap_ms = act.at, 0
    return wait


def _taken_up(act: Act, call: Call) -> Wait | None:
    """Who rings in again while their place is kept goes on at that place, and is not rung at the same time.

    Not while nobody serves: it is kept on. Nor by an anonymous call, which it would name (CMP-10).
    """
    if anonymity.told_in(call) or not who_serves(act):
        return None
    wait = kept_place(act, call)
    if wait is not None:
        offers.withdraw(act, wait.id, chain=wait.chain)
        attempts.rang_in(act, wait)
    return wait


def _open_matters(act: Act, call: Call) -> list[Case]:
    """The caller's open matters, of this company before others, the newest first; their owners are asked (OWN-5)."""
    if call.customer_id is None:
        return []
    known = [case for case in cases.open_of(act, call.customer_id) if not case.anonymous]
    return sorted(known, key=lambda case: case.company_id != call.company_id)


def _want(act: Act, wait: Wait, wanted: int | None) -> None:
    wait.wanted_id = wait.wanted_until = None
    if wanted is not None and seats.is_serving(act, wanted):
        wait.wanted_id, wait.wanted_until = wanted, act.at + act.standard.desk.owner_patience.span
        outbox.post(act, "match-line", due=wait.wanted_until, urgent=True)


def _is_emergency(act: Act, call: Call) -> bool:
    kind = act.session.scalar(select(Case.kind).where(Case.id == call.case_id))
    return kind == cases.Kind.EMERGENCY

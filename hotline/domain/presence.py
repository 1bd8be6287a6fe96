"""Is an agent's page still open; without it a closed laptop would be rung, and a short outage end every shift."""

from __future__ import annotations

from sqlalchemy import select

from hotline.domain import companies, seats
from hotline.domain.act import Act
from hotline.domain.seats import UNSEEN, Seat, Status

_WATCHED = (Status.FREE, Status.BREAK)


def seen(act: Act, seat: Seat) -> None:
    """The agent's page gave a sign of life. Whoever was away for want of one alone is what they were before.

    The network, or our own pages, may have been gone for a minute: nobody at the desk did anything. The seat is locked.
    """
    seat.seen_at = act.at
    if seat.status == Status.AWAY and seat.why == UNSEEN and seat.wants is not None:
        seats.become(act, seat, Status(seat.wants))


def logged_in(act: Act, seat: Seat) -> None:
    """Its agent logs in anew: whoever had gone quiet begins off the desk, and says themselves that they are free.

    Only the log-in that went quiet takes up what it was (`seen`); it may be weeks ago. The seat is locked.
    """
    gone_quiet(act, seat)
    if seat.status == Status.AWAY and seat.why == UNSEEN:
        seats.become(act, seat, Status.OFF)


def unseen(act: Act) -> list[Seat]:
    """Seats at which nobody has shown themselves for longer than the limit, of every company whose figures load."""
    found: list[Seat] = []
    for company in companies.loading(act):
        companies.get(act, company.id)
        query = select(Seat).where(Seat.company_id == company.id, Seat.status.in_(_WATCHED))
        found += act.session.scalars(query.where(Seat.seen_at < seats.seen_after(act)).order_by(Seat.staff_id))
    return found


def gone_quiet(act: Act, seat: Seat) -> None:
    """Nobody is there any more: the seat is away, unless there was a sign of life meanwhile. The seat is locked."""
    companies.get(act, seat.company_id)
    if seat.status in _WATCHED and seat.seen_at < seats.seen_after(act):
        was = seat.status
        seats.become(act, seat, Status.AWAY, why=UNSEEN)
        seat.wants = was

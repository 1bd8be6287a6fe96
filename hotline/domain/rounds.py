"""Who is rung next, and when a round pauses; without it one colleague would be rung for ever (FLT-2, EMG-2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hotline.domain import calls, dispatches
from hotline.domain.act import Act
from hotline.domain.dispatches import Dispatch, Offer
from hotline.domain.staff import Staff


def next_to_ring(act: Act, dispatch: Dispatch, people: Iterable[Staff]) -> Staff | None:
    """Who of these is rung now, in their order, each as often as the standard says, then a pause, and again.

    None in the pause, and where nobody can be rung. An emergency knows no pause: it rings until someone acknowledges
    (EMG-2).
    """
    reached = [person for person in dict.fromkeys(people) if person.phone is not None]
    if not reached:
        return None
    rung = [made for made in dispatches.offers(act, dispatch.id) if _counts(made, dispatch)]
    all_rung = len(rung) > 0 and len(rung) % (len(reached) * act.standard.repair.engineer_rounds) == 0
    if all_rung and not dispatch.urgent and act.at < _pause_ends(act, rung[-1]):
        return None
    turn = len(rung) % len(reached)
    in_turn = reached[turn:] + reached[:turn]
    return next((person for person in in_turn if not is_engaged(act, person)), in_turn[0])


def is_engaged(act: Act, person: Staff) -> bool:
    """Is this colleague on one of our calls just now? Ringing would only find the line busy."""
    since = act.at - act.standard.engine.dispatch.offer_longest.span  # an offer lasts no longer, ended or not
    return calls.is_on_the_line(act, person.id, since=since)


def _counts(made: Offer, dispatch: Dispatch) -> bool:
    """Was somebody rung by it, since it concerns whom it concerns now?"""
    return made.call_id is not None and made.rung_at >= dispatch.posted_at


def _pause_ends(act: Act, last: Offer) -> datetime:
    return (last.answered_at or last.rung_at) + act.standard.engine.dispatch.round_pause.span

"""What lies between knowing who somebody is and letting them in; without it each way in would forget a step."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass

from flask import redirect, session, url_for
from flask.typing import ResponseReturnValue
from redis.exceptions import RedisError

from hotline import clock
from hotline.console import asking, clients, rights, sessions
from hotline.console.throttle import Throttle
from hotline.domain import companies, log_ins, presence, second_factors
from hotline.domain.act import Act, Actor
from hotline.domain.log_ins import How
from hotline.domain.seats import Seat
from hotline.domain.second_factors import Need
from hotline.domain.staff import Staff

log = logging.getLogger(__name__)
_HALF = "half"  # in the session: somebody who still has to show a second factor, and since when


@dataclass(frozen=True)
class Half:
    """Somebody who has said who they are, and still has to show a second factor: what the signed session keeps."""

    staff: int
    epoch: int
    at: int  # seconds since 1970
    need: str
    how: str
    next: str
    offer: str  # sealed; empty where nothing is to be set up

    @classmethod
    def begun(cls, act: Act, person: Staff, need: Need, how: How, going_to: str) -> Half:
        """As of this act; with a fresh secret where one is to be set up."""
        offer = second_factors.offer(act) if need == Need.SET_UP else ""
        return cls(person.id, person.session_epoch, int(act.at.timestamp()), need, how, going_to, offer)


def throttle() -> Throttle:
    """Counts the tries, of the pass phrase and of the second factor together."""
    runtime = asking.runtime()
    return Throttle(runtime.redis, runtime.sealer, runtime.figures.sign_in)


def go_on(person: Staff, *, how: How, going_to: str, proven_twice: bool = False) -> ResponseReturnValue:
    """Somebody has said who they are: they are in, or are led on to the second factor; nothing else opens before.

    `proven_twice`: the identity provider has asked for a second factor itself.
    """
    with asking.runtime().act(Actor("console", person.id)) as act:
        companies.get(act, person.company_id)
        need = Need.NOTHING if proven_twice else second_factors.need(act, person)
        row = come_in(act, person, how) if need == Need.NOTHING else None
        half = Half.begun(act, person, need, how, going_to)
    if row is None:
        return lead_on(half)
    return redirect(_opened(person, row, half, steps=0))


def come_in(act: Act, person: Staff, how: How) -> log_ins.Session:
    """A person is in from now on; whoever had gone quiet at their seat begins off the desk."""
    seat = hold_seat(act, person)
    if seat is not None:
        presence.logged_in(act, seat)
    return list_it(act, person, how)


def hold_seat(act: Act, person: Staff) -> Seat | None:
    """Lock the person's seat: before the person, as always."""
    return act.session.get(Seat, person.id, with_for_update=True)


def list_it(act: Act, person: Staff, how: How) -> log_ins.Session:
    """Put this browser's log-in on the list."""
    return log_ins.begin(act, person.id, address=clients.network(), browser=clients.browser(), how=how)


def complete(act: Act, person: Staff) -> log_ins.Session:
    """The second factor was right, in this act; `opened` follows when the act is kept."""
    return come_in(act, person, How(_half().how))


def opened(person: Staff, row: log_ins.Session) -> str:
    """The person is in; the page that was asked for."""
    return _opened(person, row, _half(), steps=1)


def lead_on(half: Half) -> ResponseReturnValue:
    """Nobody is logged in here; who goes on to the second factor is kept for a while."""
    sessions.end()
    session[_HALF] = asdict(half)
    return redirect(url_for("console.second_factor" if half.need == Need.CODE else "console.set_up_factor"))


def half_way(act: Act, need: Need) -> Staff | None:
    """Who is on the way to this step, if they began a moment ago and nothing of theirs has changed since."""
    if _HALF not in session or _half().need != need:
        return None
    half, longest = _half(), asking.runtime().figures.sign_in.second_step.seconds
    person = act.session.get(Staff, half.staff)
    if person is None or not person.active or person.session_epoch != half.epoch:
        return None
    companies.get(act, person.company_id)
    return person if act.at.timestamp() < half.at + longest else None


def secret_on_offer() -> str:
    """The sealed secret that whoever sets up a second factor was offered."""
    return _half().offer


def to_the_door() -> ResponseReturnValue:
    """It took too long, or somebody came here without the step before: from the beginning."""
    return redirect(url_for("console.log_in"))


def _half() -> Half:
    return Half(**session[_HALF])


def _opened(person: Staff, row: log_ins.Session, half: Half, *, steps: int) -> str:
    """Where to; what was tried on the way was right, and counts no more. `steps`: codes among it."""
    tries = steps + (half.how == How.PASSWORD)
    try:
        throttle().forgive(person.login, asking.address(), tries)
    except RedisError as error:
        log.warning("tries that were right are counted: %s from Redis", type(error).__name__)
    sessions.begin(person, row, clock.now())
    return half.next or url_for(rights.first_page(person))

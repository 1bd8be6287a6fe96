"""What a test begins with: a call, a fault, an enquiry; without it every test would tell the same beginning again."""

from __future__ import annotations

from sqlalchemy import select

from hotline.domain import calls, cases, companies, customers, desk, repairs, rounds, seats, signers, staff, turns
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case, Kind
from hotline.domain.customers import Customer
from hotline.domain.desk import Wait
from hotline.domain.dispatches import Dispatch
from hotline.domain.notices import Notice
from hotline.domain.repairs import RepairOrder
from hotline.domain.seats import Seat, Status
from hotline.standard.kinds import Scope
from tests.world import Cast, Firm, Person

WORDS = "abc123"  # the version of the prompts


def call(
    act: Act, cast: Cast, *, sid: str = "CA" + "1" * 32, firm: Firm | None = None, who: Person | Customer | None = None
) -> Call:
    """Chen (or `who` of the customers, or nobody known) rings the heating company (or `firm`)."""
    company = companies.get(act, (firm or cast.heat).id)
    caller = customers.get(act, who.id) if who else None
    return calls.begin(
        act,
        company,
        sid=sid,
        our_number=(firm or cast.heat).number,
        customer=caller,
        colleague=None,
        first_step="greeting",
        words_version=WORDS,
    )


def talk(act: Act, ringing: Call, *said: tuple[str, str]) -> None:
    """The call is answered after 120 ms and goes through (what was keyed, next step)."""
    if ringing.answered_at is None:
        calls.answered(act, ringing, millis=120)
    for keyed, step in said:
        turns.record(act, ringing, said=[f"{ringing.step}.ask"], heard="keys", words=keyed, led_to=step)


def case(
    act: Act,
    cast: Cast,
    *,
    kind: Kind = Kind.ENQUIRY,
    matter: str = "heating",
    owner: Person | None = None,
    told_in: Call | None = None,
    whose: Customer | None = None,
) -> Case:
    """A matter of Chen's (or `whose`) with the heating company, owned by Lin (or `owner`), with no promise on it."""
    company, owns = companies.get(act, cast.heat.id), owner or cast.lin
    told_by = (whose or cast.chen).id
    return cases.open(act, company, kind=kind, matter=matter, owner_id=owns.id, call=told_in, customer_id=told_by)


def fault(act: Act, cast: Cast, *, kind: Kind = Kind.FAULT, told_in: Call | None = None) -> tuple[Case, RepairOrder]:
    """Chen's radiator is cold: a case with its repair order, both FLT-2 promises, and a dispatch that was begun."""
    matter = case(act, cast, kind=kind, told_in=told_in)
    order = repairs.report(
        act,
        matter,
        fault_class="heating",
        answers={"how": "cold"},
        scope=Scope.IN_SCOPE,
        address=cases.seal(act, matter, "3号楼2单元501"),
    )
    return matter, order


def rung_next(act: Act, dispatch: Dispatch, matter: Case) -> staff.Staff | None:
    """Who is rung next to sign for it, as the worker chooses."""
    return rounds.next_to_ring(act, dispatch, signers.people(act, dispatch, matter))


def told(act: Act) -> list[tuple[str, int]]:
    """Who was told of what: name of the text, and the person, in order."""
    query = select(Notice.text, Notice.staff_id).order_by(Notice.id)
    return [(text, person) for text, person in act.session.execute(query)]


def person(act: Act, who: Person) -> staff.Staff:
    """The row of somebody of the cast, in this act."""
    return staff.get(act, who.id)


def seat(act: Act, who: Person, status: Status = Status.FREE) -> Seat:
    """Somebody of the cast sits down at the desk and is free, or what `status` says."""
    sat = seats.of(act, person(act, who))
    seats.choose(act, sat, status)
    return sat


def wait(act: Act, cast: Cast, n: int = 1, *, firm: Firm | None = None, who: Person | Customer | None = None) -> Wait:
    """The `n`th caller of the test (nobody known, or `who`) rings and joins the line."""
    ringing = call(act, cast, sid=f"CA{n:032d}", firm=firm, who=who)
    talk(act, ringing)
    return desk.join(act, ringing)

"""Calls and cases for the pages to show, made by the business itself; without them pages would be tried on thin air."""

from __future__ import annotations

from sqlalchemy import text

from hotline.domain import calls, cases, companies, customers, dispatches, repairs, staff, turns
from hotline.domain.act import CALLER, COMMAND, Act, Actor
from hotline.domain.cases import Case, Kind
from hotline.domain.dispatches import Answer, Offer
from hotline.runtime import Runtime
from hotline.standard.kinds import Scope
from tests import given, tampering
from tests.world import ADDRESS, Cast, Person

KEYED = "13700137000"  # a number that the caller keyed in
LATE = 21_000  # milliseconds; the heating company's ring limit is 20 s


def call(runtime: Runtime, cast: Cast, *, millis: int = 120, number: int = 1) -> int:
    """Chen rings, hears the menu, presses 2, keys a number in, and hangs up; the call's id."""
    with runtime.act(CALLER) as act:
        ringing = given.call(act, cast, sid=f"CA{number:032d}", who=cast.chen)
        calls.answered(act, ringing, millis=millis)
        turns.record(act, ringing, said=["menu.item.fault#2"], heard="keys", words="2", led_to="contact-asked")
        turns.record(act, ringing, said=["greeting.with-number"], heard="keys", words=KEYED, led_to="farewell")
        calls.progress(act, ringing, state=calls.State.ENDED, sequence=3, ended_by="them", cause=None)
        return ringing.id


def complaint(runtime: Runtime, cast: Cast, *, anonymous: bool = False) -> tuple[int, int]:
    """Chen complains; ids of the call and the case."""
    with runtime.act(CALLER) as act:
        ringing = given.call(act, cast, who=cast.chen)
        case = cases.open(
            act,
            companies.get(act, cast.heat.id),
            kind=Kind.COMPLAINT,
            matter="complaint",
            owner_id=cast.lin.id,
            call=ringing,
            customer_id=None if anonymous else cast.chen.id,
            anonymous=anonymous,
        )
        return ringing.id, case.id


def enquiry(runtime: Runtime, cast: Cast, *, owner: Person | None = None) -> int:
    """Chen asked something that could not be answered at once; the case's id."""
    with runtime.act(CALLER) as act:
        return given.case(act, cast, owner=owner).id


def repair(runtime: Runtime, cast: Cast) -> int:
    """Chen's radiator is cold; the case's id."""
    with runtime.act(CALLER) as act:
        ringing = given.call(act, cast, who=cast.chen)
        case = cases.open(
            act,
            companies.get(act, cast.heat.id),
            kind=Kind.FAULT,
            matter="heating",
            owner_id=cast.lin.id,
            call=ringing,
            customer_id=cast.chen.id,
        )
        repairs.report(
            act,
            case,
            fault_class="heating",
            answers={"problem": "cold", "rooms": "one"},
            scope=Scope.IN_SCOPE,
            address=cases.seal(act, case, ADDRESS),
        )
        return case.id


def link(runtime: Runtime, cast: Cast, case_id: int, who: Person) -> str:
    """A colleague is rung about the case and gets the link to the sheet; its token."""
    with runtime.act(Actor("clock")) as act:
        company = companies.get(act, cast.heat.id)
        dispatch = dispatches.of_case(act, case_id)[0]
        ringing = calls.place(
            act,
            company,
            colleague=staff.get(act, who.id),
            case_id=case_id,
            owner_id=cast.lin.id,
            our_number=cast.heat.number,
            first_step="repair-offer",
            words_version=given.WORDS,
            slots={},
        )
        return dispatches.new_link(act, dispatches.offer(act, dispatch, staff.get(act, who.id), ringing))


def answers(runtime: Runtime, case_id: int) -> list[str]:
    """What the colleagues who were asked about a case did, in order."""
    with runtime.look(COMMAND) as act:
        return [offer.answer for one in dispatches.of_case(act, case_id) for offer in dispatches.offers(act, one.id)]


def entries(runtime: Runtime, chain: str, kind: str) -> list[dict[str, object]]:
    """What was remembered under this kind in a chain."""
    with runtime.look(COMMAND) as act:
        query = text("SELECT actor, body FROM audit_entries WHERE chain = :c AND kind = :k ORDER BY seq")
        rows = act.session.execute(query, {"c": chain, "k": kind}).all()
        return [{"actor": row.actor, "body": bytes(row.body).decode()} for row in rows]


def opened(act: Act, case: Case, sealed: object) -> str:
    """A sealed value of a case, opened."""
    return cases.unseal(act, case, str(sealed))


def alter(runtime: Runtime, chain: str, seq: int) -> None:
    """Somebody with the database's password rewrites an entry."""
    with tampering.forging(runtime) as session:
        tampering.retell(session, chain, seq, forged="yes")
        session.commit()


def decline(runtime: Runtime, cast: Cast, offer_id: int) -> None:
    """The colleague passed the matter on by telephone."""
    with runtime.act(CALLER) as act:
        companies.get(act, cast.heat.id)
        dispatches.answer(act, act.session.get_one(Offer, offer_id), Answer.DECLINED)


def erase(runtime: Runtime, who: Person) -> None:
    """A customer's key is destroyed."""
    with runtime.act(COMMAND) as act:
        customers.get(act, who.id).key = None

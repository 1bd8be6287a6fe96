"""Someone is rung until somebody signs (签收); without it an urgent matter could end at a voicemail (FLT-2, EMG-2)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import cases, outbox, promises
from hotline.domain.act import Act
from hotline.domain.calls import Call, State
from hotline.domain.cases import Case
from hotline.domain.staff import Duty, Staff
from hotline.errors import Conflict, NotFound

RESPONDENT = "respondent"  # the duty of the department that a complaint is about


class Answer(StrEnum):
    """What a rung colleague did. Only a pressed key signs; a voicemail never does (design rule 8)."""

    RINGING = "ringing"
    HEARD = "heard"  # the phone was picked up and the matter is being told
    SIGNED = "signed"
    DECLINED = "declined"
    NO_KEY = "no_key"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WITHDRAWN = "withdrawn"  # somebody signed while this telephone rang, or the matter went to others


OPEN = frozenset({Answer.RINGING, Answer.HEARD})


class Dispatch(Base):
    """A matter that somebody must sign for: whose duty it is, how far up it went, who signed."""

    __tablename__ = "dispatches"
    __table_args__ = (UniqueConstraint("case_id", "duty"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    duty: Mapped[str] = mapped_column(String(16))  # a duty of the roster, RESPONDENT, or a role that it is passed up to
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))
    rings_from: Mapped[datetime | None]  # until then the link and the page alone
    urgent: Mapped[bool]
    posted_at: Mapped[datetime]
    notified_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Offer(Base):
    """One colleague asked to sign: rung, and sent the link by text."""

    __tablename__ = "offers"
    __table_args__ = (UniqueConstraint("dispatch_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dispatch_id: Mapped[int] = mapped_column(ForeignKey("dispatches.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    n: Mapped[int]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    answer: Mapped[str] = mapped_column(String(12), default=Answer.RINGING)
    rung_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    link: Mapped[str | None] = mapped_column(String(64), unique=True)  # hash of the link's token
    link_ends: Mapped[datetime | None]


def begin(
    act: Act, case: Case, duty: str, *, department_id: int | None = None, rings_from: datetime | None = None
) -> Dispatch:
    """Ring whoever this concerns, at once or from an instant on, until somebody signs; begun before, it begins anew.

    `duty`: of the roster, RESPONDENT (of the department), or a role of the ladder. Until `rings_from` they have the
    link and the page alone.
    """
    known = next((one for one in of_case(act, case.id) if one.duty == duty), None)
    if known is not None:
        return ring_anew(act, get(act, known.id), department_id=department_id, rings_from=rings_from)
    dispatch = Dispatch(
        case_id=case.id,
        duty=duty,
        department_id=department_id,
        rings_from=rings_from,
        urgent=case.kind == cases.Kind.EMERGENCY,
        posted_at=act.at,
    )
    act.session.add(dispatch)
    act.session.flush()
    told = {"department": department_id, "rings_from": rings_from.isoformat() if rings_from else None}
    act.remember(case.chain, "dispatch-began", dispatch=dispatch.id, duty=duty, **told)
    ring_next(act, dispatch)
    return dispatch


def ring_anew(
    act: Act, dispatch: Dispatch, *, department_id: int | None = None, rings_from: datetime | None = None
) -> Dispatch:
    """It is as if nobody had signed: whoever it concerns now is rung. The dispatch is locked."""
    dispatch.signed_at = dispatch.signed_by_id = dispatch.notified_at = None
    dispatch.department_id, dispatch.rings_from, dispatch.posted_at = department_id, rings_from, act.at
    told = {"department": department_id, "rings_from": rings_from.isoformat() if rings_from else None}
    act.remember(f"case:{dispatch.case_id}", "dispatch-anew", dispatch=dispatch.id, **told)
    _owe_ring(act, dispatch, key=f"ring-again-{dispatch.id}-{act.at.isoformat()}")
    return dispatch


def ring_next(act: Act, dispatch: Dispatch, *, due: datetime | None = None) -> None:
    """Owe the next ring of this dispatch; owed once per offer made so far."""
    _owe_ring(act, dispatch, key=next_ring(act, dispatch), due=due)


def _owe_ring(act: Act, dispatch: Dispatch, *, key: str, due: datetime | None = None) -> None:
    outbox.post(
        act,
        "ring-dispatch",
        due=due,
        key=key,
        case_id=dispatch.case_id,
        urgent=True,
        emergency=dispatch.urgent,
        dispatch=dispatch.id,
    )


def unanswered(act: Act, made: Offer, state: State) -> None:
    """The call of an offer ended without a signature: busy, not picked up, or picked up and no key pressed."""
    if made.answer == Answer.HEARD:
        answer(act, made, Answer.NO_KEY)
    else:
        answer(act, made, Answer.BUSY if state is State.BUSY else Answer.NO_ANSWER)


def offer(act: Act, dispatch: Dispatch, person: Staff, call: Call | None) -> Offer:
    """Note that a colleague is being asked by this call; None: by the link alone."""
    made = Offer(
        dispatch_id=dispatch.id,
        staff_id=person.id,
        n=_offers_made(act, dispatch) + 1,
        call_id=call.id if call is not None else None,
        answer=Answer.RINGING,
        rung_at=act.at,
    )
    act.session.add(made)
    act.session.flush()
    act.remember(f"case:{dispatch.case_id}", "offered", dispatch=dispatch.id, offer=made.id, to=person.id)
    return made


def new_link(act: Act, made: Offer) -> str:
    """The secret token of a fresh link to the sheet; only its hash is kept, a link before it stops working."""
    token = secrets.token_urlsafe(24)
    made.link = hash_of(token)
    made.link_ends = act.standard.engine.dispatch.link_lifetime.deadline(act.at, act.standard.calendar).at
    return token


def links_sent(act: Act, dispatch: Dispatch, staff_id: int) -> list[str]:
    """The outbox keys of what was owed to send somebody the link of a dispatch, where that link signs for it still."""
    theirs = [one for one in offers(act, dispatch.id) if one.staff_id == staff_id and one.answer != Answer.WITHDRAWN]
    return [link_key(one) for one in theirs if one.link_ends is None or one.link_ends > act.at]


def link_key(made: Offer) -> str:
    """The key under which the text with an offer's link is owed."""
    return f"link-{made.id}"


def get_offer(act: Act, offer_id: int) -> Offer:
    """The offer with this id, locked after its dispatch. Raises NotFound.

    Locks are taken in one order everywhere, or two acts could wait for one another for ever: call, dispatch, offer,
    case, promise.
    """
    made = _locked(act, Offer.id == offer_id)
    if made is None:
        raise NotFound(f"there is no offer {offer_id}")
    return made


def unsigned(act: Act, dispatch: Dispatch) -> bool:
    """Does the matter still wait for a signature? A closed case waits for nothing."""
    return dispatch.signed_at is None and cases.get(act, dispatch.case_id).state != "closed"


def notified(act: Act, dispatch: Dispatch) -> None:
    """A colleague's telephone rings. When everybody's duty was told, so was the promise kept (FLT-2, EMG-1)."""
    if dispatch.notified_at is not None:
        return
    dispatch.notified_at = act.at
    case = cases.get(act, dispatch.case_id)  # locked first: of two told at once the second sees the first
    if all(one.notified_at is not None for one in on_the_roster(act, dispatch.case_id)):
        for rule in ("FLT-2.notify", "EMG-1.tell"):
            promises.done(act, rule, case)


def answer(act: Act, made: Offer, what: Answer) -> None:
    """Note what the colleague did; an answer stands, later ones change nothing."""
    if Answer(made.answer) not in OPEN:
        return
    made.answer = what
    dispatch = get(act, made.dispatch_id)
    if what is Answer.HEARD:
        return
    made.answered_at = act.at
    act.remember(f"case:{dispatch.case_id}", "offer-answered", offer=made.id, by=made.staff_id, answer=what)
    if what is not Answer.SIGNED and dispatch.signed_at is None and made.call_id is not None:
        ring_next(act, dispatch, due=act.at + act.standard.engine.dispatch.ring_pause.span)


def decline(act: Act, made: Offer) -> None:
    """The colleague passes the matter on by the link. Raises Conflict for what was signed for."""
    if made.answer == Answer.SIGNED:
        raise Conflict("what was signed for is not declined any more")
    dispatch = get(act, made.dispatch_id)
    if made.answer == Answer.RINGING:
        end_call(act, dispatch, made)
    answer(act, made, Answer.DECLINED)


def end_call(act: Act, dispatch: Dispatch, made: Offer) -> None:
    """The telephone that rings for this offer falls silent."""
    if made.call_id is not None:
        outbox.post(
            act, "end-call", key=f"end-{made.call_id}", case_id=dispatch.case_id, urgent=True, call=made.call_id
        )


def get(act: Act, dispatch_id: int) -> Dispatch:
    """The dispatch with this id, locked. Raises NotFound."""
    dispatch = act.lock_once(Dispatch, dispatch_id)
    if dispatch is None:
        raise NotFound(f"there is no dispatch {dispatch_id}")
    return dispatch


def of_call(act: Act, call: Call) -> Offer | None:
    """The offer that a placed call carries, locked."""
    return _locked(act, Offer.call_id == call.id)


def by_link(act: Act, token: str) -> Offer:
    """What a link's holder was asked with last, since it was sent. NotFound for no link, one run out, one of who left.

    They are rung again and again, and sent the link once; what went to others meanwhile is signed by no old link.
    """
    made = _locked(act, Offer.link == hash_of(token))
    if made is None or made.link != hash_of(token) or made.link_ends is None or made.link_ends < act.at:
        raise NotFound("this link is not valid any more")
    if not act.session.get_one(Staff, made.staff_id).active:  # a link is no way in for who left
        raise NotFound("whoever was sent this link does not work here any more")
    if made.answer == Answer.WITHDRAWN:
        return made
    return get_offer(act, max(one.id for one in offers(act, made.dispatch_id) if one.staff_id == made.staff_id))


def of_case(act: Act, case_id: int) -> list[Dispatch]:
    """Every dispatch of a case, as it stands now."""
    query = select(Dispatch).where(Dispatch.case_id == case_id).order_by(Dispatch.id)
    return list(act.session.scalars(query.execution_options(populate_existing=True)))


def on_the_roster(act: Act, case_id: int) -> list[Dispatch]:
    """Those of a case that ask whoever is on duty; the others ask for a complaint's signatures."""
    return [one for one in of_case(act, case_id) if one.duty in list(Duty)]


def offers(act: Act, dispatch_id: int) -> list[Offer]:
    """Who was asked, in order."""
    return list(act.session.scalars(select(Offer).where(Offer.dispatch_id == dispatch_id).order_by(Offer.n)))


def hash_of(token: str) -> str:
    """What is stored of a link's token: enough to recognise it, not to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _locked(act: Act, which: ColumnElement[bool]) -> Offer | None:
    found = act.session.execute(select(Offer.id, Offer.dispatch_id).where(which)).first()
    if found is None:
        return None
    get(act, found.dispatch_id)
    return act.lock_once(Offer, found.id)


def _offers_made(act: Act, dispatch: Dispatch) -> int:
    return act.session.scalar(select(func.count(Offer.id)).where(Offer.dispatch_id == dispatch.id)) or 0


def next_ring(act: Act, dispatch: Dispatch) -> str:
    """The key under which the next ring of this dispatch is owed."""
    return f"ring-{dispatch.id}-{_offers_made(act, dispatch) + 1}"

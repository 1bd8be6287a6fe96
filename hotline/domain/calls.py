"""A telephone call: its state, its end, who answers for it; without it nobody would own what was said (OWN-1)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, false, select, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import customers, staff
from hotline.domain.act import Act
from hotline.domain.companies import Company
from hotline.domain.customers import Customer
from hotline.errors import NotFound, Refused


class State(StrEnum):
    """Where a call stands, in our words."""

    PLACED = "placed"  # we asked the carrier for it
    RINGING = "ringing"
    TALKING = "talking"
    ENDED = "ended"
    BUSY = "busy"
    UNANSWERED = "unanswered"
    FAILED = "failed"


_OUT = text("direction = 'out'")
LATE_ANSWER = "late-answer"  # a cause: noted when it was answered, by the ring limit of that moment
RANG = "rang"  # a slot: when the telephone of an agent began to ring
AGENT_ANSWERED = "agent-picked-up"  # an entry of the log
FINAL = frozenset({State.ENDED, State.BUSY, State.UNANSWERED, State.FAILED})


class Call(Base):
    """One call, in or out. `step` and `turn` say which question is open; `slots` holds what was said so far.

    Personal values among the slots are sealed with the customer's key, or with ours where there is no customer.
    """

    __tablename__ = "calls"
    __table_args__ = (
        Index("ix_calls_company_started", "company_id", "started_at"),
        Index("ix_calls_started", "started_at", "id"),
        Index(
            "ix_calls_under_way",
            "started_at",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_calls_out", "company_id", "started_at", "id", sqlite_where=_OUT, postgresql_where=_OUT),
        Index("ix_calls_unnamed", "id", sqlite_where=text("unnamed = 1"), postgresql_where=text("unnamed")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sid: Mapped[str | None] = mapped_column(String(34), unique=True)
    direction: Mapped[str] = mapped_column(String(8))  # in, out
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # the colleague at the other end
    case_id: Mapped[int | None] = mapped_column(index=True)  # no foreign key: a case names its call, not both ways
    owner_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # the first person who did (首问负责制)
    our_number: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(16))
    sequence: Mapped[int] = mapped_column(default=-1)
    step: Mapped[str] = mapped_column(String(40))
    turn: Mapped[int] = mapped_column(default=1)
    misses: Mapped[int] = mapped_column(default=0)
    language: Mapped[str] = mapped_column(String(8))
    slow: Mapped[bool] = mapped_column(default=False)
    words_version: Mapped[str] = mapped_column(String(16))
    slots: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    started_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answer_ms: Mapped[int | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(8))  # them, us
    cause: Mapped[str | None] = mapped_column(String(80))
    unnamed: Mapped[bool] = mapped_column(default=False, server_default=false())  # an anonymous matter was told in it

    @property
    def chain(self) -> str:
        """The name of this call's chain in the log."""
        return f"call:{self.id}"

    def put(self, **slots: Any) -> None:
        """Note what was said; JSON columns notice only a new dictionary."""
        self.slots = {**self.slots, **slots}

    def drop(self, *names: str) -> None:
        """Forget slots."""
        self.slots = {name: value for name, value in self.slots.items() if name not in names}


def begin(
    act: Act,
    company: Company,
    *,
    sid: str,
    our_number: str,
    customer: Customer | None,
    colleague: staff.Staff | None,
    first_step: str,
    words_version: str,
) -> Call:
    """A call came in: it is on record and somebody owns it from its first second (OWN-1)."""
    owner = staff.answerable(act, company.id)
    call = Call(
        sid=sid,
        direction="in",
        company_id=company.id,
        customer_id=customer.id if customer else None,
        staff_id=colleague.id if colleague else None,
        owner_id=owner.id,
        our_number=our_number,
        state=State.RINGING,
        step=first_step,
        language=(customer.language if customer else None) or act.standard.languages.default,
        slow=customer.slow if customer else False,
        words_version=words_version,
        slots={},
        started_at=act.at,
    )
    act.session.add(call)
    act.session.flush()
    act.remember(
        call.chain,
        "call-began",
        call=call.id,
        direction="in",
        company=company.id,
        customer=call.customer_id,
        colleague=call.staff_id,
        owner=owner.id,
        how="answerable when it rang",
        words=words_version,
    )
    return call


def place(
    act: Act,
    company: Company,
    *,
    colleague: staff.Staff | None = None,
    customer: Customer | None = None,
    case_id: int | None,
    owner_id: int,
    our_number: str,
    first_step: str,
    words_version: str,
    slots: dict[str, Any],
) -> Call:
    """We are about to ring a colleague, or a customer about a case: a call out to one always has a case (SEC-5).

    A colleague may be rung for a waiting caller who has no case yet. Raises Refused.
    """
    if colleague is None and case_id is None:
        raise Refused("a customer is rung about a case alone: open one first (SEC-5)")
    call = Call(
        direction="out",
        company_id=company.id,
        customer_id=customer.id if customer else None,
        staff_id=colleague.id if colleague else None,
        case_id=case_id,
        owner_id=owner_id,
        our_number=our_number,
        state=State.PLACED,
        step=first_step,
        language=(customer.language if customer else None) or act.standard.languages.default,
        slow=customer.slow if customer else False,
        words_version=words_version,
        slots=slots,
        started_at=act.at,
    )
    act.session.add(call)
    act.session.flush()
    act.remember(
        call.chain,
        "call-placed",
        call=call.id,
        direction="out",
        company=company.id,
        customer=call.customer_id,
        colleague=call.staff_id,
        case=case_id,
        owner=owner_id,
        words=words_version,
    )
    return call


def connected_since(act: Act, case_id: int, since: datetime) -> bool:
    """Was anybody outside connected with us about this case, in a call that was answered at or after an instant?"""
    ours = (Call.case_id == case_id, Call.staff_id.is_(None), Call.answered_at >= since)
    return act.session.scalar(select(Call.id).where(*ours).limit(1)) is not None


def answered_by(act: Act, call: Call, staff_id: int) -> None:
    """The first person who answers for a call owns it, once and for all; a later one changes nothing (OWN-1)."""
    if call.answered_by_id is None:
        call.answered_by_id = call.owner_id = staff_id
        act.remember(call.chain, "call-owned", owner=staff_id)


def move(act: Act, call: Call, step: str) -> None:
    """The call goes on at another step, whatever it was at; the answer to the question before it comes too late."""
    call.step, call.turn, call.misses = step, call.turn + 1, 0
    call.drop("preface", "in_vain")
    act.remember(call.chain, "call-moved", to=step)


def locked(act: Act, call_id: int) -> Call:
    """The call, locked until the act ends: the same webhook twice at once is handled one after the other."""
    call = act.lock(Call, call_id)
    if call is None:
        raise NotFound(f"there is no call {call_id}")
    return call


def by_sid(act: Act, sid: str) -> Call | None:
    """The call that the carrier knows by this id, locked."""
    return act.session.scalar(select(Call).where(Call.sid == sid).with_for_update())


def answered(act: Act, call: Call, *, millis: int, kind: str = "call-answered") -> None:
    """Our first words are on their way, so many milliseconds after the ring reached us (ANS-1).

    `kind`: AGENT_ANSWERED where we rang an agent for a caller, who picked up so soon.
    """
    call.answer_ms, call.answered_at, call.state = millis, act.at, State.TALKING
    limit = act.standard.answering.ring_limit_seconds
    kept = millis <= limit * 1000
    if not kept:
        call.cause = LATE_ANSWER
    act.remember(call.chain, kind, millis=millis, limit_seconds=limit, rule="ANS-1", kept=kept)


def progress(act: Act, call: Call, *, state: State, sequence: int, ended_by: str | None, cause: str | None) -> bool:
    """News of the call's state: a later sequence wins, a call never goes back; True when it changed it (rule 4)."""
    back = list(State).index(state) < list(State).index(State(call.state))
    if sequence <= call.sequence or call.state in FINAL or back:
        act.remember(call.chain, "late-news", state=state, sequence=sequence)
        return False
    call.sequence, call.state = sequence, state
    if state in FINAL:
        call.ended_at, call.ended_by, call.cause = act.at, call.ended_by or ended_by, call.cause or cause
    act.remember(call.chain, "call-state", state=state, sequence=sequence, ended_by=call.ended_by, cause=cause)
    return True


def under_way(act: Act, *, began_before: datetime, most: int) -> list[Call]:
    """Calls that the carrier has, that began before an instant and have not ended, the oldest first."""
    query = select(Call).where(Call.ended_at.is_(None), Call.started_at < began_before, Call.sid.is_not(None))
    return list(act.session.scalars(query.order_by(Call.started_at).limit(most)))


def is_on_the_line(act: Act, staff_id: int, *, since: datetime | None = None) -> bool:
    """Is a colleague being rung or spoken to by us, in a call that the carrier has (that began after an instant)?"""
    query = select(Call.id).where(
        Call.staff_id == staff_id,
        Call.direction == "out",
        Call.sid.is_not(None),
        Call.state.not_in(FINAL),
    )
    if since is not None:
        query = query.where(Call.started_at > since)
    return act.session.scalar(query.limit(1)) is not None


def is_customer_on_the_line(act: Act, customer_id: int) -> bool:
    """Is a customer in a call with us, or rung by us?"""
    query = select(Call.id).where(Call.customer_id == customer_id, Call.state.not_in(FINAL), Call.staff_id.is_(None))
    return act.session.scalar(query.limit(1)) is not None


def seal(act: Act, call: Call, value: str) -> str:
    """Seal what this caller said: with the customer's key where there is one."""
    if call.customer_id is None:
        return act.sealer.seal(value)
    return act.sealer.seal_for(customers.get(act, call.customer_id).key, value)


def unseal(act: Act, call: Call, sealed: str) -> str:
    """Open what `seal` sealed. Raises NotFound when the customer was erased."""
    if call.customer_id is None:
        return act.sealer.open(sealed)
    return act.sealer.open_for(customers.get(act, call.customer_id).key, sealed)


def instant(text: str) -> datetime:
    """An instant that was noted in a call's slots."""
    return datetime.fromisoformat(text)

"""A promise to ring, and every attempt at keeping it, as rows; without them a callback would be tried once (CBK-3)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, exists, func, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import calls, cases, companies, customers, outbox, promises
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.customers import CustomerPhone
from hotline.domain.promises import Promise
from hotline.errors import HotlineError, NotFound, Refused
from hotline.phones import PhoneNumber

OF_VISITS = frozenset({"VIS-1.repair", "VIS-2.complaint", "VIS-3.visitor", "CMP-8.visit"})
# Whatever a callback is there for: with none of these owed there is nothing to ring about.
_RUNG_FOR = promises.BY_CALLING | OF_VISITS | {"CMP-11.feedback", "VIS-4.reply"}
BARRED = "number-barred"  # why somebody is not rung: the company rings no such number (SEC-5)
_GOES_ON = text("ended_at IS NULL")


class State(StrEnum):
    """What became of a callback."""

    OPEN = "open"
    REACHED = "reached"  # we spoke with the customer
    SERVED = "served"  # the customer rang in meanwhile, and was served
    UNREACHED = "unreached"  # tried as often as the standard says; the owner and the supervisor were told
    REFUSED = "refused"  # the customer wants no call
    CANCELLED = "cancelled"  # by a person, with a reason; or its matter was closed


class Style(StrEnum):
    """Who is on the line first."""

    TALK = "talk"  # one of ours accepts, then the customer is rung
    SURVEY = "survey"  # the customer is rung at once, and asked by the machine; a person comes on request
    INFORM = "inform"  # the same, and told: there is nothing to ask


class Outcome(StrEnum):
    """How an attempt ended."""

    REACHED = "reached"
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    NO_KEY = "no-key"  # picked up, but nobody pressed a key: a machine, or nobody who understood
    REFUSED = "refused"
    NO_AGENT = "no-agent"  # nobody of ours could be had: not counted
    TOO_LATE = "too-late"  # the hour was over before the carrier was asked: not counted
    RANG_IN = "rang-in"  # the customer rang us before we rang them: not counted
    FAILED = "failed"  # the carrier could not place it: there is no such number
    NO_CARRIER = "no-carrier"  # the carrier could not be had: nobody was rung, not counted
    NOT_NOW = "not-now"  # somebody was there, and could not talk just now
    OVER = "over"  # the callback ended otherwise


class Callback(Base):
    """One call that is owed to a customer in one matter. While it is open there is no second of its style.

    `next_at`: when the next attempt begins by itself; None while one is under way, and where a person begins it.
    `agreed`: the time from `from_at` to `until_at` was agreed with the customer, so that it is kept on a holiday too;
    without an end it counts until they were rung. It stays while anybody rings them before.
    """

    __tablename__ = "callbacks"
    __table_args__ = (
        Index(None, "state", "next_at"),
        Index(
            "uq_callbacks_case_now", "case_id", "style", unique=True, sqlite_where=_GOES_ON, postgresql_where=_GOES_ON
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    rule: Mapped[str] = mapped_column(String(40))
    style: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(8))
    made_at: Mapped[datetime]
    from_at: Mapped[datetime]  # not before
    until_at: Mapped[datetime | None]
    agreed: Mapped[bool] = mapped_column(default=False)
    next_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)  # those that count: the customer was rung, in vain
    wanted_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    number_print: Mapped[str | None] = mapped_column(String(64), index=True)  # a blind index: see `dialled`
    zone: Mapped[str | None] = mapped_column(String(40))  # the time zone that the number tells, such as Asia/Shanghai
    ended_at: Mapped[datetime | None]
    why: Mapped[str | None] = mapped_column(String(40))


class Attempt(Base):
    """One attempt: when, in which slot of the day, by which call, and how it ended."""

    __tablename__ = "callback_attempts"
    __table_args__ = (UniqueConstraint("callback_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callbacks.id"))
    n: Mapped[int]
    slot: Mapped[str | None] = mapped_column(String(8))  # morning, noon, evening; None between them
    due_at: Mapped[datetime]
    began_at: Mapped[datetime]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)  # the customer's
    outcome: Mapped[str | None] = mapped_column(String(12))
    ended_at: Mapped[datetime | None]


def number_of_customer(act: Act, case: Case) -> str:
    """The number (E.164) at which the customer of a case is rung: the one told in the matter, else a known one.

    Raises Refused where there is none, where the matter is anonymous (CMP-10), and, with the key BARRED, where the
    company rings no such number: whoever told it, nothing rings it (SEC-5).
    """
    if case.anonymous:
        raise Refused("whoever wanted to stay unnamed is not rung back (CMP-10)")
    number = _number_told(act, case)
    if not customers.may_be_rung(act, PhoneNumber(number), case.company_id):
        raise Refused(
            f"case {case.number} names a number that is not rung (SEC-5): ordinary lines of callbacks.regions are, "
            "none of our own",
            key=BARRED,
        )
    return number


def _number_told(act: Act, case: Case) -> str:
    try:
        if "sealed_contact" in case.details:
            return cases.unseal(act, case, case.details["sealed_contact"])
        return customers.phone_of(act, customers.get(act, case.customer_id or 0)).e164
    except NotFound as gone:
        raise Refused(f"no number of the customer of case {case.number} is known") from gone


def dialled(act: Act, case: Case, callback: Callback) -> None:
    """Keep of the number at which the customer of a case is rung what is asked later on; nothing where none is known.

    Its blind index, for two matters of different customers may name one telephone, which rings once at a time (SEC-5);
    and its time zone, for nobody is rung in the night of their place (CBK-3).
    """
    callback.number_print = print_of(act, case)
    callback.zone = PhoneNumber(_number_told(act, case)).zone if callback.number_print is not None else None


def print_of(act: Act, case: Case) -> str | None:
    """The blind index of the number at which the customer of a case is rung; None where there is none to be read."""
    try:
        return act.sealer.blind(_number_told(act, case))
    except HotlineError:
        return None


def placed(act: Act, case: Case, company: Company, first_step: str, words_version: str, **about: int) -> Call:
    """A call to the customer of a case, at the number they named in it; it is owed to the carrier by whoever asks.

    What they come to tell us in it is answered at that number: nobody asks them for it. Raises as `number_of_customer`.
    """
    number = number_of_customer(act, case)
    call = calls.place(
        act,
        company,
        customer=customers.get(act, case.customer_id) if case.customer_id is not None else None,
        case_id=case.id,
        owner_id=case.owner_id,
        our_number=companies.number_of(act, company),
        first_step=first_step,
        words_version=words_version,
        slots=about,
    )
    call.put(sealed_contact=calls.seal(act, call, number))
    return call


def made(act: Act, case: Case, rule: str, style: Style, from_at: datetime) -> Callback:
    """A callback of a case that has none of this style yet; when it begins is not said. The standard is chosen."""
    customer = customers.get(act, case.customer_id) if case.customer_id is not None else None
    callback = Callback(
        case_id=case.id,
        company_id=case.company_id,
        rule=rule,
        style=style,
        state=State.OPEN,
        language=(customer.language if customer else None) or act.standard.languages.default,
        made_at=act.at,
        from_at=from_at,
        agreed=False,
        attempts=0,
    )
    dialled(act, case, callback)
    act.session.add(callback)
    act.session.flush()
    act.remember(case.chain, "callback-owed", callback=callback.id, rule=rule, style=style, begins=from_at.isoformat())
    act.news.add("callbacks")
    return callback


def schedule(act: Act, callback: Callback, at: datetime | None) -> None:
    """The next attempt begins at this instant; None: when a person begins it.

    The row is the truth; what is owed to the outbox only wakes a worker.
    """
    callback.next_at = at
    if at is not None:
        outbox.post(act, "call-back", due=at, callback=callback.id)
    act.news.add("callbacks")


def talks(act: Act, callback: Callback) -> int:
    """How often we rang and talked with the customer."""
    reached = select(func.count(Attempt.id)).where(Attempt.outcome == Outcome.REACHED)
    return act.session.scalar(reached.where(Attempt.callback_id == callback.id)) or 0


def is_owed(act: Act, callback: Callback, case: Case, *, but: frozenset[str] = frozenset()) -> bool:
    """Is there still something to ring about: the case open, and what was promised not done otherwise?

    `but`: these rules are nothing to ring about any more.
    """
    return case.state == "open" and any(one.rule not in but for one in owed_of(act, callback, case))


def owed_of(act: Act, callback: Callback, case: Case) -> list[Promise]:
    """What this callback is there for, and is not done otherwise, in the order in which it was promised."""
    rules = rules_of(callback)
    return [one for one in promises.of_case(act, case.id) if one.is_owed and one.rule in rules]


def rules_of(callback: Callback) -> frozenset[str]:
    """Whatever this callback is there for, by rule, where it is promised."""
    return _RUNG_FOR if callback.style == Style.TALK else frozenset({callback.rule})


def end(act: Act, case: Case, callback: Callback, state: State, *, why: str | None = None) -> None:
    """The callback is over, and with it the attempt that is under way. Case and callback are locked."""
    attempt = under_way(act, callback.id)
    if attempt is not None:
        done = {State.REACHED: Outcome.REACHED, State.SERVED: Outcome.RANG_IN, State.REFUSED: Outcome.REFUSED}
        close(act, case, attempt, done.get(state, Outcome.OVER))
    callback.state, callback.ended_at, callback.next_at, callback.why = state, act.at, None, why
    act.remember(case.chain, "callback-over", callback=callback.id, state=state, why=why)
    act.news.add("callbacks")
    outbox.post(act, "match-line", urgent=True)  # a place in the line that was its is nobody's now


def close(act: Act, case: Case, attempt: Attempt, outcome: Outcome) -> None:
    """Note how an attempt ended, and how many have counted by now."""
    attempt.outcome, attempt.ended_at = outcome, act.at
    callback = act.session.get_one(Callback, attempt.callback_id)
    told = {"n": attempt.n, "call": attempt.call_id, "outcome": outcome}
    told |= {"attempts": callback.attempts, "agreed": callback.agreed}
    act.remember(case.chain, "callback-tried", attempt=attempt.id, callback=callback.id, **told)


def locked(act: Act, callback_id: int) -> tuple[Callback, Case]:
    """The callback with its case, both locked in the order of everywhere; its standard chosen. Raises NotFound."""
    case_id = act.session.scalar(select(Callback.case_id).where(Callback.id == callback_id))
    if case_id is None:
        raise NotFound(f"there is no callback {callback_id}")
    case = cases.get(act, case_id)
    companies.get(act, case.company_id)
    return act.session.get_one(Callback, callback_id, with_for_update=True, populate_existing=True), case


def under_way(act: Act, callback_id: int) -> Attempt | None:
    """The attempt of a callback that goes on at this moment."""
    query = select(Attempt).where(Attempt.callback_id == callback_id, Attempt.ended_at.is_(None))
    return act.session.scalar(query.order_by(Attempt.n.desc()).limit(1))


def open_in(act: Act, case_id: int, style: Style) -> Callback | None:
    """The open callback of a case, locked; the case is locked before it."""
    query = select(Callback).where(Callback.case_id == case_id, Callback.style == style, Callback.state == State.OPEN)
    return act.session.scalar(query.with_for_update().execution_options(populate_existing=True))


def forget(act: Act, customer_id: int) -> None:
    """By which number they were rung, and where that is, is known of none of a customer's callbacks any more."""
    theirs = select(Case.id).where(Case.customer_id == customer_id)
    prints = select(CustomerPhone.blind).where(CustomerPhone.customer_id == customer_id)
    about = or_(Callback.case_id.in_(theirs), Callback.number_print.in_(prints))
    act.session.execute(update(Callback).where(about).values(number_print=None, zone=None))


def rung_about(act: Act, case_ids: Collection[int]) -> set[tuple[int, str]]:
    """About what (by case and rule) a customer is being rung, or is rung without anybody's doing, where it is owed."""
    goes_on = exists().where(Attempt.callback_id == Callback.id, Attempt.ended_at.is_(None))
    query = select(Callback).where(Callback.case_id.in_(case_ids), Callback.state == State.OPEN)
    rung = act.session.scalars(query.where(or_(Callback.next_at.is_not(None), goes_on)))
    return {(callback.case_id, rule) for callback in rung for rule in rules_of(callback)}

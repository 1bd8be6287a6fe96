"""Lists of what is to be destroyed, which a second person approves; without it records would go unseen (REC-5)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from enum import StrEnum
from functools import partial
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    cast,
    false,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import companies, compliance, discretion, holds, outbox, record_classes
from hotline.domain.act import Act
from hotline.domain.anonymity import Notes
from hotline.domain.calls import Call
from hotline.domain.companies import Company
from hotline.domain.news import Recording
from hotline.domain.record_classes import CLASSES
from hotline.domain.staff import Staff
from hotline.errors import Conflict, Invalid, NotFound, Refused


class State(StrEnum):
    """Where a list stands."""

    DRAWN = "drawn"  # waits for a manager
    APPROVED = "approved"  # is being carried out
    REFUSED = "refused"
    DONE = "done"


class Item(StrEnum):
    """What became of a thing on a list."""

    LISTED = "listed"
    GONE = "gone"
    KEPT = "kept"  # held, opened again, or gone otherwise since the list was drawn up


class Disposal(Base):
    """One list. `digest` is over the names of its things, so that the log says which list was approved."""

    __tablename__ = "disposals"
    __table_args__ = (Index(None, "company_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    state: Mapped[str] = mapped_column(String(12))
    digest: Mapped[str] = mapped_column(String(64))
    drawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # None: the clock
    drawn_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(Text)  # sealed
    done_at: Mapped[datetime | None]


class DisposalItem(Base):
    """One thing on a list, by its class and id: nothing personal."""

    __tablename__ = "disposal_items"
    __table_args__ = (UniqueConstraint("kind", "thing", "disposal_id"), Index(None, "disposal_id", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    disposal_id: Mapped[int] = mapped_column(ForeignKey("disposals.id"))
    kind: Mapped[str] = mapped_column(String(16))
    thing: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12))


def draw_up(act: Act, company_id: int, *, by: Staff | None, most: int) -> Disposal | None:
    """List what is due in a company, the oldest first; None where nothing is. `by`: None for the clock.

    Raises Conflict while another list of the company is under way: nothing stands on two.
    """
    # One after the other, the clock and somebody at the console; calls begin meanwhile.
    act.session.execute(select(Company.id).where(Company.id == company_id).with_for_update(key_share=True))
    if under_way(act, company_id) is not None:
        raise Conflict("a list of this company is under way: it is decided and carried out first", key="under-way")
    found: list[tuple[str, str]] = []
    notes = Notes(act)
    for one in CLASSES:
        if one.due is not None:
            due = record_classes.due(act, company_id, one, notes).limit(most - len(found))
            found += [(one.name, str(id_)) for id_ in act.session.scalars(due)]
    if not found:
        return None
    made = Disposal(
        company_id=company_id,
        state=State.DRAWN,
        digest=digest_of(found),
        drawn_by_id=by.id if by else None,
        drawn_at=act.at,
    )
    act.session.add(made)
    act.session.flush()
    act.session.add_all(
        DisposalItem(disposal_id=made.id, kind=kind, thing=thing, state=Item.LISTED) for kind, thing in found
    )
    told = {"company": company_id, "things": len(found), "digest": made.digest, "by": made.drawn_by_id}
    act.remember("house", "disposal-drawn-up", disposal=made.id, **told)
    return made


def decide(act: Act, disposal_id: int, *, by: Staff, approve: bool, answer: str) -> None:
    """A manager who did not draw it up approves a list, and it is carried out; or refuses, and nothing happens.

    Raises NotFound, Refused for whoever may not, Conflict once it was decided, Invalid without a reason.
    """
    disposal = act.lock(Disposal, disposal_id)
    if disposal is None:
        raise NotFound(f"there is no list {disposal_id}")
    if not may_decide(act, disposal, by):
        raise Refused("a second person decides, from manager upwards", key="second")
    if disposal.state != State.DRAWN:
        raise Conflict("this list was decided already", key="decided")
    if len(answer.strip()) < act.standard.secrecy.reason_at_least:
        raise Invalid("the reason is too short to be one", key="no-reason")
    disposal.state = State.APPROVED if approve else State.REFUSED
    disposal.decided_by_id, disposal.decided_at = by.id, act.at
    disposal.answer = act.sealer.seal(answer.strip())
    told = {"digest": disposal.digest, "by": by.id}
    act.remember("house", f"disposal-{disposal.state}", disposal=disposal.id, **told)
    if approve:
        outbox.post(act, "dispose", key=f"dispose-{disposal.id}", patient=True, disposal=disposal.id)


def carry_out(act: Act, disposal_id: int, *, most: int) -> bool:
    """Destroy so many things of an approved list, each only while it is still due; True while there are more.

    With the last one the house remembers how many of each class went, and how many stayed.
    """
    disposal = act.lock(Disposal, disposal_id)
    if disposal is None or disposal.state != State.APPROVED:
        return False
    waiting = select(DisposalItem).where(DisposalItem.disposal_id == disposal_id, DisposalItem.state == Item.LISTED)
    items = list(act.session.scalars(waiting.order_by(DisposalItem.id).limit(most)))
    notes = Notes(act)
    for item in items:
        item.state = Item.GONE if _destroyed(act, disposal, item, notes) else Item.KEPT
    if len(items) == most:
        return True
    act.session.flush()
    disposal.state, disposal.done_at = State.DONE, act.at
    became = counts(act, disposal_id)
    gone = {kind: n for (kind, state), n in sorted(became.items()) if state == Item.GONE}
    kept = sum(n for (_kind, state), n in became.items() if state == Item.KEPT)
    told = {"digest": disposal.digest, "gone": gone, "kept": kept}
    act.remember("house", "disposal-done", disposal=disposal.id, company=disposal.company_id, **told)
    return False


def digest_of(things: list[tuple[str, str]]) -> str:
    """What the log says of a list: a print of the classes and ids of all that is on it."""
    return sha256("\n".join(f"{kind} {thing}" for kind, thing in sorted(things)).encode()).hexdigest()


def hidden_from(act: Act, reader: Staff) -> ColumnElement[bool]:
    """Of `DisposalItem`: what a reader may not know of, who is complained of in it or in a call that leads to it; by
    counting they would learn that there is a complaint (CMP-10).
    """
    hidden = compliance.hidden_from(act, reader.id, partial(discretion.leading_to, act, reader))
    if not hidden.cases:
        return false()
    told_in = select(Call.id).where(hidden.calls)
    about = or_(Recording.case_id.in_(hidden.cases), Recording.call_id.in_(told_in))
    things: dict[str, Any] = {
        "case": [str(case_id) for case_id in hidden.cases],
        "call": select(cast(Call.id, String)).where(hidden.calls),
        "recording": select(Recording.sid).where(about),
    }
    return or_(*(and_(DisposalItem.kind == kind, DisposalItem.thing.in_(ids)) for kind, ids in things.items()))


def counts(act: Act, disposal_id: int, *but: ColumnElement[bool]) -> Counter[tuple[str, str]]:
    """How many things of each class are in which state, without those of these conditions."""
    query = select(DisposalItem.kind, DisposalItem.state, func.count()).where(DisposalItem.disposal_id == disposal_id)
    query = query.where(*map(not_, but))
    rows = act.session.execute(query.group_by(DisposalItem.kind, DisposalItem.state))
    return Counter({(kind, state): n for kind, state, n in rows})


def items(act: Act, disposal_id: int, *but: ColumnElement[bool], before: int | None, most: int) -> list[DisposalItem]:
    """What is on a list, the last one that was put on it first, without what is of these conditions; `before`: the last
    of the page before.
    """
    query = select(DisposalItem).where(DisposalItem.disposal_id == disposal_id, *map(not_, but))
    query = query.order_by(DisposalItem.id.desc()).limit(most)
    return list(act.session.scalars(query if before is None else query.where(DisposalItem.id < before)))


def under_way(act: Act, company_id: int) -> Disposal | None:
    """The list of a company that is not decided, or not carried out yet."""
    query = select(Disposal).where(Disposal.company_id == company_id)
    return act.session.scalar(query.where(Disposal.state.in_((State.DRAWN, State.APPROVED))).limit(1))


def listed(act: Act, company_id: int | None, *, before: int | None = None, most: int) -> list[Disposal]:
    """The lists of a company (None: of all), the newest first; `before`: the last of the page before."""
    query = select(Disposal).order_by(Disposal.id.desc()).limit(most)
    if before is not None:
        query = query.where(Disposal.id < before)
    return list(act.session.scalars(query if company_id is None else query.where(Disposal.company_id == company_id)))


def may_decide(act: Act, disposal: Disposal, person: Staff) -> bool:
    """May this person decide: not who drew it up, from manager upwards in its company?"""
    return person.id != disposal.drawn_by_id and holds.may_decide(act, person, disposal.company_id)


def _destroyed(act: Act, disposal: Disposal, item: DisposalItem, notes: Notes) -> bool:
    """Destroyed, if it is due still: what was held or opened again since stays."""
    one = record_classes.named(item.kind)
    companies.get(act, disposal.company_id)
    if one.lock is not None:
        one.lock(act, item.thing)
    due = record_classes.due(act, disposal.company_id, one, notes)
    [column] = due.selected_columns
    thing = item.thing if one.name == "recording" else int(item.thing)
    if one.destroy is None or act.session.scalar(due.where(column == thing).limit(1)) is None:
        return False
    with act.part():
        one.destroy(act, item.thing)
        act.session.flush()
    return True

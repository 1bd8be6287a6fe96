"""Which calls and cases a file held; without it nobody could say which files a customer left the house in (SEC-2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain import anonymity
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.exports import Export, State

CALL, CASE = "call", "case"


class Held(NamedTuple):
    """What a row of a file is about: a call or a case, and its number."""

    thing: str
    thing_id: int


class ExportHolding(Base):
    """One call or case that a file held. Neither is ever removed, nor is an export: no key watches them."""

    __tablename__ = "export_holdings"
    __table_args__ = ({"sqlite_with_rowid": False},)

    thing: Mapped[str] = mapped_column(String(4), primary_key=True)
    thing_id: Mapped[int] = mapped_column(primary_key=True)
    export_id: Mapped[int] = mapped_column(primary_key=True)


def note(act: Act, export_id: int, held: Collection[Held]) -> None:
    """A file holds these; what is noted already is passed over, for a worker that died may have noted it."""
    rows = [{"thing": one.thing, "thing_id": one.thing_id, "export_id": export_id} for one in held]
    if rows:
        act.session.connection().execute(insert_new(act.session, ExportHolding), rows)


def since(act: Act) -> datetime | None:
    """Since when it is on record of each file which calls and cases it held: of those asked for then or later. From now
    on, where it is of none so far; None where there was never a file.
    """
    unknown = act.session.scalar(select(func.max(Export.id)).where(Export.noted.is_(False)))
    known = select(Export.asked_at).where(Export.id > (unknown or 0)).order_by(Export.id).limit(1)
    return act.session.scalar(known) or (act.at if unknown else None)


def of_customer(
    act: Act, customer_id: int, *, calls: Sequence[ColumnElement[bool]], cases: Sequence[ColumnElement[bool]], most: int
) -> list[Export]:
    """The files that held a call or a case of this customer, the newest first, without those that came to nothing.

    `calls`, `cases`: which of these the reader may know of. Of what was told without a name none is the customer's.
    """
    held = select(ExportHolding.export_id)
    theirs = held.join(Call, Call.id == ExportHolding.thing_id)
    theirs = theirs.where(ExportHolding.thing == CALL, Call.customer_id == customer_id, ~anonymity.was_told(), *calls)
    matters = held.join(Case, Case.id == ExportHolding.thing_id)
    matters = matters.where(ExportHolding.thing == CASE, Case.customer_id == customer_id, ~Case.anonymous, *cases)
    query = select(Export).where(Export.id.in_(theirs.union(matters)), Export.state != State.FAILED)
    return list(act.session.scalars(query.order_by(Export.id.desc()).limit(most)))

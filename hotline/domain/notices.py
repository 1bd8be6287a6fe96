"""Who is told what, once and never in a flood; without it people would be told too often or not at all (OWN-6)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, String, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain import outbox, staff
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.companies import Company
from hotline.domain.staff import Staff
from hotline.standard.rules import Standard


class Notice(Base):
    """One thing that one person is told of: by page at once, by text, where the rule says so by telephone."""

    __tablename__ = "notices"
    __table_args__ = (Index(None, "staff_id", "told_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)  # the occasion; told once
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    promise_id: Mapped[int | None] = mapped_column(ForeignKey("promises.id"))
    text: Mapped[str] = mapped_column(String(60))  # a key of prompts/: promise-broken, extension-asked ...
    urgent: Mapped[bool]
    by_call: Mapped[bool]
    at: Mapped[datetime]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))  # what tells it, or found nobody to tell
    told_at: Mapped[datetime | None]  # the carrier has the text, or the summary that names it
    heard_at: Mapped[datetime | None]  # a key was pressed on the telephone, or the page was looked at


def tell(
    act: Act,
    person: Staff,
    case: Case,
    text: str,
    *,
    about: str,
    promise: int | None = None,
    urgent: bool = False,
    by_call: bool = False,
) -> None:
    """Tell a person of an occasion, once however often it is said (OWN-6).

    `text` is a key of prompts/, `about` names the occasion within it. What is not urgent is gathered for a moment, and
    in the company's quiet hours until they end; an emergency is always urgent. `by_call`: their telephone rings too.
    The page has it at once, and nothing else reaches whoever has no telephone.
    """
    urgent = urgent or case.kind == Kind.EMERGENCY
    key = f"{text}-{about}-{person.id}"
    about_it = {"company_id": case.company_id, "case_id": case.id, "promise_id": promise, "text": text}
    row = insert_new(act.session, Notice).values(
        key=key, staff_id=person.id, **about_it, urgent=urgent, by_call=by_call, at=act.at
    )
    notice_id = act.session.scalar(row.returning(Notice.id))
    act.news.add(f"staff:{person.id}")
    if person.phone is None:
        return
    due = _due(act, case, urgent)
    if notice_id is not None:
        _owe_text(act, person, case.company_id, notice_id, due, urgent=urgent)
    if by_call:
        _owe_ring(act, notice_id or _rung_after_all(act, key), due, urgent=urgent)


def tell_role(
    act: Act,
    case: Case,
    role: str,
    text: str,
    *,
    about: str,
    promise: int | None = None,
    urgent: bool = False,
    by_call: bool = False,
) -> None:
    """Tell whoever holds a role in the case's company, or stands next above where nobody does: see `tell`."""
    for person in staff.told(act, case.company_id, role):
        tell(act, person, case, text, about=about, promise=promise, urgent=urgent, by_call=by_call)


def of(act: Act, person_id: int, *, before: int | None, most: int) -> list[Notice]:
    """What a person was told of, the newest first; `before`: the id of the last one of the page before."""
    query = select(Notice).where(Notice.staff_id == person_id).order_by(Notice.id.desc()).limit(most)
    return list(act.session.scalars(query if before is None else query.where(Notice.id < before)))


def unseen(act: Act, person_id: int) -> int:
    """How many notices a person has neither heard nor looked at."""
    query = select(func.count()).select_from(Notice).where(Notice.staff_id == person_id, Notice.heard_at.is_(None))
    return int(act.session.scalar(query) or 0)


def seen(act: Act, person: Staff, ids: Collection[int]) -> None:
    """A person looked at these of their notices on the page; nobody is rung about them any more."""
    act.session.execute(
        update(Notice)
        .where(Notice.staff_id == person.id, Notice.id.in_(ids), Notice.heard_at.is_(None))
        .values(heard_at=act.at)
        .execution_options(synchronize_session=False)
    )
    act.news.add(f"staff:{person.id}")


def _due(act: Act, case: Case, urgent: bool) -> datetime:
    """When a person may be reached: what is not urgent waits for the end of the company's quiet hours."""
    if urgent:
        return act.at
    standard = _standard_of(act, case.company_id)
    local = (act.at + standard.engine.notices.gather.span).astimezone(ZoneInfo(standard.timezone))
    return standard.notices.quiet.over(local)


def _standard_of(act: Act, company_id: int) -> Standard:
    """A company's standard, without choosing it for the act."""
    company = act.session.get_one(Company, company_id)
    return act.standard_of(company.profile, company.overrides)


def _owe_text(act: Act, person: Staff, company_id: int, notice_id: int, due: datetime, *, urgent: bool) -> None:
    """One text for all that this act tells a person: whoever performs it takes what waits by then.

    Each act owes one of its own: with a key shared by two acts, what the later one told could wait for a text that had
    gone already.
    """
    whom = (person.id, company_id, urgent)
    if whom not in act.telling:
        act.telling.add(whom)
        told = {"who": person.id, "company": company_id}
        outbox.post(act, "tell-staff", due=due, key=f"tell-{notice_id}", urgent=urgent, **told)


def _owe_ring(act: Act, notice_id: int | None, due: datetime, *, urgent: bool) -> None:
    if notice_id is not None:
        outbox.post(act, "ring-notice", due=due, key=f"ring-{notice_id}-1", urgent=urgent, notice=notice_id, ring=1)


def _rung_after_all(act: Act, key: str) -> int | None:
    """Told by text before, a person is rung about the same as well; None where that was so already."""
    later = update(Notice).where(Notice.key == key, Notice.by_call.is_(False)).values(by_call=True)
    return act.session.scalar(later.returning(Notice.id).execution_options(synchronize_session=False))

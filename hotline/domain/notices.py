"""Who is told what, once and never in a flood; without it people would be told too often or not at all (OWN-6)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, Select, String, exists, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain import absences, complaint_forms, handover_forms, outbox, robots, staff
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.occasions import Occasion
from hotline.domain.outbox import OutboxEntry
from hotline.domain.staff import Shift, Staff
from hotline.standard.kinds import Role
from hotline.standard.rules import Standard


class Notice(Base):
    """One thing that one person is told of: by page at once, by text, where the rule says so by telephone."""

    __tablename__ = "notices"
    __table_args__ = (Index(None, "staff_id", "told_at"), Index(None, "staff_id", "seen_at"))

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
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))  # what tells it, or could not tell it
    told_at: Mapped[datetime | None]  # the carrier has the text, or the summary that names it
    seen_at: Mapped[datetime | None]  # the page was looked at, or a key was pressed
    heard_at: Mapped[datetime | None]  # a key was pressed on the telephone

    @property
    def about(self) -> str:
        """The occasion, as `tell` was told it."""
        return self.key.removeprefix(f"{self.text}-").removesuffix(f"-{self.staff_id}")


def tell(act: Act, person: Staff, what: Occasion) -> None:
    """Tell a person of an occasion, once however often it is said (OWN-6).

    What is not urgent is gathered for a moment, and in the company's quiet hours until they end, unless the person is
    on duty. The page has it at once, and nothing else reaches whoever has no telephone.
    """
    written = insert_new(act.session, Notice).values(row_of(act, person, what)).returning(Notice.id)
    owe(act, person, what, act.session.scalar(written))


def key_of(person: Staff, what: Occasion) -> str:
    """What a person is told once."""
    return f"{what.text}-{what.about}-{person.id}"


def row_of(act: Act, person: Staff, what: Occasion) -> dict[str, Any]:
    """A notice as it stands in its table."""
    return {
        "key": key_of(person, what), "staff_id": person.id, "company_id": what.case.company_id,
        "case_id": what.case.id, "promise_id": what.promise, "text": what.text, "urgent": what.presses,
        "by_call": what.rings, "at": act.at,
    }  # fmt: skip


def owe(act: Act, person: Staff, what: Occasion, notice_id: int | None) -> None:
    """What follows from a notice: its text, and the call where there is one. None: the person knew the occasion."""
    act.news.add(f"staff:{person.id}")
    if person.phone is None:
        return
    case, urgent = what.case, what.presses
    if notice_id is not None:
        _owe_text(act, person, case.company_id, notice_id, urgent=urgent)
    if what.rings and (rung_id := notice_id or _rung_after_all(act, key_of(person, what))) is not None:
        owe_ring(act, rung_id, case.id, 1, reached_from(act, person, case.company_id, urgent=urgent))


def tell_role(act: Act, role: str, what: Occasion) -> None:
    """Tell the owner of a case, or its company's people in a role, and for a role the company's robots: see `tell`.

    Where nobody can be told, whoever stands above (OWN-6); whom a complaint is about is never told of it (CMP-10).
    """
    for person in people(act, what.case, role):
        tell(act, person, what)
    if role != Role.OWNER:
        robots.post(act, what, due=reached_from(act, None, what.case.company_id, urgent=what.presses))


def may_be_texted(act: Act, person: Staff, company_id: int, *, urgent: bool) -> datetime:
    """From when on a person gets the next text of a company: not in quiet hours, and never one after another."""
    figures = _standard(act, company_id).engine.notices
    between = (figures.urgent_between if urgent else figures.between).span
    last = select(func.max(Notice.told_at)).where(Notice.staff_id == person.id, Notice.told_at > act.at - between)
    told_at = act.session.scalar(last.where(Notice.company_id == company_id, Notice.urgent.is_(urgent)))
    soonest = act.at if told_at is None else told_at + between
    return soonest if urgent else _awake(act, person, company_id, soonest)


def take(act: Act, entry: OutboxEntry, *, urgent: bool) -> list[Notice]:
    """What this entry tells: what it took before, and what waits for nobody else; oldest first, locked."""
    waits = _waiting(entry, urgent).order_by(Notice.id).with_for_update()
    taken = list(act.session.scalars(waits.execution_options(populate_existing=True)))
    for one in taken:
        one.entry_id = entry.id
    return taken


def are_many(act: Act, entry: OutboxEntry, *, urgent: bool) -> bool:
    """Would this entry tell of several promises in a summary, and of nothing else?"""
    waits = act.session.execute(_waiting(entry, urgent).with_only_columns(Notice.promise_id)).all()
    return len(waits) > 1 and all(promise_id is not None for (promise_id,) in waits)


def taken(act: Act, entry: OutboxEntry) -> list[Notice]:
    """What this entry took and has not told yet."""
    query = select(Notice).where(Notice.entry_id == entry.id, Notice.told_at.is_(None)).order_by(Notice.id)
    return list(act.session.scalars(query))


def told(act: Act, notice: Notice) -> None:
    """The carrier has the text that says it."""
    notice.told_at = act.at
    remember(act, notice, "staff-told")


def pass_on(act: Act, notice: Notice) -> None:
    """Who was to be told works here no more: the supervisors are told instead."""
    remember(act, notice, "notice-passed-on")
    case, how = act.session.get_one(Case, notice.case_id), (notice.urgent, notice.by_call)
    tell_role(act, Role.SUPERVISOR, Occasion(case, notice.text, notice.about, notice.promise_id, *how))


def get(act: Act, notice_id: int) -> Notice:
    """The notice with this id, locked."""
    return act.session.get_one(Notice, notice_id, with_for_update=True, populate_existing=True)


def of(act: Act, person_id: int, *, before: int | None, most: int) -> list[Notice]:
    """What a person was told of, the newest first; `before`: the id of the last one of the page before."""
    query = select(Notice).where(Notice.staff_id == person_id).order_by(Notice.id.desc()).limit(most)
    return list(act.session.scalars(query if before is None else query.where(Notice.id < before)))


def unseen(act: Act, person_id: int) -> int:
    """How many notices a person has neither heard nor looked at."""
    query = select(func.count()).select_from(Notice).where(Notice.staff_id == person_id, Notice.seen_at.is_(None))
    return int(act.session.scalar(query) or 0)


def seen(act: Act, person: Staff, ids: Collection[int]) -> None:
    """A person looked at these of their notices on the page. Their telephone rings all the same: a page says so by
    itself, and only a key says that somebody was there (design rule 8).
    """
    new = select(Notice).where(Notice.staff_id == person.id, Notice.id.in_(ids), Notice.seen_at.is_(None))
    # Locked in the order in which `take` locks them.
    for one in act.session.scalars(new.order_by(Notice.id).with_for_update()):
        one.seen_at = act.at
    act.news.add(f"staff:{person.id}")


def people(act: Act, case: Case, role: str) -> list[Staff]:
    """Who is told what concerns the owner of a case, or a role in it.

    Beside an owner on leave whoever is asked to take the matter over, else the supervisors: somebody who is there.
    """
    if role != Role.OWNER:
        return complaint_forms.told(act, case, role)
    away, barred = absences.away(act), complaint_forms.barred(act, case.id)
    owner = [one for one in [staff.get(act, case.owner_id)] if _can_be_told(one, barred)]
    if owner and case.owner_id not in away:
        return owner
    asked = handover_forms.open_of(act, case.id) if case.owner_id in away else None
    taking = [staff.get(act, asked.receiver_id)] if asked is not None else []
    others = [one for one in taking if _can_be_told(one, away | barred)]
    others = others or complaint_forms.told(act, case, Role.SUPERVISOR)
    return owner + [one for one in others if one not in owner]


def _can_be_told(person: Staff, but: Collection[int]) -> bool:
    return person.active and person.phone is not None and person.id not in but


def _waiting(entry: OutboxEntry, urgent: bool) -> Select[Notice]:
    """What waits for an entry's person, of its company, and is told by no other entry."""
    free = or_(Notice.entry_id.is_(None), Notice.entry_id == entry.id)
    query = select(Notice).where(Notice.staff_id == entry.about["who"], Notice.company_id == entry.about["company"])
    return query.where(Notice.told_at.is_(None), Notice.urgent.is_(urgent), free)


def reached_from(act: Act, person: Staff | None, company_id: int, *, urgent: bool) -> datetime:
    """When a person, or a group, may be reached at the soonest."""
    if urgent:
        return act.at
    return _awake(act, person, company_id, act.at + _standard(act, company_id).engine.notices.gather.span)


def _awake(act: Act, person: Staff | None, company_id: int, at: datetime) -> datetime:
    """This instant, or the end of the company's quiet hours; whoever is on duty then is awake."""
    standard = _standard(act, company_id)
    ends = standard.notices.quiet.over(at.astimezone(ZoneInfo(standard.timezone)))
    if ends <= at or person is None:
        return ends
    on_duty = exists().where(Shift.staff_id == person.id, Shift.starts_at <= at, Shift.ends_at > at)
    return at if act.session.scalar(select(on_duty)) else ends


def _standard(act: Act, company_id: int) -> Standard:
    """A company's standard, without choosing it for the act."""
    company = act.session.get_one(Company, company_id)
    return act.standard_of(company.profile, company.overrides)


def _owe_text(act: Act, person: Staff, company_id: int, notice_id: int, *, urgent: bool) -> None:
    """One text for all that this act tells a person: whoever performs it takes what waits by then.

    Each act owes one of its own: with a key shared by two acts, what the later one told could wait for a text that had
    gone already.
    """
    whom = (person.id, company_id, urgent)
    if whom not in act.telling:
        act.telling.add(whom)
        due = reached_from(act, person, company_id, urgent=urgent)
        outbox.post(
            act, "tell-staff", due=due, key=f"tell-{notice_id}", urgent=urgent, who=person.id, company=company_id
        )


def owe_ring(act: Act, notice_id: int, case_id: int, ring: int, due: datetime) -> None:
    """Owe the call about a notice, for the first time or once more; `ring` counts from 1."""
    key = f"ring-notice-{notice_id}-{ring}"
    outbox.post(act, "ring-notice", due=due, key=key, case_id=case_id, urgent=True, notice=notice_id, ring=ring)


def _rung_after_all(act: Act, key: str) -> int | None:
    """Told by text before, a person is rung about the same as well; None where that was so already."""
    later = update(Notice).where(Notice.key == key, Notice.by_call.is_(False)).values(by_call=True)
    return act.session.scalar(later.returning(Notice.id).execution_options(synchronize_session=False))


def remember(act: Act, notice: Notice, kind: str) -> None:
    """The log of the matter says what became of a notice."""
    told = {"notice": notice.id, "staff": notice.staff_id, "text": notice.text, "promise": notice.promise_id}
    act.remember(f"case:{notice.case_id}", kind, **told)

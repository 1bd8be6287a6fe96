"""What is half typed on a form survives a reload, a log-out and a restart; without it a caller would be asked again."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from sqlalchemy import ForeignKey, Select, String, Text, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline import spelling
from hotline.db import Base, insert_new
from hotline.domain import companies
from hotline.domain.act import Act
from hotline.domain.companies import Company
from hotline.domain.staff import Staff


@dataclass(frozen=True)
class Window:
    """One page on which the form stands open: its name, how often the form had been kept when it was opened.

    `insists`: what stands in it is to be kept, whatever was typed elsewhere.
    """

    name: str
    since: int
    insists: bool = False


@dataclass(frozen=True)
class Kept:
    """What was typed, by the names of the fields: what counts, in which window, how often it was kept.

    `elsewhere` was typed in another window at the same time and does not count.
    """

    fields: dict[str, str]
    window: str = ""
    times: int = 0
    elsewhere: dict[str, str] = field(default_factory=dict)


class Draft(Base):
    """One person's form about one thing. `form` names the form as it was opened, so that it is saved once alone.

    Both what was typed and which case came of it are sealed: the row beside a call must not say who complained
    (CMP-10). Nothing of a draft is ever in the log.
    """

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("staff_id", "about"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    about: Mapped[str] = mapped_column(String(40))  # "call:12", "visitor"
    form: Mapped[str] = mapped_column(String(40))
    typed: Mapped[str | None] = mapped_column(Text)  # sealed; None once it was saved
    opened: Mapped[str | None] = mapped_column(Text)  # sealed: the case that came of it, how often it was kept before
    changed_at: Mapped[datetime] = mapped_column(index=True)


def of(act: Act, staff_id: int, about: str) -> Draft | None:
    """What this person has half typed about something, or what they saved last; None where there is neither."""
    return act.session.scalar(select(Draft).where(Draft.staff_id == staff_id, Draft.about == about))


def locked(act: Act, staff_id: int, about: str, form: str) -> Draft:
    """The row of this person's form, locked: the same form sent twice at once is saved once."""
    row = insert_new(act.session, Draft).values(staff_id=staff_id, about=about, form=form, changed_at=act.at)
    act.session.execute(row)
    query = select(Draft).where(Draft.staff_id == staff_id, Draft.about == about)
    return act.session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def forget(act: Act, about: Collection[str], values: Collection[str]) -> None:
    """What was typed about these calls ("call:12"), or with one of these numbers or names in it, goes.

    Each is opened for that: a form is sealed with our own key, for it is typed before anybody knows whose it is.
    """
    for row in act.session.scalars(select(Draft).order_by(Draft.id)):
        typed = kept(act, row)
        if row.about in about or spelling.says([*typed.fields.values(), *typed.elsewhere.values()], values):
            act.session.delete(row)


def forget_old(act: Act) -> None:
    """What people left lying longer than their own company's standard keeps a draft goes (REC-5).

    In one order: two who forget the same rows at once would wait for one another.
    """
    old = [draft_id for company in companies.loading(act) for draft_id in act.session.scalars(_old(act, company))]
    query = select(Draft.id).where(Draft.id.in_(old)).order_by(Draft.id).with_for_update()
    act.session.execute(delete(Draft).where(Draft.id.in_(act.session.scalars(query).all())))


def _old(act: Act, company: Company) -> Select[int]:
    standard = act.standard_of(company.profile, company.overrides)
    before = standard.records.retention.drafts.before(act.at, standard.calendar)
    theirs = select(Staff.id).where(Staff.company_id == company.id)
    return select(Draft.id).where(Draft.changed_at < before, Draft.staff_id.in_(theirs))


def case_of(act: Act, draft: Draft, form: str) -> int | None:
    """The case that was opened from this very form already; None where it was not."""
    return _opened(act, draft)[0] if draft.form == form else None


def saved_meanwhile(act: Act, draft: Draft, form: str, window: Window) -> int | None:
    """The case that another form of this person became after this window was opened: it shows the same matter still.

    None where it insists, or where another matter was begun since: then it may be stale.
    """
    case_id, times = _opened(act, draft)
    return None if draft.form == form or times == window.since or window.insists else case_id


def kept(act: Act, draft: Draft) -> Kept:
    """What is kept of a form; where it was saved, how often it had been kept and nothing else."""
    return Kept(**json.loads(act.sealer.open(draft.typed))) if draft.typed else Kept({}, times=_opened(act, draft)[1])


def is_stale(act: Act, draft: Draft, window: Window) -> bool:
    """Did the same person type in another window since this one was opened, so that it shows what is no longer so?"""
    found = kept(act, draft)
    return draft.typed is not None and found.window != window.name and found.times != window.since


def keep(act: Act, draft: Draft, form: str, fields: Mapping[str, str], window: Window) -> bool:
    """Keep what is typed. News of a form that was saved already comes late and changes nothing.

    False where the window is stale: what was typed in the other one stands, and this is kept beside it. False too,
    and nothing is kept, where the matter was saved in the other one.
    """
    if case_of(act, draft, form) is not None:
        return True
    if saved_meanwhile(act, draft, form, window) is not None:
        return False
    found = kept(act, draft)
    if is_stale(act, draft, window) and not window.insists:
        _seal(act, draft, replace(found, elsewhere=dict(fields)))
        return False
    beside = found.fields if is_stale(act, draft, window) else found.elsewhere
    draft.form, draft.opened, draft.changed_at = form, None, act.at
    _seal(act, draft, Kept(dict(fields), window.name, found.times + 1, beside))
    return True


def _seal(act: Act, draft: Draft, what: Kept) -> None:
    draft.typed = act.sealer.seal(json.dumps(asdict(what)))


def saved(act: Act, draft: Draft, form: str, case_id: int) -> None:
    """A case came of the form: what was typed goes; how often it was kept stays, for windows that are older."""
    opened = act.sealer.seal(f"{case_id} {kept(act, draft).times}")
    draft.form, draft.typed, draft.opened, draft.changed_at = form, None, opened, act.at


def _opened(act: Act, draft: Draft) -> tuple[int | None, int]:
    """The case that came of the form, and how often it had been kept by then."""
    if draft.opened is None:
        return None, 0
    case_id, _, times = act.sealer.open(draft.opened).partition(" ")
    return int(case_id), int(times or 0)


def discard(act: Act, draft: Draft) -> None:
    """Forget what was typed; that the matter was saved before stays known."""
    if draft.opened is None:
        act.session.delete(draft)

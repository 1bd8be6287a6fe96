"""What is half typed on a form survives a reload, a log-out and a restart; without it a caller would be asked again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain.act import Act


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
    opened: Mapped[str | None] = mapped_column(Text)  # sealed: the case that came of it
    changed_at: Mapped[datetime] = mapped_column(index=True)


def of(act: Act, staff_id: int, about: str) -> Draft | None:
    """What this person has half typed about something; None where there is nothing, or it was saved already."""
    query = select(Draft).where(Draft.staff_id == staff_id, Draft.about == about, Draft.typed.is_not(None))
    return act.session.scalar(query)


def locked(act: Act, staff_id: int, about: str, form: str) -> Draft:
    """The row of this person's form, locked: the same form sent twice at once is saved once.

    What others left lying longer than the standard keeps a draft is removed on the way (REC-5).
    """
    longest = act.standard.records.retention.drafts
    act.session.execute(delete(Draft).where(Draft.changed_at < longest.before(act.at, act.standard.calendar)))
    row = insert_new(act.session, Draft).values(staff_id=staff_id, about=about, form=form, changed_at=act.at)
    act.session.execute(row)
    query = select(Draft).where(Draft.staff_id == staff_id, Draft.about == about)
    return act.session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def case_of(act: Act, draft: Draft, form: str) -> int | None:
    """The case that was opened from this very form already; None where it was not."""
    return int(act.sealer.open(draft.opened)) if draft.opened and draft.form == form else None


def kept(act: Act, draft: Draft) -> Kept:
    """What is kept of a form; nothing where it was saved."""
    return Kept(**json.loads(act.sealer.open(draft.typed))) if draft.typed else Kept({})


def is_stale(act: Act, draft: Draft, window: Window) -> bool:
    """Did the same person type in another window since this one was opened, so that it shows what is no longer so?"""
    found = kept(act, draft)
    return draft.typed is not None and found.window != window.name and found.times != window.since


def keep(act: Act, draft: Draft, form: str, fields: Mapping[str, str], window: Window) -> bool:
    """Keep what is typed. News of a form that was saved already comes late and changes nothing.

    False where the window is stale: what was typed in the other one stands, and this is kept beside it.
    """
    if case_of(act, draft, form) is not None:
        return True
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
    """A case came of the form: what was typed goes."""
    draft.form, draft.typed, draft.opened, draft.changed_at = form, None, act.sealer.seal(str(case_id)), act.at


def discard(act: Act, draft: Draft) -> None:
    """Forget what was typed."""
    act.session.delete(draft)

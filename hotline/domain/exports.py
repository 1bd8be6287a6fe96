"""Files that leave the house: who took what, when and why; without it a borrowed archive was not on record (REC-6).

An export is asked for with a reason, gathered in the background, kept sealed under a key of its own and fetched by
whoever asked for it. When its time is over the key is destroyed; the row stays, for leaks are traced later (SEC-2).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select

from hotline import sounds, spelling
from hotline.domain import outbox
from hotline.domain.act import Act
from hotline.domain.export_forms import NAMED_NONE as NAMED_NONE
from hotline.domain.export_forms import OF_A_REPORT as OF_A_REPORT
from hotline.domain.export_forms import Criteria as Criteria
from hotline.domain.export_forms import Export as Export
from hotline.domain.export_forms import Failure as Failure
from hotline.domain.export_forms import Sought as Sought
from hotline.domain.export_forms import State as State
from hotline.domain.export_forms import What as What
from hotline.domain.staff import Role, Staff
from hotline.errors import Conflict, Invalid, NotFound
from hotline.marks import Marks
from hotline.sheets import FORMS

EFFECT = "export"  # the kind of what is owed
LONGEST = 200  # characters of a reason
_SEARCH = "search"  # in the criteria, sealed with the export's own key: what is looked for
_TYPED = ("number", "case_number", "words")  # in what is looked for, whatever was typed into which field
WAITED_FOR = (State.ASKED, State.GATHERING)
AUDITORS = (Role.MANAGER, Role.GENERAL_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR)  # who looked at what is for them
WATCHERS = (Role.SUPERVISOR, *AUDITORS)
TECHNICIANS = (Role.DEPARTMENT_HEAD, Role.ENGINEER)  # of a report they have the tables of faults alone (FLT-9)
_OF_COMPLAINTS = [What.STATISTICS, What.TRACKING]  # a head of a department has these, of the department alone


def marks(act: Act) -> Marks:
    """What makes and reads the marks of exports; the same whichever key seals."""
    return Marks(act.sealer.blind("the marks of exports"))


def kinds(person: Staff) -> list[What]:
    """What somebody with these roles takes along at all."""
    if not person.has(*WATCHERS):
        theirs = _OF_COMPLAINTS if person.has(Role.DEPARTMENT_HEAD) else []
        return [*theirs, What.FAULTS] if person.has(*TECHNICIANS) else []
    return [what for what in What if what != What.LOOKS or person.has(*AUDITORS)]


def may_ask(person: Staff, what: str, criteria: Criteria | Sought) -> bool:
    """May this person take this along: of the own company, or of the group for whoever keeps its registers?"""
    if what not in kinds(person):
        return False
    return person.has(Role.ADMINISTRATOR) or criteria.company_id == person.company_id


def ask(
    act: Act, person: Staff, what: str, criteria: Criteria, reason: str, *, form: str = "xlsx", language: str = "zh-CN"
) -> Export:
    """A file is owed to this person, who says why (REC-6, SEC-2); the standard of their company is chosen.

    Raises Invalid for what is no kind, no form or no period, for too short a reason, and for what is not theirs.
    """
    if what not in list(What) or what == What.FOUND:
        raise Invalid(f"nothing is exported as {what!r}")
    if criteria.last < criteria.first:
        raise Invalid("the last day lies before the first")
    if (what in OF_A_REPORT) != bool(criteria.report):
        raise Invalid("the file of a report is that of one, and of nothing else")
    return _owed(act, person, what, criteria, reason, form, language)


def ask_found(
    act: Act, person: Staff, sought: Sought, reason: str, *, form: str = "xlsx", language: str = "zh-CN"
) -> Export:
    """The calls that a search finds are owed as a file. What is looked for lies sealed with the file's own key and goes
    once the file is there: a number and a word stay in no row. Raises Invalid as `ask` does.
    """
    row = _owed(act, person, What.FOUND, sought, reason, form, language)
    sealed = act.sealer.seal_for(row.key, json.dumps(dict(sought.search), ensure_ascii=False))
    row.criteria = {**row.criteria, _SEARCH: sealed}
    return row


def search_of(act: Act, row: Export) -> dict[str, Any]:
    """What is looked for. Raises Conflict once that is gone."""
    if _SEARCH not in row.criteria:
        raise Conflict(f"what export {row.id} looked for is kept no more")
    return dict(json.loads(act.sealer.open_for(row.key, row.criteria[_SEARCH])))


def _owed(
    act: Act, person: Staff, what: str, criteria: Criteria | Sought, reason: str, form: str, language: str
) -> Export:
    if form not in FORMS:
        raise Invalid(f"nothing is exported in the form {form!r}")
    if not may_ask(person, what, criteria):
        raise Invalid("an export holds what its reader may see, of their own company")
    if len(reason.strip()) < act.standard.secrecy.reason_at_least:
        raise Invalid("the reason is too short to be one")
    row = Export(
        company_id=person.company_id,
        what=what,
        form=form,
        criteria=criteria.as_json(),
        reason=act.sealer.seal(reason.strip()[:LONGEST]),
        language=language,
        asked_by_id=person.id,
        asked_at=act.at,
        state=State.ASKED,
        file=sounds.new_name(),
        key=act.sealer.new_key(),
    )
    act.session.add(row)
    act.session.flush()
    _remember(act, row, "export-asked", criteria=row.criteria, reason=row.reason, by=person.id)
    outbox.post(act, EFFECT, key=f"export-{row.id}", patient=True, export=row.id)
    return row


def get(act: Act, export_id: int) -> Export:
    """The export with this number, locked. Raises NotFound."""
    row = act.lock(Export, export_id)
    if row is None:
        raise NotFound(f"there is no export {export_id}")
    return row


def reason_of(act: Act, row: Export) -> str:
    """Why it was asked for."""
    return act.sealer.open(row.reason)


def listed(act: Act, company_id: int | None, *, before: int | None, most: int, by: int | None = None) -> list[Export]:
    """Who took what, the newest first: of a company's people, or of everybody's; `by`: of this person alone.

    `before`: the last of the page before.
    """
    query = select(Export).order_by(Export.id.desc()).limit(most)
    if by is not None:
        query = query.where(Export.asked_by_id == by)
    if company_id is not None:
        query = query.where(Export.company_id == company_id)
    return list(act.session.scalars(query if before is None else query.where(Export.id < before)))


def begun(act: Act, row: Export, *, expected: int, floor: int, ceiling: int) -> None:
    """It was counted what there is to gather, behind one row number up to another; too much for a workbook is a CSV.

    Raises Invalid for more than an export may have.
    """
    figures = act.standard.engine.exports
    if expected > figures.rows_most:
        raise Invalid(f"an export has {figures.rows_most} rows at most: choose a shorter time")
    row.state, row.expected, row.ceiling, row.cursor = State.GATHERING, expected, ceiling, floor
    if expected > figures.sheet_most:
        row.form = "csv"
    act.news.add("exports")


def turn_begun(act: Act, row: Export) -> str:
    """How the names of a turn's pieces begin: a word of its own, so that a worker who comes back late, when another
    went on, writes over nothing that counts. It is noted before anything lies there, and so all of it is found again.
    """
    stem = f"{row.file}-{secrets.token_hex(4)}"
    row.turns = [*row.turns, stem]
    return stem


def is_latest(act: Act, export_id: int, stem: str) -> bool:
    """Is this the turn that was begun last, of a file that is still to be made?"""
    row = act.session.get_one(Export, export_id)
    return row.state in WAITED_FOR and row.turns[-1:] == [stem]


def went_on(act: Act, row: Export, *, rows: int, pieces: list[str], cursor: int) -> None:
    """So many rows and sealed pieces there are by now, up to the row with the number `cursor`.

    Too much for a workbook is gathered anew as a CSV. Raises Invalid for more than an export may have.
    """
    figures = act.standard.engine.exports
    if rows > figures.rows_most:
        raise Invalid(f"an export has {figures.rows_most} rows at most: look for less")
    row.rows, row.pieces, row.cursor = rows, pieces, cursor
    if row.form == "xlsx" and rows > figures.sheet_most:
        row.form, row.rows, row.pieces, row.cursor = "csv", 0, [], 0
    act.news.add("exports")


def done(act: Act, row: Export, *, pieces: list[str], size: int, digest: str) -> None:
    """The file is there, sealed, for a while."""
    kept = act.standard.engine.exports.kept.deadline(act.at, act.standard.calendar)
    row.state, row.pieces, row.size, row.digest = State.DONE, pieces, size, digest
    row.done_at, row.expires_at = act.at, kept.at
    _forget_search(row)
    _remember(act, row, "export-done", rows=row.rows, size=size, digest=digest)


def failed(act: Act, row: Export, failure: Failure | None = None) -> None:
    """It could not be made, or is not what was made; what was gathered can be opened by nobody."""
    row.state, row.key, row.failure = State.FAILED, None, failure
    _forget_search(row)
    _remember(act, row, "export-failed", rows=row.rows, **({"failure": failure.value} if failure else {}))


def forget_search(act: Act, values: Collection[str]) -> None:
    """Of files that are still owed those fail that look for a customer who had these numbers or this name.

    Each is opened for that. Without its search nobody could go on with it, and it would find nothing any more.
    """
    query = select(Export).where(Export.what == What.FOUND, Export.state.in_(WAITED_FOR)).with_for_update()
    for row in act.session.scalars(query.order_by(Export.id)).all() if values else ():
        sought = search_of(act, row)
        if spelling.says([sought.get(name, "") for name in _TYPED], values):
            failed(act, row, Failure.ERASED)


def is_for(person: Staff, row: Export) -> bool:
    """May this person fetch the file: did they ask for it, and might they ask for it today?

    Whoever lost a role, or went to another company or department, takes nothing along that it let them see.
    """
    if row.asked_by_id != person.id:
        return False
    try:
        if row.what == What.FOUND:
            return may_ask(person, row.what, Sought(row.criteria["company"], {}, (), {}))
        asked = row.chosen
    except (Invalid, LookupError, ValueError):  # as it was written by another version
        return False
    of_theirs = person.has(*WATCHERS) or asked.department == str(person.department_id or NAMED_NONE)
    of_theirs = of_theirs or row.what == What.FAULTS
    return of_theirs and may_ask(person, row.what, asked)


def ready(person: Staff, row: Export) -> None:
    """Raises NotFound for whom the file is not, Conflict where it is not there yet or no more."""
    if not is_for(person, row):
        raise NotFound("an export is fetched by whoever asked for it and may ask for it still")
    if row.state != State.DONE or row.key is None:
        raise Conflict(f"the file of an export that is {row.state} is not there")


def fetched(act: Act, person: Staff, row: Export) -> None:
    """Whoever asked for it takes the file; each time is an entry (REC-6). Raises as `ready` does."""
    ready(person, row)
    row.taken, row.taken_at = row.taken + 1, act.at
    _remember(act, row, "export-fetched", rows=row.rows, digest=row.digest, by=person.id)


def expire(act: Act) -> None:
    """Destroy the keys of files whose time is over: nobody can open them from now on."""
    query = select(Export).where(Export.state == State.DONE, Export.expires_at <= act.at).with_for_update()
    for row in act.session.scalars(query.order_by(Export.id)).all():
        row.state, row.key = State.OVER, None
        _remember(act, row, "export-over")


def left_over(act: Act) -> list[Export]:
    """Those that nobody can open any more, and pieces of which may still be in the store."""
    query = select(Export).where(Export.state.in_((State.FAILED, State.OVER)), Export.file.is_not(None))
    return list(act.session.scalars(query.order_by(Export.id)))


def gone(act: Act, export_id: int) -> None:
    """Nothing of this one is in the store any more."""
    row = get(act, export_id)
    row.file, row.pieces, row.turns = None, [], []


def by_ids(act: Act, ids: Iterable[int]) -> dict[int, Export]:
    """Those of these exports that there are, by number."""
    return {row.id: row for row in act.session.scalars(select(Export).where(Export.id.in_(list(ids))))}


def _forget_search(row: Export) -> None:
    row.criteria = {name: told for name, told in row.criteria.items() if name != _SEARCH}


def _remember(act: Act, row: Export, kind: str, **fields: Any) -> None:
    act.remember("house", kind, export=row.id, what=row.what, form=row.form, **fields)
    act.news.add("exports")

"""Which matters a call belongs to and what was said and noted in them; else a search would look past it (REC-1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial

from sqlalchemy import or_, select

from hotline.domain import calls, cases, discarded, legs, transcripts
from hotline.domain.act import Act
from hotline.domain.audit import AuditEntry
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.complaints import Complaint
from hotline.domain.repairs import RepairOrder
from hotline.domain.transcripts import Transcript
from hotline.domain.turns import Turn
from hotline.errors import Invalid, NotFound

# By the kind of an entry in which somebody noted what they told a customer: what it is called, and in which field.
NOTES: Mapping[str, tuple[str, str]] = {
    "called-back": ("note", "words"),
    "callback-cancelled": ("cancelled", "why"),
    "complaint-replied": ("reply", "said"),
    "complaint-told": ("told", "said"),
    "complaint-visited": ("visit", "said"),
    "answered": ("answer", "words"),
    "visit-made": ("visit", "said"),
    "visit-said": ("visit", "said"),
    "visit-question": ("question", "question"),
}
CORRECTED = "note-corrected"
# Who somebody is and where they are, is looked for by number: these say nothing of the matter.
_WHO = ("address", "caller", "contact", "identity", "name", "number", "organisation", "other_contact")
NOT_WORDS = frozenset(f"sealed_{name}" for name in _WHO)
_Linked = Mapping[int, Sequence[Case]]


def linked(act: Act, found: Collection[Call]) -> dict[int, list[Case]]:
    """The matters that each of these calls told or was about, by the call's id.

    None of a call in which an anonymous matter was told, and no anonymous one: it would say who told it (CMP-10).
    """
    unnamed = legs.unnamed(act, found)
    named = [call for call in found if call.id not in unnamed]
    about = {call.id: {call.case_id, *call.slots.get("opened", ())} - {None} for call in named}
    ids = {case_id for several in about.values() for case_id in several}
    there = select(Case).where(or_(Case.id.in_(ids), Case.call_id.in_(about)), Case.anonymous.is_(False))
    rows = list(act.session.scalars(there.order_by(Case.id))) if about else []
    told = {call_id: ids | {case.id for case in rows if case.call_id == call_id} for call_id, ids in about.items()}
    return {call.id: [case for case in rows if case.id in told.get(call.id, ())] for call in found}


def texts(act: Act, found: Collection[Call], matters: _Linked) -> dict[int, list[str]]:
    """What was said and noted in these calls and in their matters, opened, by the call's id.

    To be compared, never to be shown: whoever sees it gives a reason first (SEC-1). What was erased is left out.
    """
    named = {call.id: call for call in found if call.id not in legs.unnamed(act, found)}
    opened: dict[int, list[str]] = {call.id: [] for call in found}
    for call_id, text in (*_spoken(act, named), *_transcribed(act, named)):
        opened[call_id].append(text)
    of_case = _noted(act, {case.id: case for several in matters.values() for case in several})
    for call_id, several in matters.items():
        opened[call_id] += [text for case in several for text in of_case[case.id]]
    return opened


def _spoken(act: Act, named: Mapping[int, Call]) -> Iterator[tuple[int, str]]:
    query = select(Turn).where(Turn.call_id.in_(named), Turn.heard == "speech", Turn.words.is_not(None))
    for turn in act.session.scalars(query.order_by(Turn.id)):
        yield from _open(partial(calls.unseal, act, named[turn.call_id]), turn.words or "", turn.call_id)


def _transcribed(act: Act, named: Mapping[int, Call]) -> Iterator[tuple[int, str]]:
    query = select(Transcript.call_id).where(Transcript.call_id.in_(named)).distinct()
    for call_id in act.session.scalars(query):
        yield from ((call_id, turn.text) for turn in transcripts.text_of(act, call_id, but_changed=True))


def _noted(act: Act, matters: Mapping[int, Case]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for case_id, sealed in _sealed(act, matters):
        for _id, text in _open(partial(cases.unseal, act, matters[case_id]), sealed, case_id):
            found[case_id].append(text)
    return found


def _sealed(act: Act, matters: Mapping[int, Case]) -> Iterator[tuple[int, str]]:
    """Every sealed note of these matters that was not destroyed, by the matter's id."""
    gone = discarded.texts(act, matters.values())
    yield from (one for one in _noted_ever(act, matters) if one[1] not in gone)


def _noted_ever(act: Act, matters: Mapping[int, Case]) -> Iterator[tuple[int, str]]:
    for case in matters.values():
        told = [value for name, value in case.details.items() if name.startswith("sealed_") and name not in NOT_WORDS]
        yield from ((case.id, value) for value in (*told, case.outcome) if value)
    for table, column in ((RepairOrder, RepairOrder.found), (Complaint, Complaint.finding)):
        query = select(table.case_id, column).where(table.case_id.in_(matters), column.is_not(None))
        yield from ((case_id, sealed) for case_id, sealed in act.session.execute(query) if sealed)
    chains = {case.chain: case.id for case in matters.values()}
    noted = select(AuditEntry).where(AuditEntry.chain.in_(chains), AuditEntry.kind.in_([*NOTES, CORRECTED]))
    for entry in act.session.scalars(noted.order_by(AuditEntry.id)):
        names, fields = ("before", "words") if entry.kind == CORRECTED else (NOTES[entry.kind][1],), entry.said
        yield from ((chains[entry.chain], fields[name]) for name in names if fields.get(name))


def _open(opens: Callable[[str], str], sealed: object, row_id: int) -> list[tuple[int, str]]:
    try:
        return [(row_id, opens(sealed))] if isinstance(sealed, str) else []
    except (NotFound, Invalid):
        return []  # erased with its customer; or changed, which the log's check tells

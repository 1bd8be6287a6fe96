"""Reads what calls and their matters came to into the rows they are found by; else every change would have to (REC-2).

Each chain of the log says how far it was read: whatever happens to a call or a case writes an entry, so that nothing
can change without being read, wherever in the house it was done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import and_, select, update
from sqlalchemy.exc import OperationalError

from hotline.db import LARGEST_ID
from hotline.domain import agreeing, call_facts, call_texts, call_words, legs
from hotline.domain.act import Act
from hotline.domain.audit import AuditEntry, AuditHead
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.handovers import Handover, State
from hotline.domain.parties import Meeting, Party
from hotline.domain.promises import Promise

Named = TypeVar("Named", str, Call)
log = logging.getLogger(__name__)
_UNREAD = and_(AuditHead.indexed_seq < AuditHead.seq, AuditHead.chain >= "ca", AuditHead.chain < "cb")
_AT_ONCE = 100  # chains of which it was found that they were altered


def read(act: Act, *, most: int) -> int:
    """Read what calls and cases came to since they were read last, at most so many chains; how many that were.

    Their heads and those of every call they tell of are locked as whoever writes locks them: nothing is written between
    the reading and the mark, and no two read one call. What another reads or writes at this moment is left for the
    next time.
    """
    query = select(AuditHead.chain).where(_UNREAD).order_by(AuditHead.chain).limit(most)
    chains = list(act.session.scalars(query.with_for_update(skip_locked=True)))
    if not chains:
        return 0
    told = _told(act, chains)
    held = _held(act, {call_id for ids in told.values() for call_id in ids}, chains)
    taken = [chain for chain in chains if not told[chain] & held]
    mark = update(AuditHead).where(AuditHead.chain.in_(taken)).values(indexed_seq=AuditHead.seq)
    act.session.execute(mark.execution_options(synchronize_session=False))
    _index(act, _calls(act, {call_id for chain in taken for call_id in told[chain]}))
    return len(taken)


def found_altered(act: Act, chains: Iterable[str]) -> None:
    """A check found that these chains of the log were changed: the calls they tell of are found by that from now on.

    A call that leads to no matter since an anonymous one was told is not found by what became of a matter (CMP-10).
    """
    names = sorted(set(chains))
    for begin in range(0, len(names), _AT_ONCE):
        some = names[begin : begin + _AT_ONCE]
        if not _is_done(act, _mark_altered, some):
            for name in some:
                _is_done(act, _mark_altered, [name])


def _mark_altered(act: Act, chains: Sequence[str]) -> None:
    found = _calls(act, {call_id for ids in _told(act, chains).values() for call_id in ids})
    unnamed = legs.unnamed(act, found) - {call.id for call in found if call.chain in chains}
    call_facts.found_altered(act, [call for call in found if call.id not in unnamed])


def _told(act: Act, chains: Sequence[str]) -> dict[str, set[int]]:
    """The ids of the calls that each chain tells of: of a case those in which it was told and those about it.

    Of a call in which an anonymous matter was told also its legs: they must lead nowhere from then on (CMP-10).
    """
    by_word: dict[str, dict[int, str]] = {"call": {}, "case": {}}
    for match in filter(None, map(agreeing.NAME.fullmatch, chains)):
        if match[1] in by_word and int(match[2]) <= LARGEST_ID:
            by_word[match[1]][int(match[2])] = match[0]
    told: dict[str, set[int]] = {chain: set() for chain in chains}
    in_which = select(Case.id, Case.call_id).where(Case.id.in_(by_word["case"]), Case.call_id.is_not(None))
    about = select(Call.case_id, Call.id).where(Call.case_id.in_(by_word["case"]))
    for query in (in_which, about):
        for case_id, call_id in act.session.execute(query):
            told[by_word["case"][case_id]].add(call_id)
    rung = legs.of_unnamed(act, by_word["call"])
    for call_id, chain in by_word["call"].items():
        told[chain] |= {call_id, *rung.get(call_id, ())}
    return told


def _held(act: Act, call_ids: Collection[int], chains: Collection[str]) -> set[int]:
    """Of these calls those that another act reads or writes now; the heads of the others are ours until the end."""
    names = {f"call:{call_id}": call_id for call_id in call_ids}
    others = select(AuditHead.chain).where(AuditHead.chain.in_(names.keys() - set(chains)))
    there = set(act.session.scalars(others))
    ours = set(act.session.scalars(others.order_by(AuditHead.chain).with_for_update(skip_locked=True)))
    return {names[chain] for chain in there - ours}


def _calls(act: Act, ids: Collection[int]) -> list[Call]:
    """These calls as they stand now, for until their heads were locked somebody may have written to them."""
    query = select(Call).where(Call.id.in_(ids)).order_by(Call.id)
    return list(act.session.scalars(query, execution_options={"populate_existing": True}))


def _index(act: Act, found: Sequence[Call]) -> None:
    """Read these calls anew; one that cannot be read, for its record was changed, is passed over and named."""
    if _is_done(act, _replace, found):
        return
    for call in found:
        if not _is_done(act, _replace, [call]):
            log.error("call %d cannot be read: verify the log", call.id)


def _is_done(act: Act, does: Callable[[Act, Sequence[Named]], None], what: Sequence[Named]) -> bool:
    """Do this of them all, or of none; False where somebody wrote over what they say, so that it cannot be read."""
    try:
        with act.part():
            does(act, what)
    except OperationalError:
        raise  # the database is away or busy: it is done at the next turn
    except Exception as error:  # noqa: BLE001 - whatever a forger wrote there, the other calls are found
        log.warning("%d of the log cannot be read together: %s", len(what), type(error).__name__)
        return False
    return True


def _replace(act: Act, found: Sequence[Call]) -> None:
    matters = call_texts.linked(act, found)
    texts = call_texts.texts(act, found, matters)
    people, waited = _people(act, found), _waited(act, found)
    of_case = _of_cases(act, {case.id: case for several in matters.values() for case in several})
    for call in found:
        facts: dict[str, int | None] = dict.fromkeys(people[call.id])
        for case in matters[call.id]:
            facts |= dict.fromkeys(of_case[case.id])
        if call.id in waited:
            facts[call_facts.WAITED] = waited[call.id]
        if call.cause == "late-answer":
            facts[call_facts.LATE] = None
        call_facts.replace(act, call, facts)
        call_words.replace(act, call, texts[call.id])


def _people(act: Act, found: Collection[Call]) -> dict[int, set[str]]:
    """Who owned, answered or took part in each call, as facts."""
    who: dict[int, set[int | None]] = {call.id: {call.owner_id, call.answered_by_id, call.staff_id} for call in found}
    met = (Meeting.call_id.in_(who), Meeting.met_at.is_not(None))
    talked = select(Meeting.call_id, Party.staff_id).join(Party, Party.meeting_id == Meeting.id)
    for query in (
        select(Meeting.call_id, Meeting.agent_id).where(*met),
        talked.where(*met, Party.joined_at.is_not(None)),
    ):
        for call_id, staff_id in act.session.execute(query):
            who[int(call_id or 0)].add(staff_id)
    return {call_id: {call_facts.of_person(one) for one in ids if one is not None} for call_id, ids in who.items()}


def _waited(act: Act, found: Collection[Call]) -> dict[int, int]:
    """How long each caller waited at a stretch at the longest, in seconds, as the log has it (ANS-4)."""
    longest: dict[int, int] = {}
    by_chain = {call.chain: call.id for call in found}
    query = select(AuditEntry).where(AuditEntry.chain.in_(by_chain), AuditEntry.kind == "waited")
    for entry in act.session.scalars(query):
        call_id, seconds = by_chain[entry.chain], entry.said.get("seconds")
        if isinstance(seconds, int):
            longest[call_id] = max(longest.get(call_id, 0), seconds)
    return longest


def _of_cases(act: Act, matters: Mapping[int, Case]) -> dict[int, set[str]]:
    """What each matter says of its calls, as facts."""
    found = {
        case.id: {call_facts.of_case(case.id), call_facts.of_kind(case.kind), call_facts.of_matter(case.matter)}
        for case in matters.values()
    }
    for case in matters.values():
        if case.owner_id != case.first_owner_id:
            found[case.id].add(call_facts.MOVED)
    accepted = select(Handover.case_id).where(Handover.case_id.in_(matters), Handover.state == State.ACCEPTED)
    for case_id in act.session.scalars(accepted):
        found[case_id].add(call_facts.MOVED)
    judged = select(Promise.case_id, Promise.verdict).where(Promise.case_id.in_(matters)).distinct()
    for case_id, verdict in act.session.execute(judged):
        found[case_id].add(call_facts.of_verdict(verdict))
    return found

"""Reads what calls and their matters came to into the rows they are found by; else every change would have to (REC-2).

Each chain of the log says how far it was read: whatever happens to a call or a case writes an entry, so that nothing
can change without being read, wherever in the house it was done.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import and_, or_, select, update

from hotline.domain import call_facts, call_texts, call_words
from hotline.domain.act import Act
from hotline.domain.audit import AuditEntry, AuditHead
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.handovers import Handover, State
from hotline.domain.parties import Meeting, Party
from hotline.domain.promises import Promise

_UNREAD = and_(AuditHead.indexed_seq < AuditHead.seq, AuditHead.chain >= "ca", AuditHead.chain < "cb")


def read(act: Act, *, most: int) -> int:
    """Read what calls and cases came to since they were read last, at most so many chains; how many that were.

    Their heads are locked as whoever writes locks them: nothing is written between the reading and the mark. What
    another reads or writes at this moment is left for the next time.
    """
    query = select(AuditHead.chain).where(_UNREAD).order_by(AuditHead.chain).limit(most)
    chains = list(act.session.scalars(query.with_for_update(skip_locked=True)))
    if not chains:
        return 0
    mark = update(AuditHead).where(AuditHead.chain.in_(chains)).values(indexed_seq=AuditHead.seq)
    act.session.execute(mark.execution_options(synchronize_session=False))
    _index(act, _concerned(act, chains))
    return len(chains)


def _concerned(act: Act, chains: Sequence[str]) -> list[Call]:
    """The calls that these chains tell of: of a case those in which it was told and those that were about it."""
    call_ids, case_ids = (
        [int(number) for kind, _, number in (chain.partition(":") for chain in chains) if kind == word]
        for word in ("call", "case")
    )
    told = select(Case.call_id).where(Case.id.in_(case_ids), Case.call_id.is_not(None))
    concerned = or_(Call.id.in_([*call_ids, *act.session.scalars(told)]), Call.case_id.in_(case_ids))
    return list(act.session.scalars(select(Call).where(concerned).order_by(Call.id)))


def _index(act: Act, found: Sequence[Call]) -> None:
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
        call_id = by_chain[entry.chain]
        longest[call_id] = max(longest.get(call_id, 0), int(entry.fields["seconds"]))
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

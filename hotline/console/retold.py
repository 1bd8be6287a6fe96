"""Whom and what a call's words named when they were said; without it a handover would change what a caller heard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from hotline.domain import audit, staff
from hotline.domain.act import Act
from hotline.domain.audit import AuditEntry
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.tells import PASSED_ON

_BEGINS = ("call-began", "call-placed")
_LEADS_ON = (*_BEGINS, "call-moved", "turn")  # with these the words of the next turn are said
_OWNS = ("case-opened", *PASSED_ON)
# By which field an entry of a call's chain says who speaks with the customer from then on.
_SPEAKS = {
    "call-began": "owner",
    "call-placed": "owner",
    "call-owned": "owner",
    "meeting-began": "agent",
    "meeting-passed-on": "now",
}


class Log:
    """What the log says of a call and of the matters that its page names; of others it says nothing (CMP-10)."""

    def __init__(self, act: Act, call: Call, cases: Sequence[Case]) -> None:
        self._act, self._call = act, call
        self._cases = {case.id: case for case in cases}
        self._own = audit.entries(act.session, call.chain)
        self._of = {case.id: audit.entries(act.session, case.chain) for case in cases}
        self._named = list(self._names())

    def said_at(self) -> dict[int, datetime]:
        """When the words of each turn were said, by its number: once the turn before it was answered."""
        at, found = self._call.started_at, dict[int, datetime]()
        for entry in self._own:
            if entry.kind == "turn":
                found[entry.fields.get("n", 0)] = at
            if entry.kind in _LEADS_ON:
                at = entry.at
        return found

    def case(self, at: datetime) -> Case | None:
        """The matter that was spoken of; None before there was one, and where several were told of at once.

        A colleague is rung about one matter, or rings about one.
        """
        if self._call.staff_id is not None:
            return next(reversed(self._cases.values()), None)
        before = [(when, case_id) for when, case_id in self._named if when <= at]
        latest = max((when for when, _case_id in before), default=None)
        spoken_of = {case_id for when, case_id in before if when == latest}
        return self._cases.get(spoken_of.pop()) if len(spoken_of) == 1 else None

    def owner(self, case: Case, at: datetime) -> str:
        """The number of whoever answered for a matter then."""
        return self._number(one.fields.get("owner") for one in _until(self._of[case.id], at) if one.kind in _OWNS)

    def agent(self, at: datetime) -> str:
        """The number of whoever spoke with the customer then, or answered for the call."""
        said = (one.fields.get(_SPEAKS[one.kind]) for one in _until(self._own, at) if one.kind in _SPEAKS)
        return self._number(said)

    def _number(self, staff_ids: Iterable[int | None]) -> str:
        """The number of the last of these; nothing where an altered log names nobody."""
        *_before, last = None, *staff_ids
        return staff.get(self._act, last).agent_number if last is not None else ""

    def _names(self) -> Iterator[tuple[datetime, int]]:
        """When each matter came to be the one that is spoken of: rung about, opened, asked about."""
        for entry in self._own:
            if entry.kind in (*_BEGINS, "case-opened") and entry.fields.get("case") is not None:
                yield entry.at, entry.fields["case"]
        for case_id, entries in self._of.items():
            for entry in entries:
                if entry.kind == "progress-told" and entry.fields.get("call") == self._call.id:
                    yield entry.at, case_id


def _until(entries: list[AuditEntry], at: datetime) -> Iterator[AuditEntry]:
    return (entry for entry in entries if entry.at <= at)

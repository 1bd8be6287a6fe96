"""What a call keeps of an anonymous matter: a sealed note; without it records would say who complained (CMP-10)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, select

from hotline.domain.act import Act
from hotline.domain.calls import Call

_SLOT = "anonymous_case"


def note(act: Act, call: Call, case_id: int) -> None:
    """An anonymous matter was told in this call. Which one is sealed: the call goes on with it, no page opens it."""
    call.case_id = None
    call.put(**{_SLOT: act.sealer.seal(str(case_id))})
    call.unnamed = True
    act.remember(call.chain, "anonymous-told")


def told_in(call: Call) -> bool:
    """Was an anonymous matter told in this call? Then it names no caller and no matter, and no matter names it."""
    return _SLOT in call.slots


def was_told() -> ColumnElement[bool]:
    """The same of `Call`, as a condition of a query."""
    return Call.unnamed.expression


class Notes:
    """Which anonymous matter was told in which call, read once however often it is asked, for each note is opened: no
    query finds it. For what is kept and destroyed alone; nobody is told which call it is.
    """

    def __init__(self, act: Act) -> None:
        self._act, self._read = act, False
        self._told: dict[int, int] = {}

    def calls_about(self, case_ids: Collection[int]) -> list[int]:
        """The calls in which these anonymous matters were told."""
        if case_ids and not self._read:
            rows = self._act.session.execute(select(Call.id, Call.slots).where(was_told()))
            opens = self._act.sealer.open
            self._told = {call_id: int(opens(slots[_SLOT])) for call_id, slots in rows if _SLOT in slots}
            self._read = True
        return [call_id for call_id, case_id in self._told.items() if case_id in case_ids]


def present_case(act: Act, call: Call) -> int | None:
    """The matter that a call is about at this moment; the anonymous one until there is another."""
    if call.case_id is None and told_in(call):
        return int(act.sealer.open(call.slots[_SLOT]))
    return call.case_id

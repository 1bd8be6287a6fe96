"""Calls to look for, and looking; without them every test of the search would tell the same calls again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import true

from hotline.domain import call_index, call_search, calls, cases, companies, turns
from hotline.domain.act import CALLER, COMMAND
from hotline.domain.call_search import Criteria
from hotline.domain.cases import Kind
from hotline.runtime import Runtime
from tests import given
from tests.world import Cast, Firm, Person

PAGE = 50
_EVERY = 1000


@dataclass
class Book:
    """The calls of a test, one after the other, and what is found of them."""

    runtime: Runtime
    cast: Cast
    rung: int = 0

    def rings(
        self,
        noted: str | None = None,
        *,
        who: Person | None = None,
        firm: Firm | None = None,
        kind: Kind = Kind.ENQUIRY,
        matter: str = "heating",
        anonymous: bool = False,
        spoken: str = "",
    ) -> int:
        """Chen (or `who`) rings, is answered, tells what is `noted`, and hangs up; the call's id."""
        self.rung += 1
        caller, company = who or self.cast.chen, firm or self.cast.heat
        with self.runtime.act(CALLER) as act:
            ringing = given.call(act, self.cast, sid=f"CA{self.rung:032d}", firm=company, who=caller)
            calls.answered(act, ringing, millis=120)
            if spoken:
                turns.record(act, ringing, said=["greeting"], heard="speech", words=spoken, led_to="farewell")
            if noted is not None:
                case = cases.open(
                    act,
                    companies.get(act, company.id),
                    kind=kind,
                    matter=matter,
                    owner_id=ringing.owner_id,
                    call=ringing,
                    customer_id=None if anonymous else caller.id,
                    anonymous=anonymous,
                )
                case.details = {"sealed_question": cases.seal(act, case, noted)}
            calls.progress(act, ringing, state=calls.State.ENDED, sequence=3, ended_by="them", cause=None)
            return ringing.id

    def case_of(self, call_id: int) -> int:
        """The id of the matter that was told in a call."""
        with self.runtime.look(COMMAND) as act:
            return act.session.get_one(calls.Call, call_id).case_id or 0

    def read(self) -> None:
        """What calls came to is read, as the dispatcher does all the time."""
        with self.runtime.act(COMMAND) as act:
            while call_index.read(act, most=_EVERY):
                pass

    def found(self, *, before: int | None = None, most: int = PAGE, **asked: Any) -> list[int]:
        """The calls that a search finds, newest first."""
        self.read()
        with self.runtime.look(COMMAND) as act:
            found = call_search.page(act, Criteria(**asked), within=true(), before=before, most=most)
            return [call.id for call in found.calls]

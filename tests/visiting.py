"""A repair that is done and what its customer says of it; without it each test of return visits would mend anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from hotline.domain import (
    cases,
    companies,
    customers,
    dispatches,
    promises,
    repairs,
    respondents,
    staff,
    visit_results,
    visits,
)
from hotline.domain.act import COMMAND, Act, Actor
from hotline.domain.cases import Case, Kind
from hotline.domain.notices import Notice
from hotline.domain.repairs import RepairOrder
from hotline.domain.visit_results import Question
from hotline.domain.visits import Said, Visit
from hotline.runtime import Runtime
from hotline.standard.kinds import Scope
from tests import given
from tests.complaining import Filed, House
from tests.world import ADDRESS, Cast, Person

GOOD = Said(mended=True, mark=5, words="很好，谢谢")
BROKEN = Said(mended=False, mark=1, words="又凉了")
UNHAPPY = Said(mended=True, mark=2, words="等了三天")


class Mended:
    """Chen's radiator, mended by Wang: a visit is owed. What anybody says is said in an act of its own."""

    def __init__(self, runtime: Runtime, case_id: int) -> None:
        self.runtime, self.id = runtime, case_id

    @contextmanager
    def by(self, who: Person) -> Iterator[tuple[Act, Case]]:
        """An act of somebody's, with the case and its standard."""
        with self.runtime.act(Actor("console", who.id)) as act:
            case = act.session.get_one(Case, self.id)
            companies.get(act, case.company_id)
            yield act, case

    def records(self, who: Person, said: Said, question: Question | None = None) -> None:
        """Somebody fills in the form of the newest visit."""
        with self.by(who) as (act, case):
            person = staff.get(act, who.id)
            visit_results.record(act, visits.of_case(act, case.id)[-1].id, person, said, question)

    def refuses(self, who: Person) -> None:
        """The customer tells somebody that they want no such calls."""
        with self.by(who) as (act, case):
            visits.refuse(act, case, by=visits.Asker.AGENT, staff_id=who.id)

    def is_closed(self, by: Person) -> None:
        """Somebody closes the case."""
        with self.by(by) as (act, case):
            promises.close_case(act, cases.get(act, case.id), by=by.id, outcome="warm again")

    @property
    def case(self) -> Case:
        """The case as it stands."""
        with self.runtime.look(COMMAND) as act:
            return act.session.get_one(Case, self.id)

    @property
    def order(self) -> RepairOrder:
        """The repair as it stands."""
        with self.runtime.look(COMMAND) as act:
            return act.session.scalars(select(RepairOrder).where(RepairOrder.case_id == self.id)).one()

    @property
    def visits(self) -> list[Visit]:
        """The visits as they stand."""
        with self.runtime.look(COMMAND) as act:
            return visits.of_case(act, self.id)

    @property
    def verdicts(self) -> list[tuple[str, str]]:
        """What was promised, in the order of its making, and what became of it."""
        with self.runtime.look(COMMAND) as act:
            return [(one.rule, str(one.verdict)) for one in promises.of_case(act, self.id)]

    def told(self, text: str) -> set[int]:
        """Who was told this of it, by id."""
        with self.runtime.look(COMMAND) as act:
            query = select(Notice.staff_id).where(Notice.case_id == self.id, Notice.text == text)
            return set(act.session.scalars(query))


def mended(runtime: Runtime, cast: Cast, kind: Kind = Kind.FAULT) -> Mended:
    """Chen's radiator was cold, Wang signed and mended it; Lin answers for the matter."""
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast, kind=kind)
        order = repairs.report(
            act, case, fault_class="heating", answers={}, scope=Scope.IN_SCOPE, address=cases.seal(act, case, ADDRESS)
        )
        signs(act, cast, case)
        repairs.finish(act, order, by=cast.wang.id, found="换了阀门", tested=True, customer_signed=True)
        return Mended(runtime, case.id)


def signs(act: Act, cast: Cast, case: Case) -> None:
    """Wang signs for the repair on the page."""
    [dispatch] = dispatches.of_case(act, case.id)
    repairs.sign(act, dispatches.offer(act, dispatches.get(act, dispatch.id), staff.get(act, cast.wang.id), None))


def wants_no_calls(runtime: Runtime, who: Person) -> bool:
    """Did this customer refuse such calls?"""
    with runtime.look(COMMAND) as act:
        return customers.get(act, who.id).no_calls_at is not None


def told(complaint: Filed, house: House, cast: Cast) -> Mended:
    """The complaint was settled and its customer told: a visit is owed."""
    complaint.comes_back(house.liu)
    complaint.does(cast.lin, respondents.tell_customer, "told; will see")
    return Mended(complaint.runtime, complaint.id)

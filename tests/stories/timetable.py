"""A complaint from its filing to its closing by a timetable; without it each story would turn the clock on its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from hotline.domain import companies, promises, respondents
from hotline.domain.act import COMMAND, Act
from hotline.domain.notices import Notice
from hotline.domain.outbox import OutboxEntry, Queue
from hotline.domain.promises import Promise
from hotline.domain.staff import Staff
from hotline.domain.verifying import verify
from hotline.jobs import routine
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests.complaining import Filed, House
from tests.world import SHANGHAI, Cast, Firm, HandClock

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SOON, BROKEN = "promise-due-soon", "promise-broken"
# What follows by itself: the step, the step before, and how long after that.
_AFTER = (
    ("returned", "settled", 2 * HOUR),
    ("told_result", "returned", 2 * HOUR),
    ("visited", "told_result", DAY),
    ("closed", "visited", HOUR),
)


def on_time(grade: Grade, **late: timedelta) -> dict[str, timedelta]:
    """When each step is done, counted from the filing; of what is `late` the rest follows as usual."""
    plan = {"signed": 5 * MINUTE, "called_back": 4 * HOUR, "settled": DAY}
    if grade is not Grade.MINOR:
        plan["passed_up"] = 30 * MINUTE
    if grade is Grade.MAJOR:
        plan["replied"] = 20 * HOUR
    return dealt_with(**plan | late)


def dealt_with(**plan: timedelta) -> dict[str, timedelta]:
    """From when it is `settled` on every further step at its usual time, where the plan says nothing else."""
    for step, before, gap in _AFTER:
        plan.setdefault(step, plan[before] + gap)
    return plan


def rows(table: str) -> list[str]:
    """The lines of a table in a story."""
    return [line.strip() for line in table.strip().splitlines()]


class Time:
    """The clock between two things that people do: it looks at each promise at its very instant."""

    def __init__(self, runtime: Runtime, at: HandClock) -> None:
        self.runtime, self.at = runtime, at

    def in_company(self, firm: Firm, **figures: Any) -> None:
        """A company has figures of its own."""
        with self.runtime.act(COMMAND) as act:
            companies.get(act, firm.id).overrides = figures

    def comes_to(self, when: datetime) -> None:
        """It is `when`, and all that fell due before was looked at."""
        while (due := self._next_look()) is not None and due <= when:
            self.at.set(max(due, self.at.now))
            routine.look_at_promises(self.runtime)
            routine.lapse_requests(self.runtime)
        self.at.set(when)

    def passes(self, span: timedelta) -> None:
        """So much time goes by."""
        self.comes_to(self.at.now + span)

    def told(self, *only: str) -> list[str]:
        """Who was told what, when, by text and by telephone, as a table; `only`: these texts, the ringing among them.

        The instant is that of the page; a text that waits for the morning names its own.
        """
        with self.runtime.look(COMMAND) as act:
            query = select(Notice, Staff.login, Promise.rule).join(Staff, Staff.id == Notice.staff_id)
            query = query.outerjoin(Promise, Promise.id == Notice.promise_id)
            found = [row for row in act.session.execute(query) if not only or row[0].text in only]
            lines = [line for notice, login, rule in found for line in _lines(act, notice, login, rule or "")]
        return [f"{at:%m-%d %H:%M} {line}" for at, line in sorted(lines)]

    def _next_look(self) -> datetime | None:
        with self.runtime.look(COMMAND) as act:
            return act.session.scalar(select(func.min(Promise.look_at)))


def _lines(act: Act, notice: Notice, login: str, rule: str) -> Iterator[tuple[datetime, str]]:
    what = {SOON: f"soon {rule}", BROKEN: f"broken {rule}"}.get(notice.text, notice.text)
    texted = _texted(act, notice)
    later = f", texted {texted:%H:%M}" if texted - notice.at > MINUTE else ""
    yield notice.at.astimezone(SHANGHAI), f"{login} {what}{later}"
    rings = select(OutboxEntry.due_at).where(OutboxEntry.key == f"ring-notice-{notice.id}-1")
    for due in act.session.scalars(rings):
        yield due.astimezone(SHANGHAI), f"{login} rung {rule}"


def _texted(act: Act, notice: Notice) -> datetime:
    """When the text goes that tells it: one for all that an act tells a person, named by the first of them."""
    queue = Queue.URGENT if notice.urgent else Queue.ROUTINE
    owed = select(OutboxEntry).where(OutboxEntry.kind == "tell-staff", OutboxEntry.queue == queue)
    theirs = [one for one in act.session.scalars(owed) if one.about["who"] == notice.staff_id]
    first = {int(str(one.key).removeprefix("tell-")): one.due_at for one in theirs}
    return first[max(key for key in first if key <= notice.id)].astimezone(SHANGHAI)


class Story(Time):
    """Complaints, and what everybody does with them, step by step: whom they are about, and who answers for them."""

    def __init__(self, runtime: Runtime, cast: Cast, house: House, at: HandClock) -> None:
        super().__init__(runtime, at)
        self.cast, self.house = cast, house
        self.head, self.owner, self.above, self.closer = house.liu, cast.lin, cast.qian, cast.sun

    def goes(self, made: Filed, plan: dict[str, timedelta]) -> None:
        """Every step of a plan is done at its time, counted from now."""
        begins = self.at.now
        for step, after in sorted(plan.items(), key=lambda one: one[1]):
            self.comes_to(begins + after)
            getattr(self, step)(made)

    def signed(self, made: Filed) -> None:
        """The department's head signs (签收)."""
        made.does(self.head, respondents.sign)

    def passed_up(self, made: Filed) -> None:
        """Whom it is passed up to has seen it."""
        made.does(self.cast.feng if made.row.grade == Grade.MAJOR else self.above, respondents.acknowledge)

    def called_back(self, made: Filed) -> None:
        """Whoever answers for it speaks with the customer."""
        with made.by(self.owner) as (act, case, _owner):
            promises.reached(act, case)

    def replied(self, made: Filed) -> None:
        """The customer gets a clear reply."""
        made.does(self.owner, respondents.replied, "the pump is ordered and comes on Friday")

    def settled(self, made: Filed) -> None:
        """The department has dealt with it."""
        made.does(self.head, respondents.settle, "air in the pipe; apologised")

    def returned(self, made: Filed) -> None:
        """The department returns the form."""
        made.does(self.head, respondents.give_back)

    def told_result(self, made: Filed) -> None:
        """The customer is told the result."""
        made.does(self.owner, respondents.tell_customer, "it is warm, and we are sorry")

    def visited(self, made: Filed) -> None:
        """The customer is visited (回访)."""
        made.does(self.owner, respondents.visited, "warm and content", True)

    def closed(self, made: Filed) -> None:
        """A superior closes it."""
        made.is_closed(self.closer)


@pytest.fixture
def story(runtime: Runtime, cast: Cast, house: House, at: HandClock) -> Iterator[Story]:
    """Everybody is there; when the story is over the log still stands."""
    yield Story(runtime, cast, house, at)
    with runtime.look(COMMAND) as act:
        assert not verify(act.session).problems

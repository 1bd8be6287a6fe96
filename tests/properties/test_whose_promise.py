"""However a complaint is sent about, no department answers for minutes it did not have, and no clock is lost."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from hotline.domain import audit, promises, respondents
from hotline.domain.act import COMMAND
from hotline.domain.notices import Notice
from hotline.domain.promises import Promise, Verdict
from hotline.domain.verifying import verify
from hotline.errors import HotlineError
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests.complaining import House, filed
from tests.complaining import house as house
from tests.world import Cast, HandClock

TO_SIGN, TO_SETTLE = timedelta(minutes=10), timedelta(days=2)
WAITS = st.sampled_from([timedelta(minutes=n) for n in (1, 4, 9, 11)])
PLACES = st.sampled_from(["repair", "billing", "grounds"])


class SentAbout(RuleBasedStateMachine):
    """One complaint, which people send about, sign for and deal with; the clock comes when it comes."""

    def __init__(self, runtime: Runtime, cast: Cast, house: House, at: HandClock) -> None:
        super().__init__()
        self.runtime, self.cast, self.house, self.at = runtime, cast, house, at
        self.heads = {house.repair: house.liu, house.billing: house.xu, house.grounds: house.ma}
        self.had: list[tuple[datetime, int | None]] = []  # from when on which department had it; None: the desk
        self.signed = self.is_signed = self.settled = False  # was it ever signed for, is it now

    @initialize(place=st.none() | PLACES)
    def is_filed(self, place: str | None) -> None:
        department = getattr(self.house, place) if place is not None else None
        self.made = filed(self.runtime, self.cast, department_id=department, grade=Grade.MINOR)
        self.filed_at = self.at.now
        self.had.append((self.at.now, department))

    @rule(after=WAITS | st.just(TO_SETTLE))
    def the_clock_comes(self, after: timedelta) -> None:
        self.at.passes(after)
        self.made.clock()

    @rule(after=WAITS, place=PLACES)
    def is_put_to(self, after: timedelta, place: str) -> None:
        self.at.passes(after)
        department = getattr(self.house, place)
        with suppress(HotlineError):
            self.made.is_put_to(self.cast.sun, department)
            self.is_signed = False
            self.had.append((self.at.now, department))

    @rule(after=WAITS)
    def is_signed_for(self, after: timedelta) -> None:
        self.at.passes(after)
        with suppress(HotlineError):
            self.made.does(self.heads.get(self.place or 0, self.cast.sun), respondents.sign)
            self.signed = self.is_signed = True

    @rule(after=WAITS)
    def is_sent_back(self, after: timedelta) -> None:
        self.at.passes(after)
        with suppress(HotlineError):
            self.made.does(self.heads.get(self.place or 0, self.cast.sun), respondents.refuse, "not ours")
            self.had.append((self.at.now, None))

    @rule(after=WAITS)
    def is_dealt_with(self, after: timedelta) -> None:
        self.at.passes(after)
        with suppress(HotlineError):
            self.made.does(self.heads.get(self.place or 0, self.cast.sun), respondents.settle, "mended")
            self.settled = True

    @property
    def place(self) -> int | None:
        return self.had[-1][1]

    def had_it_all_the_time(self, department: int, since: datetime, until: datetime) -> bool:
        """Was it nowhere else between these instants?"""
        left = [at for at, place in self.had if place != department and at > since]
        came = [at for at, place in self.had if place == department and at <= since]
        return bool(came) and not [at for at in left if at <= until]

    @invariant()
    def is_sound(self) -> None:
        """What the rules demand, whatever happened."""
        with self.runtime.look(COMMAND) as act:
            made = promises.of_case(act, self.made.id)
            log = audit.entries(act.session, f"case:{self.made.id}")
            told = set(act.session.scalars(select(Notice.promise_id).where(Notice.text == "promise-broken")))
        to_sign, to_settle = ([one for one in made if one.rule_id == rule_id] for rule_id in ("CMP-1", "CMP-4"))
        self.nobody_is_charged_who_had_less_than_its_minutes(to_sign)
        self.the_clock_of_the_filing_is_never_lost(to_sign[0], TO_SIGN, ended=self.signed)
        self.the_clock_of_the_filing_is_never_lost(to_settle[0], TO_SETTLE, ended=self.settled)
        if self.place is not None and not self.settled:
            self.whoever_has_it_has_a_clock_of_its_own(to_settle)
            if not self.is_signed:
                self.whoever_has_it_has_a_clock_of_its_own(to_sign)
        assert not (self.is_signed and any(one.is_owed for one in to_sign)), "what somebody signed for nobody owes"
        broken = [one.fields["promise"] for one in log if one.kind == "promise-broken" and one.actor == "clock"]
        for one in made:  # every broken one is told, once
            judged = one.verdict in (Verdict.BROKEN, Verdict.LATE)
            assert (broken.count(one.id), one.id in told) == (judged, judged)

    def nobody_is_charged_who_had_less_than_its_minutes(self, to_sign: list[Promise]) -> None:
        for one in to_sign:
            if one.verdict in (Verdict.BROKEN, Verdict.LATE) and one.department_id is not None:
                assert one.due_at - one.made_at >= TO_SIGN
                assert self.had_it_all_the_time(one.department_id, one.made_at, one.due_at)

    def the_clock_of_the_filing_is_never_lost(self, first: Promise, span: timedelta, *, ended: bool) -> None:
        assert first.due_at == self.filed_at + span
        assert first.is_owed is not ended
        assert (first.verdict == Verdict.KEPT) is (first.done_at is not None and first.done_at <= first.due_at)

    def whoever_has_it_has_a_clock_of_its_own(self, made: list[Promise]) -> None:
        assert [one for one in made if one.is_owed and one.department_id == self.place]

    def teardown(self) -> None:
        with self.runtime.look(COMMAND) as act:
            assert [str(problem) for problem in verify(act.session).problems] == []


def test_nobody_is_charged_with_what_another_had_and_no_clock_is_lost(
    runtime: Runtime, cast: Cast, house: House, at: HandClock
) -> None:
    class Sent(SentAbout):
        def __init__(self) -> None:
            super().__init__(runtime, cast, house, at)

    run_state_machine_as_test(
        Sent,
        settings=settings(
            max_examples=10,
            stateful_step_count=12,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )

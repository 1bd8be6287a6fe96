"""Whatever a caller does: every document is one that a telephone takes, the call ends, and a matter has its owner."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hotline.domain import anonymity, promises
from hotline.domain.act import COMMAND
from hotline.domain.calls import FINAL, Call, State
from hotline.domain.cases import Case
from hotline.domain.verifying import verify, verify_chain
from hotline.runtime import Runtime
from tests import world
from tests.voice.ring import Ring, Rings

EXAMPLES = 60 if os.environ.get("CI") else 30  # others each time
TOLD = re.compile(r"(?:单号是|under number )((?:[0-9] )+[0-9])")  # said of the matter that was just opened
LONGEST_SILENCE = 60  # documents, from the last sign of life to the end: a minute's lingering is among them
SAID = (
    "报修", "着火了", "投诉", "我想咨询", "留言", "进度", "人工", "对", "不对", "没有了", "不热", "英语", "慢一点",
    "匿名", "同意", "yes", "no", "13900000088", "幸福小区6号楼", "\x00\ud800\uffff", "<Hangup/>", " ", "九" * 300,
)  # fmt: skip

deeds = st.one_of(
    st.tuples(st.just("presses"), st.sampled_from("0123456789*#")),
    st.tuples(st.just("presses"), st.sampled_from("12")),
    st.tuples(st.just("keys"), st.sampled_from(["13900000088", "261118001", "1", "#", "0" * 40])),
    st.tuples(st.just("says"), st.one_of(st.sampled_from(SAID), st.text(max_size=20))),
    st.tuples(st.just("stays_silent"), st.just("")),
    st.tuples(st.just("again"), st.sampled_from(["the last", "the first", "the ring"])),
    st.tuples(st.just("news"), st.sampled_from(["ringing", "in-progress", "queued", "nonsense"])),
)
callers = st.sampled_from(["chen", "unknown", "wang", "anonymous"])


class Caller:
    """A ring, and what the carrier repeats of it."""

    def __init__(self, ring: Ring) -> None:
        self.ring, self.sent = ring.begins(), list[str]()
        self.sequence = 0

    def does(self, deed: str, what: str) -> None:
        """One thing that a caller or the carrier may do while the call lasts."""
        ring = self.ring
        assert ring.now is not None
        match deed:
            case "again":
                self._again(what)
            case "news":
                self.sequence += 3
                told = {"CallStatus": what, "SequenceNumber": str(abs(self.sequence - 4))}
                assert ring.send("/voice/status", told).status_code == 204
            case _:
                self.sent.append(str(ring.now.action).removeprefix(ring.base))
                said = what.encode("utf-8", "replace").decode()
                getattr(ring, deed)(*([said] if deed != "stays_silent" else []))
        self._hears_the_newest_number()

    def _hears_the_newest_number(self) -> None:
        """The number that is told is that of the matter that this call opened last, or joined."""
        assert self.ring.now is not None
        for told in TOLD.findall(self.ring.now.words):
            _call, case = the_call(self.ring.runtime, self.ring)
            assert case is not None
            assert told.replace(" ", "") == case.number

    def _again(self, what: str) -> None:
        """A webhook that was made before is made again: it hears the open question, and answers nothing."""
        sent = {"the last": self.sent[-1:], "the first": self.sent[:1], "the ring": ["/voice/inbound"]}[what]
        for path in sent:
            ring = self.ring
            assert ring.now is not None
            assert ring.asks(path, {"CallStatus": "in-progress", "Digits": "1"}).action == ring.now.action

    def over(self) -> bool:
        """Whether the last document ended the call."""
        return self.ring.now is not None and self.ring.now.hangs_up


def the_call(runtime: Runtime, ring: Ring) -> tuple[Call, Case | None]:
    """The call and what came of it; an anonymous matter is not named by its call, it is the newest of its kind."""
    with runtime.look(COMMAND) as act:
        call = act.session.scalars(select(Call).where(Call.sid == ring.sid)).one()
        if call.case_id is not None:
            return call, act.session.get(Case, call.case_id)
        if not anonymity.told_in(call):
            return call, None
        return call, act.session.scalar(select(Case).where(Case.anonymous).order_by(Case.id.desc()).limit(1))


def altered(runtime: Runtime, *chains: str) -> Sequence[object]:
    with runtime.look(COMMAND) as act:
        return [problem for chain in chains for problem in verify_chain(act.session, chain).problems]


def ends_when_silent(caller: Caller) -> None:
    for _ in range(LONGEST_SILENCE):
        if caller.over():
            return
        caller.does("stays_silent", "")
    raise AssertionError("the call goes on though nobody speaks")


def number_of(cast: world.Cast, who: str) -> str:
    numbers = {"chen": cast.chen.number.e164, "wang": cast.wang.number.e164, "unknown": cast.unknown.e164}
    return numbers.get(who, who)


def test_any_call_ends_with_a_matter_that_somebody_owns(rings: Rings, runtime: Runtime, cast: world.Cast) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, database=None, print_blob=True)
    @given(callers, st.booleans(), st.lists(deeds, max_size=25), st.booleans())
    def any_call(who: str, heats: bool, done: list[tuple[str, str]], hangs_up_early: bool) -> None:
        firm = cast.heat if heats else cast.home
        caller = Caller(rings(to=firm.number, from_=number_of(cast, who)))
        for deed, what in done:
            if not caller.over():
                caller.does(deed, what)
        if not hangs_up_early:
            ends_when_silent(caller)
        caller.ring.hangs_up()
        call, case = the_call(runtime, caller.ring)
        assert call.owner_id
        assert State(call.state) in FINAL
        assert case is not None, "nothing came of this call"
        assert case.owner_id
        assert case.number
        assert altered(runtime, call.chain, case.chain) == []

    any_call()
    with runtime.look(COMMAND) as act:
        assert verify(act.session).problems == []
        reachable = [case for case in act.session.scalars(select(Case)) if "sealed_contact" in case.details]
        assert all(promises.of_case(act, case.id) or case.state == "closed" for case in reachable)


def test_whoever_hangs_up_after_any_answer_is_not_forgotten(rings: Rings, runtime: Runtime, cast: world.Cast) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, database=None, print_blob=True)
    @given(callers, st.lists(st.sampled_from("0123456"), max_size=8))
    def any_call(who: str, keys: list[str]) -> None:
        caller = Caller(rings(to=cast.home.number, from_=number_of(cast, who)))
        for key in keys:
            if not caller.over():
                caller.does("says" if caller.ring.now and caller.ring.now.asks == "Record" else "presses", key)
        caller.ring.hangs_up()
        _call, case = the_call(runtime, caller.ring)
        assert case is not None
        assert case.owner_id

    any_call()

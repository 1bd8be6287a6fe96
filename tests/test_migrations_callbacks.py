"""Calls back that a version before promised are taken over; else nobody would see that they are owed (CBK-1, CBK-3)."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from hotline import migrations
from hotline.domain import callbacks, companies, promises
from hotline.domain.act import COMMAND
from hotline.domain.callbacks import Callback
from hotline.domain.promises import Verdict
from hotline.runtime import Runtime
from tests import given
from tests.world import START, Cast

BY_HAND = ("CBK-1.answer", "FLT-5.result", "CMP-9.callback", "CMP-11.feedback", "VIS-4.reply")


def promised(runtime: Runtime, cast: Cast, *rules: str, verdict: Verdict = Verdict.OPEN, known: bool = True) -> int:
    """A matter in which this was promised, as a version before noted it; its id."""
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast)
        case.customer_id = case.customer_id if known else None
        for rule in rules:
            made = promises.make(act, rule, case)
            made.verdict = verdict
            made.done_at = None if verdict in (Verdict.OPEN, Verdict.BROKEN) else act.at
        return case.id


def taken_over(runtime: Runtime) -> dict[int, tuple[str, datetime | None, str]]:
    """What is owed after the upgrade, by matter: the rule, when it begins by itself, the language."""
    migrations.downgrade(runtime.engine, "0005")
    migrations.upgrade(runtime.engine)
    with runtime.look(COMMAND) as act:
        found = act.session.scalars(select(Callback))
        return {one.case_id: (one.rule, one.next_at, one.language) for one in found}


@pytest.mark.parametrize("verdict", [Verdict.OPEN, Verdict.BROKEN])
def test_what_was_promised_and_not_done_is_owed_whether_it_was_broken_or_not(
    runtime: Runtime, cast: Cast, verdict: Verdict
) -> None:
    """What asks us only to ring is due at once, and comes before what waits for an answer that somebody has to find."""
    rings = {promised(runtime, cast, "CBK-1.answer", one, verdict=verdict): one for one in sorted(callbacks.BY_ITSELF)}
    waits = {promised(runtime, cast, one, verdict=verdict): one for one in BY_HAND}
    due = {case_id: (rule, START, "zh-CN") for case_id, rule in rings.items()}
    assert taken_over(runtime) == due | {case_id: (rule, None, "zh-CN") for case_id, rule in waits.items()}


def test_what_was_done_or_excused_is_owed_no_more(runtime: Runtime, cast: Cast) -> None:
    for verdict in (Verdict.KEPT, Verdict.LATE, Verdict.EXCUSED):
        promised(runtime, cast, "CBK-2.missed", "CBK-1.answer", verdict=verdict)
    assert taken_over(runtime) == {}


def test_who_said_no_language_is_spoken_to_in_the_companys(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id).overrides = {"languages": {"default": "en"}}
    unknown = promised(runtime, cast, "CBK-2.missed", known=False)
    assert taken_over(runtime)[unknown][2] == "en"

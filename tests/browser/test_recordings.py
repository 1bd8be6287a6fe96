"""A recording in a real Chromium: the player is allowed to play, from the case's page on."""

from __future__ import annotations

from hashlib import sha256

import pytest
from playwright.sync_api import Page, expect

from hotline.domain import companies, news, recordings
from hotline.domain.act import CARRIER
from hotline.domain.calls import Call
from hotline.runtime import Runtime
from hotline.simulator import tapes
from hotline.simulator.rooms import Recording as Tape
from tests.console import matters
from tests.world import PASSWORD, Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECONDS = 9


def test_a_recording_plays_once_a_reason_was_given(page: Page, runtime: Runtime, cast: Cast) -> None:
    case_id = _recorded(runtime, cast)
    page.goto("/console/login")
    page.locator("input[name=login]").fill(cast.sun.login)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form button").last.click()
    page.goto(f"/console/cases/{case_id}")
    page.get_by_text("听录音").click()
    page.locator("input[name=reason]").fill("核对投诉内容")
    page.get_by_role("button", name="登记并收听").click()
    expect(page.locator("audio")).to_be_visible()
    expect(page.locator("audio")).to_have_js_property("duration", SECONDS)


def _recorded(runtime: Runtime, cast: Cast) -> int:
    """Chen's complaint with its recording kept; the case's id."""
    call_id, case_id = matters.complaint(runtime, cast)
    with runtime.act(CARRIER) as act:
        companies.get(act, cast.heat.id)
        news.recorded(act, act.session.get_one(Call, call_id), sid="RE1", state="completed", seconds=SECONDS)
        row = recordings.get(act, "RE1")
        row.case_id = case_id
        recordings.prepare(act, row)
        tape = Tape("RE1", "CA1", "RecordVerb", act.at)
        tape.duration = SECONDS
        sound = tapes.wav(tape)
        sealed = act.sealer.seal_bytes(recordings.key_of(act, row), sound)
        runtime.sounds.keep(row.file or "", sealed)
        recordings.kept(act, row, sha256(sound).hexdigest())
    return case_id

"""What callers say is written down by a recogniser of the company's own, kept sealed, and read for a reason (SEC-4)."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from hotline import aftermath, records, transcribers
from hotline.domain import companies, customers, dead_letters, erasures, forgotten, transcripts
from hotline.domain.act import COMMAND
from hotline.domain.companies import Company
from hotline.domain.news import Recording
from hotline.domain.transcripts import Transcript, Turn
from hotline.errors import Invalid
from hotline.jobs import sweeping
from tests.console.visitor import logged_in, text_of
from tests.line import Line

WORDS = "三号楼的水管漏了"
SAID = [{"from_s": 0.4, "to_s": 3, "who": "caller", "text": WORDS}, {"from_s": 63.5, "to_s": 65, "text": "谢谢"}]


@pytest.fixture
def folder(line: Line, tmp_path: Path) -> Iterator[Path]:
    """A recogniser of the company's own fills this folder."""
    made = tmp_path / "transcripts"
    made.mkdir()
    line.runtime.transcriber = transcribers.Folder(made)
    yield made
    line.runtime.transcriber = None


def recorded(line: Line, story: str = "message") -> Recording:
    line.tells(story)
    line.passes(minutes=1)
    with line.look() as act:
        return act.session.scalars(select(Recording)).one()


def written(line: Line) -> list[Transcript]:
    with line.look() as act:
        return list(act.session.scalars(select(Transcript)))


def test_what_was_said_is_fetched_kept_sealed_and_read_with_the_recording(line: Line, folder: Path) -> None:
    row = recorded(line)
    file = folder / f"{row.file}.json"
    file.write_text(json.dumps(SAID), "utf-8")
    line.passes(minutes=3)
    [kept] = written(line)
    assert WORDS not in kept.words
    assert not file.exists()
    with line.look() as act:
        assert transcripts.text_of(act, row.call_id)[0] == Turn(0.4, 3.0, "caller", WORDS)
    assert [told["source"] for kind, told in line.chain(line.case().chain) if kind == "transcript-kept"] == ["folder"]
    wu, here = logged_in(line.app, line.cast.wu), f"/console/recordings/{row.file}"
    assert WORDS not in wu.opens(here).text
    wu.sends(f"{here}/listen", page=here, reason="转告住户")
    assert f"0:00 来电人 {WORDS} 1:03 未知 谢谢" in text_of(wu.opens(here))
    with line.runtime.act(COMMAND) as act:
        customers.erase(act, customers.get(act, row.customer_id or 0))
    assert WORDS not in wu.opens(here).text


def test_what_is_no_transcript_is_looked_at_again_and_a_company_may_want_none(line: Line, folder: Path) -> None:
    row = recorded(line)
    file = folder / f"{row.file}.json"
    for wrong in ("[{", '{"text": "x"}', '[{"from_s": 3, "to_s": 1, "text": "x"}]'):
        file.write_text(wrong, "utf-8")
        line.passes(minutes=3)
        assert not written(line)
    file.write_text(json.dumps(SAID), "utf-8")
    with line.runtime.act(COMMAND) as act:
        company = act.session.get_one(Company, line.cast.home.id)
        company.overrides = {**company.overrides, "transcripts": {"kept": False}}
        assert not companies.get(act, company.id) or not act.standard.transcripts.kept
    line.passes(minutes=20)
    assert not written(line)
    assert not file.exists()


def test_what_nobody_could_read_goes_with_its_customer(
    line: Line, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    row = recorded(line)
    half = folder / f"{row.file}.json"
    half.write_text(f"[{{ {WORDS}", "utf-8")
    line.passes(hours=12)
    assert half.exists(), "it stays to be mended"
    sweeping.sweep(line.runtime)
    assert half.exists(), "and is waited for"
    erases(line, row)
    line.passes(minutes=3)
    assert not half.exists()
    with line.runtime.act(COMMAND) as act:
        [letter] = dead_letters.found(act, most=2)
        dead_letters.give_up(act, letter.entry.id, "客户已经删除")
    caplog.clear()


def test_what_comes_too_late_is_swept_up_and_named_and_no_other_file_is(
    line: Line, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    row = recorded(line)
    erases(line, row)
    line.passes(minutes=3)
    others = [folder / "model.json", folder / f"{row.file}0.json"]
    ours = [folder / f"{row.file}.json", folder / f"{row.file}.json.part", folder / f"{'0' * 32}.json"]
    for one in (*ours, *others):
        one.write_text(json.dumps(SAID), "utf-8")
    sweeping.sweep(line.runtime)
    sweeping.sweep(line.runtime)
    assert sorted(folder.iterdir()) == sorted(others)
    assert cleared(line) == [{"gone": 2, "kept": 0}]
    assert "2 recordings" in caplog.text
    caplog.clear()


def test_what_is_kept_or_waited_for_no_more_is_swept_up_and_what_cannot_be_is_told(line: Line, folder: Path) -> None:
    row = recorded(line)
    file = folder / f"{row.file}.json"
    file.write_text(json.dumps(SAID), "utf-8")
    sweeping.sweep(line.runtime)
    assert (file.exists(), cleared(line)) == (True, []), "it is looked for within the minute"
    line.passes(minutes=3)
    assert len(written(line)) == 1
    file.mkdir()
    with pytest.raises(Invalid):
        sweeping.sweep(line.runtime)
    file.rmdir()
    file.write_text(json.dumps(SAID), "utf-8")
    sweeping.sweep(line.runtime)
    assert (file.exists(), cleared(line)) == (False, [{"gone": 0, "kept": 1}, {"gone": 1, "kept": 0}])


def test_a_back_up_that_is_back_brings_no_word_back(line: Line, folder: Path) -> None:
    row = recorded(line)
    with line.look() as act:
        known_since = customers.get(act, row.customer_id or 0).known_since.isoformat()
    (line.runtime.settings.hotline_var / forgotten.FILE).write_text(f"{row.customer_id} {known_since}\n")
    (folder / f"{row.file}.json").write_text(f"[{{ {WORDS}", "utf-8")
    (folder / f"{'0' * 32}.json").write_text(json.dumps(SAID), "utf-8")
    told = aftermath.settle(line.runtime, line.at.now.isoformat())
    assert "what lay in clear of 2 recordings that nobody waits for is removed" in told
    assert not list(folder.iterdir())


def erases(line: Line, row: Recording) -> None:
    """The customer whose voice it is asked to be forgotten."""
    with line.runtime.act(COMMAND) as act:
        erasures.carry_out(act, row.customer_id or 0)


def cleared(line: Line) -> list[Mapping[str, object]]:
    """What the log says of what was swept up."""
    return [told for kind, told in line.chain("house") if kind == "transcripts-cleared"]


def test_where_nobody_writes_down_nothing_is_owed_and_the_page_says_why(line: Line) -> None:
    row = recorded(line)
    wu, here = logged_in(line.app, line.cast.wu), f"/console/recordings/{row.file}"
    wu.sends(f"{here}/listen", page=here, reason="转告住户")
    assert "运营商不支持中文转写" in text_of(wu.opens(here))
    assert "transcribe" not in str(line.complaints())


def test_the_recogniser_asks_what_waits_and_fetches_the_sound_on_record(line: Line, folder: Path) -> None:
    row, settings = recorded(line), line.runtime.settings
    given = {
        "DATABASE_URL": settings.database, "REDIS_URL": settings.redis, "HOTLINE_VAR": str(settings.hotline_var),
        **{name: getattr(settings, name.lower()).get_secret_value() for name in (
            "SECRET_KEY", "SEALING_KEYS", "BLIND_INDEX_KEY", "AUDIT_SIGNING_KEY")},
    }  # fmt: skip
    name = CliRunner().invoke(records.transcripts_group, ["waiting"], env=given).output.strip()
    assert name == row.file
    sound = CliRunner().invoke(records.transcripts_group, ["sound", name], env=given)
    with wave.open(io.BytesIO(sound.stdout_bytes)) as file:
        assert file.getnframes() / file.getframerate() == row.seconds
    assert ("recording-handed-out", {"recording": row.file}) in line.chain(line.case().chain)

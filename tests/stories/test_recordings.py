"""What callers tell by voice: fetched, sealed, heard for a reason, and gone at the carrier (SEC-3, SEC-4, REC-6)."""

from __future__ import annotations

import io
import re
import wave
from pathlib import Path

from sqlalchemy import select
from werkzeug.test import TestResponse

from hotline import sounds
from hotline.domain import customers
from hotline.domain.act import COMMAND
from hotline.domain.news import Recording
from hotline.domain.outbox import OutboxEntry, State
from hotline.simulator.faults import Trouble
from hotline.simulator.rooms import Recording as Tape
from tests.console.visitor import Visitor, text_of
from tests.line import Line
from tests.world import Person

WHY = "转告住户"


def test_a_message_is_fetched_sealed_and_heard_by_whoever_passes_it_on(line: Line) -> None:
    row = recorded(line, "message")
    [file] = folder(line).iterdir()
    assert (folder(line).stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    assert b"RIFF" not in file.read_bytes()
    wu = at_console(line, line.cast.wu)
    case = f"/console/cases/{line.case().id}"
    assert f"{row.seconds} 秒 听录音" in text_of(wu.opens(case))
    answer = wu.sends(f"/console/recordings/{row.file}/listen", page=case, reason=WHY)
    assert (answer.status_code, answer.location) == (302, f"/console/recordings/{row.file}")
    assert "Recording" in wu.opens(f"{answer.location}?lang=en").text
    [source] = re.findall(r'<audio controls[^>]* src="([^"]+)"', wu.opens(answer.location).text)
    heard = wu.opens(source)
    assert heard.headers["Cache-Control"] == "no-store"
    assert "media-src 'self'" in heard.headers["Content-Security-Policy"]
    with wave.open(io.BytesIO(heard.data)) as sound:
        assert sound.getnframes() / sound.getframerate() == row.seconds
    assert wu.opens(source, Range="bytes=0-3").data == b"RIFF"


def test_whoever_listens_is_on_record_with_the_reason_sealed(line: Line) -> None:
    row = recorded(line, "message")
    listens(at_console(line, line.cast.wu), row)
    [played] = [fields for kind, fields in line.chain(line.case().chain) if kind == "recording-played"]
    assert (played["recording"], played["by"]) == (row.file, line.cast.wu.id)
    with line.look() as act:
        assert act.sealer.open(str(played["reason"])) == WHY
    page = text_of(at_console(line, line.cast.hu).opens(f"/console/cases/{line.case().id}"))
    told = f"由 {line.cast.wu.id} 客户 {row.customer_id} 查看记录 1 原因 {WHY} 录音 {row.file}"
    assert f"收听录音 {told}" in page


def test_the_carriers_copy_is_deleted_once_ours_is_whole_and_both_are_on_record(line: Line) -> None:
    row = recorded(line, "complaint")
    assert line.exchange.board.recordings[row.sid].deleted
    assert row.removed_at is not None
    kinds = [kind for kind, _fields in line.chain(line.case().chain)]
    assert kinds.index("recording-kept") < kinds.index("recording-removed")


def test_without_a_reason_nothing_is_heard(line: Line) -> None:
    row = recorded(line, "complaint")
    hu = at_console(line, line.cast.hu)
    refused = hu.is_refused(
        f"/console/recordings/{row.file}/listen", page=f"/console/recordings/{row.file}", reason="嗯"
    )
    assert 'role="alert"' in refused.text
    assert hu.opens(f"/console/recordings/{row.file}/sound").status_code == 403
    assert "recording-played" not in [kind for kind, _fields in line.chain(line.case().chain)]


def test_after_a_while_a_reason_is_asked_for_again(line: Line) -> None:
    row = recorded(line, "complaint")
    hu = at_console(line, line.cast.hu)
    listens(hu, row)
    line.passes(minutes=11)
    assert hu.opens(f"/console/recordings/{row.file}/sound").status_code == 403
    assert "<audio" not in hu.opens(f"/console/recordings/{row.file}").text


def test_an_anonymous_complaint_is_heard_by_a_supervisor_alone(line: Line) -> None:
    row = recorded(line, "complaint_anonymous")
    case = f"/console/cases/{line.case().id}"
    wu, hu = at_console(line, line.cast.wu), at_console(line, line.cast.hu)
    assert "您不能收听" in wu.opens(case).text
    assert wu.sends(f"/console/recordings/{row.file}/listen", page=case, reason=WHY).status_code == 404
    assert listens(hu, row).data.startswith(b"RIFF")
    assert row.sid not in str(line.chain(line.case().chain))
    assert row.customer_id is None


def test_another_company_hears_nothing(line: Line) -> None:
    row = recorded(line, "message")
    sun = at_console(line, line.cast.sun)
    assert sun.opens(f"/console/recordings/{row.file}").status_code == 404


def test_a_carrier_in_trouble_is_asked_again(line: Line) -> None:
    line.exchange.faults.order(Trouble.REST_BROKEN, times=2, matching="Recordings")
    assert recorded(line, "message", minutes=3).sha256 is not None


def test_an_erased_customers_recording_is_heard_by_nobody(line: Line) -> None:
    row = recorded(line, "complaint")
    hu = at_console(line, line.cast.hu)
    assert listens(hu, row).status_code == 200
    with line.runtime.act(COMMAND) as act:
        customers.erase(act, customers.get(act, line.cast.chen.id))
    assert "已清除" in hu.opens(f"/console/recordings/{row.file}").text
    assert hu.opens(f"/console/recordings/{row.file}/sound").status_code == 404
    assert hu.sends(f"/console/recordings/{row.file}/listen", page="/console", reason=WHY).status_code == 404


def test_a_recording_that_the_carrier_lost_is_told_to_the_supervisor(line: Line) -> None:
    speaks(line)
    tape(line).error_code = 13227
    line.passes(minutes=1)
    assert_lost(line)


def test_a_recording_that_is_not_whole_is_asked_for_again_and_stays_with_the_carrier(line: Line) -> None:
    line.exchange.faults.order(Trouble.REST_BROKEN, matching=".wav")
    leaves_a_message(line)
    line.passes(seconds=4)
    assert only(line).state == "completed"
    tape(line).duration = 9
    line.passes(hours=12)
    assert_lost(line)
    assert not tape(line).deleted
    assert [entry for entry in line.complaints() if "recording-not-whole" in entry]
    given_up(line)


def test_a_recording_of_which_no_news_comes_is_fetched_all_the_same(line: Line) -> None:
    line.exchange.faults.order(Trouble.DROP, times=99, matching="/voice/recording/")
    speaks(line)
    line.passes(minutes=6)
    assert only(line).sha256 is not None
    line.exchange.problems.clear()


def test_a_changed_file_is_not_played_as_if_it_were_whole(line: Line) -> None:
    row = recorded(line, "complaint")
    [file] = folder(line).iterdir()
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    assert listens(at_console(line, line.cast.hu), row).status_code == 400


def recorded(line: Line, story: str, minutes: int = 1) -> Recording:
    """Play a story in which something is recorded, and let it be fetched; the recording."""
    line.tells(story)
    line.passes(minutes=minutes)
    return only(line)


def only(line: Line) -> Recording:
    with line.look() as act:
        return act.session.scalars(select(Recording)).one()


def folder(line: Line) -> Path:
    return line.runtime.settings.hotline_var / sounds.FOLDER


def at_console(line: Line, who: Person) -> Visitor:
    visitor = Visitor(line.app)
    assert visitor.logs_in(who).status_code == 302
    return visitor


def listens(visitor: Visitor, row: Recording) -> TestResponse:
    """Give a reason, and hear the sound."""
    here = f"/console/recordings/{row.file}"
    visitor.sends(f"{here}/listen", page=here, reason=WHY)
    return visitor.opens(f"{here}/sound")


def speaks(line: Line) -> None:
    """Chen complains by name, and hangs up while she speaks."""
    chen = line.rings("chen", "home").hears("投诉请按3").presses("3").hears("匿名请按2").presses("1").hears("提示音后")
    chen.stays_silent(9).speaks("昨天的保安").hangs_up()


def leaves_a_message(line: Line) -> None:
    """Somebody hangs up while they speak. Nobody has to sign for a message, so nobody is rung about it all day long."""
    somebody = line.rings("unknown", "home").hears("给住户留言请按5").presses("5").hears("给哪位住户留言")
    somebody.speaks("3号楼2单元501的陈女士").hears("为了保护住户的隐私").stays_silent(12).speaks(
        "快递放在前台了"
    ).hangs_up()


def tape(line: Line) -> Tape:
    [found] = line.exchange.board.recordings.values()
    return found


def assert_lost(line: Line) -> None:
    assert ("recording-lost", {"recording": only(line).file}) in line.chain(line.case().chain)
    assert [text.body for text in line.phone("hu").texts if "录音没有取到" in text.body]
    assert "没有取到" in text_of(at_console(line, line.cast.hu).opens(f"/console/cases/{line.case().id}"))


def given_up(line: Line) -> None:
    """That one effect was given up is what was meant."""
    with line.runtime.act(COMMAND) as act:
        for entry in act.session.scalars(select(OutboxEntry).where(OutboxEntry.state == State.FAILED)):
            entry.state = State.DROPPED

"""What is said is written down by the carrier, in languages that it understands, and stays nowhere but here (SEC-4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from hotline import transcribers
from hotline.domain import call_index, companies, customers, dead_letters, erasures, quality, transcripts
from hotline.domain.act import CLOCK, COMMAND, Act
from hotline.domain.news import Recording
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.transcripts import Turn
from hotline.simulator.board import SERVICES
from hotline.simulator.faults import Trouble
from hotline.simulator.phone import Phone
from tests.console.visitor import Visitor, logged_in, text_of
from tests.desk import Desk
from tests.line import Line

SETTING = "twilio:" + ",".join(f"{language}={sid}" for sid, language in SERVICES.items())
ASKED = "When does the pool open, and may we bring children of four years?"
SLOW = 6 * 60 + 5  # minutes until the carrier is waited for no longer


@pytest.fixture
def carrier(line: Line) -> Iterator[None]:
    """This installation lets the carrier write down what it understands."""
    line.runtime.transcriber = transcribers.named(SETTING, line.runtime.figures.transcripts.carrier_languages)
    yield
    line.runtime.transcriber = None


def recorded(line: Line) -> list[Recording]:
    with line.look() as act:
        return list(act.session.scalars(select(Recording).order_by(Recording.at)))


def question(line: Line) -> Recording:
    """Somebody asks a question in English, and the sound of it is fetched."""
    somebody = line.rings("unknown", "home").hears("For English, press 8").presses("8").hears("To report a fault")
    somebody.hears("普通话请按8").speaks("I would like to ask a question").hears("after the tone").hears("♪ beep")
    somebody.stays_silent(2).speaks(ASKED).presses("#").hears("We call you back on the number").speaks("that is right")
    somebody.hears("Your question is registered").hangs_up()
    line.passes(seconds=15)
    [row] = recorded(line)
    assert row.sha256 is not None
    return row


def turns(line: Line, row: Recording) -> list[Turn]:
    with line.look() as act:
        return transcripts.text_of(act, row.call_id)


def failed(line: Line) -> list[str]:
    """What was given up."""
    with line.look() as act:
        given_up = select(OutboxEntry.kind).where(OutboxEntry.state == State.FAILED).order_by(OutboxEntry.id)
        return list(act.session.scalars(given_up))


def decides(line: Line, does: Callable[[Act, int, str], None], kind: str) -> None:
    """What becomes of a letter that was given up."""
    with line.runtime.act(COMMAND) as act:
        one = select(OutboxEntry.id).where(OutboxEntry.state == State.FAILED, OutboxEntry.kind == kind)
        does(act, act.session.scalars(one).one(), "运营商恢复了")


def kinds(line: Line) -> list[str]:
    found = [kind for kind, _fields in line.chain(line.case().chain)]
    return [kind for kind in found if kind.startswith(("transcript-", "recording-"))]


@pytest.mark.usefixtures("carrier")
def test_a_question_in_english_is_written_down_kept_sealed_and_gone_there(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    row, board = question(line), line.exchange.board
    assert not board.recordings[row.sid].deleted, "the carrier reads its own copy"
    line.passes(minutes=3)
    [turn] = turns(line, row)
    assert (turn.who, turn.text) == ("caller", ASKED)
    assert 0 <= turn.from_s < turn.to_s
    assert (board.transcripts, board.recordings[row.sid].deleted) == ({}, True)
    assert kinds(line) == ["recording-kept", "transcript-kept", "transcript-removed", "recording-removed"]
    [told] = [fields for kind, fields in line.chain(line.case().chain) if kind == "transcript-kept"]
    assert (told["source"], told["language"]) == ("carrier", "en")
    assert ASKED not in caplog.text
    assert not [passage for passage in line.exchange.passages if ASKED in str(passage)]


@pytest.mark.usefixtures("carrier")
def test_the_page_of_the_call_opens_the_words_in_place_for_one_reason(line: Line) -> None:
    row = question(line)
    line.passes(minutes=3)
    wu, here = logged_in(line.app, line.cast.wu), f"/console/calls/{row.call_id}"
    page = wu.opens(here)
    assert "为什么要看转写文本" in page.text
    assert ASKED not in page.text
    listen = f"/console/recordings/{row.file}/listen"
    refused = wu.is_refused(listen, page=here, call=str(row.call_id), reason="嗯")
    assert ASKED not in refused.text
    assert 'value="嗯"' in refused.text, "nothing typed is lost"
    sent = wu.sends(listen, page=here, call=str(row.call_id), reason="核对问题")
    assert sent.location == f"{here}#said-{row.file}"
    assert f"由运营商转写，仅供查找，以录音为准。 0:00 来电人 {ASKED}" in text_of(wu.opens(here))
    assert "<audio" in wu.opens(f"/console/recordings/{row.file}").text, "one reason for both"
    assert [kind for kind, _ in line.chain(line.case().chain)].count("recording-played") == 1
    line.passes(minutes=11)
    assert ASKED not in wu.opens(here).text
    lin = logged_in(line.app, line.cast.lin)
    assert lin.sends(listen, page="/console", call=str(row.call_id), reason="核对问题").status_code == 404
    assert lin.opens(here).status_code == 404


@pytest.mark.usefixtures("carrier")
def test_in_a_language_that_it_does_not_understand_the_carrier_is_asked_nothing(line: Line) -> None:
    line.tells("message")
    line.passes(minutes=1)
    [row] = recorded(line)
    assert line.exchange.board.recordings[row.sid].deleted
    assert kinds(line) == ["recording-kept", "recording-removed"]
    page = heard(line, row)
    assert "运营商不转写中文通话" in text_of(page)


@pytest.mark.usefixtures("carrier")
def test_a_carrier_in_trouble_is_asked_again_and_what_it_took_is_found(line: Line) -> None:
    line.exchange.faults.order(Trouble.REST_BROKEN, matching="GET /v2/Transcripts")
    line.exchange.faults.order(Trouble.REST_SILENT_LATE, matching="POST /v2/Transcripts")
    row = question(line)
    line.passes(minutes=10)
    assert [turn.text for turn in turns(line, row)] == [ASKED]
    assert line.exchange.board.transcripts == {}


@pytest.mark.usefixtures("carrier")
def test_what_it_cannot_write_down_is_told_and_waited_for_no_longer(line: Line) -> None:
    row, board = question(line), line.exchange.board
    [asked] = board.transcripts.values()
    asked.status = "failed"
    line.passes(minutes=3)
    assert kinds(line) == ["recording-kept", "transcript-not-made", "transcript-removed", "recording-removed"]
    assert "没有转写成功" in text_of(heard(line, row))
    assert (board.transcripts, board.recordings[row.sid].deleted) == ({}, True)


@pytest.mark.usefixtures("carrier")
def test_who_never_answers_keeps_neither_the_sound_nor_a_word(line: Line) -> None:
    row, board = question(line), line.exchange.board
    [asked] = board.transcripts.values()
    asked.status = "in-progress"
    line.passes(minutes=SLOW)
    assert kinds(line) == ["recording-kept", "transcript-removed", "recording-removed"]
    assert (board.transcripts, board.recordings[row.sid].deleted) == ({}, True)


@pytest.mark.usefixtures("carrier")
def test_a_customer_erased_meanwhile_is_erased_there_too_and_so_is_one_after_the_switch_is_off(line: Line) -> None:
    row, board = question(line), line.exchange.board
    assert row.customer_id is not None
    line.runtime.transcriber = None
    with line.runtime.act(COMMAND) as act:
        customers.erase(act, customers.get(act, row.customer_id))
    line.passes(minutes=3)
    assert turns(line, row) == []
    assert (board.transcripts, board.recordings[row.sid].deleted) == ({}, True)


@pytest.mark.usefixtures("carrier")
def test_an_erased_customer_is_erased_there_though_the_carrier_once_refused_for_so_long_that_it_was_given_up(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    line.exchange.faults.order(Trouble.REST_BROKEN, times=50, matching="DELETE /v2/Transcripts")
    row, board = question(line), line.exchange.board
    line.passes(hours=12)
    assert failed(line) == [transcripts.FORGETS]
    assert (len(board.transcripts), [turn.text for turn in turns(line, row)]) == (1, [ASKED])
    line.exchange.faults.clear()
    with line.runtime.act(COMMAND) as act:
        erasures.carry_out(act, row.customer_id or 0)
    line.passes(minutes=3)
    assert (board.transcripts, turns(line, row)) == ({}, [])
    assert kinds(line)[-2:] == ["recording-discarded", "transcript-removed"]
    decides(line, dead_letters.give_up, transcripts.FORGETS)
    caplog.clear()


@pytest.mark.usefixtures("carrier")
def test_what_a_person_has_tried_again_is_asked_for_anew_and_gone_there_anew(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    row, board = question(line), line.exchange.board
    line.exchange.faults.order(Trouble.REST_BROKEN, times=99, matching="GET /v2/Transcripts")
    line.passes(hours=5, minutes=40)
    assert failed(line) == [transcripts.OWED, transcripts.FORGETS]
    line.exchange.faults.clear()
    decides(line, dead_letters.try_again, transcripts.OWED)
    line.passes(minutes=3)
    assert ([turn.text for turn in turns(line, row)], board.transcripts) == ([ASKED], {})
    made = ["transcript-not-made", "transcript-kept", "transcript-removed"]
    assert [kind for kind in kinds(line) if kind.startswith("transcript-")] == made
    decides(line, dead_letters.give_up, transcripts.FORGETS)
    caplog.clear()


@pytest.mark.usefixtures("carrier")
def test_what_both_said_is_searched_for_phrases_and_words_like_any_other(line: Line, desk: Desk) -> None:
    talks_in_english(line, desk).speaks("The radiator is cold").stays_silent(4)
    line.phone("lin").speaks("I do not know, 不知道").stays_silent(4).hangs_up()
    line.passes(minutes=3)
    [row] = recorded(line)
    assert [(turn.who, turn.text) for turn in turns(line, row)] == [
        ("", "The radiator is cold"),
        ("", "I do not know, 不知道"),
    ]
    with line.runtime.act(CLOCK) as act:
        companies.get(act, line.cast.heat.id)
        found = {point.phrase: point.found for point in quality.points(act, transcripts.text_of(act, row.call_id))}
        assert [n for n, _place in found["不知道"]] == [1]
        call_index.read(act, most=100)
    assert found_by(line, "radiator") == [row.call_id]
    assert found_by(line, "boiler") == []


@pytest.mark.usefixtures("carrier")
def test_a_conversation_of_which_a_part_was_not_recorded_stays_with_us(line: Line, desk: Desk) -> None:
    caller = talks_in_english(line, desk)
    desk.records(line.cast.lin, paused=True)
    caller.speaks("My card is").stays_silent(5)
    desk.records(line.cast.lin, paused=False)
    caller.stays_silent(20).hangs_up()
    line.passes(minutes=3)
    [row] = recorded(line)
    assert row.removed_at is not None
    assert (turns(line, row), line.exchange.board.transcripts) == ([], {})
    assert not [passage for passage in line.exchange.passages if "My card" in str(passage)]


def talks_in_english(line: Line, desk: Desk) -> Phone:
    """A caller chooses English and is answered by Lin; what they say is recorded."""
    desk.sits(line.cast.lin)
    caller = line.rings("chen", "heat").hears("For English, press 8").presses("8").hears("press 0").presses("0")
    desk.takes(line.cast.lin)
    return caller.stays_silent(15)


def heard(line: Line, row: Recording) -> TestResponse:
    """The page of a recording, for whoever gave a reason."""
    who = logged_in(line.app, line.cast.wu)
    here = f"/console/recordings/{row.file}"
    who.sends(f"{here}/listen", page=here, reason="核对问题")
    return who.opens(here)


def found_by(line: Line, words: str) -> list[int]:
    """The calls that a search of the heads of the group finds."""
    return [call.id for call in line.calls() if f'href="/console/calls/{call.id}"' in searched(line, words)]


def searched(line: Line, words: str) -> str:
    who: Visitor = logged_in(line.app, line.cast.sun)
    return who.opens(str(who.sends("/console/calls/search", words=words).location)).text

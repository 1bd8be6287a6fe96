"""What was said lies in clear nowhere once it is written down, nor in a file that leaves; else an erasure were a word.

Of words that a recogniser or the carrier wrote: in the database, Redis, the data folder, the log, the recogniser's own
folder and at the carrier. Of the files that are taken along, those of a search, of complaints and of a report.
"""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from hotline import marks
from hotline.domain import call_index, companies, erasures, report_figures, reports, transcripts
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.customers import Customer
from hotline.domain.exports import Export
from hotline.domain.news import Recording
from hotline.jobs import sweeping
from tests.console.visitor import Visitor, logged_in
from tests.line import Line
from tests.line import line as line
from tests.secrecy.test_nothing_in_clear import found, of_files, of_redis, of_tables
from tests.stories.test_carrier_transcripts import ASKED, question
from tests.stories.test_carrier_transcripts import carrier as carrier
from tests.stories.test_transcripts import folder as folder

HEARD = "三号楼的水管漏了"  # as the recogniser wrote it
TOLD = ("快递放在前台了", "3号楼2单元501的陈女士", "昨天保安态度不好")
WHY = "核对一位住户的来电"
LIST = "/console/exports"
DAYS = {"first": "2026-11-01", "last": "2026-11-30"}


def secrets(line: Line) -> list[str]:
    """What nobody is to read."""
    known = (line.cast.chen.number, line.cast.unknown)
    return [HEARD, ASKED, *TOLD, line.cast.chen.name, *(one.e164.removeprefix("+86") for one in known)]


def everywhere(line: Line, folder: Path, log: str) -> Iterator[tuple[str, bytes]]:
    """Where the product keeps anything, and where others do for it."""
    yield from of_tables(line.runtime)
    yield from of_redis(line.runtime.redis)
    yield from of_files(line.runtime.settings.hotline_var)
    yield from of_files(folder)
    yield "log", log.encode()
    yield "carrier", str(line.exchange.board.transcripts).encode()


def recorded(line: Line) -> list[str]:
    """Our names of what was recorded."""
    with line.look() as act:
        return [file or "" for file in act.session.scalars(select(Recording.file).order_by(Recording.at))]


def writes(folder: Path, *files: str) -> None:
    """The recogniser has heard these."""
    for file in files:
        said = [{"from_s": 0, "to_s": 1, "who": "caller", "text": HEARD}]
        (folder / file).write_text(json.dumps(said, ensure_ascii=False), "utf-8")


def erases(line: Line) -> None:
    """Every customer asks to be forgotten."""
    with line.runtime.act(COMMAND) as act:
        for customer_id in list(act.session.scalars(select(Customer.id).order_by(Customer.id))):
            erasures.carry_out(act, customer_id)
    line.passes(minutes=3)


def fetched(line: Line, who: Visitor) -> Iterator[bytes]:
    """What lies in the file that was asked for last, as a table program opens it; without the reason on its first line.

    A search that is taken along tells by what was searched for, and not for what.
    """
    line.passes(seconds=5)
    with line.look() as act:
        row = act.session.scalars(select(Export).order_by(Export.id.desc()).limit(1)).one()
    answer = who.sends(f"{LIST}/{row.id}/file")
    assert (answer.status_code, row.rows > 0) == (200, True), row.what
    pieces = [answer.data]
    if row.form == "xlsx":
        with zipfile.ZipFile(io.BytesIO(answer.data)) as sheet:
            pieces = [sheet.read(name) for name in sheet.namelist()]
    for piece in pieces:
        yield marks.without(piece.decode()).encode().replace(WHY.encode(), b"")


def taken_along(line: Line) -> Iterator[tuple[str, bytes]]:
    """The files of a search by words, of complaints and of a report, fetched by whoever may."""
    with line.runtime.act(CLOCK) as act:
        home, span = companies.get(act, line.cast.home.id), reports.coming(line.at.now.date())[0]
        made = reports.make(act, home.id, span, report_figures.counted(act, home, span.first, span.last))
        call_index.read(act, most=100)
    assert made is not None
    hu = logged_in(line.app, line.cast.hu)
    here = str(hu.sends("/console/calls/search", words=HEARD).location)
    wish = here.replace("/console?search=", "/console/searches/") + "/export"
    assert hu.sends(wish, page=here, form="csv", reason=WHY).location == LIST
    yield from (("found.csv", piece) for piece in fetched(line, hu))
    for what, form in (("tracking", "xlsx"), ("complaints", "csv"), ("report", "xlsx")):
        assert hu.sends(LIST, what=what, form=form, report=str(made.id), reason=WHY, **DAYS).location == LIST
        yield from ((f"{what}.{form}", piece) for piece in fetched(line, hu))


def test_what_a_recogniser_wrote_is_taken_along_by_nobody_and_lies_nowhere_after_an_erasure(
    line: Line, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "hotline")
    for story in ("message", "complaint"):
        line.tells(story)
        line.passes(minutes=1)
    heard, late, half = [*recorded(line), "0" * 32][:3]
    writes(folder, f"{heard}.json")
    line.passes(minutes=3)
    with line.look() as act:
        said = [turn.text for call in line.calls() for turn in transcripts.text_of(act, call.id)]
    assert said == [HEARD], "what is looked for was kept"
    assert found(secrets(line), everywhere(line, folder, caplog.text)) == []
    assert found(secrets(line), taken_along(line)) == []
    erases(line)
    writes(folder, f"{heard}.json", f"{late}.json", f"{half}.json.part")
    sweeping.sweep(line.runtime)
    assert found(secrets(line), everywhere(line, folder, caplog.text)) == []


@pytest.mark.usefixtures("carrier")
def test_what_the_carrier_wrote_lies_nowhere_after_an_erasure(
    line: Line, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "hotline")
    question(line)
    [asked] = line.exchange.board.transcripts.values()
    assert ASKED in str(asked), "what is looked for lies there"
    erases(line)
    assert found(secrets(line), everywhere(line, tmp_path, caplog.text)) == []

"""A log line holds the ids that were given beside it, and nobody's words can forge a second line."""

from __future__ import annotations

import logging
import sys

from hotline.logs import OneLine


def line(message: str, **beside: object) -> str:
    record = logging.makeLogRecord({"levelname": "INFO", "name": "hotline.voice", "msg": message, **beside})
    return OneLine().format(record)


def test_what_was_given_beside_the_message_stands_on_the_line() -> None:
    assert (
        line("webhook refused", call=7, path="/voice/x") == "INFO hotline.voice: webhook refused call=7 path='/voice/x'"
    )


def test_a_line_end_begins_no_line() -> None:
    assert line("said %s", args=("x\nERROR root: forged\r",)) == "INFO hotline.voice: said x\\nERROR root: forged\\r"
    assert "\n" not in line("said", words="x\ny")


def test_a_traceback_stands_below() -> None:
    try:
        raise ValueError("wrong")
    except ValueError:
        written = line("failed", exc_info=sys.exc_info())
    assert written.splitlines()[0] == "INFO hotline.voice: failed"
    assert written.endswith("ValueError: wrong")

"""Rows that turned up outside are pasted, or their file is sent: who held them; else a leak had no source (SEC-2)."""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import IO

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline.console import asking, export_told, people, rights, words
from hotline.domain import companies, tracing
from hotline.domain.act import Act
from hotline.domain.tracing import Source, Trace

_ZIPPED = b"PK\x03\x04"
_SHEETS, _WORDS = "xl/worksheets/", "xl/sharedStrings.xml"
_TAG = re.compile(r"<[^>]*>")
_LINE = re.compile(r"</row>")


@dataclass(frozen=True)
class Shown:
    """A source as its finder may see it: of another company's people no more than that it was theirs."""

    source: Source
    is_theirs: bool
    chosen: str
    reason: str


def trace() -> ResponseReturnValue:
    """The question: which rows?"""
    return _page(None, "")


def trace_rows() -> ResponseReturnValue:
    """Who held these rows, and how sure that is. What was pasted or sent is kept nowhere; that it was asked is."""
    rows = request.form.get("rows", "")
    sent = request.files.get("file")
    text = rows
    if sent is not None and sent.filename:
        text = f"{rows}\n{read(sent.stream, asking.runtime().figures.exports.traced_largest)}"
    if not text.strip():
        return _page(None, rows, problem=words.text("trace.nothing")), 409
    with asking.runtime().act(asking.actor()) as act:
        found = tracing.trace(act, text)
    return _page(found, rows)


def read(file: IO[bytes], most: int) -> str:
    """The words of a file, whatever it is: of a workbook, those of its sheets; so many characters of them."""
    begins = file.read(len(_ZIPPED))
    file.seek(0)
    if begins != _ZIPPED:
        return _decoded(file.read(most))
    try:
        with zipfile.ZipFile(file) as book:
            return "".join(_of_book(book, most))
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, EOFError, OSError, ValueError):
        return ""


def _decoded(data: bytes) -> str:
    """Text as it is: in UTF-8, in UTF-16 where it begins so, else as China's older programs write it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


def _of_book(book: zipfile.ZipFile, most: int) -> Iterator[str]:
    """The words that the sheets share, then the sheets row by row; each of the two so much, that neither is crowded
    out: Excel saves every word among the shared ones. No parser of XML reads what strangers send.
    """
    names = sorted(name for name in book.namelist() if name.startswith(_SHEETS) and name.endswith(".xml"))
    for members in ({_WORDS} & set(book.namelist()), names):
        room = most
        for name in members:
            with book.open(name) as member:
                text = member.read(room).decode("utf-8", errors="replace")
            room -= len(text)
            yield unescape(_TAG.sub("\t", _LINE.sub("\n", text)))
            if room <= 0:
                break


def _page(found: Trace | None, rows: str, problem: str = "") -> str:
    person = asking.person()
    with asking.runtime().look(asking.actor()) as act:
        g.here = url_for("console.trace")
        companies.get(act, person.company_id)
        shown = [_shown(act, source) for source in found.sources] if found else []
        return render_template(
            "trace.html",
            found=found,
            shown=shown,
            rows=rows,
            problem=problem,
            names=people.names(act, (one.source.export.asked_by_id for one in shown)),
            companies=people.companies_by_id(act),
            zone=act.standard.timezone,
        )


def _shown(act: Act, source: Source) -> Shown:
    person, export = asking.person(), source.export
    if not rights.whole_group(person) and export.company_id != person.company_id:
        return Shown(source, False, "", "")
    return Shown(source, True, export_told.chosen(act, export), export_told.reason(act, export))

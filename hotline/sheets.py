"""Tables as CSV and XLSX files; without it each table would be typed off the screen, or open as a formula (CMP-13)."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import IO

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | datetime | None
FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LARGEST_SHEET = 1_048_576  # rows, the heading's among them: what a sheet of a workbook holds
_LONGEST_NAME = 31  # characters of a sheet's name
_LONGEST_FOOTER = 120  # of the 255 that Excel takes, for an & counts twice
_IN_NO_NAME = re.compile(r"[\[\]:*?/\\]")  # what Excel takes in no sheet's name
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # after blanks, tabs and ends of lines too
_INSTANT = "yyyy-mm-dd hh:mm:ss"
_WIDTH = 19  # characters of a column: an instant fits
# Names of people and departments are text, whatever they look like; nothing is fetched because of an address.
_TEXT_IS_TEXT = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


@dataclass(frozen=True)
class Sheet:
    """A table of a file: its name, its headings, its rows as they come. Instants are local and without a zone.

    `line`: what stands above the headings, and on each printed page: who took the file, when and why (SEC-2).
    """

    title: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    line: str = ""

    @property
    def above(self) -> int:
        """How many rows stand above the first of the table."""
        return 2 if self.line else 1


def written(form: str, sheets: Sequence[Sheet], *, at: datetime, largest: int = LARGEST_SHEET) -> tuple[IO[bytes], int]:
    """A temporary file in one of FORMS, and how many rows its first sheet has; a CSV has only that one.

    Rows are written as they come: however many they are, few are in memory. `at`: when the file was made (UTC);
    `largest`: rows of a sheet, what goes beyond stands on the next one.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response that sends it
    rows = _csv(file, sheets[0]) if form == "csv" else _xlsx(file, sheets, at, largest)
    file.seek(0)
    return file, rows


def _csv(file: IO[bytes], sheet: Sheet) -> int:
    """UTF-8 with the mark by which Excel knows it, lines ending as RFC 4180 has them."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    if sheet.line:
        text.write(lines([[sheet.line]]))
    text.write(lines([sheet.heads]))
    rows = 0
    for rows, row in enumerate(sheet.rows, 1):  # noqa: B007 - the number of the last one is asked for
        text.write(lines([row]))
    text.detach()
    return rows


def lines(rows: Iterable[Sequence[Cell]]) -> str:
    """Rows as lines of a CSV, ending as RFC 4180 has them."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_plain(cell) for cell in row] for row in rows)
    return out.getvalue()


def _plain(cell: Cell) -> str | int | float | None:
    """A cell that no table program takes for a formula: such a text gets an apostrophe before it, as OWASP advises."""
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, str) and cell.lstrip().startswith(_BEGINS_A_FORMULA):
        return f"'{cell}"
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("\t", "\r", "\n") else cell


def _xlsx(file: IO[bytes], sheets: Sequence[Sheet], at: datetime, largest: int) -> int:
    with xlsxwriter.Workbook(file, _TEXT_IS_TEXT) as book:
        book.set_properties({"created": at.replace(tzinfo=None)})
        bold, instant = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"num_format": _INSTANT})
        first, *_others = [_parts(book, sheet, bold, instant, largest) for sheet in sheets]
    return first


def _parts(book: xlsxwriter.Workbook, sheet: Sheet, bold: object, instant: object, largest: int) -> int:
    """A table, on a second sheet where the first is full; how many rows it has."""
    rows, page = 0, _page(book, sheet, bold)
    for rows, row in enumerate(sheet.rows, 1):
        line = (rows - 1) % (largest - sheet.above) + sheet.above
        if rows > 1 and line == sheet.above:
            page = _page(book, sheet, bold)
        for place, cell in enumerate(row):
            _write(page, line, place, cell, instant)
    return rows


def _page(book: xlsxwriter.Workbook, sheet: Sheet, bold: object) -> Worksheet:
    page, heads = book.add_worksheet(_name(book, sheet.title)), sheet.heads
    page.freeze_panes(sheet.above, 0)
    page.set_column(0, len(heads) - 1, _WIDTH)
    if sheet.line:
        page.write_string(0, 0, sheet.line)
        page.set_footer(f"&L{sheet.line[:_LONGEST_FOOTER].replace('&', '&&')}&R&P / &N")
    for place, head in enumerate(heads):
        page.write_string(sheet.above - 1, place, head, bold)
    return page


def _name(book: xlsxwriter.Workbook, title: str) -> str:
    """A title as the name of a new sheet: what Excel takes of it, numbered where another sheet has that name."""
    taken = {page.get_name().lower() for page in book.worksheets()}
    plain = _IN_NO_NAME.sub(" ", title)
    endings = (f" {n}" if n > 1 else "" for n in count(1))
    names = (plain[: _LONGEST_NAME - len(ending)].strip(" '") + ending for ending in endings)
    return next(name for name in names if name.lower() not in taken)


def _write(page: Worksheet, line: int, place: int, cell: Cell, instant: object) -> None:
    if isinstance(cell, datetime):
        page.write_datetime(line, place, cell, instant)
    elif isinstance(cell, str):
        page.write_string(line, place, cell)
    elif cell is not None:
        page.write_number(line, place, cell)

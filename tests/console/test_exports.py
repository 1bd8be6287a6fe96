"""Files that a table program reads: text stays text, a full sheet goes on on the next, rows go as they come."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import openpyxl
import pytest

from hotline import sheets
from hotline.sheets import Cell, Sheet

AT = datetime(2026, 11, 18, 2, tzinfo=UTC)
LOCAL = AT.replace(tzinfo=None)


def sheet(*rows: Sequence[Cell]) -> Sheet:
    return Sheet("表", ["名称", "数值"], iter(rows))


def made(form: str, *tables: Sheet, largest: int = 10) -> tuple[bytes, int]:
    file, rows = sheets.written(form, tables, at=AT, largest=largest)
    with file:
        return file.read(), rows


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＠x", "\tplain", "\u00a0=1"]
)
def test_a_text_that_a_table_program_would_reckon_gets_an_apostrophe(text: str) -> None:
    data, _rows = made("csv", sheet([text, 1]))
    [_head, row] = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert row == [f"'{text}", "1"]


@pytest.mark.parametrize("text", ["锅炉房", "O'Neill", "a=b", "3-4", "—", '"quoted", with a comma\r\nand a line'])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    data, _rows = made("csv", sheet([text, -1.5]))
    [_head, row] = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert row == [text, "-1.5"]


def test_a_sheet_keeps_every_cell_as_what_it_is() -> None:
    row: list[Cell] = ["=HYPERLINK(1)", "http://example.com", "0012", 3, 2.5, LOCAL, None]
    data, rows = made("xlsx", Sheet("表", list("abcdefg"), [row]))
    [page] = openpyxl.load_workbook(io.BytesIO(data)).worksheets
    _head, cells = page.iter_rows()
    assert rows == 1
    assert [cell.value for cell in cells] == row
    assert [cell.data_type for cell in cells] == ["s", "s", "s", "n", "n", "d", "n"]
    assert not any(cell.hyperlink for cell in cells)


@pytest.mark.parametrize(("n", "pages"), [(0, [0]), (9, [9]), (10, [9, 1]), (27, [9, 9, 9])])
def test_what_a_sheet_has_no_room_for_stands_on_the_next_under_the_same_headings(n: int, pages: list[int]) -> None:
    given: list[list[Cell]] = [[f"{number}", number] for number in range(n)]
    data, rows = made("xlsx", sheet(*given))
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert rows == n
    assert [page.max_row - 1 for page in book.worksheets] == pages
    assert {page.cell(1, 1).value for page in book.worksheets} == {"名称"}
    read = [page.cell(row, 2).value for page in book.worksheets for row in range(2, page.max_row + 1)]
    assert read == list(range(n))


def test_rows_are_taken_one_by_one_as_they_are_written() -> None:
    waiting: list[int] = []

    def coming() -> Iterator[Sequence[Cell]]:
        for number in range(2000):
            waiting.append(number)
            yield [str(number), number]
            assert waiting.pop() == number

    for form in sheets.FORMS:
        _data, rows = made(form, Sheet("表", ["名称", "数值"], coming()), largest=sheets.LARGEST_SHEET)
        assert (rows, waiting) == (2000, [])


def test_several_tables_are_several_sheets_and_the_rows_of_the_first_are_counted() -> None:
    data, rows = made("xlsx", sheet(["a", 1], ["b", 2]), Sheet("第二", ["x"], [["c"]]))
    assert rows == 2
    assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames == ["表", "第二"]


@pytest.mark.parametrize("title", ["What became of what was promised", "a" * 31, "'[a]: b*c? d/e\\f'", "时限" * 20])
def test_any_title_names_a_sheet_and_the_one_after_it_and_another_of_the_same_beginning(title: str) -> None:
    many = Sheet(title, ["x"], [["a"]] * 10)
    data, _rows = made("xlsx", many, Sheet(f"{title}, once more", ["x"], [["b"]]))
    names = openpyxl.load_workbook(io.BytesIO(data)).sheetnames
    assert len(set(names)) == 3
    assert all(len(name) <= 31 and name.startswith(title[:1].strip("'") or "a") for name in names), names

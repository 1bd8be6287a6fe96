"""The tables of complaints as a browser and a table program read them; else each test would read them its own way."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import openpyxl
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from hotline import marks
from hotline.domain import companies, staff
from hotline.domain.act import COMMAND
from hotline.domain.exports import Export
from hotline.domain.staff import Role
from hotline.runtime import Runtime
from tests.console.visitor import Visitor
from tests.jobs.workshop import Workshop
from tests.world import PASSWORD_HASH, Cast

STATISTICS, TRACKING = "/console/tables/statistics", "/console/tables/tracking"
EXPORTS, WHY = "/console/exports", "季度检查用"
_WISH = re.compile(r'href="(/console/exports\?[^"]*)"')
_LINK = re.compile(r'<a href="(/console/tables/tracking\?[^"]*figure=[^"]*)"[^>]*aria-label="[^"]*: (\d+)"')


def head(runtime: Runtime, cast: Cast, department_id: int) -> str:
    """Somebody heads a department of the heating company; the log-in."""
    with runtime.act(COMMAND) as act:
        person = staff.hire(
            act,
            companies.get(act, cast.heat.id),
            name="丁部长",
            login="ding",
            roles=[Role.DEPARTMENT_HEAD],
            agent_number="61",
            password_hash=PASSWORD_HASH,
            department_id=department_id,
        )
        return person.login


def linked(page: TestResponse) -> dict[tuple[str, str, str], tuple[int, str]]:
    """Every figure of a page that leads somewhere: company, department, name -> the number, and where it leads."""
    found = {}
    for href, number in _LINK.findall(page.text):
        asked = dict(parse_qsl(urlsplit(unescape(href)).query))
        place = (asked.get("company", ""), asked.get("department", ""), asked["figure"])
        found[place] = (int(number), unescape(href))
    return found


def takes(visitor: Visitor, shop: Workshop, table: str, form: str, query: str = "period=2026") -> TestResponse:
    """The file of a table: its link is followed, a reason is typed, a worker makes it, and it is fetched."""
    return wished(visitor, shop, f"{table}?{query}", form)


def wished(visitor: Visitor, shop: Workshop, page: str, form: str) -> TestResponse:
    """The file to which the link of a page leads."""
    link = _WISH.search(visitor.opens(page).text)
    assert link, page
    asked = filled_in(visitor.opens(unescape(link[1])).text) | {"form": form, "reason": WHY}
    answer = visitor.sends(EXPORTS, **asked)
    assert (answer.status_code, answer.location) == (302, EXPORTS), answer.status
    shop.works()
    with shop.runtime.look(COMMAND) as act:
        export_id = act.session.scalar(select(func.max(Export.id)))
    return fetched(visitor, f"{EXPORTS}/{export_id}/file")


def fetched(visitor: Visitor, path: str) -> TestResponse:
    answer = visitor.sends(path)
    assert answer.status_code == 200, answer.status
    answer.get_data()
    answer.close()
    return answer


def filled_in(page: str) -> dict[str, str]:
    """What stands in the form of a wish, as a browser would send it."""
    form = page.partition('<form class="wish"')[2].partition("</form>")[0]
    found = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = (re.search(rf'\b{one}="([^"]*)"', tag) for one in ("name", "value"))
        if name and name[1] != "csrf_token":
            found[name[1]] = unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select name="([^"]*)">(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = unescape(chosen[1]) if chosen else ""
    return found


def lines_of(answer: TestResponse) -> list[dict[str, str]]:
    """The rows of a CSV as they are read, without the line above them, their codes and what marks the copy."""
    line, heads, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))
    return list(_read(line, heads, rows))


def sheets_of(answer: TestResponse) -> list[list[dict[str, Any]]]:
    """The same of each sheet of a workbook."""
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    found, codes = [], list[Any]()
    for sheet in book.worksheets:
        line, heads, *rows = sheet.iter_rows(values_only=True)
        codes += [row[-1] for row in rows]
        found.append(list(_read(line, list(map(str, heads)), rows)))
    assert len(codes) == len(set(codes)), "a row of one sheet is no row of another"
    return found


def _read(line: Sequence[Any], heads: list[str], rows: Iterable[Sequence[Any]]) -> Iterator[dict[str, Any]]:
    assert WHY in str(line[0])
    assert heads[-1] in ("核对码", "Check code")
    for row in rows:
        assert re.fullmatch("[0-9A-Z]{5}-[0-9A-Z]{5}", str(row[-1])), row
        plain = [marks.without(cell) if isinstance(cell, str) else cell for cell in row[:-1]]
        told = dict(zip(heads[:-1], plain, strict=True))
        yield {title: cell for title, cell in told.items() if title not in ("副本", "Copy")}

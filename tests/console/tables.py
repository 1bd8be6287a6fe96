"""The tables of complaints as a browser and a table program read them; else each test would read them its own way."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import openpyxl
from werkzeug.test import TestResponse

from hotline.domain import companies, staff
from hotline.domain.act import COMMAND
from hotline.domain.staff import Role
from hotline.runtime import Runtime
from tests.console.visitor import Visitor
from tests.world import PASSWORD_HASH, Cast

STATISTICS, TRACKING = "/console/tables/statistics", "/console/tables/tracking"
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


def takes(visitor: Visitor, table: str, form: str, query: str = "period=2026") -> TestResponse:
    answer = visitor.posts(f"{table}/{form}?{query}", csrf_token=visitor.token(f"{table}?{query}"))
    assert answer.status_code == 200, answer.status
    answer.get_data()
    answer.close()
    return answer


def lines_of(answer: TestResponse) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def sheets_of(answer: TestResponse) -> list[list[dict[str, Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    found = []
    for sheet in book.worksheets:
        head, *rows = sheet.iter_rows(values_only=True)
        found.append([dict(zip(map(str, head), row, strict=True)) for row in rows])
    return found

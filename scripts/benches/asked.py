"""How long a page takes, and of that the database; without it nobody could tell a slow query from a slow template."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from sqlalchemy import Engine, event

from hotline.runtime import Runtime
from scripts.benches.tables import percentile

Figures = dict[str, float | int | str]
Statements = list[tuple[str, Any]]


@dataclass(frozen=True)
class Took:
    """The median and the worst of several times, in milliseconds: of the whole page, and of its statements alone."""

    whole: tuple[float, float]
    database: tuple[float, float]

    def __str__(self) -> str:
        return "{:.1f}, {:.1f} ({:.1f}, {:.1f})".format(*self.whole, *self.database)


@contextmanager
def heard(engine: Engine) -> Iterator[Statements]:
    """What is asked of the database, for as long as the block lasts; without what changes it."""
    statements: Statements = []

    def hears(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", hears)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", hears)


def timed(house: Runtime, rounds: int, name: str, opens: Callable[[], Any]) -> Took:
    """Open a page so many times, then ask its statements of the driver as often, on a connection that is there.

    Once more before, so that the database has in its memory what it keeps there. Ends the program where it is refused.
    """
    with heard(house.engine) as statements:
        answer = opens()
    if answer is not None and answer.status_code != HTTPStatus.OK:
        raise SystemExit(f"{name}: {answer.status}")
    whole = [seconds(opens) for _ in range(rounds)]
    with house.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        _ask(driver, [("SELECT 1", ())])  # the act has begun: neither connecting nor beginning is a page's
        within = [seconds(lambda: _ask(driver, statements)) for _ in range(rounds)]
    took = Took(*((percentile(each, 50) * 1000, max(each) * 1000) for each in (whole, within)))
    print(f"{name}: {took}", flush=True)
    return took


def seconds(does: Callable[[], object]) -> float:
    """How long something takes."""
    began = time.perf_counter()
    does()
    return time.perf_counter() - began


def _ask(driver: Any, statements: Statements) -> None:
    """Every statement of a page once more, with all its rows."""
    with closing(driver.cursor()) as cursor:
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
            cursor.fetchall()

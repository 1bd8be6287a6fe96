"""No bare number of seconds, minutes, hours or days stands outside hotline/standard/: a company could not change it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import pytest

from hotline.standard.engine import Engine

HOTLINE = Path(__file__).parents[1] / "hotline"
# The standard holds the figures, the simulator is the carrier's machine, migrations are history.
FREE = ("standard", "simulator", "migrations")
LENGTHS = re.compile(
    r"^(max_)?length$|(^|_)(timeout|timeouts|ttl|expires|expires_in|expire|ex|px|max_age|age|lease|interval|delay|pause|"
    r"seconds|minutes|hours|days|lifetime|wait|time_limit|within|grace|period|backoff|back_off)$"
)
NAMES = re.compile(r"_?([A-Z0-9]+_)*(SECONDS?|MINUTES?|HOURS?|DAYS?|TIMEOUT|TTL|LEASE|INTERVAL|LIFETIME|MAX_AGE|DELAY)")
# Their lengths are counted in characters.
TEXTS = {"Field", "String"}
WAITS = {"sleep", "timedelta", "wait"}


def figures(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each bare length of time in a module."""
    nodes = list(ast.walk(ast.parse(source)))
    units = {
        node.right for node in nodes if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.FloorDiv)
    }
    named = {target.id for node in nodes for target in _figures_named(node)}
    waited = {item for node in nodes if isinstance(node, ast.Call) and _called(node) in WAITS for item in node.args}
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in named and node in waited:
            yield node.lineno, ast.unparse(node)
        if node in units:  # span / timedelta(seconds=1) asks for a unit; it sets no length
            continue
        for found in _in_call(node) if isinstance(node, ast.Call) else _in_assignment(node):
            yield found.lineno, ast.unparse(node)[:80]


def _in_call(call: ast.Call) -> Iterator[ast.expr]:
    name = _called(call)
    if name in WAITS:
        yield from (item for item in call.args if _is_figure(item))
    for keyword in call.keywords if name not in TEXTS else ():
        if (name == "timedelta" or LENGTHS.search(keyword.arg or "")) and _is_figure(keyword.value):
            yield keyword.value


def _in_assignment(node: ast.AST) -> Iterator[ast.expr]:
    value = getattr(node, "value", None)
    yield from (value for target in _figures_named(node) if value is not None and NAMES.fullmatch(target.id))


def _figures_named(node: ast.AST) -> Iterator[ast.Name]:
    """The names that an assignment gives to a figure."""
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and _is_figure(node.value):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (target for target in targets if isinstance(target, ast.Name))


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _is_figure(value: ast.expr) -> bool:
    """Whether it is a number other than 0, or a sum made of numbers alone."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, int | float) and not isinstance(value.value, bool) and value.value != 0
    if isinstance(value, ast.UnaryOp):
        return _is_figure(value.operand)
    return isinstance(value, ast.BinOp) and _is_figure(value.left) and _is_figure(value.right)


def modules() -> list[Path]:
    found = sorted(HOTLINE.rglob("*.py"))
    return [path for path in found if path.relative_to(HOTLINE).parts[0] not in FREE]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HOTLINE)))
def test_no_module_has_a_length_of_time_of_its_own(path: Path) -> None:
    found = [f"{path.name}:{line}: {text}" for line, text in figures(path.read_text(encoding="utf-8"))]
    assert found == [], "figures belong in hotline/standard/, beside the rule they come from"


@pytest.mark.parametrize(
    "source",
    [
        "timedelta(seconds=60)",
        "datetime.timedelta(1)",
        "timedelta(days=-7)",
        "timedelta(minutes=2 * 60)",
        "time.sleep(0.5)",
        "stop.wait(5)",
        "client(timeout=10)",
        "pause(length=1)",
        "record(max_length=120)",
        "redis.set('a', 'b', ex=60)",
        "enqueue(f, result_ttl=500)",
        "session(max_age=3600)",
        "claim(lease=60.0)",
        "gather(speech_timeout=3)",
        "POLL_SECONDS = 5",
        "_RETRY_MINUTES: int = 10",
        "LEASE = 60 * 5",
        "sleep(_AGAIN); _AGAIN = 0.002",
        "stop.wait(SOON); SOON: float = 5",
    ],
)
def test_a_bare_length_of_time_is_found(source: str) -> None:
    assert [line for line, _ in figures(source)] == [1]


@pytest.mark.parametrize(
    "source",
    [
        "timedelta()",
        "timedelta(0)",
        "timedelta(seconds=figures.lease.seconds)",
        "time.sleep(0)",
        "time.sleep(engine.poll_seconds)",
        "client(timeout=carrier.timeout.seconds)",
        "render(retries=3)",
        "column(String(length=limit))",
        "POLL_SECONDS = engine.poll_seconds",
        "sleep(again); again = engine.poll_seconds",
        "show(MOST); MOST = 4",
        "MOST_QUESTIONS = 4",
        "Field(max_length=64)",
        "check(min_length=4)",
        "gather(timeout='auto', action_on_empty=True)",
        "stream(ttl=True)",
        "span // timedelta(milliseconds=1)",
        "span / timedelta(hours=1)",
    ],
)
def test_what_is_no_bare_length_of_time_is_left_alone(source: str) -> None:
    assert list(figures(source)) == []


def test_the_search_reaches_the_product() -> None:
    assert {"clock.py", "outbox.py"} <= {path.name for path in modules()}


def test_every_figure_of_the_platform_is_read_somewhere() -> None:
    sources = [path.read_text("utf-8") for path in HOTLINE.rglob("*.py")]
    read = {node.attr for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)}
    sections = get_type_hints(Engine).items()
    asked = {f"engine.{name}.{figure.name}" for name, section in sections for figure in fields(section)}
    assert [name for name in sorted(asked) if name.rpartition(".")[2] not in read] == []

"""Holds the tree to its own rules; a budget that nothing counts is broken within a month."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAX_FUNCTION, MAX_FILE = 50, 300
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "managers", "manager", "misc"}
LEFT_OUT = {"node_modules", "__pycache__", "versions"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(*folders: str, suffixes: tuple[str, ...] = (".py",)) -> Iterator[Path]:
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*")):
            inside = file.relative_to(ROOT)
            if file.is_file() and file.suffix in suffixes and not LEFT_OUT & set(inside.parts):
                yield inside


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"), str(file))


def functions(file: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(file)) if isinstance(node, Function))


def written() -> Iterator[Path]:
    """Everything that people write here, in whatever language."""
    for name in ("pyproject.toml", "Procfile", ".gitignore", ".pre-commit-config.yaml"):
        if (ROOT / name).is_file():
            yield Path(name)
    yield from (file.relative_to(ROOT) for pattern in ("*.md", "requirements*") for file in sorted(ROOT.glob(pattern)))
    kinds = ("", ".py", ".toml", ".md", ".sh", ".json", ".mjs", ".js", ".html", ".css", ".txt", ".mako")
    yield from files("hotline", "tests", "scripts", "prompts", "docs", ".ci", suffixes=kinds)


def mentions(pattern: str, among: Iterator[Path]) -> list[str]:
    wanted = re.compile(pattern)
    found = []
    for file in among:
        lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
        found += [f"{file}:{number}" for number, line in enumerate(lines, 1) if wanted.search(line)]
    return found


def others(found: list[str]) -> list[str]:
    """Without this file, which has to name what it forbids."""
    return [place for place in found if not place.startswith("tests/test_architecture.py:")]


def test_imports_run_the_way_the_design_says() -> None:
    # In a process of its own: it would switch off every logger that the tests after it look at.
    command = [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_no_function_is_too_long_to_read_at_once() -> None:
    assert [
        f"{file}:{function.lineno} {function.name} has {length} lines"
        for file in files("hotline", "tests", "scripts")
        for function in functions(file)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > MAX_FUNCTION
    ] == []


def test_no_file_is_too_long_to_know() -> None:
    lengths = {file: len((ROOT / file).read_text(encoding="utf-8").splitlines()) for file in files("hotline", "tests")}
    assert {file: length for file, length in lengths.items() if length > MAX_FILE} == {}


def test_no_import_hides_inside_a_function() -> None:
    assert [
        f"{file}:{inner.lineno} in {function.name}"
        for file in files("hotline", "tests", "scripts")
        for function in functions(file)
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ] == []


def test_every_module_is_named_after_what_it_is_about() -> None:
    assert [file for file in files("hotline", "tests") if VAGUE_NAMES & {*file.parts, file.stem}] == []


def test_every_module_says_why_it_is_there() -> None:
    assert [file for file in files("hotline", "tests", "scripts") if not ast.get_docstring(tree(file))] == []


def test_no_test_is_switched_off() -> None:
    off = r"\bpytest\.(skip|importorskip|xfail)\b|\bmark\.(skip|skipif|xfail)\b|\bunittest\.skip|\bskipTest\b"
    assert others(mentions(off, files("tests"))) == []


def test_nothing_is_left_for_later() -> None:
    later = r"\b(TODO|FIXME|XXX|NotImplementedError)\b"
    assert others(mentions(later, files("hotline", "tests", "scripts", suffixes=("", ".py", ".sh")))) == []


def test_no_file_names_a_package_index_or_somebody_elses_machine() -> None:
    index = r"(?<!no-emit-)((extra-)?index-url|find-links)|registry\.npmjs\.org|pypi\.org/simple|\"resolved\""
    machine = r"(^|[\s\"'=(:])(/work/|/root/|/home/\w|/opt/pypi|/tmp/w/)"
    assert others(mentions(f"{index}|{machine}", written())) == []


def test_the_product_knows_only_its_own_tree() -> None:
    assert others(mentions(r"\.\./shared", written())) == []


def pins(name: str) -> dict[str, str]:
    """Package -> version of every pin in a file."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ]+)", "\n".join(lines), re.MULTILINE))


def plain(name: str) -> str:
    """A package's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def asked(name: str) -> set[str]:
    """The packages that a short list names."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    named = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines if not line.startswith(("#", "-")))
    return {plain(match[0]) for match in named if match}


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").split(".")[0]


@pytest.mark.parametrize(
    ("folder", "lists"), [("hotline", ["requirements.in"]), ("tests", ["requirements.in", "requirements-dev.in"])]
)
def test_every_package_imported_is_asked_for_by_name(folder: str, lists: list[str]) -> None:
    known = set.union(*(asked(name) for name in lists))
    ours = {"hotline", "tests", "scripts"}
    foreign = {name for file in files(folder) for name in imported(file)} - sys.stdlib_module_names - ours
    providers = packages_distributions()
    assert {name for name in foreign if not known & {plain(one) for one in providers.get(name, [])}} == set()


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_package_asked_for_is_pinned_with_a_hash(name: str) -> None:
    assert asked(f"{name}.in") - set(pins(f"{name}.txt")) == set()
    blocks = re.split(r"^(?=[a-z0-9])", (ROOT / f"{name}.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert [block.split()[0] for block in blocks if not re.match(r"\S+==\S+ .*\n +--hash=sha256:", block)] == []


def test_the_tests_run_on_the_versions_that_are_served() -> None:
    served, tested = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: version for name, version in served.items() if tested.get(name) != version} == {}

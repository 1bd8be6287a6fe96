"""Figures as a table, as JSON, and as a section of docs/performance.md; without it they would be copied by hand."""

from __future__ import annotations

import json
import math
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hotline import migrations
from hotline.db import make_engine
from tests import servers

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "performance.md"
BUILD = ROOT / "build"
HEAD = "# What it takes\n\nMeasured by `scripts/bench`, which writes this page. Only ratios within one run travel.\n"
Rows = dict[str, dict[str, float | int | str]]  # column -> row -> figure


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so many in a hundred do not exceed; 0 of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)] if ordered else 0.0


def publish(name: str, title: str, columns: Rows, *, note: str = "", page: Path = PAGE, build: Path = BUILD) -> None:
    """Print the table, write bench-<name>.json into the build folder, and put the section into the page.

    `note` says what the rows mean where they do not say so themselves.
    """
    rows = list(dict.fromkeys(row for figures in columns.values() for row in figures))
    lines = [f"| | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    lines += [f"| {row} | {' | '.join(str(figures.get(row, '')) for figures in columns.values())} |" for row in rows]
    table = "\n".join(lines)
    print(table)
    build.mkdir(exist_ok=True)
    (build / f"bench-{name}.json").write_text(json.dumps(columns, ensure_ascii=False, indent=2) + "\n", "utf-8")
    where = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    section = (
        f"<!-- {name} -->\n## {title}\n\nOn {where}.{f' {note}' if note else ''}\n\n{table}\n<!-- end {name} -->\n"
    )
    written = page.read_text("utf-8") if page.exists() else HEAD
    old = re.compile(rf"<!-- {name} -->\n.*?<!-- end {name} -->\n", re.DOTALL)
    written = old.sub(lambda _: section, written) if old.search(written) else f"{written}\n{section}"
    page.write_text(written, "utf-8")


@contextmanager
def stores(kind: str) -> Iterator[tuple[str, str, Path]]:
    """A migrated database of this kind, a Redis and a data folder, for as long as the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="hotline-bench-"))
    try:
        with servers.redis_server() as redis_url:
            if kind == "SQLite":
                yield migrated(f"sqlite:///{folder / 'hotline.db'}"), redis_url, folder
                return
            with servers.postgres_server() as postgres:
                yield migrated(postgres.create("bench")), redis_url, folder
    finally:
        shutil.rmtree(folder)


def migrated(url: str) -> str:
    """The database at this address, with this version's schema."""
    engine = make_engine(url, busy_ms=5000, again_seconds=0.002)
    migrations.upgrade(engine)
    engine.dispose()
    return url

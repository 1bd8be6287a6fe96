"""What the benches of the log measure is a log as the product writes it; else they would measure something else."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import func, select

from hotline.domain import call_index
from hotline.domain.act import CLOCK, Act
from hotline.domain.audit import AuditHead
from hotline.domain.call_facts import CallFact
from hotline.domain.call_words import CallWord
from scripts.benches import search, seed, verify

CALLS = 400


def test_a_seeded_log_verifies_is_found_as_the_product_reads_it_and_is_measured(tmp_path: Path) -> None:
    page, kinds = tmp_path / "performance.md", ["SQLite"]
    verify.main(CALLS, kinds=kinds, page=page, build=tmp_path)
    checked = json.loads((tmp_path / "bench-verify.json").read_text("utf-8"))[f"SQLite, {CALLS} calls"]
    assert checked["entries"] > 3 * CALLS
    assert 0 < checked["the whole check by the bare loop"] < checked["chains by the bare loop"]
    search.main(CALLS, kinds=kinds, rows=20, rounds=1, page=page, build=tmp_path)
    found = json.loads((tmp_path / "bench-search.json").read_text("utf-8"))["SQLite"]
    assert "rows)" in found["export of 20 rows as xlsx: wall, processor, s"]
    with seed.kept("SQLite", CALLS, tmp_path) as house, house.act(CLOCK) as act:
        before = rows(act)
        for head in act.session.scalars(select(AuditHead)):
            head.indexed_seq = 0
        act.session.flush()
        while call_index.read(act, most=500):
            pass
        assert rows(act) == before
    written = page.read_text("utf-8")
    assert f"## Pages among {CALLS} calls" in written
    assert "| search: two characters, far page |" in written


def rows(act: Act) -> tuple[set[tuple[str, int, int | None]], set[tuple[int, int]], int]:
    """By what calls are found."""
    facts = act.session.execute(select(CallFact.fact, CallFact.call_id, CallFact.amount)).all()
    words = act.session.execute(select(CallWord.word, CallWord.call_id)).all()
    count = act.session.scalar(select(func.count()).select_from(CallWord))
    return {(a, b, c) for a, b, c in facts}, {(a, b) for a, b in words}, int(count or 0)

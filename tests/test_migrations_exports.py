"""Files that a version before made are fetched and removed as before; else an upgrade left half a file, or a gap."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from hotline import migrations
from hotline.domain import export_holdings
from hotline.domain.act import COMMAND
from hotline.domain.exports import Export
from hotline.jobs import exporting
from hotline.runtime import Runtime
from tests.world import Cast

# What it was, what was made of it, how many rows and pieces; the pieces in the store that its row did not count.
MADE = (
    ("calls", "csv", "done", 7, 2, ()),
    ("cases", "xlsx", "done", 7, 1, ("f2-rows-0", "f2-rows-1")),
    ("calls", "xlsx", "gathering", 5, 2, ()),
    ("statistics", "csv", "done", 3, 1, ()),
    ("calls", "csv", "over", 9, 4, None),
)


def wrote(runtime: Runtime, cast: Cast) -> None:
    """Files as version 0017 wrote them, the fourth of which alone said which cases it held."""
    with runtime.engine.begin() as connection:
        for number, (what, form, state, rows, parts, _more) in enumerate(MADE, 1):
            told = {"id": number, "company": cast.heat.id, "what": what, "form": form, "state": state, "rows": rows}
            told |= {"by": cast.qian.id, "at": f"2026-11-{number:02} 02:00:00", "parts": parts, "criteria": "{}"}
            told["file"] = None if state == "over" else f"f{number}"
            connection.execute(
                text(
                    "INSERT INTO exports (id, company_id, what, form, criteria, reason, language, asked_by_id,"
                    " asked_at, state, cursor, rows, parts, file, taken)"
                    " VALUES (:id, :company, :what, :form, :criteria, 'x', 'zh-CN', :by, :at, :state, 0, :rows,"
                    " :parts, :file, 0)"
                ),
                told,
            )
        connection.execute(text("INSERT INTO export_holdings (thing, thing_id, export_id) VALUES ('call', 1, 3)"))


def test_files_of_the_version_before_keep_their_pieces_and_say_whether_it_is_known_whom_they_hold(
    runtime: Runtime, cast: Cast
) -> None:
    migrations.downgrade(runtime.engine, "0017")
    wrote(runtime, cast)
    migrations.upgrade(runtime.engine)
    with runtime.look(COMMAND) as act:
        found = {number: act.session.get_one(Export, number) for number in range(1, 6)}
        assert {number: row.pieces for number, row in found.items()} == {
            1: ["f1-0", "f1-1"],
            2: ["f2-0"],
            3: ["f3-rows-0", "f3-rows-1"],
            4: ["f4-0"],
            5: [],
        }
        assert {number: row.noted for number, row in found.items()} == {1: False, 2: False, 3: True, 4: True, 5: False}
        assert export_holdings.since(act) == act.at, "the last of all holds nobody knows whom"
    for name in ("f1-0", "f1-1", "f2-0", "f2-rows-0", "f2-rows-1"):
        runtime.sounds.keep(name, json.dumps(name).encode())
    with runtime.act(COMMAND) as act:
        for number in (1, 2):
            act.session.get_one(Export, number).expires_at = act.at - timedelta(seconds=1)
        act.session.get_one(Export, 5).noted = True
        assert export_holdings.since(act) == datetime(2026, 11, 3, 2, tzinfo=UTC)
    exporting.expire(runtime)
    with runtime.look(COMMAND) as act:
        gone = [act.session.get_one(Export, number) for number in (1, 2)]
        assert [(row.state, row.file, row.turns) for row in gone] == [("over", None, [])] * 2
    assert list((runtime.settings.hotline_var / "recordings").glob("*")) == []
    migrations.downgrade(runtime.engine, "-1")
    migrations.upgrade(runtime.engine, "+1")

"""How long an export takes and what memory; without it nobody would see that a long one holds all its rows."""

from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hotline.domain import claims, companies, exports, staff
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.exports import Criteria, Export, State, What
from hotline.jobs import work
from hotline.runtime import Runtime
from scripts.benches.asked import Figures

FORMS = ("csv", "xlsx")
_STATUS, _FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_PEAK = "5"  # what is written there so that the peak is counted anew


def measured(house: Runtime, calls: int, rows: int) -> Figures:
    """A supervisor takes calls along, a tenth of so many and then all of them, in each form; a worker writes them.

    Memory is what this process has at the peak beyond what it had before the first of them.
    """
    work.serve(house, cast("Any", None))  # an export asks nothing of the carrier
    before, found = memory("VmRSS"), Figures()
    for form in FORMS:
        for many in (rows // 10, rows):
            forget_the_peak()
            began, used = time.monotonic(), time.process_time()
            row = _made(house, calls, many, form)
            told = f"export of {many:,} rows as {form}"
            found[f"{told}: wall, processor, s"] = (
                f"{time.monotonic() - began:.1f}, {time.process_time() - used:.1f} ({row.rows:,} rows)"
            )
            found[f"{told}: memory at the peak, MB"] = round(memory("VmHWM") - before, 1)
            print(told, *list(found.values())[-2:], flush=True)
    return found


def memory(what: str) -> float:
    """Megabytes of this process."""
    line = next(one for one in _STATUS.read_text().splitlines() if one.startswith(what))
    return int(line.split()[1]) / 1024


def forget_the_peak() -> None:
    """From here on the peak is counted anew."""
    _FORGET.write_text(_PEAK)


def _made(house: Runtime, calls: int, rows: int, form: str) -> Export:
    """The calls of as many days as hold so many rows of one company, in a file; without one the program ends."""
    with house.act(COMMAND) as act:
        [sun] = act.session.scalars(select(staff.Staff).where(staff.Staff.login == "sun"))
        companies.get(act, sun.company_id)
        last: date = act.at.astimezone(ZoneInfo(act.standard.timezone)).date()
        chosen = Criteria(sun.company_id, last - timedelta(days=min(400, 1 + rows * 2 * 365 // calls)), last)
        asked = exports.ask(act, sun, What.CALLS, chosen, "抽查一个月的通话", form=form).id
    while _performed(house):
        pass
    with house.look(COMMAND) as act:
        row = act.session.get_one(Export, asked)
        if row.state != State.DONE:
            raise SystemExit(f"the export is {row.state}")
        act.session.expunge(row)
    return row


def _performed(house: Runtime) -> int:
    with house.act(CLOCK) as act:
        claimed = [(one.id, one.attempt) for one in claims.claim_due(act, lease=timedelta(minutes=1), most=10)]
    for entry_id, attempt in claimed:
        work.perform(entry_id, attempt)
    return len(claimed)

"""How SQLite looks complaints up; without these tests the desk would take ten seconds once there are thousands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, text

from hotline.console import complaint_rows
from hotline.console.complaint_rows import Wanted
from hotline.domain import staff
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case, Kind
from hotline.domain.complaints import Complaint
from hotline.domain.promises import Promise
from hotline.domain.staff import Role, StaffRole
from hotline.runtime import Runtime
from tests.console.departments import Departments
from tests.world import Cast, Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MANY = 300  # complaints: enough for SQLite to judge its indexes by


@pytest.fixture(autouse=True)
def many(runtime: Runtime, cast: Cast, firm: Departments) -> None:
    """Complaints about one department, none of them joined to another, each with a promise."""
    people = dict.fromkeys(("owner_id", "first_owner_id", "handler_id"), cast.lin.id)
    company = dict.fromkeys(("company_id", "numbered_by_id"), cast.heat.id)
    with runtime.act(COMMAND) as act:
        open_ = {"kind": Kind.COMPLAINT, "matter": "complaint", "state": "open", "details": {}, "anonymous": False}
        matters = [{"id": n, "day": act.at.date(), "seq": n, "number": f"{n}", "opened_at": act.at} for n in _ids()]
        act.session.execute(insert(Case), [{**one, **people, **company, **open_} for one in matters])
        of = {"about_company_id": cast.heat.id, "department_id": firm.care, "stage": "filed", "filed_at": act.at}
        act.session.execute(insert(Complaint), [{"id": n, "case_id": n, **of} for n in _ids()])
        due = {"made_at": act.at, "due_at": act.at + timedelta(days=1), "calendar": "of the test", "verdict": "open"}
        rule = {
            "rule": "CMP-1.sign",
            "rule_id": "CMP-1",
            "company_id": cast.heat.id,
            "owner_id": cast.lin.id,
            "step": 1,
        }
        act.session.execute(insert(Promise), [{"case_id": n, **rule, **due} for n in _ids()])


def _ids() -> range:
    return range(1, MANY + 1)


def plan(runtime: Runtime, who: Person) -> list[str]:
    """What SQLite does to find somebody's complaint desk."""
    asked: list[tuple[str, Any]] = []

    def note(*told: Any) -> None:
        asked.append((told[2], told[3]))

    with runtime.look(COMMAND) as act:
        person = staff.get(act, who.id)
        event.listen(runtime.engine, "before_cursor_execute", note)
        complaint_rows.found(act, Wanted(person.company_id, None, "", "", False, False, None), person)
        event.remove(runtime.engine, "before_cursor_execute", note)
        statement, values = asked[-1]
        rows = act.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return [row.detail for row in rows]


def test_what_is_hidden_is_looked_up_by_an_index_also_once_sqlite_has_counted(
    runtime: Runtime, firm: Departments
) -> None:
    with runtime.act(COMMAND) as act:
        xu = staff.get(act, firm.xu.id)
        xu.roles.append(StaffRole(role=Role.AGENT))
        act.session.execute(text("ANALYZE"))
    runtime.engine.dispose()  # a connection reads what was counted when it is opened
    assert [step for step in plan(runtime, firm.xu) if step.startswith("SCAN complaints")] == []


def test_a_row_counts_its_own_overdue_promises_and_not_all_there_are(runtime: Runtime, cast: Cast) -> None:
    looked_up = [step for step in plan(runtime, cast.sun) if step.startswith("SEARCH promises USING")]
    assert set(looked_up) == {"SEARCH promises USING INDEX ix_promises_case_id (case_id=?)"}

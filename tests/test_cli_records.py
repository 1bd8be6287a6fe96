"""What scripts may rely on: fields, order, statuses. A test that fails here means somebody's report breaks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from hotline.domain import call_facts, calls, cases, companies, customers, dispatches, outbox, promises, turns
from hotline.domain.act import CALLER, CARRIER, COMMAND
from hotline.domain.call_facts import CallFact
from hotline.domain.staff import Duty
from hotline.runtime import Runtime
from tests.operator import Operator
from tests.world import Cast, HandClock

SID = "CA" + "1" * 32


@pytest.fixture
def operator(runtime: Runtime) -> Operator:
    return Operator.of(runtime.settings)


@pytest.fixture
def call_id(runtime: Runtime, cast: Cast, at: HandClock) -> int:
    """Mrs. Chen rang about a cold radiator, keyed two answers and hung up after a minute; a case is open."""
    with runtime.act(CALLER) as act:
        company = companies.get(act, cast.heat.id)
        call = calls.begin(
            act,
            company,
            sid=SID,
            our_number=cast.heat.number,
            customer=customers.with_number(act, cast.chen.number),
            colleague=None,
            first_step="menu",
            words_version="w1",
        )
        calls.answered(act, call, millis=40)
        turns.record(act, call, said=["greeting"], heard="keys", words="1", led_to="number")
        turns.record(act, call, said=["ask-number"], heard="silence", words=None, led_to="farewell")
        case = cases.open(
            act, company, kind=cases.Kind.FAULT, matter="heating", owner_id=call.owner_id, call=call, customer_id=1
        )
        promises.make(act, "FLT-2.sign", case)
        dispatches.begin(act, case, Duty.REPAIR)
    at.passes(timedelta(minutes=1))
    with runtime.act(CARRIER) as act:
        call = calls.locked(act, call.id)
        calls.progress(act, call, state=calls.State.ENDED, sequence=3, ended_by="them", cause=None)
    return call.id


def test_a_call_is_listed_with_its_fields_and_no_personal_value(operator: Operator, call_id: int, cast: Cast) -> None:
    assert operator.reads("calls list") == [
        {
            "id": call_id,
            "direction": "in",
            "company": "heat",
            "our_number": cast.heat.number,
            "customer": cast.chen.id,
            "caller": "139****0088",
            "colleague": None,
            "owner": "lin",
            "state": "ended",
            "step": "farewell",
            "language": "zh-CN",
            "case": "261118001",
            "started_at": "2026-11-18T02:00:00.000000+00:00",
            "answered_at": "2026-11-18T02:00:00.000000+00:00",
            "answer_ms": 40,
            "ended_at": "2026-11-18T02:01:00.000000+00:00",
            "ended_by": "them",
            "cause": None,
        }
    ]


def test_one_call_is_shown_with_its_turns_and_promises(operator: Operator, call_id: int) -> None:
    shown = operator.reads(f"calls show {call_id}")
    assert [turn.pop("at") for turn in shown["turns"]] == ["2026-11-18T02:00:00.000000+00:00"] * 2
    assert shown["turns"] == [
        {"n": 1, "step": "menu", "said": ["greeting"], "heard": "keys", "words": "***", "led_to": "number"},
        {"n": 2, "step": "number", "said": ["ask-number"], "heard": "silence", "words": None, "led_to": "farewell"},
    ]
    assert [promise["rule"] for promise in shown["promises"]] == ["FLT-2.sign"]
    assert {**shown, "turns": 0, "promises": 0} == {**operator.reads("calls list")[0], "turns": 0, "promises": 0}


def test_a_case_is_listed_with_its_owner(operator: Operator, call_id: int, cast: Cast) -> None:
    assert operator.reads("cases list") == [
        {
            "id": 1,
            "number": "261118001",
            "company": "heat",
            "kind": "fault",
            "matter": "heating",
            "state": "open",
            "owner": "lin",
            "first_owner": "lin",
            "handler": "lin",
            "customer": cast.chen.id,
            "anonymous": False,
            "call": call_id,
            "opened_at": "2026-11-18T02:00:00.000000+00:00",
            "closed_at": None,
            "closed_by": None,
        }
    ]


@pytest.mark.usefixtures("call_id")
def test_a_promise_is_listed_with_its_verdict(operator: Operator) -> None:
    assert operator.reads("promises list") == [
        {
            "id": 1,
            "rule": "FLT-2.sign",
            "rule_id": "FLT-2",
            "company": "heat",
            "case": "261118001",
            "owner": "lin",
            "made_at": "2026-11-18T02:00:00.000000+00:00",
            "due_at": "2026-11-18T02:10:00.000000+00:00",
            "done_at": None,
            "judged_at": None,
            "verdict": "open",
            "excused_by": None,
        }
    ]
    assert operator.reads("promises list --verdict kept") == []


@pytest.mark.usefixtures("call_id")
def test_what_is_owed_is_listed_newest_first(operator: Operator) -> None:
    owed = operator.reads("outbox list --state due")
    assert owed[0]["kind"] == "ring-dispatch"
    assert set(owed[0]) == {
        "id", "kind", "queue", "state", "company", "case", "posted_at", "due_at", "attempts", "settled_at", "problem",
        "priority", "about", "failures", "lease_until", "submitted_at",
    }  # fmt: skip
    assert [entry["id"] for entry in owed] == sorted((entry["id"] for entry in owed), reverse=True)


def test_lists_are_paged_by_id(operator: Operator, call_id: int) -> None:
    assert operator.reads(f"calls list --before {call_id}") == []
    assert len(operator.reads(f"calls list --before {call_id + 1} --limit 1")) == 1
    assert operator.reads("outbox list --limit 1") == operator.reads("outbox list")[:1]


@pytest.mark.usefixtures("call_id")
def test_lists_can_be_of_one_company(operator: Operator) -> None:
    for what in ("calls", "cases", "promises"):
        assert len(operator.reads(f"{what} list --company heat")) == 1
        assert operator.reads(f"{what} list --company home") == []
    assert "there are: heat, home" in operator.refused("calls list --company hot")


@pytest.mark.usefixtures("call_id")
def test_cases_can_be_the_open_ones(operator: Operator, runtime: Runtime) -> None:
    assert len(operator.reads("cases list --open")) == 1
    with runtime.act(CALLER) as act:
        cases.mark_closed(act, cases.get(act, 1), by=1, outcome="done")
    assert operator.reads("cases list --open") == []


def test_a_table_has_a_line_for_each_call(operator: Operator, call_id: int) -> None:
    head, line = operator.answered("calls list").splitlines()
    assert head.split() == [
        "id", "started_at", "company", "direction", "caller", "colleague", "case", "owner", "answer_ms", "state",
    ]  # fmt: skip
    assert line.split()[0] == str(call_id)
    assert "139****0088" in operator.answered(f"calls show {call_id}")


def test_a_table_shows_times_as_the_companys_clocks_do(operator: Operator, call_id: int, cast: Cast) -> None:
    assert "  2026-11-18 10:00:00  " in operator.answered("calls list")
    assert "ended_at     2026-11-18 10:01:00\n" in operator.answered(f"calls show {call_id}")
    assert "  2026-11-18 10:10:00  " in operator.answered("promises list")
    operator.answered(f"nuisance flag {cast.chen.number.e164} --by lin --reason calls")
    assert "  2026-11-18 10:01:00  " in operator.answered("nuisance list")


@pytest.mark.usefixtures("call_id")
def test_a_table_that_leaves_rows_out_says_how_to_see_them(operator: Operator, runtime: Runtime) -> None:
    with runtime.act(CARRIER) as act:
        outbox.post(act, "end-call", call=1)
    newest, *rest = [entry["id"] for entry in operator.reads("outbox list")]
    assert rest
    shown = operator.answered("outbox list --limit 1").splitlines()
    assert len(shown) == 3, "the head, one entry, and that there are more"
    assert shown[-1] == f"1 shown, more with --limit or --before {newest}"
    assert "shown" not in operator.answered(f"outbox list --limit {1 + len(rest)}")


def test_an_erased_customer_has_no_number(operator: Operator, runtime: Runtime, call_id: int, cast: Cast) -> None:
    with runtime.act(CARRIER) as act:
        customers.get(act, cast.chen.id).key = None
    assert operator.reads("calls list")[0] | {"id": call_id} == operator.reads("calls list")[0] | {"caller": None}


def test_an_unknown_call_is_refused_in_a_sentence(operator: Operator) -> None:
    assert operator.refused("calls show 9") == (
        "hotline: there is no call 9: `hotline calls list` shows those there are\n"
    )


@pytest.mark.usefixtures("call_id")
def test_an_unaltered_log_gives_status_0(operator: Operator) -> None:
    report = operator.reads("audit verify")
    assert report.pop("entries") > 10
    assert report.pop("chains") == 3  # the house, the call, the case
    assert report == {"unaltered": True, "checkpoints": 0, "problems": [], "more_problems": 0, "notes": []}
    assert operator.answered("audit verify").endswith("unaltered\n")
    assert operator.reads("audit verify --chain case:1")["chains"] == 1


@pytest.mark.usefixtures("call_id")
def test_an_altered_log_gives_status_1_and_names_chain_and_entry(operator: Operator, runtime: Runtime) -> None:
    with runtime.engine.begin() as connection:
        _without_triggers(runtime, connection.exec_driver_sql)
        connection.execute(text("UPDATE audit_entries SET hash = 'forged' WHERE chain = 'case:1' AND seq = 2"))
    told = operator.types("audit verify")
    assert told.exit_code == 1
    assert "case:1 entry 2: " in told.stdout
    assert told.stdout.endswith("ALTERED\n")
    as_json = operator.types("audit verify --json")
    assert as_json.exit_code == 1
    assert '"chain": "case:1"' in as_json.stdout
    assert '"seq": 2' in as_json.stdout
    with runtime.look(COMMAND) as act:
        found = act.session.scalars(select(CallFact.call_id).where(CallFact.fact == call_facts.ALTERED)).all()
    assert found == [1], "the call in which it was told is found as altered"


def test_a_log_that_cannot_be_looked_at_gives_status_2(operator: Operator, runtime: Runtime) -> None:
    with runtime.engine.begin() as connection:
        connection.execute(text("DROP TABLE audit_entries"))
    assert operator.refused("audit verify") == "hotline: the database lacks tables: `hotline migrate` makes them\n"


def test_a_database_that_is_away_is_said_so_without_its_password(operator: Operator) -> None:
    operator.environment["DATABASE_URL"] = "postgresql://hotline:secret@127.0.0.1:1/hotline"
    sentence = operator.refused("calls list")
    assert sentence.startswith("hotline: the database does not answer")
    assert "secret" not in sentence


def test_a_wrong_setting_is_refused_by_its_name(operator: Operator) -> None:
    operator.environment["SEALING_KEYS"] = "k1:short"
    assert operator.refused("calls list").startswith("hotline: SEALING_KEYS: ")


def _without_triggers(runtime: Runtime, run: object) -> None:
    assert callable(run)
    if runtime.engine.dialect.name == "postgresql":
        run("ALTER TABLE audit_entries DISABLE TRIGGER USER")
        return
    for (name,) in list(run("SELECT name FROM sqlite_master WHERE type = 'trigger'")):
        run(f"DROP TRIGGER {name}")

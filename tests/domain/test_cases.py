"""A matter has one owner from its first second, a number without a gap, and an end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from hotline import runtime as house
from hotline import settings as environment
from hotline.domain import audit, calls, cases, companies, news
from hotline.domain.act import COMMAND, Act
from hotline.domain.cases import Case, Kind
from hotline.errors import Conflict, NotFound
from hotline.runtime import Runtime
from tests import given, world
from tests.deciding import by
from tests.domain.departures import case as case
from tests.world import SHANGHAI, Cast, HandClock, Person


def test_a_case_is_numbered_by_its_day_and_its_place_in_it(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    numbers = []
    for moment in (at.now, at.now, datetime(2026, 11, 19, 0, 0, tzinfo=SHANGHAI)):
        at.set(moment)
        with runtime.act(COMMAND) as act:
            numbers.append(given.case(act, cast).number)
    assert numbers == ["261118001", "261118002", "261119001"]


def test_the_day_of_a_case_is_the_companys_day_not_the_servers(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    at.set(datetime(2026, 11, 19, 0, 30, tzinfo=SHANGHAI))  # still the 18th in UTC
    with runtime.act(COMMAND) as act:
        assert given.case(act, cast).number == "261119001"


def test_each_company_counts_its_own_cases(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        first = given.case(act, cast)
        sister = companies.get(act, cast.home.id)
        other = cases.open(act, sister, kind=Kind.MESSAGE, matter="parcel", owner_id=cast.wu.id)
        assert (first.number, other.number) == ("261118001", "261118001")
        assert cases.numbered(act, cast.home.id, "261118001") is other
        assert cases.numbered(act, cast.home.id, "261118002") is None


def test_a_number_that_was_not_kept_is_given_again(runtime: Runtime, cast: Cast) -> None:
    with pytest.raises(NotFound), runtime.act(COMMAND) as act:
        cases.get(act, given.case(act, cast).id + 1)
    with runtime.act(COMMAND) as act:
        assert given.case(act, cast).number == "261118001"


def test_eight_at_once_get_numbers_without_a_gap(
    runtime: Runtime, cast: Cast, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    told = world.environment(database_url=database_url, redis_url=redis_url, var=tmp_path)
    # Two runtimes, as two processes have: the lock inside one does not help the other.
    houses = [runtime, house.make(environment.load(told))]

    def open_five(writer: int) -> list[str]:
        return [_open(houses[writer % 2], cast) for _ in range(5)]

    with ThreadPoolExecutor(8) as writers:
        numbers = [number for some in writers.map(open_five, range(8)) for number in some]
    houses[1].engine.dispose()
    assert sorted(numbers) == [f"261118{n:03d}" for n in range(1, 41)]


def _open(runtime: Runtime, cast: Cast) -> str:
    with runtime.act(COMMAND) as act:
        return given.case(act, cast).number


def test_a_case_from_a_call_is_named_on_the_call_and_in_both_chains(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        ringing = given.call(act, cast, who=cast.chen)
        case = _told_in(act, cast, ringing)
    with runtime.look(COMMAND) as act:
        assert calls.locked(act, ringing.id).case_id == case.id
        assert audit.entries(act.session, ringing.chain)[-1].fields == {"case": case.id, "number": case.number}
        assert audit.entries(act.session, case.chain)[0].fields["call"] == ringing.id


def test_an_anonymous_matter_and_its_call_do_not_name_one_another(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        ringing = given.call(act, cast, who=cast.chen)
        told = [_told_in(act, cast, ringing, anonymous=anonymous) for anonymous in (False, True, False)]
    with runtime.look(COMMAND) as act:
        assert [cases.get(act, case.id).call_id for case in told] == [None, None, None]
        call = calls.locked(act, ringing.id)
        assert call.case_id == told[2].id
        assert str(told[1].number) not in str(call.slots)
        assert [one.fields for one in audit.entries(act.session, call.chain) if one.kind == "anonymous-told"] == [{}]
        assert told[1].id not in [one.fields.get("case") for one in audit.entries(act.session, call.chain)]
        first = audit.entries(act.session, told[1].chain)[0].fields
        assert (first["call"], first["customer"]) == (None, None)


def test_what_an_anonymous_caller_said_last_belongs_to_the_matter(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        ringing = given.call(act, cast, who=cast.chen)
        case = _told_in(act, cast, ringing, anonymous=True)
        ringing.ended_at = act.at
        news.recorded(act, ringing, sid="RE1", state="completed", seconds=9)
        assert act.session.get_one(news.Recording, "RE1").case_id == case.id


def _told_in(act: Act, cast: Cast, call: calls.Call, *, anonymous: bool = False) -> Case:
    return cases.open(
        act,
        companies.get(act, cast.heat.id),
        kind=Kind.COMPLAINT,
        matter="noise",
        owner_id=call.owner_id,
        call=call,
        customer_id=None if anonymous else call.customer_id,
        anonymous=anonymous,
    )


def test_an_owner_can_never_be_empty(runtime: Runtime, case: Case) -> None:
    for column in ("owner_id", "first_owner_id", "handler_id"):
        with pytest.raises(Exception, match=column), runtime.engine.begin() as connection:
            connection.execute(text(f"UPDATE cases SET {column} = NULL"))  # noqa: S608


def close(runtime: Runtime, case_id: int, who: Person) -> None:
    with runtime.act(by(who)) as act:
        cases.mark_closed(act, cases.get(act, case_id), by=who.id, outcome="told on the telephone")


def test_a_case_is_closed_once_and_its_outcome_is_sealed(runtime: Runtime, cast: Cast, case: Case) -> None:
    close(runtime, case.id, cast.lin)
    with pytest.raises(Conflict):
        close(runtime, case.id, cast.lin)
    with runtime.look(COMMAND) as act:
        kept = cases.get(act, case.id)
        assert (kept.state, kept.closed_by_id) == ("closed", cast.lin.id)
        assert kept.outcome is not None
        assert "telephone" not in kept.outcome
        assert cases.unseal(act, kept, kept.outcome) == "told on the telephone"


def test_a_customer_who_rings_again_is_known_by_the_open_matters(runtime: Runtime, cast: Cast, case: Case) -> None:
    with runtime.act(COMMAND) as act:
        newer = given.case(act, cast)
    close(runtime, case.id, cast.lin)
    with runtime.look(COMMAND) as act:
        assert [found.id for found in cases.open_of(act, cast.chen.id)] == [newer.id]


def test_the_handler_changes_and_the_owner_stays(runtime: Runtime, cast: Cast, case: Case) -> None:
    with runtime.act(COMMAND) as act:
        cases.handled_by(act, cases.get(act, case.id), cast.wang.id)
        cases.handled_by(act, cases.get(act, case.id), cast.wang.id)
    with runtime.look(COMMAND) as act:
        kept = cases.get(act, case.id)
        assert (kept.owner_id, kept.handler_id) == (cast.lin.id, cast.wang.id)
        assert [e.kind for e in audit.entries(act.session, kept.chain)].count("handler") == 1


def test_what_an_unknown_caller_said_is_sealed_with_our_key(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        nobodys = cases.open(
            act, companies.get(act, cast.heat.id), kind=Kind.COMPLAINT, matter="noise", owner_id=cast.lin.id
        )
        assert cases.unseal(act, nobodys, cases.seal(act, nobodys, "it hums")) == "it hums"


def test_a_case_that_is_not_there_is_not_found(runtime: Runtime) -> None:
    with runtime.look(COMMAND) as act, pytest.raises(NotFound):
        cases.get(act, 1)

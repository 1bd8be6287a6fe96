"""Why a matter was passed on, or more time was wanted, is read no more once its words were destroyed (REC-5)."""

from __future__ import annotations

from datetime import timedelta

from hotline.domain import companies, handovers, record_classes
from hotline.domain.act import COMMAND
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import deciding
from tests.complaining import House, filed
from tests.complaining import house as house
from tests.console.visitor import Visitor
from tests.world import Cast

WORDS = ("老陈的腿摔伤了", "她住院了")


def test_what_was_destroyed_with_a_matter_stands_in_no_handover_and_in_no_request(
    lin: Visitor, runtime: Runtime, cast: Cast, house: House
) -> None:
    told = filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR)
    with told.by(cast.lin) as (act, case, person):
        companies.get(act, cast.heat.id)
        handovers.ask(act, case, giver_id=person.id, receiver_id=cast.zhou.id, reason=WORDS[0])
    later = deciding.due(runtime, told.id) + timedelta(days=1)
    deciding.asks_time(runtime, cast.lin, told.id, later, why=WORDS[1])
    assert _read(lin, told.id) == [True, True]
    with runtime.act(COMMAND) as act:
        destroy = record_classes.named("case").destroy
        assert destroy is not None
        destroy(act, str(told.id))
    assert _read(lin, told.id) == [False, False]


def _read(lin: Visitor, case_id: int) -> list[bool]:
    page = lin.opens(f"/console/cases/{case_id}").text
    return [word in page for word in WORDS]

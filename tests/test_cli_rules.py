"""The command that shows every clock; if this broke, nobody could tell a customer's complaint from a company's rule."""

from __future__ import annotations

import pytest

from hotline.domain.act import COMMAND
from hotline.domain.companies import Company
from hotline.runtime import Runtime
from hotline.standard import loader
from tests.operator import Operator
from tests.world import Cast


@pytest.fixture
def operator(runtime: Runtime) -> Operator:
    return Operator.of(runtime.settings)


def test_every_rule_of_a_profile_is_shown_with_whom_it_reaches(operator: Operator) -> None:
    rules = {rule["rule"]: rule for rule in operator.reads("promises rules --profile heating")}
    assert set(rules) == set(loader.load("heating").promise_rules)
    assert rules["FLT-2.sign"] == {
        "rule": "FLT-2.sign",
        "within": "10 min",
        "urgent": True,
        "warned": "owner 4 min before",
        "told": ["supervisor"],
        "then": ["manager after 10 min", "general_manager after 30 min by call"],
        "more_time": None,
        "title": "Repair signs for the order",
    }
    assert rules["CMP-4.settle.minor"]["more_time"] == "manager"


def test_a_companys_own_figures_are_shown(operator: Operator, runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.heat.id).overrides = {"promise_rules": {"FLT-2.sign": {"limit": "7 min"}}}
    shown = operator.answered("promises rules --company heat --chinese")
    (line,) = [line for line in shown.splitlines() if line.startswith("FLT-2.sign")]
    assert "7 min" in line
    assert "维修人员签收" in line
    assert "nowhere" in operator.refused("promises rules --company nowhere")

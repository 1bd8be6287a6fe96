"""What each kind of company promises, and what a company may change of it."""

from __future__ import annotations

import pytest

from hotline.standard import diagnosis, loader
from hotline.standard.kinds import FaultClass, FlowItem, Staffing
from tests.standard.shanghai import at

NAMES = ["building", "developer", "heating", "property", "service"]


def test_five_profiles_ship() -> None:
    assert loader.profiles() == NAMES


@pytest.mark.parametrize("profile", NAMES)
def test_every_profile_loads_and_knows_its_name(profile: str) -> None:
    standard = loader.load(profile)
    assert standard.profile == profile
    assert standard.title_zh
    assert standard.title_en
    assert standard.timezone == standard.calendar.timezone.key


@pytest.mark.parametrize(("profile", "seconds"), [("property", 15), ("heating", 20), ("service", 15)])
def test_the_ring_limit_is_three_rings_and_four_for_heating(profile: str, seconds: int) -> None:
    assert loader.load(profile).answering.ring_limit_seconds == seconds


def test_profiles_tell_themselves_apart() -> None:
    assert len({loader.load(name).title_zh for name in NAMES}) == len(NAMES)


def test_the_heating_group_greets_with_the_agents_number() -> None:
    assert loader.load("heating").answering.greeting_names_agent
    assert not loader.load("property").answering.greeting_names_agent


def test_a_profile_keeps_what_it_does_not_change() -> None:
    assert loader.load("heating").answering.reassurance == loader.load("property").answering.reassurance


@pytest.mark.parametrize(
    ("profile", "classes"),
    [("heating", {FaultClass.HEATING}), ("service", {FaultClass.SOFTWARE})],
)
def test_a_profile_offers_the_faults_it_can_mend(profile: str, classes: set[FaultClass]) -> None:
    assert set(loader.load(profile).repair.classes) == classes


@pytest.mark.parametrize("profile", NAMES)
def test_every_offered_fault_has_a_tree_and_a_fee_to_disclose(profile: str) -> None:
    standard = loader.load(profile)
    for fault_class in standard.repair.classes:
        assert list(diagnosis.of(standard, fault_class).paths())
        assert standard.repair.fees[fault_class] >= 0


@pytest.mark.parametrize("profile", NAMES)
def test_whatever_can_be_charged_has_a_price(profile: str) -> None:
    standard = loader.load(profile)
    for fault_class in standard.repair.classes:
        paid = [verdict for _, verdict in diagnosis.of(standard, fault_class).paths() if verdict.fee is not None]
        assert all(standard.repair.fees[verdict.fee] > 0 for verdict in paid if verdict.fee is not None)


@pytest.mark.parametrize("profile", NAMES)
def test_a_caller_can_always_report_complain_and_reach_a_person(profile: str) -> None:
    assert {FlowItem.FAULT, FlowItem.COMPLAINT, FlowItem.AGENT} <= set(loader.load(profile).flow.items)


@pytest.mark.parametrize("profile", NAMES)
def test_attempts_to_reach_a_customer_keep_the_quiet_hours(profile: str) -> None:
    callbacks = loader.load(profile).callbacks
    for slot in (callbacks.slots.morning, callbacks.slots.noon, callbacks.slots.evening):
        assert not callbacks.quiet.contains(slot.start)
        assert not callbacks.quiet.contains(slot.end)


def test_the_front_desk_answers_without_a_menu_and_takes_lost_property() -> None:
    flow = loader.load("building").flow
    assert not flow.menu
    assert FlowItem.LOST_PROPERTY in flow.items


@pytest.mark.parametrize(
    ("profile", "instant", "staffed"),
    [
        ("property", "2026-03-02 10:00", True),
        ("property", "2026-03-02 20:00", False),
        ("heating", "2026-03-02 03:00", True),  # in season around the clock
        ("heating", "2026-07-06 03:00", False),
        ("heating", "2026-07-06 10:00", True),
        ("building", "2026-10-01 03:00", True),
    ],
)
def test_agents_are_on_duty_as_the_profile_says(profile: str, instant: str, staffed: bool) -> None:
    assert loader.load(profile).is_staffed(at(instant)) is staffed


def test_a_company_lays_its_own_figures_over_its_profile() -> None:
    own = loader.load(
        "heating",
        {
            "timezone": "Asia/Urumqi",
            "answering": {"rings": 2, "staffing": "always"},
            "promise_rules": {"FLT-2.sign": {"limit": "5 min", "warn_before": "1 min"}},
            "calendar": {"season": {"begins": "10-15"}},
        },
    )
    assert own.answering.ring_limit_seconds == 10
    assert own.answering.staffing is Staffing.ALWAYS
    assert own.promise("FLT-2.sign").limit.seconds == 300
    assert own.promise("FLT-2.sign").title_zh == loader.load("heating").promise("FLT-2.sign").title_zh
    assert own.calendar.timezone.key == "Asia/Urumqi"
    assert own.calendar.season.ends == loader.load("heating").calendar.season.ends


def test_one_companys_figures_never_reach_another() -> None:
    before = loader.load("property")
    loader.load("property", {"answering": {"rings": 9}, "repair": {"fees": {"water": 1}}})
    assert loader.load("property") == before
    assert loader.load("heating").repair.fees[FaultClass.WATER] == before.repair.fees[FaultClass.WATER]


def test_figures_cannot_be_changed_once_loaded() -> None:
    standard = loader.default()
    with pytest.raises(TypeError):
        standard.repair.fees[FaultClass.WATER] = 0  # type: ignore[index]
    with pytest.raises(AttributeError):
        standard.answering.rings = 9  # type: ignore[misc]

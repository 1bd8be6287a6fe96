"""A wrong figure is refused by file, key and reason, and nothing that is not understood is passed over."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from hotline.errors import Invalid
from hotline.standard import loader

WRONG: list[tuple[str, dict[str, Any], str]] = [
    (
        "a word for a number",
        {"answering": {"rings": "four"}},
        "answering.rings: 'four' is not a whole number from 1 to 10",
    ),
    ("a number too large", {"answering": {"rings": 11}}, "answering.rings: 11 is not a whole number from 1 to 10"),
    ("a number too small", {"answering": {"rings": 0}}, "answering.rings: 0 is not a whole number from 1 to 10"),
    ("yes for a number", {"answering": {"rings": True}}, "answering.rings: True is not a whole number from 1 to 10"),
    ("a half for a whole", {"answering": {"rings": 3.5}}, "answering.rings: 3.5 is not a whole number from 1 to 10"),
    ("a misspelt key", {"answering": {"ring": 3}}, "answering.ring: is not known here (is rings meant?)"),
    ("a misspelt subject", {"anwering": {}}, "anwering: is not known here (is answering meant?)"),
    ("a key like nothing else", {"xyzzy": 1}, "xyzzy: is not known here"),
    ("extends in overrides", {"extends": "heating"}, "extends: is not known here"),
    ("a value for a table", {"answering": 4}, "answering: 4 is not a table"),
    ("a value for a list", {"flow": {"items": "fault"}}, "flow.items: 'fault' is not a list"),
    ("a table for a value", {"answering": {"rings": {"a": 1}}}, "answering.rings: {'a': 1} is not a whole number"),
    ("a bare number for a time", {"answering": {"linger": 60}}, "answering.linger: 60 is not a text"),
    ("a wrong time", {"answering": {"linger": "1 minute"}}, "answering.linger: '1 minute' is not a time such as"),
    ("an empty text", {"title_zh": " "}, "title_zh: ' ' is not a text"),
    ("a word for yes", {"flow": {"menu": "yes"}}, "flow.menu: 'yes' is neither true nor false"),
    (
        "an unknown choice",
        {"answering": {"staffing": "on"}},
        "answering.staffing: 'on' is not one of always, season, hours",
    ),
    ("an unknown item", {"flow": {"items": ["fault", "gossip"]}}, "flow.items.2: 'gossip' is not one of fault,"),
    ("an item twice", {"flow": {"items": ["fault", "fault"]}}, "flow.items: names something twice"),
    ("no item", {"flow": {"items": []}}, "flow.items: is empty"),
    ("an unknown zone", {"timezone": "Mars/Base"}, "timezone: 'Mars/Base' is not a time zone such as 'Asia/Shanghai'"),
    ("a zone that is a path", {"timezone": "../etc"}, "timezone: '../etc' is not a time zone"),
    ("a default language not offered", {"languages": {"default": "fr"}}, "languages.default: 'fr' is not among"),
    ("wrong hours", {"calendar": {"hours": {"mon": ["9-5"]}}}, "calendar.hours.mon.1: '9-5' is not a part of the day"),
    (
        "hours out of order",
        {"calendar": {"hours": {"mon": ["13:00-17:00", "09:00-12:00"]}}},
        "calendar.hours.mon: 09:00-12:00 does not come after 13:00-17:00",
    ),
    (
        "hours that overlap",
        {"calendar": {"hours": {"mon": ["09:00-13:00", "12:00-17:00"]}}},
        "calendar.hours.mon: 12:00-17:00 does not come after 09:00-13:00",
    ),
    (
        "no hours at all",
        {"calendar": {"hours": {day: [] for day in ("mon", "tue", "wed", "thu", "fri")}}},
        "calendar.hours: no day has opening hours",
    ),
    ("no working day", {"calendar": {"week": []}}, "calendar.week: no day is a working day"),
    (
        "an unknown weekday",
        {"calendar": {"hours": {"monday": []}}},
        "calendar.hours.monday: 'monday' is not one of mon,",
    ),
    (
        "a wrong season",
        {"calendar": {"season": {"begins": "15-11"}}},
        "calendar.season.begins: '15-11' is not a day of the year",
    ),
    ("a year that is none", {"calendar": {"years": {"next": {}}}}, "calendar.years.next: 'next' is not a whole number"),
    (
        "a holiday that is none",
        {"calendar": {"years": {"2027": {"holidays": ["2027-02-30"]}}}},
        "calendar.years.2027.holidays.1: '2027-02-30' is not a date such as 2027-01-01",
    ),
    ("a fee below nothing", {"repair": {"fees": {"water": -5}}}, "repair.fees.water: -5 is not a whole number from 0"),
    ("a fee for no class", {"repair": {"fees": {"gas": 5}}}, "repair.fees.gas: 'gas' is not one of heating,"),
    (
        "a verdict that no tree has",
        {"repair": {"scope": {"heating": {"home_clod": "in_scope"}}}},
        "repair.scope.heating.home_clod: is no verdict of the heating diagnosis (is home_cold meant?)",
    ),
    (
        "an emergency argued away",
        {"repair": {"scope": {"lift": {"trapped": "in_scope"}}}},
        "repair.scope.lift.trapped: an emergency is not a matter of scope",
    ),
    (
        "a misspelt promise",
        {"promise_rules": {"FLT-2.notfy": {"limit": "5 s"}}},
        "promise_rules.FLT-2.notfy: is not known here (is FLT-2.notify meant?)",
    ),
    (
        "a promise for no rule",
        {"promise_rules": {"FLT-2.sign": {"rule_id": "FLT-99"}}},
        "promise_rules.FLT-2.sign.rule_id: 'FLT-99' is not a rule of the standard",
    ),
    (
        "a warning after the deadline",
        {"promise_rules": {"FLT-2.sign": {"warn_before": "10 min"}}},
        "promise_rules.FLT-2.sign.warn_before: 10 min is not shorter than the limit of 10 min",
    ),
    (
        "an escalation to nobody",
        {"promise_rules": {"FLT-2.sign": {"escalate": [{"after": "5 min", "role": "mayor"}]}}},
        "promise_rules.FLT-2.sign.escalate.1.role: 'mayor' is not one of owner,",
    ),
    (
        "an escalation without its time",
        {"promise_rules": {"FLT-2.sign": {"escalate": [{"role": "manager"}]}}},
        "promise_rules.FLT-2.sign.escalate.1.after: is missing",
    ),
    (
        "an escalation by business time",
        {"promise_rules": {"FLT-2.sign": {"escalate": [{"after": "same day", "role": "manager"}]}}},
        "promise_rules.FLT-2.sign.escalate: same day is not a time that can be counted from any moment",
    ),
    (
        "an escalation out of its order",
        {
            "promise_rules": {
                "FLT-2.sign": {
                    "escalate": [{"after": "1 h", "role": "manager"}, {"after": "59 min", "role": "manager"}]
                }
            }
        },
        "promise_rules.FLT-2.sign.escalate: 59 min comes after a later step",
    ),
    (
        "an approval by whoever asks",
        {"promise_rules": {"FLT-5.result": {"approved_by": "owner"}}},
        "promise_rules.FLT-5.result.approved_by: whoever owns a matter does not approve for themselves",
    ),
    (
        "a promise that is no table",
        {"promise_rules": {"FLT-2.sign": "5 min"}},
        "promise_rules.FLT-2.sign: '5 min' is not a table",
    ),
    ("promises that are no table", {"promise_rules": 5}, "promise_rules: 5 is not a table"),
    (
        "review marks that miss a hundred",
        {"people": {"review": {"conduct": 21}}},
        "people.review: conduct, diligence, ability and results do not add up to 100",
    ),
    (
        "review shares that miss a hundred",
        {"people": {"review": {"year_end_share": 51}}},
        "people.review: checks, monthly and year-end shares do not add up to 100",
    ),
    ("a bonus upside down", {"people": {"review": {"bonus_to": 0}}}, "people.review.bonus_to: is less than bonus_from"),
    ("every mark reopens", {"visits": {"reopens_at": 5}}, "visits.reopens_at: is not below best_mark"),
    (
        "a night without end",
        {"callbacks": {"quiet": "08:00-08:00"}},
        "callbacks.quiet: leaves no opening hour in which anybody may be rung (FLT-7)",
    ),
    (
        "an office open by night alone",
        {"callbacks": {"quiet": "08:00-18:00"}},
        "callbacks.quiet: leaves no opening hour in which anybody may be rung (FLT-7)",
    ),
    ("nowhere to ring", {"callbacks": {"regions": []}}, "callbacks.regions: is empty: nobody could be rung (SEC-5)"),
    (
        "a region that is none",
        {"callbacks": {"regions": ["CN", "Hong Kong"]}},
        "callbacks.regions: 'Hong Kong' is not a region by ISO 3166, such as CN or HK",
    ),
    ("no waits", {"engine": {"outbox": {"back_off": []}}}, "engine.outbox.back_off: is empty"),
    (
        "a job that outlives its lease",
        {"engine": {"outbox": {"job_timeout": "60 s"}}},
        "engine.outbox.job_timeout: is not shorter than the lease",
    ),
    (
        "a worker that counts as dead while it works",
        {"engine": {"worker": {"lifetime": "30 s"}}},
        "engine.worker.lifetime: is not longer than a job may take",
    ),
    (
        "a wrap-up counted by a calendar",
        {"desk": {"wrap_up": "1 business day"}},
        "desk.wrap_up: 1 business day is not a time in seconds, minutes or hours",
    ),
    (
        "a page that shows itself too seldom",
        {"engine": {"desk": {"presence_every": "60 s"}}},
        "engine.desk.presence_every: is not shorter than presence",
    ),
    (
        "a log-in that is over before it is noted that somebody is at work",
        {"engine": {"sign_in": {"noted_every": "30 min"}}},
        "engine.sign_in.noted_every: is not shorter than idle",
    ),
    (
        "no time left between two reassurances",
        {"engine": {"desk": {"wait_margin": "15 s"}}},
        "engine.desk.wait_margin: leaves nothing",
    ),
]


@pytest.mark.parametrize(("overrides", "reason"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_wrong_figure_is_refused_by_its_key(overrides: dict[str, Any], reason: str) -> None:
    with pytest.raises(Invalid, match=f"^overrides: {re.escape(reason)}"):
        loader.load("property", overrides)


def test_an_unknown_profile_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(Invalid, match="no profile is called 'bank'; there are building, developer, heating,"):
        loader.load("bank")


def test_overrides_that_are_no_table_are_refused() -> None:
    with pytest.raises(Invalid, match="overrides: 5 is not a table"):
        loader.load("property", 5)  # type: ignore[arg-type]


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A copy of the files that ship, to break."""
    shipped = Path(str(files("hotline.standard")))
    for found in (*shipped.glob("*.toml"), *shipped.glob("profiles/*.toml")):
        target = tmp_path / found.relative_to(shipped)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(found.read_bytes())
    return tmp_path


BROKEN = [
    ('extends = "property"\n[answering]\nrings = "four"', "answering.rings: 'four' is not a whole number from 1 to 10"),
    ('extends = "property"\n[answering]\nrigns = 4', "answering.rigns: is not known here (is rings meant?)"),
    ('extends = "heating"', "extends: the profiles heating extend one another"),
    ("extends = 5", "extends: 5 is not a text"),
    ("[answering\nrings = 4", "is not TOML: "),
    ("[answering]\nrings = 4", "is missing"),
]


@pytest.mark.parametrize(("text", "reason"), BROKEN, ids=[case[1] for case in BROKEN])
def test_a_broken_profile_is_refused_by_its_file(room: Path, text: str, reason: str) -> None:
    (room / "profiles/heating.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Invalid, match=f"^profiles/heating.toml: .*{re.escape(reason)}"):
        loader.load("heating", room=room)


def test_a_wrong_figure_is_charged_to_the_file_that_had_the_last_word(room: Path) -> None:
    property_ = room / "profiles/property.toml"
    property_.write_text(property_.read_text(encoding="utf-8").replace("rings = 3", "rings = 30"), encoding="utf-8")
    with pytest.raises(Invalid, match=r"^profiles/property\.toml: answering\.rings: 30 is not"):
        loader.load("building", room=room)
    assert loader.load("heating", room=room).answering.rings == 4


def test_a_company_may_bring_a_profile_of_its_own(room: Path) -> None:
    (room / "profiles/hotel.toml").write_text('extends = "building"\ntitle_zh = "酒店"', encoding="utf-8")
    assert "hotel" in loader.profiles(room)
    assert loader.load("hotel", room=room).title_zh == "酒店"
    assert not loader.load("hotel", room=room).flow.menu

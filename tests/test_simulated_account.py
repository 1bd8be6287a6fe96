"""The account at the simulated carrier: kept from start to start, and made whole where it lacks something."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hotline import running
from hotline.errors import Invalid
from hotline.settings import Settings
from tests import world


@pytest.fixture
def wanted(tmp_path: Path) -> Settings:
    """Settings without a carrier's account."""
    given = world.environment(database_url="sqlite:///:memory:", redis_url="redis://127.0.0.1:1/0", var=tmp_path)
    named = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "PUBLIC_BASE_URL", "DATABASE_URL")
    return Settings.model_validate({name.lower(): value for name, value in given.items() if name not in named})


def test_an_account_stays_the_same_and_has_a_key_to_sign_tokens_with(wanted: Settings) -> None:
    first = running.simulated_account(wanted)
    assert running.simulated_account(wanted) == first
    told = {name.lower(): value for name, value in first.items()} | {"public_base_url": "http://127.0.0.1:8000"}
    assert Settings.model_validate(wanted.model_dump() | told).carrier.api_key == first["TWILIO_API_KEY"]


def test_an_account_kept_from_before_gets_what_it_lacks_and_keeps_the_rest(wanted: Settings) -> None:
    running.simulated_account(wanted)
    file = wanted.hotline_var / running.ACCOUNT
    kept = json.loads(file.read_text("utf-8"))
    old = {name: kept[name] for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")}
    file.write_text(json.dumps(old), "utf-8")
    made = running.simulated_account(wanted)
    assert old.items() <= made.items()
    assert made["TWILIO_API_KEY"].startswith("SK")
    assert json.loads(file.read_text("utf-8"))["TWILIO_API_KEY"] == made["TWILIO_API_KEY"]
    assert file.stat().st_mode & 0o077 == 0


def test_an_account_that_cannot_be_read_is_named(wanted: Settings) -> None:
    (wanted.hotline_var / running.ACCOUNT).write_text("{", "utf-8")
    with pytest.raises(Invalid, match="simulated-carrier"):
        running.simulated_account(wanted)

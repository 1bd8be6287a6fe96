"""A wrong or missing setting stops the start with its name and what would be right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from hotline import keys, settings, transcribers
from hotline.errors import Invalid
from hotline.standard import loader
from tests import world


@pytest.fixture
def right(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing is wrong."""
    return world.environment(database_url=f"sqlite:///{tmp_path}/y.db", redis_url="unix:///x/redis.sock", var=tmp_path)


def refusal(environment: dict[str, str]) -> str:
    with pytest.raises(Invalid) as refused:
        settings.load(environment)
    return str(refused.value)


def test_what_is_right_is_read_once_and_frozen(right: dict[str, str]) -> None:
    read = settings.load({**right, "TWILIO_AUTH_TOKENS_ALSO": "old, older,", "PORT": "9000", "UNRELATED": "x"})
    assert (read.port, read.base_url) == (9000, "https://hotline.example.com")
    assert read.carrier.tokens == ("the-token-of-the-tests", "old", "older")
    assert read.carrier.calls_per_second == 1.0
    with pytest.raises(ValidationError):
        read.port = 1


@pytest.mark.parametrize(
    ("name", "value", "right_would_be"),
    [
        ("TWILIO_ACCOUNT_SID", "AC123", "is AC and 32 characters 0-9 a-f"),
        ("TWILIO_ACCOUNT_SID", "SK" + "0" * 32, "is AC and 32 characters 0-9 a-f"),
        ("TWILIO_AUTH_TOKEN", "secret", "too short"),
        ("TWILIO_API_KEY", "SKxyz", "is SK and 32 characters 0-9 a-f"),
        ("TWILIO_CALLS_PER_SECOND", "0", "greater than 0"),
        ("TWILIO_API_BASE", "api.twilio.com", "https://"),
        ("PUBLIC_BASE_URL", "hotline.example.com", "https://hotline.example.com"),
        ("PUBLIC_BASE_URL", "https://hot_line.example.com", "underscore"),
        ("PUBLIC_BASE_URL", "https://hotline.example.com/?a=1", "https://hotline.example.com"),
        ("DATABASE_URL", "mysql://x/y", "postgresql://"),
        ("DATABASE_URL", "sqlite:////nonexistent/hotline.db?timeout=5", "there is no folder /nonexistent:"),
        ("REDIS_URL", "localhost:6379", "redis://"),
        ("TRUSTED_PROXIES", "10.0.0.2, proxy.example.com", "127.0.0.1,10.0.0.2"),
        ("HOTLINE_RECORDINGS", "https://bucket", "s3://bucket/prefix"),
        ("HOTLINE_QUEUE", "the line of 老王", "pattern"),
        ("AWS_ENDPOINT_URL", "oss.example.com", "https://"),
        ("PORT", "70000", "65535"),
        ("PORT", "eight thousand", "integer"),
        ("SECRET_KEY", "short", "32"),
        ("SEALING_KEYS", "k1:short", "name:base64"),
        ("SEALING_KEYS", "c2VhbGluZy1rZXktb2YtdGhlLXRlc3RzLTMyLWJ5dGU=", "name:base64"),
        ("BLIND_INDEX_KEY", "AAAA", "32 bytes in base64"),
        ("AUDIT_SIGNING_KEY", "not base64 at all!", "32 bytes in base64"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(
    right: dict[str, str], name: str, value: str, right_would_be: str
) -> None:
    said = refusal({**right, name: value})
    assert said.startswith(f"{name}: ")
    assert right_would_be in said


@pytest.mark.parametrize("name", ["SECRET_KEY", "SEALING_KEYS", "BLIND_INDEX_KEY", "AUDIT_SIGNING_KEY"])
def test_a_missing_key_is_named_with_where_to_get_one(right: dict[str, str], name: str) -> None:
    said = refusal({**right, name: ""})
    assert said.startswith(f"{name} is not set")
    assert "hotline keys" in said


@pytest.mark.parametrize(
    ("taken_out", "named"),
    [("TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN"), ("PUBLIC_BASE_URL", "PUBLIC_BASE_URL")],
)
def test_an_account_is_given_whole(right: dict[str, str], taken_out: str, named: str) -> None:
    right.pop(taken_out)
    assert f"{named} is missing" in refusal(right)


def test_a_key_of_the_carrier_goes_with_its_secret(right: dict[str, str]) -> None:
    key = {"TWILIO_API_KEY": "SK" + "0" * 32}
    assert "TWILIO_API_KEY_SECRET" in refusal({**right, **key})
    for name in ("TWILIO_API_KEY_SECRET", "TWILIO_API_SECRET"):
        assert settings.load({**right, **key, name: "s"}).carrier.api_secret == "s"


def test_a_key_of_the_bucket_goes_with_its_secret(right: dict[str, str]) -> None:
    assert "AWS_SECRET_ACCESS_KEY" in refusal({**right, "AWS_ACCESS_KEY_ID": "AKIA"})


def test_every_wrong_value_is_named_at_once_and_none_is_shown(right: dict[str, str]) -> None:
    said = refusal({**right, "PORT": "0", "SECRET_KEY": "my-password", "REDIS_URL": "nowhere"})
    assert len(said.splitlines()) == 3
    assert "my-password" not in said


def test_no_secret_is_shown_when_settings_are_printed(right: dict[str, str]) -> None:
    shown = repr(settings.load(right))
    for name in ("TWILIO_AUTH_TOKEN", "SECRET_KEY", "SEALING_KEYS", "BLIND_INDEX_KEY", "AUDIT_SIGNING_KEY"):
        assert right[name] not in shown


def test_without_an_account_there_is_no_carrier(right: dict[str, str]) -> None:
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "PUBLIC_BASE_URL", "DATABASE_URL", "REDIS_URL"):
        right.pop(name)
    read = settings.load(right)
    with pytest.raises(Invalid, match="simulated carrier"):
        _ = read.carrier
    folder = Path(right["HOTLINE_VAR"]).resolve()
    assert (read.database, read.redis) == (f"sqlite:///{folder}/hotline.db", f"unix://{folder}/redis.sock")
    assert read.base_url == "http://127.0.0.1:8000"


def test_the_old_spelling_of_postgresql_is_understood(right: dict[str, str]) -> None:
    assert settings.load({**right, "DATABASE_URL": "postgres://u@h/d"}).database == "postgresql://u@h/d"


def test_keys_are_made_once_and_kept_for_their_owner_alone(tmp_path: Path) -> None:
    told = {"HOTLINE_VAR": str(tmp_path / "var")}
    assert "there is no data folder with keys" in refusal(told)
    made = settings.load(told, make_keys=True)
    file = tmp_path / "var" / keys.FILE
    assert file.stat().st_mode & 0o777 == 0o600
    assert settings.load(told) == settings.load(told, make_keys=True) == made
    assert set(json.loads(file.read_text())) == set(keys.NAMES)


def test_without_any_key_it_is_said_once_where_they_were_looked_for(tmp_path: Path) -> None:
    said = refusal({"HOTLINE_VAR": str(tmp_path / "elsewhere"), "PORT": "0"}).splitlines()
    assert len(said) == 2, "one line for all four keys, one for the port"
    assert said[0].startswith(f"there is no data folder with keys at {tmp_path}/elsewhere: set HOTLINE_VAR")
    assert "hotline up" in said[0]
    assert "hotline keys" in said[0]
    assert said[1].startswith("PORT: ")


def test_what_is_set_comes_before_what_is_kept(tmp_path: Path) -> None:
    told = {"HOTLINE_VAR": str(tmp_path)}
    settings.load(told, make_keys=True)
    own = "x" * 40
    assert settings.load({**told, "SECRET_KEY": own}).secret_key.get_secret_value() == own


def test_a_broken_key_file_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / keys.FILE).write_text("{")
    with pytest.raises(Invalid, match="restore it from a backup"):
        settings.load({"HOTLINE_VAR": str(tmp_path)}, make_keys=True)
    assert (tmp_path / keys.FILE).read_text() == "{"


def test_hosts_of_robots_are_named_with_their_scheme_and_nothing_behind(right: dict[str, str]) -> None:
    told = {**right, "HOTLINE_ROBOT_HOSTS_ALSO": "https://chat.example.com, http://127.0.0.1:8099"}
    assert settings.load(told).robot_hosts_also == {"https://chat.example.com", "http://127.0.0.1:8099"}
    assert settings.load(right).robot_hosts_also == frozenset()
    for wrong in ("chat.example.com", "https://chat.example.com/path", "https://a@b.example.com", "*"):
        with pytest.raises(Invalid, match="HOTLINE_ROBOT_HOSTS_ALSO: is a list like"):
            settings.load({**right, "HOTLINE_ROBOT_HOSTS_ALSO": wrong})


def test_who_writes_down_is_a_folder_or_the_carrier_s_services_by_language(right: dict[str, str]) -> None:
    languages, service = loader.platform().transcripts.carrier_languages, "GA" + "0" * 32
    assert transcribers.named(settings.load(right).hotline_transcripts, languages) is None
    told = {**right, "HOTLINE_TRANSCRIPTS": f"twilio:en-GB={service}, es-MX={service}"}
    by_carrier = transcribers.named(settings.load(told).hotline_transcripts, languages)
    assert by_carrier is not None
    lacks = {language: by_carrier.lacks(language) for language in ("en", "en-GB", "zh-CN", "de")}
    assert lacks == {"en": "", "en-GB": "", "zh-CN": "language", "de": "service"}
    for wrong in ("twilio:", "twilio:en-US", f"twilio:en={service}", f"twilio:en-US={service},en-US={service}"):
        with pytest.raises(Invalid, match="HOTLINE_TRANSCRIPTS: is a folder, or twilio:"):
            settings.load({**right, "HOTLINE_TRANSCRIPTS": wrong})
    with pytest.raises(Invalid, match="the carrier does not write down zh-CN, but da-DK"):
        transcribers.named(f"twilio:zh-CN={service}", languages)

"""Where recordings lie; if this broke, what callers told by voice would be lost or lie open (SEC-4)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from hotline.errors import NotFound
from hotline.runtime import Runtime
from hotline.settings import load
from hotline.sounds import Account, Bucket, Folder, Moved, Store, new_name
from tests import world
from tests.bucket import KEY, REGION, SECRET, Service, serving

SECOND = timedelta(seconds=1)
BUCKET = "recordings-of-the-tests"


@pytest.fixture(name="service")
def _service() -> Iterator[Service]:
    with serving() as made:
        yield made


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return Folder(tmp_path)
    return bucket(request.getfixturevalue("service").address)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bucket(endpoint: str, address: str = f"s3://{BUCKET}/heat/2026") -> Bucket:
    return Bucket(address, Account(endpoint, REGION, KEY, SECRET), connect_within=SECOND / 2, within=2 * SECOND)


def test_what_is_kept_is_read_again_and_overwritten_under_its_name(store: Store) -> None:
    name = new_name()
    for sealed in (b"first" * 100_000, b"second"):
        store.keep(name, sealed)
        assert store.read(name) == sealed


def test_what_is_removed_is_gone_and_can_be_removed_again(store: Store, tmp_path: Path) -> None:
    name = new_name()
    moved = Moved(store, Folder(tmp_path / "before"))
    store.keep(name, b"sealed")
    for _time in range(2):
        moved.remove(name)
        with pytest.raises(NotFound, match="is gone"):
            moved.read(name)


def test_what_was_never_kept_is_gone(store: Store) -> None:
    with pytest.raises(NotFound, match="is gone"):
        store.read(new_name())


def test_in_a_bucket_it_lies_under_the_prefix_and_a_name_that_says_nothing(service: Service) -> None:
    bucket(service.address).keep("4711", b"sealed")
    assert service.objects == {f"/{BUCKET}/heat/2026/4711.sealed": b"sealed"}


def test_with_another_secret_nothing_is_kept(service: Service) -> None:
    account = Account(service.address, REGION, KEY, "another")
    with pytest.raises(OSError, match="store of recordings"):
        Bucket(f"s3://{BUCKET}", account, connect_within=SECOND, within=2 * SECOND).keep("4711", b"sealed")
    assert service.objects == {}


def test_what_was_kept_in_the_folder_is_heard_after_a_bucket_is_named(runtime: Runtime, service: Service) -> None:
    Folder(runtime.settings.hotline_var).keep("4711", b"older")
    named = {"hotline_recordings": f"s3://{BUCKET}", "aws_endpoint_url": service.address, "aws_region": REGION}
    secret = {"aws_access_key_id": KEY, "aws_secret_access_key": SecretStr(SECRET)}
    settings = runtime.settings.model_copy(update={**named, **secret})
    moved = Runtime(settings, runtime.engine, runtime.redis, runtime.prompts)
    moved.sounds.keep("4712", b"newer")
    assert [moved.sounds.read(name) for name in ("4711", "4712")] == [b"older", b"newer"]
    assert service.objects == {f"/{BUCKET}/4712.sealed": b"newer"}
    with pytest.raises(NotFound):
        moved.sounds.read("4713")


@pytest.mark.parametrize("address", ["s3://no-such-bucket-of-ours", f"s3://{BUCKET}"])
def test_a_store_that_does_not_answer_is_away_and_names_no_address(address: str, free_port: int) -> None:
    away = bucket(f"http://127.0.0.1:{free_port}", address)
    for use in (lambda: away.keep("4711", b"sealed"), lambda: away.read("4711")):
        with pytest.raises(OSError, match="store of recordings") as raised:
            use()
        assert "127.0.0.1" not in str(raised.value)
        assert raised.value.__suppress_context__


def test_a_bucket_is_named_in_the_settings_with_its_key_and_secret(tmp_path: Path) -> None:
    told = world.environment(database_url="sqlite://", redis_url="redis://127.0.0.1", var=tmp_path)
    assert load(told).bucket is None
    named = {"HOTLINE_RECORDINGS": f"s3://{BUCKET}/heat", "AWS_ENDPOINT_URL": "https://oss.example.com/"}
    account = {"AWS_REGION": "cn-north-1", "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    read = load({**told, **named, **account})
    assert read.bucket is not None
    assert vars(read.bucket) == {
        "address": f"s3://{BUCKET}/heat",
        "endpoint": "https://oss.example.com",
        "region": "cn-north-1",
        "key": KEY,
        "secret": SECRET,
    }
    assert SECRET not in repr(read)

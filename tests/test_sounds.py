"""Where recordings lie; if this broke, what callers told by voice would be lost or lie open (SEC-4)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
import requests
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from hotline.errors import NotFound
from hotline.settings import load
from hotline.sounds import Account, Bucket, Folder, Store, new_name
from tests import world

SECOND = timedelta(seconds=1)
BUCKET, KEY, SECRET = "recordings-of-the-tests", "AKIATESTS", "the-secret-of-the-tests"


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """A server that speaks S3, with one bucket; its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    requests.put(f"http://{host}:{port}/{BUCKET}", timeout=5).raise_for_status()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return Folder(tmp_path)
    return bucket(request.getfixturevalue("service"))


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bucket(endpoint: str, address: str = f"s3://{BUCKET}/heat/2026") -> Bucket:
    return Bucket(address, Account(endpoint, "cn-north-1", KEY, SECRET), connect_within=SECOND / 2, within=2 * SECOND)


def test_what_is_kept_is_read_again_and_overwritten_under_its_name(store: Store) -> None:
    name = new_name()
    for sealed in (b"first" * 100_000, b"second"):
        store.keep(name, sealed)
        assert store.read(name) == sealed


def test_what_was_never_kept_is_gone(store: Store) -> None:
    with pytest.raises(NotFound, match="is gone"):
        store.read(new_name())


def test_in_a_bucket_it_lies_under_the_prefix_and_a_name_that_says_nothing(service: str) -> None:
    bucket(service).keep("4711", b"sealed")
    there = S3Store(
        BUCKET,
        endpoint=service,
        region="cn-north-1",
        access_key_id=KEY,
        secret_access_key=SECRET,
        client_options={"allow_http": True},
    )
    paths = [one["path"] for batch in obstore.list(there) for one in batch]
    assert "heat/2026/4711.sealed" in paths


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

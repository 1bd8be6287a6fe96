"""A back-up that is damaged, was changed, or wants other keys is refused before anything of it is used."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

from hotline.runtime import Runtime
from tests.complaining import house as house
from tests.operator import Operator
from tests.test_archive import empty as empty
from tests.test_archive import filled as filled


def rewritten(path: Path, lines: list[bytes], **end: str) -> None:
    """A file with other lines and the digest that belongs to them."""
    last = {"sha256": hashlib.sha256(b"".join(lines)).hexdigest(), **end}
    path.write_bytes(gzip.compress(b"".join(lines) + json.dumps(last).encode() + b"\n"))


def test_a_damaged_file_is_refused_and_nothing_of_it_is_used(filled: Runtime, empty: Operator, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    Operator.of(filled.settings).answered("backup", str(whole), "--without-recordings")
    lines = gzip.decompress(whole.read_bytes()).splitlines(keepends=True)
    changed = [line.replace("安心热力".encode(), "安心电力".encode()) for line in lines]
    assert changed != lines
    damaged = {
        "changed": gzip.compress(b"".join(changed)),
        "torn": whole.read_bytes()[:-40],
        "short": gzip.compress(b"".join(lines[:-1])),
        "else": gzip.compress(b'{"something":"else"}\n'),
        "bits": b"no gzip at all",
    }
    for name, content in damaged.items():
        path = tmp_path / name
        path.write_bytes(content)
        said = empty.refused("restore", str(path))
        assert "damaged" in said or "no back-up" in said
    assert "there is no file" in empty.refused("restore", str(tmp_path / "nowhere"))
    empty.answered("restore", str(whole))


def test_other_keys_and_a_later_version_are_refused_before_anything_is_written(
    filled: Runtime, empty: Operator, tmp_path: Path
) -> None:
    file = tmp_path / "night"
    Operator.of(filled.settings).answered("backup", str(file))
    other = Operator({**empty.environment, "SEALING_KEYS": "k1:" + "QUFB" * 10 + "QUE="})
    assert "SEALING_KEYS are not those" in other.refused("restore", str(file))
    lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    about = json.loads(lines[0])
    from_later = {**about, "revision": "9999"}
    rewritten(file, [json.dumps(from_later).encode() + b"\n", *lines[1:-1]])
    assert "of a later version" in empty.refused("restore", str(file), "--unsigned")


def test_what_somebody_changed_with_its_digest_is_refused_and_what_was_never_signed_comes_back_on_demand(
    filled: Runtime, empty: Operator, tmp_path: Path
) -> None:
    file = tmp_path / "night"
    Operator.of(filled.settings).answered("backup", str(file), "--without-recordings")
    other = Operator({**empty.environment, "AUDIT_SIGNING_KEY": "QUFB" * 10 + "QUE="})
    assert "signed with another AUDIT_SIGNING_KEY" in other.refused("restore", str(file))
    lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    signature = json.loads(lines[-1])["signature"]
    richer = [line.replace("安心热力".encode(), "安心电力".encode()) for line in lines[:-1]]
    assert richer != lines[:-1]
    rewritten(file, richer, signature=signature)
    assert "or changed since" in empty.refused("restore", str(file))
    about = json.loads(lines[0]) | {"hotline-backup": 1}
    rewritten(file, [json.dumps(about).encode() + b"\n", *lines[1:-1]])
    assert "say --unsigned" in empty.refused("restore", str(file))
    assert "unaltered" in empty.answered("restore", str(file), "--unsigned")


def test_another_key_of_the_index_and_a_lack_of_one_in_use_are_refused(
    filled: Runtime, empty: Operator, tmp_path: Path
) -> None:
    keys, second = filled.settings.sealing_keys.get_secret_value(), "k2:" + "QUFB" * 10 + "QUE="
    here = Operator({**Operator.of(filled.settings).environment, "SEALING_KEYS": f"{second},{keys}"})
    midway, done = tmp_path / "midway", tmp_path / "done"
    here.answered("backup", str(midway), "--without-recordings")
    alone = Operator({**empty.environment, "SEALING_KEYS": second})
    assert "of this back-up (k1)" in alone.refused("restore", str(midway))
    other = Operator({**empty.environment, "SEALING_KEYS": f"{second},{keys}", "BLIND_INDEX_KEY": "QUFB" * 10 + "QUE="})
    assert "BLIND_INDEX_KEY is not that" in other.refused("restore", str(midway))
    here.answered("keys reseal")
    here.answered("keys retire k1")
    here.answered("backup", str(done), "--without-recordings")
    assert "unaltered" in alone.answered("restore", str(done)), "what is retired is in the back-up itself"

"""Checkpoints seal what grew, are signed, and stand in a file outside the database too."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hotline.domain import checkpoints
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.audit import GENESIS, AuditHead
from hotline.domain.checkpoints import Checkpoint, merkle_root
from hotline.errors import Invalid
from hotline.runtime import Runtime


def note(runtime: Runtime, *chains: str) -> None:
    with runtime.act(COMMAND) as act:
        for chain in chains:
            act.remember(chain, "noted")


def seal(runtime: Runtime) -> Checkpoint | None:
    with runtime.act(CLOCK) as act:
        return checkpoints.seal_log(act, runtime.settings.signing_key())


def export(runtime: Runtime, file: Path) -> int:
    with runtime.look(CLOCK) as act:
        return checkpoints.export_missing(act.session, file)


def leaves(checkpoint: Checkpoint | None) -> list[tuple[str, int]]:
    assert checkpoint is not None
    return [(chain, seq) for chain, seq, _hash in json.loads(checkpoint.body)["leaves"]]


def test_only_what_grew_since_the_last_checkpoint_is_sealed(runtime: Runtime) -> None:
    assert seal(runtime) is None
    note(runtime, "a", "b", "b")
    assert leaves(seal(runtime)) == [("a", 1), ("b", 2)]
    assert seal(runtime) is None
    note(runtime, "b", "c")
    second = seal(runtime)
    assert leaves(second) == [("b", 3), ("c", 1)]
    with runtime.look(CLOCK) as act:
        first = act.session.get_one(Checkpoint, 1)
        assert json.loads(second.body if second else b"")["previous"] == first.hash
        assert act.session.get_one(AuditHead, "a").sealed_n == 1
        assert act.session.get_one(AuditHead, "b").sealed_seq == 3


def test_a_checkpoint_is_signed_over_its_text(runtime: Runtime) -> None:
    note(runtime, "a")
    made = seal(runtime)
    assert made is not None
    assert made.public_key == checkpoints.public_key_of(runtime.settings.signing_key())
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(made.public_key))
    key.verify(base64.b64decode(made.signature), made.body)
    assert made.hash == sha256(made.body).hexdigest()


def test_more_chains_than_one_statement_takes_are_sealed(runtime: Runtime) -> None:
    note(runtime, *(f"x:{n}" for n in range(1100)))
    assert len(leaves(seal(runtime))) == 1100
    assert seal(runtime) is None


def test_two_sealers_at_once_make_one_row_of_checkpoints(runtime: Runtime) -> None:
    note(runtime, "a", "b")
    with ThreadPoolExecutor(4) as sealers:
        made = list(sealers.map(lambda _: seal(runtime), range(4)))
    assert len([checkpoint for checkpoint in made if checkpoint is not None]) == 1


def test_the_root_depends_on_every_leaf_and_its_place() -> None:
    assert merkle_root([]) == GENESIS
    roots = {merkle_root(list(some)) for some in ("a", "ab", "ba", "abc", "abcd", "abce", "abcdd")}
    assert len(roots) == 7
    a, b = (sha256(b"\x00" + leaf).digest() for leaf in (b"a", b"b"))
    assert merkle_root(["a", "b"]) == sha256(b"\x01" + a + b).hexdigest()


def test_the_file_gets_each_checkpoint_once(runtime: Runtime, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "checkpoints.jsonl"
    assert checkpoints.last_in(file) == 0
    written = []
    for _ in range(3):
        note(runtime, "a")
        seal(runtime)
        written += [export(runtime, file), export(runtime, file)]
    assert written == [1, 0, 1, 0, 1, 0]
    assert [json.loads(line)["n"] for line in file.read_bytes().splitlines()] == [1, 2, 3]
    assert checkpoints.last_in(file) == 3


@pytest.mark.parametrize("torn", [b'{"n":2,"bo', b"{", b'{"n":2}'])
def test_a_line_torn_by_a_crash_is_written_anew(runtime: Runtime, tmp_path: Path, torn: bytes) -> None:
    file = tmp_path / "checkpoints.jsonl"
    for _ in range(2):
        note(runtime, "a")
        seal(runtime)
    export(runtime, file)
    whole = file.read_bytes()
    file.write_bytes(whole.splitlines(keepends=True)[0] + torn)
    assert checkpoints.last_in(file) == 1
    assert export(runtime, file) == 1
    assert file.read_bytes() == whole


def test_the_end_of_a_long_file_is_found(runtime: Runtime, tmp_path: Path) -> None:
    file = tmp_path / "checkpoints.jsonl"
    note(runtime, *(f"x:{n}" for n in range(1500)))
    for _ in range(2):
        seal(runtime)
        note(runtime, *(f"x:{n}" for n in range(1500)))
    export(runtime, file)
    assert file.stat().st_size > 2 * 65536
    assert checkpoints.last_in(file) == 2


def test_several_exporters_at_once_write_each_line_once(runtime: Runtime, tmp_path: Path) -> None:
    file = tmp_path / "checkpoints.jsonl"
    for _ in range(3):
        note(runtime, "a")
        seal(runtime)
    with ThreadPoolExecutor(4) as exporters:
        assert sum(exporters.map(lambda _: export(runtime, file), range(4))) == 3
    assert checkpoints.last_in(file) == 3


def test_a_file_that_was_changed_at_its_end_is_refused(runtime: Runtime, tmp_path: Path) -> None:
    file = tmp_path / "checkpoints.jsonl"
    file.write_text("hello\n")
    note(runtime, "a")
    seal(runtime)
    with pytest.raises(Invalid, match="was changed"):
        export(runtime, file)

"""The verifier finds every way in which a log can be altered."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from hotline.domain import checkpoints, seals, verifying
from hotline.domain.act import CALLER, CLOCK, COMMAND
from hotline.domain.cases import Kind
from hotline.domain.verifying import Report, What
from hotline.runtime import Runtime
from tests import given
from tests.domain.forgeries import FORGERIES
from tests.tampering import forging, run
from tests.world import Cast, HandClock


@pytest.fixture
def log(runtime: Runtime, cast: Cast, at: HandClock) -> Runtime:
    """A call and a case under checkpoint 1, grown since; another call under no checkpoint yet."""
    with runtime.act(CALLER) as act:
        given.talk(act, given.call(act, cast, who=cast.chen), ("1", "fault"), ("1", "address"), ("1", "read-back"))
        given.fault(act, cast)
    seal(runtime)
    at.passes(timedelta(minutes=1))
    with runtime.act(CALLER) as act:
        given.talk(act, given.call(act, cast, sid="CA" + "2" * 32), ("3", "enquiry"), ("2", "agent"))
        given.case(act, cast, kind=Kind.ENQUIRY)
        act.remember("case:1", "noted", words="it rang")
    return runtime


def seal(runtime: Runtime, file: Path | None = None, key: bytes | None = None) -> None:
    with runtime.act(CLOCK) as act:
        checkpoints.seal_log(act, key or runtime.settings.signing_key())
    if file is not None:
        with runtime.look(CLOCK) as act:
            checkpoints.export_missing(act.session, file)


def ours(runtime: Runtime) -> set[str]:
    return {checkpoints.public_key_of(runtime.settings.signing_key())}


def found(session: Session, **how: object) -> list[str]:
    return [str(problem) for problem in verifying.verify(session, **how).problems]  # type: ignore[arg-type]


def whole(runtime: Runtime, file: Path | None = None) -> Report:
    with runtime.look(COMMAND) as act:
        return verifying.verify(act.session, checkpoint_file=file, trusted_keys=ours(runtime))


def test_an_untouched_log_is_unaltered_and_counted(log: Runtime) -> None:
    report = whole(log)
    assert report.problems == []
    assert report.unaltered
    assert (report.chains, report.checkpoints) == (5, 1)
    with log.look(COMMAND) as act:
        count = "SELECT count(*) FROM audit_entries WHERE id > :none"
        assert report.entries == act.session.connection().exec_driver_sql(count.replace(":none", "0")).scalar_one()


def test_an_empty_log_is_unaltered(runtime: Runtime) -> None:
    assert whole(runtime) == Report()


@pytest.mark.parametrize("name", ["ghost", "house2", "call", "Call:1", "call:01", "case:1 "])
def test_a_chain_of_a_name_that_nothing_bears_is_named(log: Runtime, name: str) -> None:
    with log.act(COMMAND) as act:
        act.remember(name, "noted", words="it was always here")
    assert [str(problem) for problem in whole(log).problems] == [f"{name}: {What.NO_ROW}"]


CALLS = ("call:1", "call:2")


def test_the_verifier_names_every_forgery(log: Runtime) -> None:
    for forgery, (forge, named) in FORGERIES.items():
        with forging(log) as session:
            forge(session)
            assert named in found(session, trusted_keys=ours(log)), forgery
            if named.startswith("call:") and forgery != "a head forgot its checkpoint":  # only the whole look sees that
                on_the_spot = [verifying.verify_chain(session, chain, trusted_keys=ours(log)) for chain in CALLS]
                assert not all(report.unaltered for report in on_the_spot), forgery


def test_what_is_swapped_is_named(log: Runtime) -> None:
    with forging(log) as session:
        for now, then in ((2, 99), (3, 2), (99, 3)):
            run(session, "UPDATE audit_entries SET seq = :t WHERE chain = 'call:1' AND seq = :n", n=now, t=then)
        named = found(session)
    assert f"call:1 entry 2: {What.COLUMNS}" in named
    assert f"call:1 entry 3: {What.COLUMNS}" in named


def test_a_text_kept_as_another_type_is_named(log: Runtime, database_url: str) -> None:
    """SQLite keeps any type in any column: the same bytes as a text are not what was written."""
    if database_url.startswith("sqlite"):
        with forging(log) as session:
            run(session, "UPDATE audit_entries SET body = CAST(body AS TEXT) WHERE chain = 'call:1' AND seq = 2")
            assert f"call:1 entry 2: {What.HASH}" in found(session)


def test_a_removed_checkpoint_is_named(log: Runtime) -> None:
    seal(log)
    with forging(log) as session:
        run(session, "DELETE FROM checkpoints WHERE n = 1")
        named = found(session)
    assert f"checkpoint 1: {What.CHECKPOINT_GONE}" in named


def test_a_checkpoint_that_follows_another_than_the_one_before_is_named(log: Runtime) -> None:
    with forging(log) as session:
        body = session.connection().exec_driver_sql("SELECT body FROM checkpoints").scalar_one()
        said = json.loads(bytes(body)) | {"n": 2, "previous": "f" * 64}
        run(
            session,
            "INSERT INTO checkpoints SELECT 2, at, :b, hash, signature, public_key FROM checkpoints",
            b=json.dumps(said).encode(),
        )
        assert f"checkpoint 2: {What.CHECKPOINT_PREVIOUS}" in found(session)


def test_a_root_that_does_not_fit_is_named(log: Runtime) -> None:
    with forging(log) as session:
        body = bytes(session.connection().exec_driver_sql("SELECT body FROM checkpoints").scalar_one())
        run(session, "UPDATE checkpoints SET body = :b", b=body.replace(b'"house"', b'"horse"'))
        assert f"checkpoint 1: {What.CHECKPOINT_ROOT}" in found(session)


def test_a_checkpoint_of_nonsense_is_named_and_stops_nothing(log: Runtime) -> None:
    for leaf in (["a\0", 1, ""], ["\ud800", 1, ""], ["a", 2**40, ""], ["a", "1", ""], ["a"], 7):
        with forging(log) as session:
            body = bytes(session.connection().exec_driver_sql("SELECT body FROM checkpoints").scalar_one())
            nonsense = json.dumps(json.loads(body) | {"leaves": [leaf]}).encode()
            run(session, "UPDATE checkpoints SET body = :b", b=nonsense)
            assert f"checkpoint 1: {What.UNREADABLE}" in found(session), leaf


def test_a_forger_who_signs_with_his_own_key_is_named(runtime: Runtime, cast: Cast) -> None:
    seal(runtime, key=Ed25519PrivateKey.generate().private_bytes_raw())
    assert [p.what for p in whole(runtime).problems] == [What.CHECKPOINT_KEY]


def test_a_key_that_was_ours_before_stays_trusted(log: Runtime) -> None:
    new_key = Ed25519PrivateKey.generate().private_bytes_raw()
    seal(log, key=new_key)
    with log.look(COMMAND) as act:
        both = ours(log) | {checkpoints.public_key_of(new_key)}
        assert verifying.verify(act.session, trusted_keys=both).unaltered


def test_an_older_database_put_back_is_found_by_the_file(log: Runtime, tmp_path: Path) -> None:
    file = tmp_path / "checkpoints.jsonl"
    seal(log, file)
    with forging(log) as session:  # as the database was before checkpoint 2
        run(session, "DELETE FROM checkpoints WHERE n = 2")
        run(session, "DELETE FROM audit_entries WHERE chain IN ('call:2', 'case:2')")
        run(session, "DELETE FROM audit_heads WHERE chain IN ('call:2', 'case:2')")
        assert f"checkpoint 2: {What.FILE_AHEAD}" in found(session, checkpoint_file=file)


def test_a_database_that_went_another_way_than_the_file_is_found(log: Runtime, tmp_path: Path) -> None:
    file = tmp_path / "checkpoints.jsonl"
    seal(log, file)
    with forging(log) as session:
        run(session, "UPDATE checkpoints SET signature = :x WHERE n = 2", x="A" * 86 + "==")
        assert f"checkpoint 2: {What.FILE_DIFFERS}" in found(session, checkpoint_file=file)


def test_a_line_taken_out_of_the_file_is_found(log: Runtime, tmp_path: Path) -> None:
    file = tmp_path / "checkpoints.jsonl"
    seal(log, file)
    file.write_bytes(file.read_bytes().splitlines(keepends=True)[1])
    assert [str(p) for p in whole(log, file).problems] == [f"checkpoint file 1: {What.FILE_GAP}"]


def test_a_file_that_lags_behind_is_a_note_only(log: Runtime, tmp_path: Path) -> None:
    file = tmp_path / "checkpoints.jsonl"
    seal(log, file)
    file.write_bytes(file.read_bytes().splitlines(keepends=True)[0] + b'{"n":2,"bo')  # torn while it was written
    report = whole(log, file)
    assert report.unaltered
    assert report.notes == ["the file holds 1 of 2 checkpoints"]


def test_a_missing_file_is_a_note_and_an_unreadable_line_a_problem(log: Runtime, tmp_path: Path) -> None:
    file = tmp_path / "checkpoints.jsonl"
    assert "is not there" in whole(log, file).notes[0]
    for line in ("what is this\n", '{"n": 1180591620717411303424}\n', '{"n": "1"}\n', "[]\n"):
        file.write_text(line)
        assert [p.what for p in whole(log, file).problems] == [What.FILE_UNREADABLE]


def test_what_is_exported_while_the_verifier_looks_is_not_held_against_the_database(
    log: Runtime, tmp_path: Path
) -> None:
    file = tmp_path / "checkpoints.jsonl"
    seal(log, file)
    with log.look(COMMAND) as act:
        before = file.stat().st_size
        with file.open("ab") as out:
            out.write(b'{"n":3,"body":"","hash":"","signature":"","key":""}\n')
        report = Report(checkpoints=2)
        seals.check_file(act.session, report, file, before)
    assert report.unaltered


def test_one_chain_is_verified_on_the_spot(log: Runtime) -> None:
    with log.look(COMMAND) as act:
        sealed = verifying.verify_chain(act.session, "call:1", trusted_keys=ours(log))
        fresh = verifying.verify(act.session, chain="call:2")
        absent = verifying.verify_chain(act.session, "call:99")
    assert (sealed.problems, sealed.entries, sealed.checkpoints, sealed.notes) == ([], 5, 1, [])
    assert (fresh.problems, fresh.entries, fresh.notes) == ([], 4, ["no checkpoint holds this chain yet"])
    assert [str(p) for p in absent.problems] == [f"call:99: {What.NO_ENTRIES}"]


def test_a_log_altered_throughout_names_a_thousand_and_counts_the_rest() -> None:
    report = Report()
    for n in range(1500):
        report.find("call:1", n, What.HASH)
    assert (len(report.problems), report.more) == (1000, 500)

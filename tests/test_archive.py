"""A back-up is made while the product runs, and comes back whole on either database; a damaged one is refused."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, select

from hotline import archive, sounds
from hotline import runtime as runtimes
from hotline.backup_file import Writer
from hotline.domain import audit, checkpoints, customers, erasures, forgotten, joins, log_ins, recordings, verifying
from hotline.domain.act import COMMAND
from hotline.domain.findings import What
from hotline.domain.news import Recording
from hotline.domain.outbox import OutboxEntry
from hotline.domain.seals import BackUp
from hotline.domain.tables import metadata
from hotline.jobs import routine
from hotline.runtime import Runtime
from hotline.settings import load
from hotline.standard.kinds import Grade
from tests import given, stores
from tests.complaining import House, filed
from tests.complaining import house as house
from tests.operator import Operator
from tests.world import ADDRESS, Cast

Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def filled(runtime: Runtime, cast: Cast, house: House) -> Runtime:
    """A call, a fault, a complaint joined to a later one, a sound; the log is sealed."""
    first, later = (filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR) for _n in range(2))
    with first.by(cast.lin) as (act, case, person):
        joins.join(act, case, later.case, by=person, why="the same cold rooms")
    with runtime.act(COMMAND) as act:
        ringing = given.call(act, cast, who=cast.chen)
        given.talk(act, ringing, ("1", "fault"))
        given.fault(act, cast)
        row = Recording(sid="RE1", call_id=ringing.id, case_id=None, state="completed", seconds=3, at=act.at)
        act.session.add(row)
        recordings.prepare(act, row)
        runtime.sounds.keep(row.file or "", b"sealed" * 400_000)
        recordings.kept(act, row, "0" * 64)
    routine.seal_log(runtime)
    return runtime


@pytest.fixture
def empty(filled: Runtime, _store: stores.Store, tmp_path: Path) -> Iterator[Operator]:
    """Another machine: an empty database of the same kind, an empty data folder, the same keys."""
    var = tmp_path / "other"
    var.mkdir()
    there = {"HOTLINE_VAR": str(var), "DATABASE_URL": _store.copied(None, "other")}
    yield Operator({**Operator.of(filled.settings).environment, **there})
    _store.dropped("other")


def everything(runtime: Runtime) -> Rows:
    """Every row of every table."""

    def rows(table: Table) -> list[tuple[object, ...]]:
        with runtime.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]

    return {table.name: rows(table) for table in metadata.sorted_tables}


def test_what_comes_back_is_what_was_there_and_the_log_verifies(
    filled: Runtime, empty: Operator, cast: Cast, tmp_path: Path
) -> None:
    file, here = tmp_path / "night.backup", Operator.of(filled.settings)
    said = here.answered("backup", str(file))
    assert "the keys are not in it" in said
    assert file.stat().st_mode & 0o777 == 0o600
    assert "is there already" in here.refused("backup", str(file))
    said = empty.answered("restore", str(file))
    assert "unaltered" in said
    back = runtimes.make(load(empty.environment))
    now, then = everything(back), everything(filled)
    assert {name for name in now if now[name] != then[name]} == {"audit_entries", "audit_heads"}
    assert now["audit_entries"][:-1] == then["audit_entries"]
    with back.look(COMMAND) as act:
        assert audit.entries(act.session, "house")[-1].kind == "restored"
        row = act.session.get_one(Recording, "RE1")
        assert back.sounds.read(row.file or "") == b"sealed" * 400_000
        place = customers.place_with(act, cast.chen.id, cast.heat.id)
        assert place is not None
        assert act.sealer.open_for(customers.get(act, cast.chen.id).key, place.address) == ADDRESS
    with back.act(COMMAND) as act:
        assert given.case(act, cast).id == 4, "it goes on counting"
    assert "there are records in this database already" in empty.refused("restore", str(file))
    back.engine.dispose()
    back.redis.close()


class WhileItIsRead(Writer):
    """A back-up beside which somebody writes before each table; keeps how many rows of each it was given."""

    def __init__(self, product: Runtime, out: gzip.GzipFile) -> None:
        super().__init__(out, lambda _body: "")
        self._product, self._now = product, ""
        self.given: dict[str, int] = {}

    def table(self, name: str, columns: list[str]) -> None:
        super().table(name, columns)
        self._now, self.given[name] = name, 0
        with self._product.act(COMMAND) as act:
            act.remember("house", "noted")

    def row(self, values: list[object]) -> None:
        super().row(values)
        self.given[self._now] += 1


def test_the_product_writes_on_while_a_back_up_is_read(filled: Runtime, tmp_path: Path) -> None:
    before = everything(filled)
    with gzip.GzipFile(tmp_path / "night", "wb") as file:
        out = WhileItIsRead(filled, file)
        archive.copy_all(filled, out, sounds_too=False)
    assert out.given == {name: len(rows) for name, rows in before.items()}, "everything is of one moment"
    assert len(everything(filled)["audit_entries"]) == len(before["audit_entries"]) + len(before)


def test_checkpoints_that_outlived_the_database_say_what_came_after_the_back_up(
    filled: Runtime, empty: Operator, tmp_path: Path
) -> None:
    file = tmp_path / "night"
    Operator.of(filled.settings).answered("backup", str(file))
    with filled.act(COMMAND) as act:
        act.remember("house", "noted")
    routine.seal_log(filled)
    with filled.act(COMMAND) as act:
        act.remember("house", "noted")
    routine.seal_log(filled)
    var = Path(empty.environment["HOTLINE_VAR"])
    (var / checkpoints.FILE).write_bytes((filled.settings.hotline_var / checkpoints.FILE).read_bytes())
    said = empty.answered("restore", str(file))
    assert "checkpoints 2 to 3 were made after the back-up, as is to be expected" in said
    assert "of the log: unaltered" in said
    [aside] = var.glob("checkpoints-*.jsonl")
    assert aside.read_bytes() == (filled.settings.hotline_var / checkpoints.FILE).read_bytes()
    back = runtimes.make(load(empty.environment))
    routine.seal_log(back)
    routine.seal_log(back)
    with back.look(COMMAND) as act:
        report = verifying.verify(act.session, checkpoint_file=var / checkpoints.FILE)
    assert (report.unaltered, report.notes) == (True, []), "what is altered from now on is seen again"
    back.engine.dispose()
    back.redis.close()


def test_what_did_not_come_after_the_back_up_is_an_alteration_of_a_restore_too(
    filled: Runtime, empty: Operator, tmp_path: Path
) -> None:
    file, var = tmp_path / "night", Path(empty.environment["HOTLINE_VAR"])
    Operator.of(filled.settings).answered("backup", str(file))
    with filled.act(COMMAND) as act:
        act.remember("house", "noted")
    with filled.act(COMMAND) as act:
        checkpoints.seal_log(act, b"a key of somebody else, 32 bytes")
        made_at = act.at
    routine.seal_log(filled)
    list_ = (filled.settings.hotline_var / checkpoints.FILE).read_bytes()
    (var / checkpoints.FILE).write_bytes(list_)
    result = empty.types("restore", str(file))
    assert result.exit_code == 1
    assert f"checkpoint 2: {What.FILE_AHEAD}\n" in result.output, "it was signed by somebody else"
    assert "ALTERED" in result.output
    first = list_.splitlines(keepends=True)[0]
    keys = {checkpoints.public_key_of(filled.settings.signing_key())}
    assert BackUp(made_at - timedelta(days=1), keys).came_before(first)
    assert not BackUp(made_at + timedelta(seconds=1), keys).came_before(first), "the back-up should have held it"
    assert not BackUp(made_at - timedelta(days=1), keys).came_before(first.replace(b"house", b"horse"))
    assert not BackUp(made_at - timedelta(days=1), keys).came_before(b"[]\n")


def test_who_was_erased_since_is_erased_again_and_every_log_in_ends(
    filled: Runtime, empty: Operator, cast: Cast, tmp_path: Path
) -> None:
    file, list_, var = (
        tmp_path / "night",
        filled.settings.hotline_var / forgotten.FILE,
        empty.environment["HOTLINE_VAR"],
    )
    with filled.act(COMMAND) as act:
        other = customers.with_number(act, cast.unknown)
        act.session.flush()
        log_ins.begin(act, cast.lin.id, address="203.0.113.0/24", browser="?", how=log_ins.How.PASSWORD)
    Operator.of(filled.settings).answered("backup", str(file), "--without-recordings")
    with filled.act(COMMAND) as act:
        erasures.carry_out(act, cast.chen.id)
    routine.keep_erased(filled)
    routine.keep_erased(filled)
    [line] = list_.read_text().splitlines()
    # Torn by a crash; and of another course, in which the same number was somebody else's.
    (Path(var) / forgotten.FILE).write_text(f"{other.id} 2020-01-01T00:00:00+00:00\n{line}\n7 20")
    said = empty.answered("restore", str(file))
    assert "1 customers who were erased since are erased again" in said
    assert "1 log-ins are ended" in said
    assert "API keys that were revoked since" in said
    back = runtimes.make(load(empty.environment))
    with back.look(COMMAND) as act:
        assert customers.get(act, cast.chen.id).key is None
        assert customers.find(act, cast.chen.number) is None
        assert customers.get(act, other.id).key is not None
        assert act.session.get_one(log_ins.Session, 1).ended_at is not None
        owed = {row.kind for row in act.session.scalars(select(OutboxEntry))}
        assert {"discard-sound", "delete-recording"} <= owed
    routine.keep_erased(back)
    assert (Path(var) / forgotten.FILE).read_text().endswith("7 20"), "it lacks nobody"
    with back.act(COMMAND) as act:
        erasures.carry_out(act, other.id)
    routine.keep_erased(back)
    assert (Path(var) / forgotten.FILE).read_text().splitlines()[-1].startswith(f"{other.id} ")
    back.engine.dispose()
    back.redis.close()


def test_a_sound_that_is_gone_is_counted(filled: Runtime, tmp_path: Path) -> None:
    with filled.look(COMMAND) as act:
        name = act.session.get_one(Recording, "RE1").file or ""
    sounds.Folder(filled.settings.hotline_var).remove(name)
    said = Operator.of(filled.settings).answered("backup", str(tmp_path / "night"))
    assert "the sounds of 1 recordings" in said

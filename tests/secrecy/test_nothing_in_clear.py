"""Nothing personal lies anywhere in clear: each value of the demo group is looked for wherever something is kept.

In the database and its very file, in Redis and the jobs in it, in the log, in the data folder, in a back-up, and on
every page of people who may not see it, in the files that leave the house. A value that is found is named with its
place.
"""

from __future__ import annotations

import gzip
import io
import json
import logging
import tomllib
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import LargeBinary, String, cast, func, select

from hotline import demo, marks
from hotline.console import rights
from hotline.domain import companies, customers, staff
from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.customers import Customer, CustomerPhone
from hotline.domain.exports import Export
from hotline.domain.staff import Staff
from hotline.domain.tables import metadata
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from tests.console import forms
from tests.console.visitor import Visitor
from tests.line import Line
from tests.operator import Operator
from tests.world import Cast, Firm, HandClock, Person, number

GROUP: dict[str, Any] = tomllib.loads(demo.GROUP.read_text("utf-8"))
STORIES = ("cold_radiator", "spoken", "message")
SAID = ("快递放在前台了", "阳光小区8号楼1单元302", "3号楼2单元501的陈女士")
VISITOR = {
    "name": "欧阳明月",
    "phone": "13712345678",
    "organisation": "远方贸易商行",
    "identity": "110101199001011234",
}
TYPED = {"reason": "向欧阳明月核对门牌号", "wrong": "not-my-password-at-all", "flag": "夜里反复拨打骂接线员"}
LANDLINE = "88423716"  # typed where seconds belong
# Who typed nothing themselves: an agent, who heads a department, a manager, an auditor, an administrator.
LOOKERS = ("zhou", "jiang", "qian", "bai", "tang")
NO_PAGES = ("/console/stream", "/console/compliance/rows")  # has no end; shows the rows of a figure that is named
FILES = {"csv": "calls", "xlsx": "cases"}
NOT_OURS = ("keys.json", demo.LOG_INS)  # what only the operator reads: keys, and the demo's log-ins


@pytest.fixture
def played(runtime: Runtime, at: HandClock, caplog: pytest.LogCaptureFixture) -> Iterator[Line]:
    """The demo group is loaded, callers ring, people at the console look, type and mistype."""
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, "hotline")
    caplog.set_level(logging.WARNING, "sqlalchemy")  # as the product sets it: no statement is ever logged
    log_ins = {one.login: one.password for one in demo.load(runtime)}
    line = Line(runtime, cast_of(runtime), at)
    for story in STORIES:
        line.tells(story)
        line.passes(seconds=40)
    work_at_the_console(line, log_ins)
    yield line
    line.close()


def cast_of(runtime: Runtime) -> Cast:
    """The people of the demo group under the names that stories call them by."""
    with runtime.look(COMMAND) as act:
        firms = {one.code: one for one in companies.listed(act)}
        numbers = {one["code"]: one["numbers"][0] for one in GROUP["companies"]}
        people = {one.login: one for one in act.session.scalars(select(Staff)) if one.phone}
        chen = act.session.scalars(select(CustomerPhone).order_by(CustomerPhone.customer_id).limit(1)).one()
        ours = {
            name: Person(one.id, one.name, one.login, PhoneNumber(act.sealer.open(one.phone or "")))
            for name, one in people.items()
        }
        known = customers.phone_of(act, customers.get(act, chen.customer_id))
    anybody = next(iter(ours.values()))
    named = ("lin", "zhou", "wang", "zhao", "he", "sun", "qian", "feng", "tang", "bai", "wu", "hu")
    return Cast(
        heat=Firm(firms["heat"].id, "heat", numbers["heat"]),
        home=Firm(firms["home"].id, "home", numbers["home"]),
        chen=Person(chen.customer_id, "", "", known),
        unknown=number(99),
        **{name: ours.get(name, anybody) for name in named},
    )


def work_at_the_console(line: Line, log_ins: dict[str, str]) -> None:
    """Lin takes a visitor's wish and half of another's; Sun looks at a number, searches with one in the wrong field and
    takes along what is found; somebody mistypes.
    """
    Visitor(line.app).logs_in("sun", TYPED["wrong"])
    lin, sun = logged_in(line.app, "lin", log_ins), logged_in(line.app, "sun", log_ins)
    wish = {**forms.SAID, "channel": "walk_in", "sex": "female", **VISITOR}
    forms.saves(lin, forms.NEW, **wish)
    forms.sends(lin, forms.NEW, do="keep", **wish)
    for case in line.cases()[:2]:
        here = f"/console/cases/{case.id}"
        sun.sends(f"{here}/reveal", page=here, what="number", reason=TYPED["reason"])
        sun.sends(f"{here}/close", page=here, outcome=TYPED["reason"])
    wrong = {"case": f"{VISITOR['name']}{VISITOR['phone']}", "matter": TYPED["flag"], "waited": LANDLINE}
    page = sun.sends("/console/calls/search", page="/console", **wrong).location
    wish_for = page.replace("/console?search=", "/console/searches/") + "/export"
    assert sun.sends(wish_for, page=page, form="csv", reason=TYPED["reason"]).status_code == 302
    sun.sends("/console/holds", number=line.cases()[0].number, what="case", reason=TYPED["reason"])
    with line.runtime.act(COMMAND) as act:
        flagged = PhoneNumber.parse(VISITOR["phone"])
        by = line.cast.sun.id
        customers.flag_nuisance(act, flagged, reason=TYPED["flag"], flagged_by=by, expires_at=act.at)


def logged_in(app: Flask, login: str, log_ins: dict[str, str]) -> Visitor:
    visitor = Visitor(app)
    assert visitor.logs_in(login, log_ins[login]).status_code == 302
    return visitor


def secrets(line: Line) -> list[str]:
    """Every value that nobody is to read, as it may be written."""
    known = [one[name] for one in GROUP["customers"] for name in ("name", "address") if name in one]
    known = [value for value in known if value]
    phones = [one["phone"] for one in GROUP["customers"]]
    phones += [one["phone"] for company in GROUP["companies"] for one in company["staff"] if "phone" in one]
    phones += [line.cast.unknown.e164, PhoneNumber.parse(VISITOR["phone"]).e164]
    digits = [phone.removeprefix("+86") for phone in phones]
    password = json.loads((line.runtime.settings.hotline_var / demo.LOG_INS).read_text())
    typed = [*SAID, *VISITOR.values(), *TYPED.values(), LANDLINE]
    return [*known, *digits, *typed, *{one["password"] for one in password}]


def spelled(value: str) -> set[bytes]:
    """How a value lies in a file: as text, or as JSON that knows ASCII alone."""
    return {value.encode(), json.dumps(value)[1:-1].encode()}


def found(values: Iterable[str], places: Iterable[tuple[str, bytes]]) -> list[str]:
    """Where which value lies."""
    ways = {value: spelled(value) for value in values}
    return [
        f"{value} in {place}"
        for place, content in places
        for value, way in ways.items()
        if any(one in content for one in way)
    ]


def of_tables(runtime: Runtime) -> Iterator[tuple[str, bytes]]:
    """Every column of every table, as the database writes it."""
    is_sqlite = runtime.engine.dialect.name == "sqlite"
    with runtime.engine.connect() as connection:
        for table in metadata.sorted_tables:
            for column in table.columns:
                as_bytes = isinstance(column.type, LargeBinary) and not is_sqlite
                text = func.convert_from(column, "UTF8") if as_bytes else cast(column, String)
                values = connection.execute(select(text).where(column.is_not(None))).scalars()
                yield str(column), "\n".join(str(value) for value in values).encode()


def of_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a folder, the database's own among them."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in NOT_OURS:
            yield str(path.relative_to(folder)), path.read_bytes()


def of_redis(redis: Redis) -> Iterator[tuple[str, bytes]]:
    """Every key with all it holds; what RQ compressed is opened."""
    reads: dict[bytes, Callable[[Any], Any]] = {
        b"string": redis.get,
        b"hash": redis.hgetall,
        b"set": redis.smembers,
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"zset": lambda key: redis.zrange(key, 0, -1),
        b"stream": redis.xrange,
    }
    for key in redis.keys("*"):
        name, kind = bytes(key), bytes(redis.type(key))  # type: ignore[arg-type]
        yield name.decode(), b"\n".join([name, *_pieces(reads[kind](key))])


def _pieces(held: Any) -> Iterator[bytes]:
    if isinstance(held, dict):
        held = [*held.keys(), *held.values()]
    if isinstance(held, list | set | tuple):
        for one in held:
            yield from _pieces(one)
    else:
        piece = held if isinstance(held, bytes) else str(held).encode()
        yield piece
        try:
            yield zlib.decompress(piece)
        except zlib.error:
            return


def of_pages(line: Line, login: str, password: str) -> Iterator[tuple[str, bytes]]:
    """Every page that somebody may open, and those of every call and case.

    Why somebody looked is for them to read: what was typed as the reason is not looked for.
    """
    visitor = logged_in(line.app, login, {login: password})
    with line.look() as act:
        person = act.session.scalars(select(Staff).where(Staff.login == login)).one()
        rules = [one for one in line.app.url_map.iter_rules() if rights.may_open(person, one.endpoint)]
    plain = [one.rule for one in rules if "GET" in (one.methods or ()) and not one.arguments]
    numbered = [f"/console/cases/{case.id}" for case in line.cases()]
    numbered += [f"/console/calls/{call.id}" for call in line.calls()]
    answers = {path: visitor.opens(path) for path in [*plain, *numbered] if path not in NO_PAGES}
    assert {
        path: one.status for path, one in answers.items() if path in plain and one.status_code not in (200, 302)
    } == {}
    seen = [path for path, one in answers.items() if one.status_code == 200]
    assert len(seen) > len(plain) / 2, seen
    for path in seen:
        yield f"{login}: {path}", answers[path].data.replace(TYPED["reason"].encode(), b"")


def of_exports(line: Line, login: str, password: str) -> Iterator[tuple[str, bytes]]:
    """A file of each form, as a table program opens it; without the reason, which its first line says."""
    visitor = logged_in(line.app, login, {login: password})
    for form, what in FILES.items():
        asked = {"what": what, "form": form, "first": "2026-11-01", "last": "2026-11-30", "reason": TYPED["reason"]}
        assert visitor.sends("/console/exports", **asked).status_code == 302
        with line.look() as act:
            n = max(act.session.scalars(select(Export.id)))
        line.passes(seconds=90)
        answer = visitor.sends(f"/console/exports/{n}/file")
        assert answer.status_code == 200, answer.status
        data = answer.data
        pieces = [data]
        if form == "xlsx":
            with zipfile.ZipFile(io.BytesIO(data)) as sheet:
                pieces = [sheet.read(name) for name in sheet.namelist()]
        with line.look() as act:
            assert act.session.get_one(Export, n).rows > 1
        for piece in pieces:
            yield f"{what}.{form}", marks.without(piece.decode()).encode().replace(TYPED["reason"].encode(), b"")


def test_every_value_of_the_demo_group_is_looked_for_everywhere_and_found_nowhere(
    played: Line, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    line, values = played, secrets(played)
    assert len(values) > 50
    runtime = line.runtime
    with runtime.look(COMMAND) as act:
        kept = [value for case in line.cases() for value in line.told(case).values()]
        names = [one for one in act.session.scalars(select(Customer)) if one.name]
        kept += [act.sealer.open_for(one.key, one.name or "") for one in names]
        assert {VISITOR["name"], SAID[1]} <= {*kept}, "what is looked for was kept"
        assert act.session.scalar(select(Call.id).limit(1)) is not None
        assert act.session.scalar(select(Case.id).where(Case.state == "closed").limit(1)) is not None
        assert staff.get(act, line.cast.sun.id).phone is not None
    assert found(values, of_tables(runtime)) == []
    is_sqlite = runtime.engine.dialect.name == "sqlite"
    if is_sqlite:
        database = Path(str(runtime.engine.url.database))
        assert (
            found(values, [(str(one), one.read_bytes()) for one in database.parent.glob(f"{database.stem}.db*")]) == []
        )
    folder = runtime.settings.hotline_var
    assert found(values, of_files(folder)) == []
    assert found(values, of_redis(runtime.redis)) == []
    backup = tmp_path.parent / f"{tmp_path.name}-backup"
    Operator.of(runtime.settings).answered("backup", str(backup))
    assert found(values, [("back-up", gzip.decompress(backup.read_bytes()))]) == []
    log_ins = {one["login"]: one["password"] for one in json.loads((folder / demo.LOG_INS).read_text())}
    if is_sqlite:  # a page is the same on both
        assert found(values, of_exports(line, "qian", log_ins["qian"])) == []
        for looker in LOOKERS:
            assert found(values, of_pages(line, looker, log_ins[looker])) == []
    said, wrong = capfd.readouterr()
    printed = "\n".join([caplog.text, said, wrong])
    assert found(values, [("log", printed.encode())]) == []


def test_what_is_looked_for_would_be_found(runtime: Runtime, at: HandClock) -> None:
    with runtime.act(COMMAND) as act:
        act.remember("house", "noted", words="陈秀兰")
    runtime.redis.set("x", zlib.compress(json.dumps({"to": "陈秀兰"}).encode()))
    assert found(["陈秀兰"], of_tables(runtime)) == ["陈秀兰 in audit_entries.body"]
    assert found(["陈秀兰"], of_redis(runtime.redis)) == ["陈秀兰 in x"]

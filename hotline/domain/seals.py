"""Checks the signed checkpoints against the log and the file; without it a re-hashed log would pass for true."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Row, column, func, select, table, text
from sqlalchemy.orm import Session

from hotline.domain.audit import GENESIS, AuditHead
from hotline.domain.chains import looked_up, written
from hotline.domain.checkpoints import as_line, fits, leaf, merkle_root
from hotline.domain.findings import CHECKPOINT, FILE, Report, What

_LEAVES = 1000  # looked up with one statement
_LINES = 20  # checkpoints in the memory at once: one of a busy day holds thousands of leaves
_NAMED = 200  # of checkpoints missing in a row
_CHECKPOINTS = table("checkpoints", *(column(name) for name in ("n", "at", "body", "hash", "signature", "public_key")))

# The entries that lie under their chain's last checkpoint {n}, as its leaves hold them.
_HELD = (
    "SELECT e.chain, e.seq, e.hash FROM audit_heads h"
    " JOIN audit_entries e ON e.chain = h.chain AND e.seq = h.sealed_seq"
    " WHERE h.sealed_n = {n} AND h.chain {{among}}"
)
_FOUND = (
    "SELECT e.chain, e.seq, e.hash, h.sealed_n, h.sealed_seq FROM {places} "
    "JOIN audit_entries e ON e.chain = {chain} AND e.seq = {seq} LEFT JOIN audit_heads h ON h.chain = e.chain"
)
# The places travel as one parameter: a statement with hundreds of them takes longer to write than to run.
_ON_SQLITE = text(
    _FOUND.format(
        places="json_each(:places) AS place",
        chain="json_extract(place.value, '$[0]')",
        seq="json_extract(place.value, '$[1]')",
    )
)
_ON_POSTGRES = text(
    _FOUND.format(
        places="json_array_elements(CAST(:places AS json)) AS place",
        chain="place.value->>0",
        seq="CAST(place.value->>1 AS integer)",
    )
)

Leaf = tuple[str, int, str]  # chain, seq, hash


@dataclass(frozen=True)
class Body:
    """What a checkpoint says, read from its stored text."""

    n: int
    at: str
    previous: str
    root: str
    leaves: list[Leaf]

    @classmethod
    def read(cls, body: bytes) -> Body:
        """Raises ValueError, KeyError or TypeError where the text is none of ours."""
        said = json.loads(body)
        leaves = [(_name(chain), _number(seq), str(head)) for chain, seq, head in said["leaves"]]
        return cls(_number(said["n"]), str(said["at"]), str(said["previous"]), str(said["root"]), leaves)


@dataclass(frozen=True)
class BackUp:
    """A back-up that is brought back into an empty database: when it was made, and the public keys that are ours."""

    made_at: datetime
    keys: set[str]

    def came_before(self, line: bytes) -> bool:
        """Is this line of the file a checkpoint that we signed when the back-up was made already?"""
        try:
            said = json.loads(line)
            body = said["body"].encode()
            signed = said["key"] in self.keys and fits(body, said["signature"], said["key"])
            return signed and datetime.fromisoformat(Body.read(body).at) >= self.made_at
        except (ValueError, KeyError, TypeError, AttributeError):
            return False


def check_all(session: Session, report: Report, trusted_keys: set[str] | None) -> None:
    """Every checkpoint: unbroken, signed, and each entry that it holds is still there unchanged."""
    n, previous, confirmed = 0, GENESIS, 0
    columns = _CHECKPOINTS.c
    query = select(*columns).order_by(columns.n).execution_options(yield_per=_LINES)
    for row in session.execute(query):
        report.checkpoints += 1
        body = _check(report, row, trusted_keys)
        for missing in range(n + 1, min(row.n, n + _NAMED)):
            report.find(CHECKPOINT, missing, What.CHECKPOINT_GONE)
        if body is not None:
            if row.n == n + 1 and body.previous != previous:
                report.find(CHECKPOINT, row.n, What.CHECKPOINT_PREVIOUS)
            confirmed += _check_leaves(session, report, row.n, body.leaves)
        n, previous = row.n, row.hash
    if confirmed != session.scalar(select(func.count()).where(AuditHead.sealed_n.is_not(None))):
        _name_false_seals(session, report)


def check_chain(session: Session, report: Report, chain: str, trusted_keys: set[str] | None) -> None:
    """The last checkpoint that holds this chain: signed, and the entry that it holds is unchanged."""
    head = session.execute(
        select(AuditHead.sealed_n, AuditHead.sealed_seq).where(AuditHead.chain == chain)
    ).one_or_none()
    if head is None or head.sealed_n is None:
        report.notes.append("no checkpoint holds this chain yet")
        return
    row = session.execute(select(*_CHECKPOINTS.c).where(_CHECKPOINTS.c.n == head.sealed_n)).one_or_none()
    if row is None:
        report.find(CHECKPOINT, head.sealed_n, What.CHECKPOINT_GONE)
        return
    report.checkpoints += 1
    body = _check(report, row, trusted_keys)
    if body is None:
        return
    own = [found for found in body.leaves if found[0] == chain]
    if [found[1] for found in own] != [head.sealed_seq]:
        report.find(chain, head.sealed_seq, What.UNSEALED)
    if own:
        _match(session, report, head.sealed_n, own)


def check_file(session: Session, report: Report, file: Path, size: int, back_up: BackUp | None = None) -> None:
    """The first `size` bytes of the file against the database. The file behind the database is only a note.

    `back_up`: what was just brought back. Checkpoints of ours that were made after it are no alteration.
    """
    last, newest = 0, session.scalar(select(func.max(_CHECKPOINTS.c.n))) or 0
    for lines in _batches(file, size):
        by_number = {n: line for n, line in map(_numbered, lines) if n is not None}
        if len(by_number) != len(set(lines)):
            report.find(FILE, None, What.FILE_UNREADABLE)
        stored = session.execute(select(*_CHECKPOINTS.c).where(_CHECKPOINTS.c.n.in_(by_number)))
        known = {row.n: _line_of(row) for row in stored}
        for n, line in sorted(by_number.items()):
            if n not in known:
                _ahead(report, n, is_later=n > newest and back_up is not None and back_up.came_before(line))
            elif known[n] != line:
                report.find(CHECKPOINT, n, What.FILE_DIFFERS)
            if n > last + 1:
                report.find(FILE, last + 1, What.FILE_GAP)
            last = max(last, n)
    if last < report.checkpoints:
        report.notes.append(f"the file holds {last} of {report.checkpoints} checkpoints")


def _ahead(report: Report, n: int, *, is_later: bool) -> None:
    if is_later:
        report.later.append(n)
    else:
        report.find(CHECKPOINT, n, What.FILE_AHEAD)


def _line_of(row: Row[Any]) -> bytes:
    try:
        return as_line(row)
    except (TypeError, ValueError, AttributeError):
        return b""  # like no line of the file


def _check(report: Report, row: Row[Any], trusted_keys: set[str] | None) -> Body | None:
    n = row.n if isinstance(row.n, int) else None
    try:
        body = Body.read(row.body)
        if hashlib.sha256(row.body).hexdigest() != row.hash:
            report.find(CHECKPOINT, n, What.CHECKPOINT_HASH)
        if (body.n, body.at) != (row.n, written(row.at)):
            report.find(CHECKPOINT, n, What.COLUMNS)
        if merkle_root([leaf(*found) for found in body.leaves]) != body.root:
            report.find(CHECKPOINT, n, What.CHECKPOINT_ROOT)
        if trusted_keys is not None and row.public_key not in trusted_keys:
            report.find(CHECKPOINT, n, What.CHECKPOINT_KEY)
        if not fits(row.body, row.signature, row.public_key):
            report.find(CHECKPOINT, n, What.CHECKPOINT_SIGNATURE)
        return body
    except (ValueError, KeyError, TypeError, AttributeError):
        report.find(CHECKPOINT, n, What.UNREADABLE)
        return None


def _check_leaves(session: Session, report: Report, n: int, leaves: list[Leaf]) -> int:
    rest = iter(leaves)
    confirmed = 0
    while some := list(islice(rest, _LEAVES)):
        under = set(looked_up(session, _HELD.format(n=n), [chain for chain, _seq, _hash in some]))
        odd = [leaf for leaf in some if leaf not in under]
        confirmed += len(some) - len(odd)
        if odd:
            confirmed += _match(session, report, n, odd)
    return confirmed


def _match(session: Session, report: Report, n: int, leaves: list[Leaf]) -> int:
    """Each leaf's entry is there with that hash. How many heads say, rightly, that this checkpoint is their last."""
    query = _ON_SQLITE if session.get_bind().dialect.name == "sqlite" else _ON_POSTGRES
    places = json.dumps([[chain, seq] for chain, seq, _hash in leaves])
    rows = session.execute(query, {"places": places})
    found = {(chain, seq): (hash_, sealed_n, sealed_seq) for chain, seq, hash_, sealed_n, sealed_seq in rows}
    confirmed = 0
    for chain, seq, stored in leaves:
        hash_, sealed_n, sealed_seq = found.get((chain, seq), (None, None, None))
        if hash_ is None or hash_ != stored:
            report.find(chain, seq, What.LEAF)
        elif (sealed_n, sealed_seq) == (n, seq):
            confirmed += 1
        elif sealed_seq is not None and sealed_seq < seq:
            report.find(chain, seq, What.UNSEALED)
    return confirmed


def _name_false_seals(session: Session, report: Report) -> None:
    """A head that claims a checkpoint which does not hold it would keep its chain out of every later one."""
    heads = session.execute(
        select(AuditHead.chain, AuditHead.sealed_seq, AuditHead.sealed_n)
        .where(AuditHead.sealed_n.is_not(None))
        .order_by(AuditHead.sealed_n)
        .execution_options(yield_per=_LEAVES)
    )
    at, held = None, set[tuple[str, int]]()
    for head in heads:
        if head.sealed_n != at:
            at, held = head.sealed_n, _held(session, head.sealed_n)
        if (head.chain, head.sealed_seq) not in held:
            report.find(head.chain, head.sealed_seq, What.UNSEALED)


def _held(session: Session, n: int) -> set[tuple[str, int]]:
    body: Any = session.scalar(select(_CHECKPOINTS.c.body).where(_CHECKPOINTS.c.n == n))
    try:
        return {(chain, seq) for chain, seq, _hash in Body.read(body).leaves}
    except (ValueError, KeyError, TypeError):
        return set()


def _batches(file: Path, size: int) -> Iterator[list[bytes]]:
    with file.open("rb") as lines:
        while some := list(islice(lines, _LINES)):
            size -= sum(map(len, some))
            while size < 0 and some:
                size += len(some.pop())
            whole = [line for line in some if line.endswith(b"\n")]
            if whole:
                yield whole
            if size <= 0:
                return


def _numbered(line: bytes) -> tuple[int | None, bytes]:
    try:
        return _number(json.loads(line)["n"]), line
    except (ValueError, KeyError, TypeError):
        return None, line


def _number(said: object) -> int:
    """A number that the databases can look up. Raises ValueError."""
    if not isinstance(said, int) or not 0 < said < 2**31:
        raise ValueError("not the number of an entry or a checkpoint")
    return said


def _name(said: object) -> str:
    """A chain's name that the databases can look up. Raises ValueError."""
    if not isinstance(said, str) or not said.isascii() or not said.isprintable():
        raise ValueError("not the name of a chain")
    return said

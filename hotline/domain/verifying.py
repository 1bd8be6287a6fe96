"""The verifier of the log, one for the command and the page; without it "unaltered" would be a word (REC-2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from operator import methodcaller
from pathlib import Path
from typing import Any

from sqlalchemy import Row, String, cast, column, exists, func, literal, select, table
from sqlalchemy.orm import Session

from hotline.db import LARGEST_ID
from hotline.domain import agreeing, chains, seals, tells
from hotline.domain.audit import AuditEntry, AuditHead
from hotline.domain.calls import Call
from hotline.domain.cases import Case, CaseCounter
from hotline.domain.chains import Tail
from hotline.domain.findings import Problem, Report, What
from hotline.domain.staff import Staff

__all__ = ["Problem", "Report", "What", "verify", "verify_chain"]

# For whoever reads that nothing was altered: of what that is said, and of what it is not.
UNCOMPARED = (
    "held against the log: calls with their turns, places in the line and conversations; matters with their promises,"
    " dispatches, repairs, complaints, handovers, approvals, visits, call backs and texts to colleagues; looks at"
    " hidden values, holds, the sums of days, who works here. Not: any other list, whose entries are checked and whose"
    " rows are not; names, numbers and addresses; what a sealed note reads when opened; what calls are found by; which"
    " matter a call turned out to be about where no entry says so"
)
_TAILS = 500  # chains looked at together
_LOOKS = 5  # at a chain that grows meanwhile
_HEADS = table("audit_heads", *(column(name) for name in ("chain", "seq", "hash")))
_AT_HEAD = "SELECT chain, seq, hash FROM audit_heads WHERE chain {among}"
_SEATS = "SELECT staff_id FROM seats WHERE staff_id {among}"
_lenient = methodcaller("decode", "utf-8", "replace")  # called for every text: a function of ours would take longer
_HOUSE = "house"  # the one chain that belongs to no call and no case


def verify(
    session: Session,
    *,
    checkpoint_file: Path | None = None,
    trusted_keys: set[str] | None = None,
    chain: str | None = None,
    back_up: seals.BackUp | None = None,
) -> Report:
    """Look at the whole log, or at one chain, and name everything that was altered.

    What was rewritten whole, heads too, before a checkpoint held it leaves no trace: seal often. `checkpoint_file`:
    the signed checkpoints kept outside the database; without it an older database put back is not found.
    `trusted_keys`: public keys of ours (`checkpoints.public_key_of`); without them a forger may sign with his own.
    `back_up`: what was just brought back; only who did that knows that later checkpoints are to be expected.
    """
    if chain is not None:
        return verify_chain(session, chain, trusted_keys=trusted_keys)
    report = Report()
    # Measured before the database is looked at: what is exported meanwhile must not seem ahead of it.
    size = checkpoint_file.stat().st_size if checkpoint_file is not None and checkpoint_file.exists() else None
    with _one_moment(session):
        tails = chains.walk(session, report, kinds=tells.KINDS)
        while some := list(islice(tails, _TAILS)):
            _check_tails(session, report, some)
        _check_records(session, report)
        seals.check_all(session, report, trusted_keys)
        if checkpoint_file is not None and size is not None:
            seals.check_file(session, report, checkpoint_file, size, back_up)
        elif checkpoint_file is not None and report.checkpoints:
            report.notes.append(f"{checkpoint_file} is not there: an older database put back would not be found")
    return report


def verify_chain(session: Session, chain: str, *, trusted_keys: set[str] | None = None) -> Report:
    """Look at one chain ("call:12") on the spot: its entries, its end, its row, the last checkpoint that holds it."""
    with _one_moment(session):
        for _ in range(_LOOKS):
            before, report = _head(session, chain), _look(session, chain, trusted_keys)
            if report.unaltered or _head(session, chain) == before:
                break  # else an act ended while we looked, and its rows were held against the entries before it
    return report


def _look(session: Session, chain: str, trusted_keys: set[str] | None) -> Report:
    report = Report()
    tails = list(chains.walk(session, report, chain, kinds=tells.KINDS))
    _check_tails(session, report, tails)
    if not tails:
        report.find(chain, None, What.NO_ENTRIES)
    seals.check_chain(session, report, chain, trusted_keys)
    return report


def _head(session: Session, chain: str) -> Sequence[Row[Any]]:
    return session.execute(select(_HEADS).where(_HEADS.c.chain == chain)).all()


@contextmanager
def _one_moment(session: Session) -> Iterator[None]:
    """Everything is read as it stood at one moment, and text that is no text any more does not stop the reading."""
    if session.get_bind().dialect.name == "postgresql":
        if not session.in_transaction():
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield
        return
    raw = session.connection().connection.driver_connection
    assert raw is not None
    before, raw.text_factory = raw.text_factory, _lenient
    try:
        yield
    finally:
        raw.text_factory = before


def _check_tails(session: Session, report: Report, tails: list[Tail]) -> None:
    """Each chain ends where its head says, and belongs to a call or case that is there and says what it says."""
    heads = chains.looked_up(session, _AT_HEAD, [tail.chain for tail in tails])
    known = {chain: (seq, hash_) for chain, seq, hash_ in heads}
    for tail in tails:
        if tail.chain not in known:
            report.find(tail.chain, None, What.NO_HEAD)
        elif known[tail.chain] != (tail.seq, tail.hash):
            report.find(tail.chain, tail.seq, What.HEAD)
    _check_names(session, report, tails)
    agreeing.check(session, report, tails)


def _check_names(session: Session, report: Report, tails: list[Tail]) -> None:
    """A chain is the house's, or that of a call, a case or a seat; of calls and cases the rows are compared."""
    seats: dict[int, str] = {}
    for tail in tails:
        match = agreeing.NAME.fullmatch(tail.chain)
        if match is None or int(match[2]) > LARGEST_ID:
            if tail.chain != _HOUSE:
                report.find(tail.chain, None, What.NO_ROW)
        elif match[1] == "seat":
            seats[int(match[2])] = tail.chain
    there = {staff_id for (staff_id,) in chains.looked_up(session, _SEATS, seats)}
    for staff_id in seats.keys() - there:
        report.find(seats[staff_id], None, What.NO_ROW)


def _check_records(session: Session, report: Report) -> None:
    """Heads without entries, calls and cases without a chain, no chain of the house, missing cases."""
    lost = select(AuditHead.chain).where(~exists().where(AuditEntry.chain == AuditHead.chain))
    for chain in session.scalars(lost):
        report.find(chain, None, What.NO_ENTRIES)
    for word, row in (("call", Call), ("case", Case)):
        name = literal(f"{word}:") + cast(row.id, String)
        for chain in session.scalars(select(name).where(~exists().where(AuditHead.chain == name))):
            report.find(chain, None, What.NO_CHAIN)
    if session.scalar(select(exists().where(Staff.id > 0))) and session.get(AuditHead, _HOUSE) is None:
        report.find(_HOUSE, None, What.NO_CHAIN)
    _check_numbers(session, report)


def _check_numbers(session: Session, report: Report) -> None:
    """Case numbers have no gaps (REC-4): a case that was removed with its chain is missing in its day's count."""
    same = (Case.numbered_by_id == CaseCounter.company_id) & (Case.day == CaseCounter.day)
    counted = (
        select(CaseCounter.company_id, CaseCounter.day)
        .join(Case, same, isouter=True)
        .group_by(CaseCounter.company_id, CaseCounter.day, CaseCounter.last)
        .having(func.count(Case.id) != CaseCounter.last)
    )
    for company_id, day in session.execute(counted):
        report.find(f"company:{company_id} {day}", None, What.CASES_MISSING)

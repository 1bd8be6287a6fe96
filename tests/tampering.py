"""A forger's tools: he may write to the database and drop its triggers; he has neither our key nor our file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from hotline.domain.audit import GENESIS, AuditEntry, canonical, link
from hotline.runtime import Runtime

TRIGGERS = (
    "audit_entries_no_update",
    "audit_entries_no_delete",
    "audit_entries_no_replace",
    "checkpoints_no_update",
    "checkpoints_no_delete",
    "checkpoints_no_replace",
    "staff_keeps_owners",
    "cases_owned",
    "cases_owned_still",
)


@contextmanager
def forging(runtime: Runtime) -> Iterator[Session]:
    """The database with the triggers off; nothing of it is kept, so one log serves many forgeries."""
    with Session(runtime.engine.execution_options(writes=True)) as session:
        if session.get_bind().dialect.name == "sqlite":
            for trigger in TRIGGERS:
                session.execute(text(f"DROP TRIGGER {trigger}"))
        else:
            for table in ("audit_entries", "checkpoints"):
                session.execute(text(f"DROP TRIGGER {table}_only_grows ON {table}"))
            session.execute(text("DROP TRIGGER staff_keeps_owners ON staff"))
            session.execute(text("DROP TRIGGER cases_owned ON cases"))
        yield session
        session.rollback()


def run(session: Session, sql: str, **values: Any) -> int:
    """One statement; how many rows it touched."""
    return int(getattr(session.execute(text(sql), values), "rowcount", 0))


def rehash(session: Session, chain: str, *, heads: bool) -> int:
    """Compute every hash of a chain anew, as somebody does who knows how; with `heads`, the head's too. How many."""
    rows = session.execute(text("SELECT id, body FROM audit_entries WHERE chain = :c ORDER BY seq"), {"c": chain}).all()
    previous = GENESIS
    for row in rows:
        previous = link(previous, bytes(row.body))
        run(session, "UPDATE audit_entries SET hash = :h WHERE id = :i", h=previous, i=row.id)
    if heads:
        run(
            session,
            "UPDATE audit_heads SET hash = :h, seq = :n WHERE chain = :c",
            h=previous,
            n=len(rows),
            c=chain,
        )
    return len(rows)


def write_over(session: Session, chain: str, kind: str, at: datetime) -> None:
    """Entries of this kind that stand in a chain and read as nothing, as after somebody wrote over what they said."""
    head = {"chain": chain, "at": at, "actor": "command", "kind": kind, "hash": GENESIS}
    bodies = (b"{", b"\xff", b"[1]", b"{}", b'{"fields": 7}', b'{"fields": {}}', b"[" * 99_999)
    session.add_all(AuditEntry(**head, seq=9_000 + n, body=body) for n, body in enumerate(bodies))
    session.flush()


def retell(session: Session, chain: str, seq: int, **fields: Any) -> int:
    """Change what an entry says, keeping text and columns in step."""
    where = {"c": chain, "s": seq}
    body = session.execute(text("SELECT body FROM audit_entries WHERE chain = :c AND seq = :s"), where).scalar_one()
    said = json.loads(bytes(body))
    said["fields"] |= fields
    return run(session, "UPDATE audit_entries SET body = :b WHERE chain = :c AND seq = :s", b=canonical(said), **where)

"""The append-only, hash-chained log; without it nobody could prove that a record was not altered (REC-2)."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint, bindparam, insert, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.db import Base, insert_new
from hotline.domain.act import Act, Actor

GENESIS = "0" * 64
_UNREAD = "indexed_seq < seq AND chain >= 'ca' AND chain < 'cb'"  # of calls and cases


class AuditEntry(Base):
    """One thing that happened. `body` is the canonical JSON that was hashed; the columns repeat it for searching."""

    __tablename__ = "audit_entries"
    __table_args__ = (UniqueConstraint("chain", "seq"), Index(None, "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    chain: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(64))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[str] = mapped_column(String(64))

    @property
    def fields(self) -> dict[str, Any]:
        """What the entry says beside who, when and what kind."""
        fields: dict[str, Any] = json.loads(self.body)["fields"]
        return fields

    @property
    def said(self) -> Mapping[str, Any]:
        """The same; nothing where somebody wrote over it, which the log's check names: what others say is read on."""
        try:
            fields = self.fields
        except (ValueError, KeyError, TypeError, RecursionError):
            return {}
        return fields if isinstance(fields, dict) else {}


class AuditHead(Base):
    """The last entry of each chain: the row two writers queue at, and a second witness of a removed tail.

    `sealed_seq` is the last entry under a signed checkpoint, `sealed_n` that checkpoint's number; `indexed_seq` is the
    last entry that was read into what a call is found by.
    """

    __tablename__ = "audit_heads"
    __table_args__ = (
        Index(
            "ix_audit_heads_unsealed",
            "chain",
            sqlite_where=text("sealed_seq < seq"),
            postgresql_where=text("sealed_seq < seq"),
        ),
        Index("ix_audit_heads_unread", "chain", sqlite_where=text(_UNREAD), postgresql_where=text(_UNREAD)),
    )

    chain: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    sealed_seq: Mapped[int] = mapped_column(default=0)
    sealed_n: Mapped[int | None]
    indexed_seq: Mapped[int] = mapped_column(server_default="0")


def canonical(body: dict[str, Any]) -> bytes:
    """The one encoding that is hashed: sorted keys, no spaces, UTF-8."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def link(previous: str, body: bytes) -> str:
    """The hash of an entry: SHA-256 over the hash before it and its own bytes."""
    return hashlib.sha256(previous.encode() + body).hexdigest()


def write(act: Act) -> None:
    """Append everything the act remembered, each chain under its head's lock, chains in order (no deadlock)."""
    by_chain: dict[str, list[tuple[Actor, str, dict[str, Any]]]] = defaultdict(list)
    for actor, chain, kind, fields in act.entries:
        by_chain[chain].append((actor, kind, fields))
    act.entries.clear()
    if not by_chain:
        return
    heads = _locked_heads(act.session, sorted(by_chain))
    rows = [row for chain in sorted(by_chain) for row in _rows(act, chain, heads[chain], by_chain[chain])]
    act.session.execute(insert(AuditEntry), rows)
    # The last entry of each chain is its head; one statement for all of them.
    heads_now = {row["chain"]: {"of": row["chain"], "now": row["seq"], "by": row["hash"]} for row in rows}
    table = AuditHead.__table__
    head = update(AuditHead).where(table.c.chain == bindparam("of")).values(seq=bindparam("now"), hash=bindparam("by"))
    act.session.connection().execute(head, list(heads_now.values()))


def entries(session: Session, chain: str) -> list[AuditEntry]:
    """A chain from its first entry to its last."""
    return list(session.scalars(select(AuditEntry).where(AuditEntry.chain == chain).order_by(AuditEntry.seq)))


def _locked_heads(session: Session, chains: list[str]) -> dict[str, tuple[int, str]]:
    table = AuditHead.__table__
    query = select(table.c.chain, table.c.seq, table.c.hash).where(table.c.chain.in_(chains)).order_by(table.c.chain)
    found = {row.chain: (row.seq, row.hash) for row in session.execute(query.with_for_update())}
    missing = [chain for chain in chains if chain not in found]
    if not missing:
        return found
    fresh = [{"chain": chain, "seq": 0, "hash": GENESIS, "sealed_seq": 0} for chain in missing]
    session.connection().execute(insert_new(session, AuditHead), fresh)
    return {row.chain: (row.seq, row.hash) for row in session.execute(query.with_for_update())}


def _rows(
    act: Act, chain: str, head: tuple[int, str], remembered: list[tuple[Actor, str, dict[str, Any]]]
) -> list[dict[str, Any]]:
    seq, previous = head
    at = act.at.astimezone(UTC).isoformat()  # one spelling of an instant, whatever zone it was given in
    rows = []
    for actor, kind, fields in remembered:
        seq += 1
        entry = {"chain": chain, "seq": seq, "actor": str(actor), "kind": kind}
        body = canonical({**entry, "at": at, "fields": fields})
        previous = link(previous, body)
        rows.append({**entry, "at": act.at, "body": body, "hash": previous})
    return rows

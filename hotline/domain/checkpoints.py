"""Signed checkpoints of the log, in the database and in a file; without them a removed chain would leave no trace."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import LargeBinary, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.db import Base
from hotline.domain.act import Act
from hotline.domain.audit import GENESIS, AuditHead, canonical


class Checkpoint(Base):
    """Everything appended since the checkpoint before, under one signed root; append-only as the entries are."""

    __tablename__ = "checkpoints"

    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(100))
    public_key: Mapped[str] = mapped_column(String(60))


def merkle_root(leaves: list[str]) -> str:
    """The root over leaves in their order; leaf and node hashes differ in their first byte (RFC 9162)."""
    level = [hashlib.sha256(b"\x00" + leaf.encode()).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\x01" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0].hex() if level else GENESIS


def seal_log(act: Act, signing_key: bytes) -> Checkpoint | None:
    """Seal every chain that grew since the last checkpoint; None when none did. `signing_key`: an Ed25519 seed."""
    grown = _unsealed_heads(act.session)
    if not grown:
        return None
    last = act.session.scalar(select(Checkpoint).order_by(Checkpoint.n.desc()).limit(1).with_for_update())
    leaves = [[chain, seq, head] for chain, seq, head in grown]
    key = Ed25519PrivateKey.from_private_bytes(signing_key)
    body = canonical(
        {
            "n": last.n + 1 if last else 1,
            "at": act.at.isoformat(),
            "previous": last.hash if last else GENESIS,
            "root": merkle_root([f"{chain} {seq} {head}" for chain, seq, head in grown]),
            "leaves": leaves,
        }
    )
    checkpoint = Checkpoint(
        n=last.n + 1 if last else 1,
        at=act.at,
        body=body,
        hash=hashlib.sha256(body).hexdigest(),
        signature=base64.b64encode(key.sign(body)).decode(),
        public_key=base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode(),
    )
    act.session.add(checkpoint)
    _mark_sealed(act.session, grown)
    return checkpoint


def export_missing(session: Session, file: Path) -> int:
    """Append to the file outside the database every checkpoint that it lacks; how many. Run after each commit."""
    have = last_in(file)
    missing = session.scalars(select(Checkpoint).where(Checkpoint.n > have).order_by(Checkpoint.n))
    written = 0
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as out:
        for checkpoint in missing:
            out.write(canonical(as_line(checkpoint)) + b"\n")
            written += 1
    return written


def as_line(checkpoint: Checkpoint) -> dict[str, Any]:
    """A checkpoint as it stands in the file."""
    return {
        "n": checkpoint.n,
        "body": checkpoint.body.decode(),
        "hash": checkpoint.hash,
        "signature": checkpoint.signature,
        "key": checkpoint.public_key,
    }


def last_in(file: Path) -> int:
    """The number of the last checkpoint in the file; 0 when there is none."""
    if not file.exists():
        return 0
    number = 0
    with file.open("rb") as lines:
        for line in lines:
            if line.endswith(b"\n"):
                number = int(json.loads(line)["n"])
    return number


def _unsealed_heads(session: Session) -> list[tuple[str, int, str]]:
    query = select(AuditHead.chain, AuditHead.seq, AuditHead.hash).where(AuditHead.sealed.is_(False))
    return [
        (row.chain, row.seq, row.hash) for row in session.execute(query.order_by(AuditHead.chain).with_for_update())
    ]


def _mark_sealed(session: Session, grown: list[tuple[str, int, str]]) -> None:
    for chain, _seq, _hash in grown:
        session.execute(
            update(AuditHead)
            .where(AuditHead.chain == chain)
            .values(sealed=True)
            .execution_options(synchronize_session=False)
        )

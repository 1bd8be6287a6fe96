"""Keys by which other systems bring matters in; without it a web form could only be typed in again by hand (REC-7)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain.act import Act
from hotline.errors import Conflict, Invalid, NotFound

NAME_LONGEST = 80  # characters
REQUEST_LONGEST = 120  # characters of a sender's own name for a request
_BYTES = 32  # of chance in a key: nobody guesses it
_FORM = re.compile(r"hotline_[\w-]{43}", re.ASCII)


class Brought(StrEnum):
    """What a request asked for; the same name cannot stand for two of them."""

    COMPLAINT = "complaint"
    CALLBACK = "callback"
    CASE = "case"
    PROGRESS = "progress"  # what became of a repair, from whoever does it


class Scope(StrEnum):
    """What a key opens; a system has a key for what it does, and for no more."""

    COMPLAINTS = "complaints"
    CALLBACKS = "callbacks"
    CASES_WRITE = "cases.write"  # bring matters, and see how those stand
    CASES_READ = "cases.read"  # see how any matter of the company stands
    REPAIRS = "repairs"


FIRST_SCOPES = (Scope.COMPLAINTS, Scope.CALLBACKS)  # of a key for which nobody says what it is for: a web form's


class ApiKey(Base):
    """A company's key for one other system; only its hash is kept."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LONGEST))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]  # when it last brought something
    scopes: Mapped[str] = mapped_column(String(120))  # with spaces between
    engineers: Mapped[list[int]] = mapped_column(JSON, server_default="[]")  # on whose repairs it reports, by id

    def opens(self, *scopes: Scope) -> bool:
        """Does this key open any of these?"""
        return not set(self.scopes.split()).isdisjoint(scopes)


class ApiRequest(Base):
    """A request that was carried out, by the sender's own name for it: sent twice it is done once."""

    __tablename__ = "api_requests"
    __table_args__ = (UniqueConstraint("key_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"))
    name: Mapped[str] = mapped_column(String(REQUEST_LONGEST))  # Idempotency-Key
    kind: Mapped[str] = mapped_column(String(12))
    body: Mapped[str] = mapped_column(String(64))  # blind print of what was sent, to know a different request
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    at: Mapped[datetime]


def make(
    act: Act,
    company_id: int,
    name: str,
    scopes: Collection[Scope] = FIRST_SCOPES,
    engineers: Collection[int] = (),
) -> tuple[ApiKey, str]:
    """A new key of a company for these `scopes`, and what stands in it: told this once, for we keep a hash alone.

    `engineers`: on whose repairs it reports. Raises Invalid for a key that would open nothing, or no repair.
    """
    if not scopes:
        raise Invalid("a key without a scope opens nothing: say what it is for")
    opens, theirs = [scope for scope in Scope if scope in scopes], sorted(set(engineers))
    if (Scope.REPAIRS in opens) != bool(theirs):
        raise Invalid(
            "--scope repairs goes with --engineer NUMBER, as often as there are engineers: name both, or none"
        )
    secret = f"hotline_{secrets.token_urlsafe(_BYTES)}"
    key = ApiKey(
        company_id=company_id,
        name=name,
        hash=act.sealer.blind(secret),
        made_at=act.at,
        scopes=" ".join(opens),
        engineers=theirs,
    )
    act.session.add(key)
    act.session.flush()
    act.remember("house", "key-made", key=key.id, company=company_id, name=name, scopes=opens, engineers=theirs)
    return key, secret


def revoke(act: Act, key_id: int) -> ApiKey:
    """From now on this key opens nothing. Raises NotFound, or Conflict where it was revoked before."""
    key = _locked(act, key_id)
    if key.revoked_at is not None:
        raise Conflict(f"key {key_id} was revoked already")
    key.revoked_at = act.at
    act.remember("house", "key-revoked", key=key.id, company=key.company_id)
    return key


def brought_case(act: Act, case_id: int) -> list[str]:
    """The names of the systems that asked for something in this case, such as 官网."""
    query = select(ApiKey.name).join(ApiRequest, ApiRequest.key_id == ApiKey.id).where(ApiRequest.case_id == case_id)
    query = query.where(ApiRequest.kind != Brought.PROGRESS)
    return list(act.session.scalars(query.distinct().order_by(ApiKey.name)))


def asked_for(act: Act, case_ids: Iterable[int]) -> set[tuple[int, datetime]]:
    """The cases among these in which another system asked for a callback, each with when it did."""
    query = select(ApiRequest.case_id, ApiRequest.at).where(ApiRequest.case_id.in_(set(case_ids)))
    return {(row.case_id, row.at) for row in act.session.execute(query.where(ApiRequest.kind == Brought.CALLBACK))}


def listed(act: Act) -> list[ApiKey]:
    """Every key there is or was, in the order of their making."""
    return list(act.session.scalars(select(ApiKey).order_by(ApiKey.id)))


def shown(act: Act, secret: str) -> ApiKey | None:
    """The key that somebody showed; None where it is none of ours, or was revoked.

    It is looked for by its keyed hash: how long that takes tells nothing of a key that is nearly right.
    """
    if not _FORM.fullmatch(secret):
        return None
    return act.session.scalar(
        select(ApiKey).where(ApiKey.hash == act.sealer.blind(secret), ApiKey.revoked_at.is_(None))
    )


def turn(act: Act, key_id: int) -> ApiKey | None:
    """The key, locked: what one system sends at once is done one after the other. None where it was revoked."""
    key = _locked(act, key_id)
    return key if key.revoked_at is None else None


def done_before(act: Act, key: ApiKey, name: str, kind: Brought, body: str) -> ApiRequest | None:
    """The request of this name, where it was carried out before; the key is locked.

    Raises Conflict where the same name stood for something else.
    """
    found = act.session.scalar(select(ApiRequest).where(ApiRequest.key_id == key.id, ApiRequest.name == name))
    if found is not None and (found.kind, found.body) != (kind, body):
        raise Conflict("this Idempotency-Key came with something else before: take a fresh one for each matter")
    return found


def note_done(act: Act, key: ApiKey, name: str, kind: Brought, body: str, case_id: int) -> ApiRequest:
    """The request was carried out, and this case came of it, or was there already."""
    done = ApiRequest(key_id=key.id, name=name, kind=kind, body=body, case_id=case_id, at=act.at)
    act.session.add(done)
    key.used_at = act.at
    act.session.flush()
    return done


def brought(act: Act, key_id: int, kind: Brought, case_id: int) -> list[ApiRequest]:
    """The requests of this key, in order, that brought this matter as what it is asked for; none: it is another's."""
    query = select(ApiRequest).where(ApiRequest.key_id == key_id, ApiRequest.case_id == case_id)
    return list(act.session.scalars(query.where(ApiRequest.kind == kind).order_by(ApiRequest.id)))


def _locked(act: Act, key_id: int) -> ApiKey:
    key = act.session.get(ApiKey, key_id, with_for_update=True, populate_existing=True)
    if key is None:
        raise NotFound(f"there is no key {key_id}: `hotline key list` shows those there are")
    return key

"""A code from the person's own telephone beside the pass phrase; without it a guessed phrase would open everything."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum
from hmac import compare_digest

import pyotp
from sqlalchemy import ForeignKey, String, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain import account_news, staff
from hotline.domain.account_news import News
from hotline.domain.act import Act
from hotline.domain.staff import Staff
from hotline.errors import Conflict, NotFound

ISSUER = "Hotline"
_STEP = 30  # seconds a code is shown for: what every authenticator does by itself (RFC 6238)
_DIGITS = 6  # the same
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another when it is copied by hand
_HALF = 5  # letters of half a recovery code: ten of them are 49 bits


class SecondFactor(Base):
    """The secret that a person's authenticator shares with us, sealed; kept once the first code from it came."""

    __tablename__ = "second_factors"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(200))
    last_step: Mapped[int]  # of the code that was accepted last: none is taken twice, nor an older one
    confirmed_at: Mapped[datetime]
    wrong: Mapped[int]  # codes, from `wrong_since` on; a right one takes them back
    wrong_since: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code that opens once in place of the telephone's; only its keyed hash is kept."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class Need(StrEnum):
    """What is asked of a person beside their pass phrase."""

    NOTHING = "nothing"
    CODE = "code"
    SET_UP = "set-up"  # their role needs a second factor, and they have none yet


def need(act: Act, person: Staff) -> Need:
    """What this person must show. The company's standard is chosen for the act."""
    if is_set_up(act, person.id):
        return Need.CODE
    return Need.SET_UP if is_required(act, person) else Need.NOTHING


def is_required(act: Act, person: Staff) -> bool:
    """Does a role of this person need a second factor? The company's standard is chosen for the act."""
    return any(held.role in act.standard.secrecy.second_factor for held in person.roles)


def is_set_up(act: Act, staff_id: int) -> bool:
    """Has this person a second factor that works?"""
    return act.session.get(SecondFactor, staff_id) is not None


def offer(act: Act) -> str:
    """A fresh secret, sealed. Whoever sets it up brings it back with the first code: it lies nowhere meanwhile, so that
    nobody else who knows the pass phrase can read it.
    """
    return act.sealer.seal(pyotp.random_base32())


def opened(act: Act, person: Staff, sealed: str) -> tuple[str, str]:
    """A secret on offer: as it is typed, and as the address that an authenticator reads."""
    secret = act.sealer.open(sealed)
    return secret, pyotp.TOTP(secret).provisioning_uri(name=person.login, issuer_name=ISSUER)


def confirm(act: Act, person: Staff, sealed: str, code: str) -> list[str] | None:
    """The first code from the secret on offer: from now on it counts, in place of one before. Every log-in ends.

    The recovery codes, told this once; None where the code is wrong. Raises Conflict where somebody else who knows the
    pass phrase sets one up at this very moment.
    """
    step = _step_of(act, sealed, code)
    if step is None:
        return None
    row = _locked(act, person.id)
    if row is not None:
        row.secret, row.last_step, row.confirmed_at, row.wrong = sealed, step, act.at, 0
    else:
        fields = {"staff_id": person.id, "secret": sealed, "last_step": step, "confirmed_at": act.at, "wrong": 0}
        made = insert_new(act.session, SecondFactor).values(fields).returning(SecondFactor.staff_id)
        if act.session.scalar(made) is None:
            raise Conflict("another second factor was set up at this moment: log in again")
    staff.log_out(act, person)
    act.remember("house", "second-factor-set", staff=person.id)
    return _fresh_codes(act, person.id)


def accepts(act: Act, staff_id: int, code: str) -> bool:
    """Is this a code that opens now? It is used up by that, whichever kind it is.

    The row is locked first: of two that send the same code at once one is refused. After many wrong ones a recovery
    code alone opens, which is too long to be guessed. The company's standard is chosen for the act.
    """
    row = _locked(act, staff_id)
    if row is None:
        return False
    step = None if _stopped(act, row) else _step_of(act, row.secret, code)
    right = _use_recovery(act, staff_id, code) if step is None else step > row.last_step
    if not right:
        _count_wrong(act, row)
        return False
    row.last_step = max(step or 0, row.last_step)
    row.wrong = 0
    return True


def is_stopped(act: Act, staff_id: int) -> bool:
    """Were so many codes of this person wrong of late that none opens for a while?"""
    row = act.session.get(SecondFactor, staff_id)
    return row is not None and _stopped(act, row)


def codes_left(act: Act, staff_id: int) -> int:
    """How many recovery codes a person has still."""
    query = select(func.count()).select_from(RecoveryCode)
    left = query.where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
    return int(act.session.scalar(left) or 0)


def renew_codes(act: Act, staff_id: int) -> list[str]:
    """Other recovery codes in place of all before. Raises NotFound for who has no second factor."""
    if not is_set_up(act, staff_id):
        raise NotFound("recovery codes stand in for a second factor: set one up first")
    act.remember("house", "recovery-codes-made", staff=staff_id)
    return _fresh_codes(act, staff_id)


def reset(act: Act, person: Staff, *, by: int | None) -> None:
    """Take a lost second factor away; at the next log-in another is set up. `by`: None at the command line.

    Raises NotFound where there is none.
    """
    row = _locked(act, person.id)
    if row is None:
        raise NotFound(f"{person.login} has no second factor")
    act.session.delete(row)
    act.session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == person.id))
    act.remember("house", "second-factor-reset", staff=person.id, by=by)
    account_news.tell(act, person, News.FACTOR, by=by)


def _locked(act: Act, staff_id: int) -> SecondFactor | None:
    return act.session.get(SecondFactor, staff_id, with_for_update=True, populate_existing=True)


def _stopped(act: Act, row: SecondFactor) -> bool:
    figures = act.standard.engine.sign_in
    lately = row.wrong_since is not None and act.at - row.wrong_since < figures.codes_within.span
    return lately and row.wrong >= figures.codes_wrong


def _count_wrong(act: Act, row: SecondFactor) -> None:
    """Of one more than slips explain the person is told: somebody knows their pass phrase."""
    figures = act.standard.engine.sign_in
    if row.wrong == 0 or row.wrong_since is None or act.at - row.wrong_since >= figures.codes_within.span:
        row.wrong, row.wrong_since = 0, act.at
    row.wrong += 1
    if row.wrong == figures.codes_wrong:
        act.remember("house", "second-factor-stopped", staff=row.staff_id)
        account_news.tell(act, staff.get(act, row.staff_id), News.CODES, by=None)


def _step_of(act: Act, sealed: str, code: str) -> int | None:
    """Which half minute this code belongs to; None where it is none of now."""
    typed = "".join(code.split())
    if len(typed) != _DIGITS or not typed.isascii() or not typed.isdecimal():
        return None
    authenticator, now = pyotp.TOTP(act.sealer.open(sealed)), int(act.at.timestamp()) // _STEP
    drift = act.standard.engine.sign_in.code_drift
    fitting = [
        step for step in range(now - drift, now + drift + 1) if compare_digest(authenticator.generate_otp(step), typed)
    ]
    return max(fitting, default=None)


def _use_recovery(act: Act, staff_id: int, code: str) -> bool:
    """Each opens once. Dashes, spaces and capitals are as they are copied."""
    found = update(RecoveryCode).where(
        RecoveryCode.staff_id == staff_id,
        RecoveryCode.hash == _hash(act, staff_id, code),
        RecoveryCode.used_at.is_(None),
    )
    used = act.session.execute(found.values(used_at=act.at).returning(RecoveryCode.id)).all()
    if not used:
        return False
    act.remember("house", "recovery-code-used", staff=staff_id, left=codes_left(act, staff_id))
    return True


def _fresh_codes(act: Act, staff_id: int) -> list[str]:
    act.session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    codes = [_code() for _ in range(act.standard.engine.sign_in.recovery_codes)]
    act.session.add_all(RecoveryCode(staff_id=staff_id, hash=_hash(act, staff_id, code)) for code in codes)
    act.session.flush()
    return codes


def _code() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_HALF)) for _ in range(2))


def _hash(act: Act, staff_id: int, code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return act.sealer.blind(f"recovery-code\0{staff_id}\0{plain}")

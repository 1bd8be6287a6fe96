"""What a fault and a complaint hold beside their case; else whatever asks for either would find nothing."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from hotline.db import Base
from hotline.domain.act import CLOCK, Actor
from hotline.domain.complaint_forms import Complaint
from hotline.domain.complaint_forms import Stage as Told
from hotline.domain.promises import Promise, Verdict
from hotline.domain.repairs import RepairOrder, Stage
from hotline.standard.kinds import FaultClass, Grade, Scope

ABOUT_SOMEBODY = 10  # of a hundred complaints: so many are about a person
ANONYMOUS = 10  # of a hundred complaints: so many say not who complains
_KEPT = 0.95  # the share of promises
_RULES = {"fault": "FLT-2.sign", "complaint": "CMP-3.reply", "enquiry": "CBK-1.answer"}  # by kind of matter
_ADDRESS = "3号楼2单元501"
_FOUND = ("更换阀门，试压正常", "已清理管道", "重新接线，供电恢复", "调整门机，运行正常")
_FINDING = ("已向客户致歉并说明", "情况属实，已整改", "与规定相符，已解释")


class Seals(Protocol):
    """Seals what was told in a matter."""

    def __call__(self, text: str) -> str:
        """The text, sealed."""


class Writes(Protocol):
    """Takes a row of a table."""

    def add(self, table: type[Base], **row: Any) -> None:
        """One row more."""


class Logs(Protocol):
    """Takes an entry of the log."""

    def __call__(self, chain: str, at: datetime, actor: Actor, kind: str, **fields: Any) -> None:
        """One entry more."""


@dataclass(frozen=True)
class Matter:
    """A case as it was just opened, and by whom it is dealt with. `about`: whom it must be about, where it is one."""

    case_id: int
    matter: str
    company_id: int
    at: datetime
    owner: int
    others: tuple[int, ...]
    about: int | None = None

    @property
    def chain(self) -> str:
        """The name of its chain in the log."""
        return f"case:{self.case_id}"


class Matters:
    """Faults that were mended and complaints that were settled, row by row with their entries."""

    def __init__(self, log: Logs, *, first: int, seed: int) -> None:
        """`first`: the number of the first row of each table."""
        self._log, self._dice = log, random.Random(seed)  # noqa: S311 - what happens, not a secret
        self._orders = self._complaints = self._promises = first

    def fault(self, piece: Writes, case: Matter, seal: Seals) -> str:
        """An engineer signed, came and mended it; what was found, in the clear."""
        self._orders += 1
        by, order, dice = Actor("console", case.owner), self._orders, self._dice
        fault = FaultClass(case.matter)
        told: dict[str, Any] = {"fault": fault, "answers": {}, "scope": Scope.IN_SCOPE, "fee": None}
        self._log(case.chain, case.at, by, "fault-reported", order=order, **told)
        signed, done = case.at + timedelta(seconds=90), case.at + timedelta(hours=3)
        moved = {"order": order, "by": case.owner}
        self._log(case.chain, signed, by, "repair", **moved, before=Stage.REPORTED, now=Stage.SIGNED)
        self._log(case.chain, done, by, "repair", **moved, before=Stage.SIGNED, now=Stage.DONE)
        text = dice.choice(_FOUND)
        found = {"found": seal(text), "tested": True, "customer_signed": True}
        self._log(case.chain, done, by, "repair-done", order=order, **found)
        piece.add(
            RepairOrder, id=order, case_id=case.case_id, fault_class=fault, answers={}, scope=Scope.IN_SCOPE,
            address=seal(_ADDRESS), stage=Stage.DONE, engineer_id=case.owner, reported_at=case.at, signed_at=signed,
            done_at=done, **found,
        )  # fmt: skip
        return text

    def complaint(self, piece: Writes, case: Matter, seal: Seals) -> str:
        """It was graded, signed for, dealt with and told; what was found, in the clear."""
        self._complaints += 1
        by, number, dice = case.owner, self._complaints, self._dice
        about = case.about or (dice.choice(case.others) if dice.randrange(100) < ABOUT_SOMEBODY else None)
        grade, text = dice.choice(tuple(Grade)), dice.choice(_FINDING)
        finding, signed = seal(text), case.at + timedelta(minutes=dice.randrange(2, 50))
        settled, told = case.at + timedelta(hours=dice.randrange(2, 20)), case.at + timedelta(hours=22)
        actor, which = Actor("console", by), {"complaint": number, "by": by}
        filed = {"grade": grade, "why": None, "department": None, "about_company": case.company_id, "limit": None}
        self._log(case.chain, case.at, actor, "complaint-filed", **which, **filed, about_staff=about)
        self._log(case.chain, signed, actor, "complaint-signed", **which)
        self._log(case.chain, settled, actor, "complaint-settled", **which, finding=finding)
        self._log(case.chain, told, actor, "complaint-told", **which)
        piece.add(
            Complaint, id=number, case_id=case.case_id, grade=grade, first_grade=grade,
            about_company_id=case.company_id, about_staff_id=about, stage=Told.TOLD, filed_at=case.at,
            signed_at=signed, signed_by_id=by, settled_at=settled, settled_by_id=by, finding=finding, told_at=told,
            told_by_id=by,
        )  # fmt: skip
        return text

    def promise(self, piece: Writes, case: Matter, kind: str) -> Verdict:
        """What was promised in it was kept, or not; which of both."""
        self._promises += 1
        promise, rule, due = self._promises, _RULES[kind], case.at + timedelta(hours=24)
        kept = self._dice.random() < _KEPT
        verdict = Verdict.KEPT if kept else Verdict.BROKEN
        done = case.at + timedelta(hours=9) if kept else due + timedelta(seconds=1)
        told = {"promise": promise, "rule": rule, "due": due.isoformat(), "owner": case.owner, "calendar": "CN 2026-1"}
        self._log(case.chain, case.at, Actor("console", case.owner), "promise-made", **told, department=None)
        judged: dict[str, Any] = {"verdict": verdict} if kept else {"due": due.isoformat()}
        ended = "promise-done" if kept else "promise-broken"
        self._log(case.chain, done, CLOCK, ended, promise=promise, rule=rule, **judged)
        piece.add(
            Promise, id=promise, rule=rule, rule_id=rule.partition(".")[0], company_id=case.company_id,
            case_id=case.case_id, owner_id=case.owner, made_at=case.at, due_at=due, calendar="CN 2026-1",
            verdict=verdict, done_at=done if kept else None, judged_at=done, step=2,
        )  # fmt: skip
        return verdict

"""A year of calls with their log, as the product would have written it; a log of noise would verify too fast."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from hotline.db import Base
from hotline.domain import audit, call_facts, call_words
from hotline.domain.act import CALLER, CARRIER, Act, Actor
from hotline.domain.audit import AuditEntry
from hotline.domain.call_facts import CallFact
from hotline.domain.call_words import CallWord
from hotline.domain.calls import Call
from hotline.domain.calls import State as CallState
from hotline.domain.cases import Case
from hotline.domain.customers import Customer, CustomerPhone
from hotline.domain.handover_forms import Handover, Why
from hotline.domain.handover_forms import State as Handed
from hotline.domain.waits import Place, Wait
from hotline.phones import PhoneNumber
from scripts.benches.matters import ANONYMOUS, Matter, Matters, Seals

DAYS = 365
A_DAY = 10  # calls at least; of fewer it is no year
PIECE = 2000  # calls that are made together, and lie under one checkpoint
CALLS_OF_ONE = 5  # a customer's
_OPENS, _OPEN_FOR = timedelta(hours=0, minutes=30), timedelta(hours=12)  # of each day, in UTC
# Of a hundred calls: so many came to a matter, waited, were taken over by an agent; so many matters changed hands.
_MATTERS, _WAITS, _OWNED, _HANDED = 12, 10, 20, 4
_LATE, _TOO_LATE = 0.01, 17_000  # the share of calls that are answered too late; milliseconds
_SILENCE = 15  # seconds in the line, at the longest
_KINDS = (("enquiry", "heating"), ("enquiry", "fees"), ("fault", "water"), ("fault", "lift"), ("complaint", "service"))
_WHERE = ("三号楼", "地下车库", "东门岗亭", "二单元", "物业前台", "锅炉房", "电梯间", "小区广场")
_WHAT = ("漏水", "停电", "暖气不热", "收费有误", "噪音扰民", "门禁失灵", "电梯困人", "路灯不亮", "垃圾未清")
_WANTS = ("请尽快处理", "希望回电", "要求上门", "请核实", "催办第二次", "谢谢")
_OUTCOME = "已处理完毕，客户满意"


@dataclass(frozen=True)
class Staffed:
    """A company of the group: its number, who answers there, and a superior about whom somebody complains unnamed."""

    id: int
    number: str
    agents: tuple[int, ...]
    superior: int


@dataclass
class _Ringing:
    """A call while it is made up: by what it will be found, and the texts that are noted in it."""

    call_id: int
    chain: str
    firm: Staffed
    customer: int
    owner: int
    at: datetime
    facts: dict[str, int | None] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    case_id: int | None = None
    slots: dict[str, Any] = field(default_factory=dict)


@dataclass
class Piece:
    """Rows by their tables."""

    rows: dict[type[Base], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, table: type[Base], **row: Any) -> None:
        """One row more."""
        self.rows[table].append(row)


class History:
    """Makes the calls of a year before `ends`, in their order, with all that belongs to them."""

    def __init__(
        self, act: Act, firms: list[Staffed], *, calls: int, ends: datetime, first: int, seed: int = 1
    ) -> None:
        """`first`: the number of the first row of each table."""
        self._act, self._sealer, self._firms, self._calls = act, act.sealer, firms, calls
        self._days = min(DAYS, max(1, calls // A_DAY))
        self._begins, self._first = ends - timedelta(days=self._days), first
        self._dice = random.Random(seed)  # noqa: S311 - what happens, not a secret
        self._keys: dict[int, str] = {}
        self._prints: dict[str, int] = {}
        self._numbered: dict[tuple[int, date], int] = defaultdict(int)
        self._cases = self._waits = self._handed = self._entries = first
        self._piece, self._chains = Piece(), dict[str, tuple[int, str]]()
        self._matters, self._superiors = Matters(self._log, first=first, seed=seed), {one.superior for one in firms}

    def pieces(self) -> Iterator[tuple[Piece, list[tuple[str, int, str]]]]:
        """So many calls at a time; with the heads of the chains that were written, as a checkpoint holds them."""
        for begin in range(0, self._calls, PIECE):
            self._piece, self._chains = Piece(), {}
            for n in range(begin, min(begin + PIECE, self._calls)):
                self._call(n)
            yield self._piece, sorted((chain, seq, hash_) for chain, (seq, hash_) in self._chains.items())

    def counters(self) -> list[dict[str, Any]]:
        """How many case numbers were given out, day by day."""
        return [{"company_id": firm, "day": day, "last": last} for (firm, day), last in self._numbered.items()]

    @staticmethod
    def number(n: int) -> PhoneNumber:
        """The telephone of customer n."""
        return PhoneNumber(f"+86137{n:08}")

    def _call(self, n: int) -> None:
        dice, firm, call_id = self._dice, self._firms[n % len(self._firms)], self._first + n
        at = self._begins_at(n)
        customer, owner = (
            self._customer(dice.randrange(max(1, self._calls // CALLS_OF_ONE)), at),
            dice.choice(firm.agents),
        )
        ringing = _Ringing(call_id, f"call:{call_id}", firm, customer, owner, at)
        told = {"direction": "in", "company": firm.id, "customer": customer, "colleague": None, "owner": owner}
        self._log(
            ringing.chain, at, CALLER, "call-began", call=call_id, **told, how="answerable when it rang", words="x"
        )
        millis = dice.randrange(80, 900) if dice.random() > _LATE else _TOO_LATE
        answered = at + timedelta(milliseconds=millis)
        kept = {"millis": millis, "limit_seconds": 15, "rule": "ANS-1", "kept": millis < _TOO_LATE}
        self._log(ringing.chain, answered, CALLER, "call-answered", **kept)
        if millis == _TOO_LATE:
            ringing.facts[call_facts.LATE] = None
        if dice.randrange(100) < _WAITS:
            self._wait(ringing, answered)
        by = owner if dice.randrange(100) < _OWNED else None
        if by is not None:
            self._log(ringing.chain, answered, Actor("phone", owner), "call-owned", owner=owner)
        over = answered + timedelta(seconds=dice.randrange(20, 400))
        if dice.randrange(100) < _MATTERS:
            self._case(ringing, over)
        ended = {"state": CallState.ENDED, "sequence": 3, "ended_by": "them", "cause": None}
        self._log(ringing.chain, over, CARRIER, "call-state", **ended)
        self._find(ringing)
        self._piece.add(
            Call, id=call_id, sid=f"CA{call_id:032x}", direction="in", company_id=firm.id, customer_id=customer,
            case_id=ringing.case_id, owner_id=owner, answered_by_id=by, our_number=firm.number, state=CallState.ENDED,
            sequence=3, step="goodbye", turn=4, misses=0, language="zh-CN", slow=False, words_version="x",
            slots=ringing.slots, unnamed=bool(ringing.slots), started_at=at, answered_at=answered, answer_ms=millis,
            ended_at=over, ended_by="them", cause="late-answer" if millis == _TOO_LATE else None,
        )  # fmt: skip

    def _begins_at(self, n: int) -> datetime:
        day, place = divmod(n * self._days, self._calls)
        at = self._begins + timedelta(days=day) + _OPENS + _OPEN_FOR * (place / self._calls)
        return at.replace(microsecond=0)

    def _customer(self, n: int, at: datetime) -> int:
        customer = self._first + n
        if customer not in self._keys:
            key = self._keys[customer] = self._sealer.new_key()
            number = self.number(n).e164
            self._piece.add(Customer, id=customer, key=key, slow=False, known_since=at)
            sealed = self._sealer.seal_for(key, number)
            self._piece.add(CustomerPhone, blind=self._sealer.blind(number), customer_id=customer, number=sealed)
        return customer

    def _find(self, ringing: _Ringing) -> None:
        """The rows by which the call is found, as the product's own reading writes them."""
        began = call_facts.place(ringing.at)
        for fact, amount in {call_facts.of_person(ringing.owner): None, **ringing.facts}.items():
            self._piece.add(CallFact, fact=fact, began=began, call_id=ringing.call_id, amount=amount)
        for word in {self._print(term) for text in ringing.texts for term in call_words.of_text(text)}:
            self._piece.add(CallWord, word=word, began=began, call_id=ringing.call_id)

    def _print(self, term: str) -> int:
        if term not in self._prints:
            [self._prints[term]] = call_words.prints(self._act, [term])
        return self._prints[term]

    def _log(self, chain: str, at: datetime, actor: Actor, kind: str, **fields: Any) -> None:
        seq, previous = self._chains.get(chain, (0, audit.GENESIS))
        entry = {"chain": chain, "seq": seq + 1, "actor": str(actor), "kind": kind}
        body = audit.canonical({**entry, "at": at.isoformat(), "fields": fields})
        hash_ = audit.link(previous, body)
        self._entries += 1
        self._piece.add(AuditEntry, id=self._entries, **entry, at=at, body=body, hash=hash_)
        self._chains[chain] = (seq + 1, hash_)

    def _wait(self, ringing: _Ringing, at: datetime) -> None:
        self._waits += 1
        wait, seconds = self._waits, self._dice.randrange(5, 240)
        until, gap = at + timedelta(seconds=seconds), self._dice.randrange(4000, 15_500)
        told = {"joined": at.isoformat(), "wanted": None, "emergency": False}
        self._log(ringing.chain, at, CALLER, "wait-began", wait=wait, **told)
        heard = {"longest_gap_ms": gap, "limit_seconds": _SILENCE, "kept": gap <= _SILENCE * 1000}
        self._log(ringing.chain, until, CALLER, "waited", wait=wait, seconds=seconds, **heard, rule="ANS-4")
        over = {"state": Place.DONE, "why": None, "agent": ringing.owner}
        self._log(ringing.chain, until, CALLER, "wait-over", wait=wait, **over)
        ringing.facts[call_facts.WAITED] = seconds
        self._piece.add(
            Wait, id=wait, call_id=ringing.call_id, company_id=ringing.firm.id, customer_id=ringing.customer,
            emergency=False, joined_at=at, language="zh-CN", state=Place.DONE, agent_id=ringing.owner, kept=False,
            longest_gap_ms=gap, gap_limit_seconds=_SILENCE, connected_at=until, ended_at=until,
        )  # fmt: skip

    def _case(self, ringing: _Ringing, at: datetime) -> None:
        self._cases += 1
        case_id, chain, dice = self._cases, f"case:{self._cases}", self._dice
        firm, owner = ringing.firm, ringing.owner
        kind, matter = dice.choice(_KINDS)
        unnamed = kind == "complaint" and dice.randrange(100) < ANONYMOUS
        customer, call_id = (None, None) if unnamed else (ringing.customer, ringing.call_id)
        key = None if customer is None else self._keys[customer]
        seal = self._sealer.seal if key is None else partial(self._sealer.seal_for, key)
        day, seq, number = self._numbers(firm, at)
        note = f"{dice.choice(_WHERE)}{dice.choice(_WHAT)}，{dice.choice(_WANTS)}"
        told = {"number": number, "what": kind, "matter": matter, "owner": owner, "call": call_id}
        more = {"company": firm.id, "customer": customer}
        self._log(chain, at, Actor("console", owner), "case-opened", case=case_id, **told, **more)
        case = Matter(case_id, matter, firm.id, at, owner, firm.agents, self._about(firm) if unnamed else None)
        texts = [note, _OUTCOME, *self._held(kind, case, seal)]
        verdict = self._matters.promise(self._piece, case, kind)
        moved = dice.randrange(100) < _HANDED
        last = self._handed_over(chain, case_id, firm, owner, at + timedelta(hours=20), seal) if moved else owner
        closed = at + timedelta(hours=30)
        self._log(chain, closed, Actor("console", last), "case-closed", by=last, owner=last)
        self._piece.add(
            Case, id=case_id, company_id=firm.id, numbered_by_id=firm.id, day=day, seq=seq, number=number, kind=kind,
            matter=matter, customer_id=customer, call_id=call_id, owner_id=last, first_owner_id=owner,
            handler_id=last, anonymous=unnamed, details={"sealed_question": seal(note)},
            state="closed", opened_at=at, closed_at=closed, closed_by_id=last, outcome=seal(_OUTCOME),
        )  # fmt: skip
        if unnamed:
            self._unnamed(ringing, case_id, at)
            return
        ringing.case_id = case_id
        named = (call_facts.of_case(case_id), call_facts.of_kind(kind), call_facts.of_matter(matter))
        ringing.facts.update(dict.fromkeys((*named, call_facts.of_verdict(verdict), *([call_facts.MOVED] * moved))))
        ringing.texts += texts

    def _held(self, kind: str, case: Matter, seal: Seals) -> list[str]:
        """What a fault or a complaint holds beside its case; the texts noted in it."""
        if kind == "fault":
            return [self._matters.fault(self._piece, case, seal)]
        return [self._matters.complaint(self._piece, case, seal)] if kind == "complaint" else []

    def _about(self, firm: Staffed) -> int | None:
        """The first unnamed complaint of a company is about its superior."""
        if firm.superior not in self._superiors:
            return None
        self._superiors.remove(firm.superior)
        return firm.superior

    def _unnamed(self, ringing: _Ringing, case_id: int, at: datetime) -> None:
        """The call in which an anonymous matter was told does not say which (CMP-10)."""
        ringing.slots["anonymous_case"] = self._sealer.seal(str(case_id))
        self._log(ringing.chain, at, Actor("console", ringing.owner), "anonymous-told")

    def _numbers(self, firm: Staffed, at: datetime) -> tuple[date, int, str]:
        """The company's own day, the count in it, and the case number."""
        day = (at + timedelta(hours=8)).date()
        self._numbered[firm.id, day] += 1
        seq = self._numbered[firm.id, day]
        return day, seq, f"{day:%y%m%d}{seq:03}"

    def _handed_over(self, chain: str, case_id: int, firm: Staffed, giver: int, at: datetime, seal: Seals) -> int:
        """The new owner."""
        self._handed += 1
        receiver = next(one for one in firm.agents if one != giver)
        reason = seal("请接手")
        told = {"giver": giver, "receiver": receiver, "why": Why.ASKED, "bounced": False, "reason": reason}
        self._log(chain, at, Actor("console", giver), "handover-asked", handover=self._handed, **told)
        new = {"before": giver, "owner": receiver, "company": firm.id}
        self._log(chain, at, Actor("console", receiver), "handover-accepted", handover=self._handed, **new)
        self._piece.add(
            Handover, id=self._handed, case_id=case_id, giver_id=giver, receiver_id=receiver, why=Why.ASKED,
            bounced=False, reason=reason, state=Handed.ACCEPTED, asked_at=at, settled_at=at,
        )  # fmt: skip
        return receiver

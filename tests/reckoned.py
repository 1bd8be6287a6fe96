"""A month of promises, calls, waits and visits written straight into the tables, and the same counted by plain SQL."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, text, update

from hotline.db import Instant
from hotline.domain import cases, companies
from hotline.domain.act import COMMAND, Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case, Kind
from hotline.domain.companies import Company
from hotline.domain.offers import OPEN, AgentOffer, Answer
from hotline.domain.promises import Promise
from hotline.domain.visits import Visit
from hotline.domain.waits import Wait
from hotline.runtime import Runtime
from tests import tallies
from tests.world import ONE_FACTOR, Cast, Firm, Person

ZONES = {"heat": ZoneInfo("Asia/Shanghai"), "home": ZoneInfo("America/Los_Angeles")}
PLAIN = ("FLT-2.notify", "FLT-2.sign", "CBK-1.answer", "CBK-2.missed", "CBK-3.time", "VIS-1.repair", "ANS-3.callback")
OF_COMPLAINTS = ("CMP-1.sign", "CMP-4.settle.minor", "CMP-4.settle.major", "CMP-6.form", "CMP-7.tell", "CMP-8.visit")
VERDICTS = ("open", "kept", "kept", "kept", "late", "broken", "excused")
_ANONYMOUS = 13  # the number of an anonymous complaint about the supervisor
Counted = Counter[tuple[str, str]]  # rule ID and outcome

_NOT_JOINED = """NOT (p.rule_id IN ('CMP-1', 'CMP-2', 'CMP-4', 'CMP-6') AND p.verdict NOT IN ('late', 'broken')
 AND EXISTS (SELECT 1 FROM complaints j WHERE j.case_id = p.case_id AND j.joined_to_id IS NOT NULL))"""
_HIDDEN = """SELECT case_id FROM complaints WHERE coalesce(joined_to_id, id) IN
 (SELECT coalesce(joined_to_id, id) FROM complaints WHERE about_staff_id = :reader)"""
_LEADING = f"""SELECT k.id FROM calls k WHERE k.case_id IN ({_HIDDEN})
 OR k.id IN (SELECT call_id FROM cases WHERE id IN ({_HIDDEN}))
 OR (CAST(k.slots AS TEXT) LIKE '%anonymous_case%' AND EXISTS (SELECT 1 FROM complaints a
 JOIN cases n ON n.id = a.case_id WHERE a.about_staff_id = :reader AND n.anonymous))"""  # noqa: S608
PROMISES = f"""SELECT p.rule_id, p.verdict, count(*) FROM promises p WHERE p.company_id = :company AND p.due_at > :since
 AND p.due_at <= :until AND p.case_id NOT IN ({_HIDDEN}) AND {_NOT_JOINED} GROUP BY p.rule_id, p.verdict"""  # noqa: S608
CALLS = f"""SELECT 'ANS-1', CASE WHEN answer_ms IS NOT NULL AND cause = 'late-answer' THEN 'late'
 WHEN answer_ms IS NOT NULL THEN 'kept' WHEN state IN ('ended', 'busy', 'unanswered', 'failed') THEN 'broken'
 ELSE 'open' END, count(*) FROM calls WHERE direction = 'in' AND company_id = :company AND started_at >= :since
 AND started_at < :until AND id NOT IN ({_LEADING}) GROUP BY 2"""  # noqa: S608
WAITS = f"""SELECT 'ANS-4', CASE WHEN longest_gap_ms <= 15000 THEN 'kept' ELSE 'broken' END, count(*) FROM waits
 WHERE company_id = :company AND ended_at >= :since AND ended_at < :until
 AND (callback_id IS NULL OR longest_gap_ms > 0) AND coalesce(case_id, 0) NOT IN ({_HIDDEN})
 AND coalesce(call_id, 0) NOT IN ({_LEADING}) GROUP BY 2"""  # noqa: S608
# An agent's telephone that rang for a caller, held against its own rows: the offer, the call that rang, the wait.
AGENTS = f"""SELECT 'ANS-1.agent', CASE o.answer WHEN 'ringing' THEN 'open' WHEN 'heard' THEN 'open'
 WHEN 'no_answer' THEN 'broken' WHEN 'no_key' THEN 'broken' WHEN 'busy' THEN 'broken' WHEN 'declined' THEN 'excused'
 WHEN 'withdrawn' THEN 'excused' ELSE CASE WHEN l.cause = 'late-answer' THEN 'late' ELSE 'kept' END END, count(*)
 FROM agent_offers o JOIN waits w ON w.id = o.wait_id LEFT JOIN calls l ON l.id = o.call_id
 WHERE w.company_id = :company AND o.rung_at >= :since AND o.rung_at < :until
 AND coalesce(w.case_id, 0) NOT IN ({_HIDDEN}) AND coalesce(w.call_id, 0) NOT IN ({_LEADING}) GROUP BY 2"""  # noqa: S608
LINE = (CALLS, AGENTS, WAITS)
VISITS = f"""SELECT CASE rule WHEN 'VIS-1.repair' THEN 'VIS-1' WHEN 'VIS-3.visitor' THEN 'VIS-3' ELSE 'VIS-2' END,
 state, count(*) FROM visits WHERE company_id = :company AND owed_at >= :since AND owed_at < :until
 AND case_id NOT IN ({_HIDDEN}) GROUP BY 1, 2"""  # noqa: S608


@dataclass(frozen=True)
class Span:
    """A company's days, from the first to the last, as instants."""

    since: datetime
    until: datetime

    @classmethod
    def month(cls, code: str, year: int, month: int) -> Span:
        """A month by the company's own clock."""
        begins = datetime(year, month, 1, tzinfo=ZONES[code])
        return cls(begins, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=ZONES[code]))


def seeded(runtime: Runtime, cast: Cast, *, seed: int = 5) -> None:
    """Both companies work through autumn, one of them by a clock of its own far away."""
    chance = random.Random(seed)
    with runtime.act(COMMAND) as act:
        act.session.execute(
            update(Company)
            .where(Company.id == cast.home.id)
            .values(overrides={**ONE_FACTOR, "timezone": ZONES["home"].key})
        )
        act.session.expire_all()
        for firm, owner in ((cast.heat, cast.lin), (cast.home, cast.wu)):
            _promises(act, cast, firm, owner, chance)
            _line(act, firm, owner, chance)
            _told(act, firm)


def _promises(act: Act, cast: Cast, firm: Firm, owner: Person, chance: random.Random) -> None:
    company = companies.get(act, firm.id)
    plain = cases.open(act, company, kind=Kind.ENQUIRY, matter="enquiry", owner_id=owner.id)
    for number in range(140):
        _promise(act, firm, owner, plain.id, chance.choice(PLAIN), chance, edge=number % 9)
    leading: list[int] = []
    for number in range(30):
        made = tallies.complaint(
            act,
            firm.id,
            owner.id,
            number=500 + number,
            filed_at=_some_time(firm, chance),
            about_staff_id=cast.sun.id if number % 10 == 3 else None,
            joined_to_id=chance.choice([None, None, *leading]),
            anonymous=number == _ANONYMOUS,
        )
        leading += [made.id] if made.joined_to_id is None else []
        for edge, rule in enumerate(chance.sample(OF_COMPLAINTS, 3)):
            _promise(act, firm, owner, made.case_id, rule, chance, edge=edge + number % 7)
        _visit(act, firm, made.case_id, "CMP-8.visit", chance)
        _visit(act, firm, plain.id, chance.choice(("VIS-1.repair", "VIS-3.visitor")), chance)


def _promise(act: Act, firm: Firm, owner: Person, case_id: int, rule: str, chance: random.Random, *, edge: int) -> None:
    due = _some_time(firm, chance, edge=edge)
    verdict = chance.choice(VERDICTS if due < act.at else ("open", "kept", "excused"))
    act.session.add(
        Promise(
            rule=rule,
            rule_id=rule.partition(".")[0],
            company_id=firm.id,
            case_id=case_id,
            owner_id=owner.id,
            made_at=due - timedelta(days=1),
            due_at=due,
            calendar="tests",
            verdict=verdict,
            done_at=due + timedelta(minutes=chance.randint(1, 500)) if verdict == "late" else None,
            judged_at=None if verdict == "open" else min(due, act.at),
        )
    )


def _visit(act: Act, firm: Firm, case_id: int, rule: str, chance: random.Random) -> None:
    state = chance.choice(("owed", "made", "made", "refused", "unreached"))
    at = _some_time(firm, chance)
    act.session.add(Visit(case_id=case_id, company_id=firm.id, rule=rule, state=state, owed_at=at, reopened=False))


def _line(act: Act, firm: Firm, owner: Person, chance: random.Random) -> None:
    for number in range(120):
        began = _some_time(firm, chance, edge=number % 9)
        millis = chance.choice((None, 900, 4000, 19_000))
        call = Call(
            sid=f"CA{firm.id:02d}{number:030d}",
            direction=chance.choice(("in", "in", "in", "out")),
            company_id=firm.id,
            owner_id=owner.id,
            our_number=firm.number,
            state=chance.choice(("ended", "unanswered", "ringing")) if millis is None else "ended",
            step="menu",
            language="zh-CN",
            words_version="tests",
            slots={},
            started_at=began,
            answer_ms=millis,
            cause="late-answer" if millis == 19_000 else None,
        )
        act.session.add(call)
        act.session.flush()
        wait = _wait(act, firm, call.id, began, chance)
        for n in range(chance.choice((0, 1, 1, 2))):
            _offer(act, firm, owner, wait, n, chance)


def _told(act: Act, firm: Firm) -> None:
    """Each complaint was told in one call, is what another is about, and had its caller wait in a third.

    In a few more calls something anonymous was told; which matter it was they do not say.
    """
    calls = list(
        act.session.scalars(select(Call).where(Call.company_id == firm.id, Call.staff_id.is_(None)).order_by(Call.id))
    )
    complaints = select(Case).where(Case.company_id == firm.id, Case.kind == Kind.COMPLAINT).order_by(Case.id)
    each = zip(act.session.scalars(complaints).all(), calls[::4], calls[1::4], calls[2::4], strict=True)
    for made, told, about, waited in each:
        made.call_id, about.case_id = told.id, made.id
        act.session.execute(update(Wait).where(Wait.call_id == waited.id).values(case_id=made.id))
    for call in calls[3::12]:
        call.slots, call.unnamed = {"anonymous_case": "sealed"}, True


def _wait(act: Act, firm: Firm, call_id: int, began: datetime, chance: random.Random) -> Wait:
    ended = began + timedelta(minutes=chance.randint(1, 9)) if chance.random() < 0.9 else None
    wait = Wait(
        call_id=call_id,
        company_id=firm.id,
        emergency=False,
        joined_at=began,
        language="zh-CN",
        state="done" if ended else "waiting",
        longest_gap_ms=chance.choice((0, 9000, 15_000, 15_001, 40_000)),
        ended_at=ended,
    )
    act.session.add(wait)
    act.session.flush()
    return wait


def _offer(act: Act, firm: Firm, owner: Person, wait: Wait, n: int, chance: random.Random) -> None:
    """An agent is rung for the caller: at once, or a little later, which may be another day."""
    rung = wait.joined_at + n * timedelta(minutes=2)
    late, answer = chance.random() < 0.2, chance.choice(sorted(set(Answer) - OPEN))
    leg = Call(
        direction="out",
        company_id=firm.id,
        owner_id=owner.id,
        staff_id=owner.id,
        our_number=firm.number,
        state="ended",
        step="agent-ring",
        language="zh-CN",
        words_version="tests",
        slots={},
        started_at=rung,
        answer_ms=22_000 if late else 7000,
        cause="late-answer" if late else None,
    )
    act.session.add(leg)
    act.session.flush()
    offer = AgentOffer(wait_id=wait.id, staff_id=owner.id, n=n + 1, call_id=leg.id, rung_at=rung, answer=answer)
    act.session.add(offer)


def _some_time(firm: Firm, chance: random.Random, *, edge: int = 9) -> datetime:
    """From the end of September to December; now and then at the midnight of a month, or a moment beside it."""
    zone = ZONES[firm.code]
    if edge > 2:
        within = datetime(2026, 9, 20, tzinfo=UTC) + timedelta(minutes=chance.randint(0, 90 * 24 * 60))
        return within.astimezone(zone)
    midnight = datetime(2026, chance.choice((10, 11, 11, 12)), 1, tzinfo=zone)
    return midnight.astimezone(UTC) + (edge - 1) * datetime.resolution


def plainly(runtime: Runtime, query: str, firm: Firm, span: Span, *, reader: int = 0) -> Counted:
    """Ask the database by a statement that knows nothing of the product."""
    asked = text(query).bindparams(bindparam("since", type_=Instant()), bindparam("until", type_=Instant()))
    with runtime.engine.connect() as connection:
        given = {"company": firm.id, "since": span.since, "until": span.until, "reader": reader}
        return Counter({(rule, outcome): n for rule, outcome, n in connection.execute(asked, given)})

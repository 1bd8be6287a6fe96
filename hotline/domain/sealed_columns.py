"""Where values lie that our own keys seal, in one list; without it a rotation of the keys could forget some."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, LargeBinary, String, Table

from hotline.domain.tables import metadata

_SHORTEST = 64  # characters: a column that holds no more holds nothing sealed


@dataclass(frozen=True)
class Sealed:
    """A column with values that `Sealer.seal` or `new_key` made: as a whole, or within a JSON value."""

    table: str
    column: str

    @property
    def of(self) -> Table:
        """Its table."""
        return metadata.tables[self.table]

    @property
    def values(self) -> Column[Any]:
        """The column itself."""
        return self.of.c[self.column]

    @property
    def is_within(self) -> bool:
        """Do the values lie within a JSON value?"""
        return isinstance(self.values.type, JSON)


def _of(table: str, *columns: str) -> tuple[Sealed, ...]:
    return tuple(Sealed(table, column) for column in columns)


# Sealed anew when the key changes.
RESEALED: tuple[Sealed, ...] = (
    *_of("customers", "key"),
    *_of("nuisance_numbers", "number", "reason"),
    *_of("staff", "phone"),
    *_of("seats", "sip"),
    *_of("robots", "url", "secret"),
    *_of("drafts", "typed", "opened"),
    *_of("carrier_news", "params"),
    *_of("recordings", "key"),
    *_of("turns", "words"),
    *_of("calls", "slots"),
    *_of("cases", "details", "outcome"),
    *_of("repair_orders", "address"),
    *_of("holds", "reason", "lifted_why"),
    *_of("erasures", "reason", "answer"),
    *_of("disposals", "answer"),
    *_of("looks", "reason"),
    *_of("second_factors", "secret"),
    *_of("webhooks", "url", "secret", "secret_before"),
    *_of("breaches", "what", "struck_why", "answer"),
    *_of("own_mistakes", "what"),
    *_of("quality_checks", "remark", "answer"),
    *_of("staff_reviews", "remark", "answer"),
    *_of("call_searches", "name", "wanted"),
    *_of("exports", "reason", "key"),
    *_of("old_keys", "wrapped"),
)
# The log says the very same text, and is never rewritten: a row that said another would count as altered (REC-2).
AS_LOGGED: tuple[Sealed, ...] = (
    *_of("repair_orders", "found"),
    *_of("handovers", "reason", "refusal"),
    *_of("decisions", "reason", "answer"),
    *_of("complaints", "refusal", "finding"),
    *_of("visits", "said"),
)
# Nothing that our own keys seal: words of ours, hashes, and what the key of a customer seals, which is sealed anew.
OTHERS: frozenset[str] = frozenset(
    {
        "api_keys.engineers",
        "api_keys.name",
        "api_keys.scopes",
        "api_requests.name",
        "audit_entries.body",
        "calls.cause",
        "checkpoints.body",
        "checkpoints.signature",
        "companies.name_en",
        "companies.name_zh",
        "companies.overrides",
        "companies.words",
        "customer_phones.number",
        "customer_places.address",
        "customers.name",
        "departments.name",
        "exports.criteria",
        "exports.pieces",
        "exports.turns",
        "notices.key",
        "outbox.about",
        "outbox.key",
        "outbox.problem",
        "promises.calendar",
        "quality_checks.points",
        "quality_draws.unjudged",
        "repair_orders.answers",
        "reports.figures",
        "robots.name",
        "seats.languages",
        "staff.name",
        "staff.password_hash",
        "transcripts.words",
        "turns.said",
        "webhooks.events",
        "webhooks.host",
    }
)


def unlisted() -> list[str]:
    """Columns that could hold something sealed and of which no list here says whether they do."""
    listed = {f"{one.table}.{one.column}" for one in (*RESEALED, *AS_LOGGED)} | OTHERS
    return sorted(name for name in (str(column) for column in roomy()) if name not in listed)


def roomy() -> Iterator[Column[Any]]:
    """Every column with room for a sealed value."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if _has_room(column):
                yield column


def _has_room(column: Column[Any]) -> bool:
    kind = column.type
    if isinstance(kind, String):
        return kind.length is None or kind.length > _SHORTEST
    return isinstance(kind, JSON | LargeBinary)

"""Callbacks with their attempts, return visits; a place in the line that no call has taken yet."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_OPEN = "ended_at IS NULL"
_UNSIGNED = "to_sign_at IS NOT NULL AND signed_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "callbacks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("style", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("wanted_id", sa.Integer(), nullable=True),
        sa.Column("number_print", sa.String(length=64), nullable=True),
        sa.Column("zone", sa.String(length=40), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_callbacks_case_id_cases")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_callbacks_company_id_companies")),
        sa.ForeignKeyConstraint(["wanted_id"], ["staff.id"], name=op.f("fk_callbacks_wanted_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callbacks")),
    )
    op.create_index("ix_callbacks_case_id", "callbacks", ["case_id"])
    op.create_index("ix_callbacks_company_id", "callbacks", ["company_id"])
    op.create_index("ix_callbacks_number_print", "callbacks", ["number_print"])
    op.create_index("ix_callbacks_state_callbacks_next_at", "callbacks", ["state", "next_at"])
    op.create_index("uq_callbacks_case_now", "callbacks", ["case_id", "style"], unique=True, **_where(_OPEN))

    op.create_table(
        "visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("owed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.String(length=8), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("mended", sa.Boolean(), nullable=True),
        sa.Column("mark", sa.Integer(), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("reopened", sa.Boolean(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("to_sign_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_visits_call_id_calls")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_visits_case_id_cases")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_visits_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_visits_department_id_departments")
        ),
        sa.ForeignKeyConstraint(["signed_by_id"], ["staff.id"], name=op.f("fk_visits_signed_by_id_staff")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_visits_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index("ix_visits_call_id", "visits", ["call_id"])
    op.create_index("ix_visits_case_id", "visits", ["case_id"])
    op.create_index("ix_visits_company_id_visits_owed_at", "visits", ["company_id", "owed_at"])
    op.create_index("ix_visits_unsigned", "visits", ["company_id", "to_sign_at"], **_where(_UNSIGNED))

    op.create_table(
        "callback_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(length=8), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_callback_attempts_call_id_calls")),
        sa.ForeignKeyConstraint(
            ["callback_id"], ["callbacks.id"], name=op.f("fk_callback_attempts_callback_id_callbacks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback_attempts")),
        sa.UniqueConstraint("callback_id", "n", name=op.f("uq_callback_attempts_callback_id_n")),
    )
    op.create_index("ix_callback_attempts_call_id", "callback_attempts", ["call_id"])

    with op.batch_alter_table("api_requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=12), nullable=True))
    op.execute("UPDATE api_requests SET kind = 'complaint'")  # nothing else could be brought
    with op.batch_alter_table("api_requests", schema=None) as batch_op:
        batch_op.alter_column("kind", existing_type=sa.String(length=12), nullable=False)

    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("no_calls_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("waits", schema=None) as batch_op:
        batch_op.add_column(sa.Column("callback_id", sa.Integer(), nullable=True))
        batch_op.alter_column("call_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_index(batch_op.f("ix_waits_callback_id"), ["callback_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_waits_callback_id_callbacks"), "callbacks", ["callback_id"], ["id"])

    op.drop_index("ix_outbox_due", "outbox")
    op.create_index("ix_outbox_due", "outbox", ["state", "queue", "priority", "due_at"], unique=False)
    op.create_index("ix_outbox_leases", "outbox", ["lease_until"], **_where("lease_until IS NOT NULL"))
    _make_alarms()
    _one_entry_for_each_id()
    # Supervisors were told of it when it failed. Tried again by a press now, a text of months ago would go out.
    op.execute("UPDATE outbox SET state = 'abandoned' WHERE state = 'failed'")


def _where(condition: str) -> dict[str, Any]:
    """The rows that an index holds."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _one_entry_for_each_id() -> None:
    """What the carrier made belongs to one entry; where two noted the same id the first keeps it."""
    op.execute(
        "UPDATE outbox SET carrier_sid = NULL WHERE carrier_sid IS NOT NULL AND EXISTS"
        " (SELECT 1 FROM outbox AS other WHERE other.carrier_sid = outbox.carrier_sid AND other.id < outbox.id)"
    )
    op.drop_index("ix_outbox_carrier_sid", "outbox")
    op.create_index("ix_outbox_carrier_sid", "outbox", ["carrier_sid"], unique=True)


def _make_alarms() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index("uq_alarms_what_now", "alarms", ["what"], unique=True, **_where(_OPEN))

    _owe_what_was_promised()
    _owe_visits()
    _owe_answers()
    _speak_as_their_companies_do()


def _owe_what_was_promised() -> None:
    """Every promise that asks us only to ring, and is not done, gets its callback, due since then; of a case the
    oldest. One that was broken is owed still.

    Where the place in the line is kept still, that is its first attempt.
    """
    _owe_promised("'ANS-3.callback', 'ANS-8.callback', 'ANS-10.callback', 'CBK-2.missed', 'CBK-3.time'")
    op.execute(
        """
        UPDATE waits SET callback_id = (SELECT callbacks.id FROM callbacks WHERE callbacks.case_id = waits.case_id)
        WHERE kept AND ended_at IS NULL
        """
    )
    op.execute(
        """
        INSERT INTO callback_attempts (callback_id, n, due_at, began_at)
        SELECT callback_id, 1, MIN(joined_at), MIN(joined_at) FROM waits
        WHERE callback_id IS NOT NULL GROUP BY callback_id
        """
    )
    op.execute("UPDATE callbacks SET next_at = NULL WHERE id IN (SELECT callback_id FROM callback_attempts)")


def _owe_visits() -> None:
    """Every return visit that was promised before is a row; one of ours rings about those that are still owed.

    Not before the day after the work: what was mended is left to prove itself. Whoever is rung in that matter anyway is
    asked then.
    """
    op.execute(
        """
        INSERT INTO visits (case_id, company_id, rule, state, owed_at, ended_at, "by", reopened)
        SELECT case_id, company_id, rule, CASE WHEN done_at IS NULL THEN 'owed' ELSE 'made' END, made_at, done_at,
               CASE WHEN done_at IS NULL THEN NULL ELSE 'agent' END, FALSE
        FROM promises WHERE rule IN ('VIS-1.repair', 'CMP-8.visit') AND verdict <> 'excused'
        """
    )
    op.execute(
        """
        UPDATE visits SET department_id = COALESCE(
            (SELECT staff.department_id FROM repair_orders JOIN staff ON staff.id = repair_orders.engineer_id
             WHERE repair_orders.case_id = visits.case_id),
            (SELECT staff.department_id FROM cases JOIN staff ON staff.id = cases.owner_id
             WHERE cases.id = visits.case_id AND staff.company_id = visits.company_id))
        WHERE rule = 'VIS-1.repair'
        """
    )
    _owe(
        "SELECT case_id, rule, owed_at AS made_at FROM visits"
        " WHERE id IN (SELECT MIN(id) FROM visits WHERE state = 'owed' GROUP BY case_id)"
    )
    owed = sa.table(
        "callbacks",
        sa.column("id"),
        sa.column("rule"),
        *(sa.column(name, sa.DateTime(timezone=True)) for name in ("from_at", "next_at")),
    )
    visiting = sa.select(owed.c.id, owed.c.from_at).where(owed.c.rule.in_(("VIS-1.repair", "CMP-8.visit")))
    for callback_id, mended_at in op.get_bind().execute(visiting).all():
        rung = mended_at + timedelta(days=1)
        op.execute(owed.update().where(owed.c.id == callback_id).values(from_at=rung, next_at=rung))


def _owe_answers() -> None:
    """Whoever waits for an answer that a person has to find first is rung when that person says so."""
    rules = "'CBK-1.answer', 'FLT-5.result', 'CMP-9.callback', 'CMP-11.feedback', 'VIS-4.reply'"
    _owe_promised(rules, next_at="NULL")


def _owe_promised(rules: str, next_at: str = "owed.made_at") -> None:
    _owe(
        "SELECT case_id, rule, made_at FROM promises WHERE id IN (SELECT MIN(id) FROM promises"  # noqa: S608
        f" WHERE verdict IN ('open', 'broken') AND done_at IS NULL AND rule IN ({rules}) GROUP BY case_id)",
        next_at,
    )


def _owe(what: str, next_at: str = "owed.made_at") -> None:
    """A callback for each of these (case_id, rule, made_at) whose case is open and has none yet.

    Whoever wanted to stay unnamed is not rung back.
    """
    op.execute(
        "INSERT INTO callbacks (case_id, company_id, rule, style, state, language, made_at, from_at, agreed,"  # noqa: S608
        " next_at, attempts) SELECT cases.id, cases.company_id, owed.rule, 'talk', 'open',"
        " COALESCE(customers.language, calls.language, ''), owed.made_at, owed.made_at,"
        f" FALSE, {next_at}, 0 FROM ({what}) AS owed JOIN cases ON cases.id = owed.case_id"
        " LEFT JOIN customers ON customers.id = cases.customer_id"
        " LEFT JOIN calls ON calls.id = cases.call_id"
        " WHERE cases.state = 'open' AND NOT cases.anonymous AND cases.id NOT IN (SELECT case_id FROM callbacks)"
    )


def _speak_as_their_companies_do() -> None:
    """Where nobody knows a customer's language it is the company's: by every profile Chinese, else its own."""
    companies = sa.table("companies", sa.column("id"), sa.column("overrides", sa.JSON()))
    callbacks = sa.table("callbacks", sa.column("company_id"), sa.column("language"))
    for company_id, overrides in op.get_bind().execute(sa.select(companies.c.id, companies.c.overrides)).all():
        language = overrides.get("languages", {}).get("default", "zh-CN")
        theirs = (callbacks.c.company_id == company_id) & (callbacks.c.language == "")
        op.execute(callbacks.update().where(theirs).values(language=language))


def _forget_callbacks_of_other_systems() -> None:
    """A version before takes every request for a complaint; the matters stay."""
    op.execute("DELETE FROM api_requests WHERE kind <> 'complaint'")


def downgrade() -> None:
    op.execute("UPDATE outbox SET state = 'failed' WHERE state = 'abandoned'")  # no version before knows the word
    op.drop_index("ix_outbox_carrier_sid", "outbox")
    op.create_index("ix_outbox_carrier_sid", "outbox", ["carrier_sid"], unique=False)
    op.drop_table("alarms")
    op.drop_index("ix_outbox_leases", "outbox")
    op.drop_index("ix_outbox_due", "outbox")
    op.create_index("ix_outbox_due", "outbox", ["state", "due_at"], unique=False)

    # Nobody was rung from these places, and what they stood for goes with the callbacks; the promises stay.
    op.execute(
        "DELETE FROM waits WHERE call_id IS NULL AND id NOT IN (SELECT wait_id FROM meetings WHERE wait_id IS NOT NULL)"
    )
    with op.batch_alter_table("waits", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_waits_callback_id_callbacks"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_waits_callback_id"))
        batch_op.alter_column("call_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("callback_id")

    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.drop_column("no_calls_at")

    _forget_callbacks_of_other_systems()
    with op.batch_alter_table("api_requests", schema=None) as batch_op:
        batch_op.drop_column("kind")

    op.drop_table("callback_attempts")
    op.drop_table("visits")
    op.drop_table("callbacks")

"""Brings a PostgreSQL database back to how it began; a new one for each test took longer than most of the tests.

A copy costs the server 25 ms, and every session that is opened on it has to learn all tables anew.
"""

# ruff: noqa: S608 (tables of our own)

from __future__ import annotations

from sqlalchemy import Connection, text

# Whoever changes a table is noted by the database itself: its rows alone can be brought back.
_WATCH = (
    "CREATE SCHEMA watch",
    "CREATE TABLE watch.changes (what text)",
    "CREATE FUNCTION watch.note() RETURNS event_trigger LANGUAGE plpgsql AS"
    " $$ BEGIN INSERT INTO watch.changes VALUES (tg_tag); END $$",
    "CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION watch.note()",
)
_TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
_COUNTERS = text("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY sequencename")
_OTHERS = text(
    "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = current_database()"
    " AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND (state <> 'idle' OR pid <> ALL(:ours))"
)
KEEPER = {"options": "-c session_replication_role=replica"}  # of the session that brings back: no trigger hinders it


def remember(connection: Connection, name: str) -> None:
    """Keep what stands in the tables now under a name, with the way back to it."""
    tables = connection.execute(_TABLES).scalars().all()
    filled = [one for one in tables if connection.scalar(text(f'SELECT EXISTS (SELECT FROM public."{one}")'))]
    connection.execute(text(f"CREATE SCHEMA {name}"))
    for one in filled:
        connection.execute(text(f'CREATE TABLE {name}."{one}" AS TABLE public."{one}"'))
    steps = [f'DELETE FROM public."{one}"; GET DIAGNOSTICS n = ROW_COUNT; gone := gone + n;' for one in tables]
    steps += [f'INSERT INTO public."{one}" SELECT * FROM {name}."{one}";' for one in filled]
    for counter, last in connection.execute(_COUNTERS):
        steps.append(f"PERFORM setval('public.\"{counter}\"', {last or 1}, {last is not None});")
    body = " ".join(("DECLARE n bigint; gone bigint := 0; BEGIN", *steps, "RETURN gone; END"))
    connection.exec_driver_sql(f"CREATE FUNCTION {name}.again() RETURNS bigint LANGUAGE plpgsql AS $${body}$$")


def watch(connection: Connection) -> None:
    """From now on the database notes who changes its tables."""
    for statement in _WATCH:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("DELETE FROM watch.changes")


def has_other_tables(connection: Connection) -> bool:
    """Has anybody changed a table?"""
    return bool(connection.scalar(text("SELECT EXISTS (SELECT FROM watch.changes)")))


def send_others_away(connection: Connection, ours: set[int]) -> int:
    """End every other session but those of `ours` that rest; how many."""
    return int(connection.execute(_OTHERS, {"ours": list(ours)}).scalar_one())


def bring_back(connection: Connection, name: str) -> int:
    """Everything is as it was when it was remembered under this name; how many rows were taken away."""
    return int(connection.execute(text(f"SELECT {name}.again()")).scalar_one())

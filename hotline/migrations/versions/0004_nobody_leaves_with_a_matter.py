"""An open matter's owner works here: the database itself refuses that one becomes inactive, or goes (OWN-1)."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OWNS = "EXISTS (SELECT 1 FROM cases WHERE owner_id = OLD.id AND state = 'open')"
LEFT = "the owner of an open matter cannot leave: hand the matter over first (OWN-1)"
NOBODY = "an open matter belongs to somebody who works here (OWN-1)"
TRIGGERS = ("staff_keeps_owners", "staff_keeps_owners_there", "cases_owned", "cases_owned_still")


def upgrade() -> None:
    op.execute("UPDATE cases SET numbered_by_id = company_id WHERE numbered_by_id IS NULL")
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgres()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
        return
    op.execute("DROP TRIGGER cases_owned ON cases")
    op.execute("DROP TRIGGER staff_keeps_owners ON staff")
    op.execute("DROP FUNCTION owned_by_somebody()")
    op.execute("DROP FUNCTION keeps_owners()")


def _sqlite() -> None:
    gone = "NEW.state = 'open' AND NOT EXISTS (SELECT 1 FROM staff WHERE id = NEW.owner_id AND active)"
    refusals = (
        ("BEFORE UPDATE OF active ON staff", f"OLD.active AND NOT NEW.active AND {OWNS}", LEFT),
        ("BEFORE DELETE ON staff", OWNS, LEFT),
        ("BEFORE INSERT ON cases", gone, NOBODY),
        ("BEFORE UPDATE OF owner_id, state ON cases", gone, NOBODY),
    )
    for name, (event, when, says) in zip(TRIGGERS, refusals, strict=True):
        op.execute(f"CREATE TRIGGER {name} {event} WHEN {when} BEGIN SELECT RAISE(ABORT, '{says}'); END")


def _postgres() -> None:
    op.execute(
        "CREATE FUNCTION keeps_owners() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF (TG_OP = 'DELETE' OR (OLD.active AND NOT NEW.active)) AND {OWNS} "
        f"THEN RAISE EXCEPTION '{LEFT}'; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    # FOR SHARE: who leaves and who is given a matter at the same moment wait for one another.
    op.execute(
        "CREATE FUNCTION owned_by_somebody() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.state = 'open' THEN "
        "PERFORM 1 FROM staff WHERE id = NEW.owner_id AND active FOR SHARE; "
        f"IF NOT FOUND THEN RAISE EXCEPTION '{NOBODY}'; END IF; "
        "END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER staff_keeps_owners BEFORE UPDATE OF active OR DELETE ON staff "
        "FOR EACH ROW EXECUTE FUNCTION keeps_owners()"
    )
    op.execute(
        "CREATE TRIGGER cases_owned BEFORE INSERT OR UPDATE OF owner_id, state ON cases "
        "FOR EACH ROW EXECUTE FUNCTION owned_by_somebody()"
    )

"""Commands for the keys that seal: made, changed while the product runs, retired; without them a key stayed for ever.

A key is changed in four steps, and the product is never stopped: every process knows the new key before any seals with
it, what the old one sealed is sealed anew, and only then is the old one taken away.
"""

from __future__ import annotations

import json
import time

import click

from hotline import keys, listing, spool
from hotline.domain import resealing
from hotline.domain.act import COMMAND
from hotline.domain.sealed_columns import RESEALED, Sealed
from hotline.errors import Conflict
from hotline.runtime import Runtime

_STEPS = """\
The new key is called {new}. Nothing was changed yet; where the keys stand (the environment, or {file}):

1. Add it behind the others, and start every process again, one after the other:
   SEALING_KEYS={behind}
2. When all of them know it, put it in front, and start them again the same way. From now on it seals:
   SEALING_KEYS={before}
3. Seal anew what the others sealed; the product runs on:
   hotline keys reseal
4. Take the others away, and then out of SEALING_KEYS:
   {retire}

Keep a copy of the old keys with the back-ups of their time: those open with no others."""


@click.group("keys", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="As keys.json keeps them.")
@click.pass_context
def key_ring(ctx: click.Context, as_json: bool) -> None:
    """Print fresh keys for the environment. Keep them: what they sealed opens with no others."""
    if ctx.invoked_subcommand is None:
        fresh = keys.fresh()
        lines = "\n".join(f"{key}={value}" for key, value in fresh.items())
        click.echo(json.dumps(fresh, indent=1) if as_json else lines)


@key_ring.command()
def rotate() -> None:
    """Make another sealing key and say, step by step, how it takes the place of the present one."""
    with listing.opened() as runtime:
        with runtime.look(COMMAND) as act:
            taken = {*act.sealer.names, *resealing.older(act)}
        present = runtime.settings.sealing_keys.get_secret_value()
        new = keys.another(taken)
        click.echo(
            _STEPS.format(
                new=new.partition(":")[0],
                file=runtime.settings.hotline_var / keys.FILE,
                behind=f"{present},{new}",
                before=f"{new},{present}",
                retire="\n   ".join(f"hotline keys retire {name}" for name in runtime.sealer.names),
            )
        )


@key_ring.command()
def reseal() -> None:
    """Seal anew, with the first of SEALING_KEYS, what the others sealed. Stopped at any moment, it goes on."""
    with listing.opened() as runtime:
        with runtime.look(COMMAND) as act:
            current, older = act.sealer.names[0], resealing.older(act)
        done = sum(_reseal(runtime, one) for one in RESEALED) if older else 0
        with runtime.look(COMMAND) as act:
            left = resealing.left(act.session, older)
        if done:
            with runtime.act(COMMAND) as act:
                act.remember("house", "values-resealed", name=current, count=done)
    if left:
        where = ", ".join(f"{column} {n}" for column, n in sorted(left.items()))
        raise Conflict(f"{done} values are sealed anew; others are in use just now ({where}): run it once more")
    click.echo(f"{done} values are sealed anew with {current}; nothing is left that could be")


@key_ring.command()
@click.argument("name")
def retire(name: str) -> None:
    """Take a key away, refused while a value needs it. The log, never rewritten, opens on: see the answer."""
    with listing.opened() as runtime:
        waiting = spool.sealed_with(runtime.settings.hotline_var, name)
        if waiting:
            raise Conflict(f"{waiting} kept calls on this disk are sealed with {name}: they go when the product runs")
        with runtime.act(COMMAND) as act:
            entries = resealing.retire(act, name)
    click.echo(f"{name} seals nothing any more; take it out of SEALING_KEYS and start the processes one by one")
    click.echo(f"{entries} entries of the log open with it still: it is kept for them, sealed with the present key")


def _reseal(runtime: Runtime, one: Sealed) -> int:
    """A column, in small acts with rests; what another act holds is tried again a bounded number of times."""
    figures, done, passes = runtime.figures.keeping, 0, 0
    while passes < figures.passes:
        with runtime.act(COMMAND) as act:
            count = resealing.reseal(act, one, most=figures.batch)
        done += count
        passes = 0 if count else passes + 1
        if not count and not _is_left(runtime, one):
            break
        time.sleep(figures.rest_seconds)
    if done:
        click.echo(f"{one.table}.{one.column}: {done}")
    return done


def _is_left(runtime: Runtime, one: Sealed) -> bool:
    with runtime.look(COMMAND) as act:
        return resealing.count(act.session, one.values, resealing.older(act)) > 0

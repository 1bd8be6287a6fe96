"""When a caller wants to be rung, kept in the call and spoken; without it all would be rung at our time (CBK-3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hotline.domain import calls
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.slots import Window
from hotline.prompts import Prompts

SLOTS = ("times", "chosen")  # of the call, in which the times are kept
SOON = "1"  # the key for "as soon as possible"; the times follow it


def offer(call: Call, windows: Sequence[Window]) -> bool:
    """Keep what is offered, so that a key means what was said though time goes on; False where nothing is."""
    forget(call)
    call.put(times=[[one.slot, one.begins.isoformat(), one.ends.isoformat()] for one in windows])
    return bool(windows)


def keyed(call: Call) -> dict[str, Window]:
    """Each time that is offered in this call, by its key."""
    kept = call.slots.get("times", [])
    return {
        str(key): Window(slot, calls.instant(begins), calls.instant(ends))
        for key, (slot, begins, ends) in enumerate(kept, int(SOON) + 1)
    }


def choose(call: Call, key: str) -> None:
    """The caller wants to be rung at this one of the times offered."""
    call.put(chosen=key)


def chosen(call: Call) -> Window | None:
    """The time at which the caller wants to be rung; None: as soon as possible."""
    return keyed(call).get(call.slots.get("chosen", SOON))


def forget(call: Call) -> None:
    """Nothing is chosen, nor offered any more."""
    call.drop(*SLOTS)


def each(act: Act, call: Call, prompts: Prompts) -> str:
    """Every time that is offered, with its key."""
    told = keyed(call).items()
    return "".join(
        prompts.text("time.each", call.language, when=_spoken(act, call, prompts, one), key=key) for key, one in told
    )


def spoken_choice(act: Act, call: Call, prompts: Prompts) -> str:
    """The time that the caller chose, as it is told to them."""
    found = chosen(call)
    return _spoken(act, call, prompts, found) if found is not None else prompts.text("due.soon", call.language)


def _spoken(act: Act, call: Call, prompts: Prompts, window: Window) -> str:
    """Such as "tomorrow morning, 9 to 11:30", by the company's clock."""
    zone, language = act.standard.calendar.timezone, call.language
    begins, today = window.begins.astimezone(zone), act.at.astimezone(zone).date()
    near = {0: "today", 1: "tomorrow"}.get((begins.date() - today).days, "later")
    return prompts.text(
        "time.window",
        language,
        day=prompts.text(f"time.day.{near}", language, month=begins.month, day=begins.day),
        part=prompts.text(f"time.part.{window.slot}", language),
        begins=_clock(prompts, language, begins),
        ends=_clock(prompts, language, window.ends.astimezone(zone)),
    )


def _clock(prompts: Prompts, language: str, local: datetime) -> str:
    return prompts.text(
        "time.clock" if local.minute else "time.hour", language, hour=local.hour, minute=f"{local.minute:02d}"
    )

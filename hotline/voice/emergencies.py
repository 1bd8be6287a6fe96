"""Help is called before anything else is asked; without it a fire would wait for its address (EMG-1, EMG-2)."""

from __future__ import annotations

from hotline.domain import calls
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.standard.kinds import EmergencyKind
from hotline.voice import answers, matters
from hotline.voice.steps import Choice, Heard, Sound, Step


def choices(act: Act, call: Call) -> tuple[Choice, ...]:
    """1 fire, 2 gas, 3 burst pipe, 4 lift, 5 injury."""
    return tuple(
        Choice(str(place), f"words.emergency.{kind}", Step.EMERGENCY_OPENED, kind)
        for place, kind in enumerate(EmergencyKind, 1)
    )


def note_kind(act: Act, call: Call, choice: Choice) -> Step:
    """What kind of emergency it is."""
    call.put(emergency=choice.value)
    return choice.to


def looks(act: Act, call: Call, heard: Heard) -> Step | None:
    """How it looks now, beside what was told before."""
    if heard.sound is not Sound.SPEECH or not heard.text.strip():
        return None
    before = [calls.unseal(act, call, call.slots["sealed_looks"])] if "sealed_looks" in call.slots else []
    call.put(sealed_looks=calls.seal(act, call, " ".join([*before, heard.text.strip()])))
    return Step.EMERGENCY_NAME


def opened(act: Act, call: Call) -> Step:
    """Help is called before anything else is asked (EMG-1, EMG-2)."""
    if "sealed_address" not in call.slots:
        answers.put_known_address(act, call)
    matters.open_emergency(act, call)
    call.drop("intent")
    return Step.EMERGENCY_SAFETY


def safety(act: Act, call: Call) -> tuple[str, ...]:
    """Help was called; the public number where the standard names one (EMG-1); what to do until help comes."""
    kind = call.slots.get("emergency", "unclear")
    public = ("emergency.public",) if kind in act.standard.emergencies.public_numbers else ()
    return ("emergency.on-duty", *public, f"emergency.safety.{kind}")


def known(act: Act, call: Call) -> Step:
    """All that was told is in the case."""
    matters.add_to_emergency(act, call)
    return Step.EMERGENCY_TOLD

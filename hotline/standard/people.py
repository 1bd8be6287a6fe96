"""What the standard demands of those who work here (PPL-1 to PPL-5); without it each page would judge them anew."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from hotline.standard.figures import Figure
from hotline.standard.limits import Limit


@dataclass(frozen=True)
class Review:
    """Marks of a staff review, in points of a hundred; shares of the year's score, in per cent."""

    conduct: Annotated[int, Figure("PPL-2", 0, 100)]
    diligence: Annotated[int, Figure("PPL-2", 0, 100)]
    ability: Annotated[int, Figure("PPL-2", 0, 100)]
    results: Annotated[int, Figure("PPL-2", 0, 100)]
    checks_share: Annotated[int, Figure("PPL-2", 0, 100)]
    monthly_share: Annotated[int, Figure("PPL-2", 0, 100)]
    year_end_share: Annotated[int, Figure("PPL-2", 0, 100)]
    bonus_from: Annotated[int, Figure("PPL-2", 0, 100)]
    bonus_to: Annotated[int, Figure("PPL-2", 0, 100)]


class Post(StrEnum):
    """What somebody is on duty for; as `staff.Duty` has them."""

    FRONT = "front"
    REPAIR = "repair"
    SECURITY = "security"
    LEAD = "lead"


@dataclass(frozen=True)
class Roster:
    """Who has to be on post, and how early it is said that nobody will be."""

    always: tuple[Post, ...]
    """Duties that somebody is always on; the front while the company is staffed (ANS-8)."""
    looked_ahead: Annotated[Limit, Figure("PPL-1")]
    """So far ahead the page shows when nobody is on duty."""
    told_before: Annotated[Limit, Figure("PPL-1")]
    """So long before it begins the supervisors are told that nobody is on duty."""


@dataclass(frozen=True)
class Checks:
    """The quality check of calls: how many are drawn, and what a point costs of the hundred."""

    each_week: Annotated[int, Figure("PPL-3", 0, 50)]
    """Calls of each agent that are drawn when a week is over."""
    forbidden_costs: Annotated[int, Figure("PPL-3", 0, 100)]
    missing_costs: Annotated[int, Figure("PPL-3", 0, 100)]


@dataclass(frozen=True)
class People:
    on_post_before: Annotated[Limit, Figure("PPL-1")]
    roster: Roster
    checks: Checks
    review: Review
    repeated_breach_weight: Annotated[int, Figure("PPL-4", 1, 10)]
    heaviest_breach: Annotated[int, Figure("PPL-4", 1, 100)]
    breaches_remembered: Annotated[Limit, Figure("PPL-4")]

"""A company's group robots; without it a team that lives in a chat would learn of a broken promise too late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Select, String, Text, and_, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from hotline import chats
from hotline.chats import Address, Kind
from hotline.db import Base
from hotline.domain import complaint_forms, outbox
from hotline.domain.act import Act
from hotline.domain.occasions import Occasion
from hotline.domain.outbox import OutboxEntry, State
from hotline.errors import Conflict, NotFound

TELLS = "tell-robot"  # the kind of what is owed to a robot
COUNTED = "only-counted"
HIDDEN = "kept-from-groups"
NAME_LONGEST = 80  # characters


class Robot(Base):
    """A group robot (群机器人) that notices are posted to. Its address is a key to the group, so it is sealed."""

    __tablename__ = "robots"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(NAME_LONGEST))
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str | None] = mapped_column(Text)
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]  # not before this is it told again: a platform takes so many messages a minute
    refused_at: Mapped[datetime | None]  # its platform wants no more of it; nothing is posted until it was tried

    @property
    def takes(self) -> bool:
        """Is it told what happens?"""
        return self.removed_at is None and self.refused_at is None


def add(act: Act, company_id: int, name: str, to: Address, *, also: frozenset[str] = frozenset()) -> Robot:
    """Tell a company's group through this robot from now on. `also`: origins allowed beside the platforms' own.

    Raises Invalid for an address that is not such a robot's, Conflict where the company has one of this name.
    """
    chats.check(to, also)
    if any(one.name == name for one in listed(act, company_id)):
        raise Conflict(f"there is a robot {name} already: take another name, or remove that one")
    robot = Robot(
        company_id=company_id,
        kind=to.kind,
        name=name,
        url=act.sealer.seal(to.url),
        secret=act.sealer.seal(to.secret) if to.secret else None,
        added_at=act.at,
    )
    act.session.add(robot)
    act.session.flush()
    act.remember("house", "robot-added", robot=robot.id, company=company_id, platform=to.kind, name=name)
    return robot


def remove(act: Act, robot: Robot) -> None:
    """Nothing is posted to this robot any more, and its address is forgotten. Raises Conflict when it is gone."""
    if robot.removed_at is not None:
        raise Conflict(f"robot {robot.id} was removed already")
    robot.removed_at, robot.url, robot.secret = act.at, "", None
    act.remember("house", "robot-removed", robot=robot.id, company=robot.company_id)


def listed(act: Act, company_id: int | None) -> list[Robot]:
    """The robots of a company, or of the group, that were not removed, in the order of their coming."""
    query = select(Robot).where(Robot.removed_at.is_(None)).order_by(Robot.id)
    return list(act.session.scalars(query if company_id is None else query.where(Robot.company_id == company_id)))


def get(act: Act, robot_id: int) -> Robot:
    """The robot with this id, locked: one message at a time goes to it. Raises NotFound."""
    robot = act.session.get(Robot, robot_id, with_for_update=True, populate_existing=True)
    if robot is None:
        raise NotFound(f"there is no robot {robot_id}: `hotline robot list` shows those there are")
    return robot


def address_of(act: Act, robot: Robot) -> Address:
    """Where the robot is called. Raises NotFound once it was removed."""
    if robot.removed_at is not None:
        raise NotFound(f"robot {robot.id} was removed: its address is forgotten")
    return Address(
        Kind(robot.kind), act.sealer.open(robot.url), act.sealer.open(robot.secret) if robot.secret else None
    )


def post(act: Act, what: Occasion, *, due: datetime | None = None) -> None:
    """Owe the robots of a case's company a notice, once per occasion, and not before it is `due`.

    Nothing where there is no robot, or the matter is `hidden`.
    """
    case = what.case
    more: dict[str, Any] = {} if what.promise is None else {"promise": what.promise}
    taking = [one for one in listed(act, case.company_id) if one.takes]
    if taking and not hidden(act, case.id):
        for robot in taking:
            key = f"robot-{robot.id}-{what.text}-{what.about}"
            outbox.post(act, TELLS, due=due, key=key, case_id=case.id, robot=robot.id, text=what.text, **more)


def hidden(act: Act, case_id: int) -> bool:
    """Is this kept from the groups: a complaint about somebody by name, who may sit in the group (CMP-10)?"""
    return bool(complaint_forms.barred(act, case_id))


def gathered(act: Act, entry: OutboxEntry, *, most: int) -> list[OutboxEntry]:
    """What else is due to the same robot goes with this entry: what went with it before, and the oldest that waits.

    They are locked; what another worker holds is passed over, and goes by itself later. The robot is locked already.
    What is hidden since it was owed is not among them.
    """
    found = list(act.session.scalars(_beside(select(OutboxEntry), entry, act.at).limit(most)))
    kept_back = complaint_forms.barred_among(act, {one.case_id for one in found if one.case_id is not None})
    return [one for one in found if one.case_id not in kept_back]


def count_only(act: Act, entry: OutboxEntry, said: list[OutboxEntry]) -> int:
    """What waits besides is not said but counted, so that nobody is flooded: it is owed no more; how many they were.

    What is hidden is owed no more either, and does not even count: the number would tell the group that there is more.
    """
    left = _beside(select(OutboxEntry.id), entry, act.at).where(OutboxEntry.id.not_in([one.id for one in said]))
    _drop(act, left.where(complaint_forms.somebody_is_barred(OutboxEntry.case_id)), HIDDEN)
    return _drop(act, left, COUNTED)


def go_along(act: Act, entry: OutboxEntry, others: list[OutboxEntry], *, lease: timedelta) -> None:
    """These go with an entry's message: what becomes of it becomes of them, as they see when they are due again."""
    for other in others:
        other.about = {**other.about, "with": entry.id}
        outbox.again(act, other, act.at + lease)


def spoke(act: Act, robot: Robot, *, between: timedelta) -> None:
    """A message is on its way; the next goes `between` later at the soonest."""
    robot.next_at = act.at + between


def set_aside(act: Act, robot: Robot, problem: str) -> None:
    """Its platform refuses the robot itself: nothing is posted to it until it was tried with success."""
    if robot.takes:
        robot.refused_at = act.at
        act.remember("house", "robot-refused", robot=robot.id, company=robot.company_id, problem=problem)


def take_back(act: Act, robot: Robot) -> None:
    """The robot takes messages again."""
    if robot.refused_at is not None:
        robot.refused_at = None
        act.remember("house", "robot-back", robot=robot.id, company=robot.company_id)


def _drop(act: Act, chosen: Select[Any], problem: str) -> int:
    result = act.session.execute(
        update(OutboxEntry)
        .where(OutboxEntry.id.in_(chosen))
        .values(state=State.DROPPED, settled_at=act.at, lease_until=None, problem=problem)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(result, "rowcount", 0))


def _beside(chosen: Select[Any], entry: OutboxEntry, at: datetime) -> Select[Any]:
    """Of what is owed to an entry's robot: what goes with the entry already, then what is due and not submitted."""
    beside = OutboxEntry.about["with"].as_integer()
    new = and_(beside.is_(None), OutboxEntry.due_at <= at, OutboxEntry.failures == 0)
    return (
        chosen.where(OutboxEntry.state.in_((State.DUE, State.CLAIMED)), OutboxEntry.kind == TELLS)
        .where(OutboxEntry.about["robot"].as_integer() == entry.about["robot"])
        .where(OutboxEntry.id != entry.id, OutboxEntry.submitted_at.is_(None), or_(new, beside == entry.id))
        .order_by(beside.is_(None), OutboxEntry.id)
        .with_for_update(skip_locked=True)
    )

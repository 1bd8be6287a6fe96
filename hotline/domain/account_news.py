"""What somebody is told of how they log in; without it whoever takes over an account would do so unseen (SEC-1)."""

from __future__ import annotations

from enum import StrEnum

from hotline.domain import looks, outbox
from hotline.domain.act import Act
from hotline.domain.staff import Staff

TELLS = "tell-account"  # the kind of what is owed to whoever logs in so


class News(StrEnum):
    """What happened to an account."""

    CODES = "codes"  # many wrong codes after the right pass phrase
    FACTOR = "factor"  # the second factor was taken away
    PROVIDER = "provider"  # an account of the identity provider opens this one


def tell(act: Act, person: Staff, news: News, *, by: int | None) -> None:
    """Owe the person a text; of who has no telephone, whoever leads them is told. `by`: None where no colleague did it.

    The company's standard is chosen for the act.
    """
    told = [person] if person.phone else looks.told_of(act, person)
    second = int(act.at.timestamp())
    for one in told:
        key = f"{TELLS}-{news}-{person.id}-{one.id}-{second}"
        outbox.post(act, TELLS, key=key, who=one.id, account=person.id, news=news, by=by or 0)

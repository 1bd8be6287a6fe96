"""The pass phrase asked for once more; without it a page left open would be enough to lock its owner out."""

from __future__ import annotations

import logging

from redis.exceptions import RedisError

from hotline.console import asking, entering, passwords

log = logging.getLogger(__name__)


def problem(password: str) -> str:
    """The word of what is wrong with the pass phrase of whoever is logged in; nothing where it is theirs.

    Tries are counted as those at the door are.
    """
    person, throttle = asking.person(), entering.throttle()
    try:
        if not throttle.lets(person.login, asking.address()):
            return "throttled"
        longest = asking.runtime().figures.sign_in.password_longest
        if not passwords.fits(person.password_hash, password[:longest]):
            return "not-yours"
        throttle.forgive(person.login, asking.address())
    except RedisError as error:
        log.error("tries cannot be counted, %s from Redis", type(error).__name__)
        return "later"
    return ""

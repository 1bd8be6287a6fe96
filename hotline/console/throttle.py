"""How often a pass phrase may be guessed; without it guessing would be free, and locking others out too easy."""

from __future__ import annotations

from dataclasses import dataclass

from redis import Redis

from hotline.sealing import Sealer
from hotline.standard.engine import SignIn

_THERE_AND_BACK = 2  # steps of one log-in by the provider


@dataclass(frozen=True)
class Throttle:
    """Counts failed tries in Redis under blinded names, each count for one window.

    One address may fail on one account a few times, an address on all accounts and an account from all addresses more
    often. An address that has logged in to the account before is not stopped by strangers who guess at it.
    """

    redis: Redis
    sealer: Sealer
    figures: SignIn

    def lets(self, login: str, address: str) -> bool:
        """Count a try; False when there were too many. Raises RedisError: with no count nobody is let in."""
        counts = self.redis.pipeline()
        for key, _most in self._limits(login, address):
            # EXPIRE NX would need Redis 7.
            counts.set(key, 0, ex=self.figures.window.seconds, nx=True)
            counts.incr(key)
        counts.exists(self._known(login, address))
        *answers, known = counts.execute()
        limits = [most for _key, most in self._limits(login, address)]
        pair, by_address, by_account = (count <= most for count, most in zip(answers[1::2], limits, strict=True))
        return pair and by_address and (by_account or bool(known))

    def lets_on(self, address: str) -> bool:
        """Count a step from this address to the identity provider or back; False when there were too many.

        Nobody has said who they are yet: what they ask for would else fill Redis and the log. Raises RedisError.
        """
        counts, key = self.redis.pipeline(), self._key("provider", address)
        counts.set(key, 0, ex=self.figures.window.seconds, nx=True)
        counts.incr(key)
        return int(counts.execute()[-1]) <= self.figures.provider_tries

    def was_let_on(self, address: str) -> None:
        """Both steps led somebody in: of a whole office behind one address nobody is held up. Raises RedisError."""
        change, key = self.redis.pipeline(), self._key("provider", address)
        change.set(key, 0, ex=self.figures.window.seconds, nx=True)
        change.decrby(key, _THERE_AND_BACK)
        change.execute()

    def forgive(self, login: str, address: str, tries: int = 1) -> None:
        """The try was right after all: it does not count, and the address is known for this account.

        `tries`: how many were counted on the way, one for each step.
        """
        pair, *shared = (key for key, _most in self._limits(login, address))
        change = self.redis.pipeline()
        change.delete(pair)
        for key in shared:
            change.set(key, 0, ex=self.figures.window.seconds, nx=True)
            change.decrby(key, tries)
        change.set(self._known(login, address), "1", ex=self.figures.known_address.seconds)
        change.execute()

    def _limits(self, login: str, address: str) -> list[tuple[str, int]]:
        return [
            (self._key("pair", login, address), self.figures.tries),
            (self._key("address", address), self.figures.tries_per_address),
            (self._key("account", login), self.figures.tries_per_address),
        ]

    def _known(self, login: str, address: str) -> str:
        return self._key("known", login, address)

    def _key(self, kind: str, *parts: str) -> str:
        return f"hotline:sign-in:{kind}:{self.sealer.blind(chr(0).join((kind, *parts)))}"

"""The one joint: settings, standards, database and Redis meet here; without it every edge would open its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from redis import Redis
from sqlalchemy import Engine

from hotline import clock, transcribers
from hotline.addresses import Addresses
from hotline.db import Records, WriterQueue, make_engine
from hotline.domain import audit, events, old_keys
from hotline.domain.act import Act, Actor
from hotline.live import Bell
from hotline.prompts import Prompts
from hotline.settings import Settings
from hotline.sounds import Account, Bucket, Folder, Moved, Store
from hotline.standard import loader
from hotline.standard.engine import Engine as Figures
from hotline.standard.rules import Standard
from hotline.transcribers import Transcriber


class Runtime:
    """Everything a process needs, made once; nothing is connected before the first act."""

    def __init__(self, settings: Settings, engine: Engine, redis: Redis, prompts: Prompts) -> None:
        self.settings = settings
        self.engine = engine
        self.redis = redis
        self.prompts = prompts
        self.sealer = settings.sealer(self._retired_key)
        self.addresses = Addresses(settings.base_url, settings.hotline_queue)
        self.sounds = self._store()
        self.transcriber = self._transcriber()
        self._writers = WriterQueue(engine)
        self._bell = Bell(redis, self.figures.routine.redis_rest.span)

    @property
    def figures(self) -> Figures:
        """The platform's own figures, the same for every company."""
        return loader.platform()

    @contextmanager
    def act(self, actor: Actor) -> Iterator[Act]:
        """One transaction, one actor, one instant: committed whole with its log entries, or not at all.

        After the commit, what changed is announced and the dispatcher woken where something is due now.
        """
        with (
            self._writers,
            Records(self.engine.execution_options(writes=True), expire_on_commit=False) as session,
        ):
            act = Act(session, actor, clock.now(), self.sealer, standard_of)
            yield act
            session.flush()
            events.owe(act)
            audit.write(act)
            session.commit()
        self._tell(act)

    @contextmanager
    def look(self, actor: Actor) -> Iterator[Act]:
        """An act that only reads; whatever it changed is not kept."""
        with Records(self.engine) as session:
            yield Act(session, actor, clock.now(), self.sealer, standard_of)

    def _retired_key(self, name: str) -> str | None:
        """A sealing key that is set no longer and still opens the log, sealed with one that is."""
        with Records(self.engine) as session:
            return old_keys.kept(session, name)

    def _store(self) -> Store:
        """Where recordings are kept: a bucket where one is named, else the data folder, which is read with both."""
        bucket, carrier = self.settings.bucket, self.figures.carrier
        folder = Folder(self.settings.hotline_var)
        if bucket is None:
            return folder
        within = {"connect_within": carrier.connect_timeout.span, "within": carrier.timeout.span}
        account = Account(bucket.endpoint, bucket.region, bucket.key, bucket.secret)
        return Moved(Bucket(bucket.address, account, **within), folder)

    def _transcriber(self) -> Transcriber | None:
        """Who writes down recordings; None where nobody does."""
        return transcribers.named(self.settings.hotline_transcripts, self.figures.transcripts.carrier_languages)

    def _tell(self, act: Act) -> None:
        if act.news:
            self._bell.announce(act.news)
        if act.owes_now:
            self._bell.wake()


def standard_of(profile: str, overrides: Mapping[str, Any]) -> Standard:
    """A company's standard; read once for each set of overrides."""
    return _standard(profile, json.dumps(overrides, sort_keys=True))


@lru_cache(maxsize=256)
def _standard(profile: str, overrides: str) -> Standard:
    return loader.load(profile, json.loads(overrides))


@lru_cache(maxsize=1)
def _prompts() -> Prompts:
    return Prompts()


def make(settings: Settings, engine: Engine | None = None) -> Runtime:
    """The parts as the settings name them; an engine that is there already is kept. Opens no connection."""
    figures = loader.platform()
    engine = engine or make_engine(
        settings.database,
        busy_ms=figures.carrier.connect_timeout.seconds * 1000,
        again_seconds=figures.database.writer_again_seconds,
        lock_ms=figures.voice.document_deadline.seconds * 1000,
        idle_ms=figures.database.idle_longest.seconds * 1000,
    )
    within = figures.routine.redis_within.seconds
    limits = {"socket_connect_timeout": within, "socket_timeout": within, "retry": None}
    # For each connection the package would read from disk which version it is, to tell Redis.
    redis = Redis.from_url(settings.redis, driver_info=None, **limits)
    return Runtime(settings, engine, redis, _prompts())

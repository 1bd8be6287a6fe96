"""An operator at a terminal: types commands as the tests' environment has them, and sees what they answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner, Result

from hotline.cli import cli
from hotline.settings import Settings
from tests import world


@dataclass(frozen=True)
class Operator:
    """Types commands. `answered` wants them to succeed, `refused` wants a sentence and status 2."""

    environment: dict[str, str]

    @classmethod
    def of(cls, settings: Settings) -> Operator:
        """An operator of the product that these settings describe."""
        assert settings.database_url
        assert settings.redis_url
        return cls(
            world.environment(
                database_url=settings.database_url, redis_url=settings.redis_url, var=settings.hotline_var
            )
        )

    def types(self, command: str, *more: str, stdin: str | None = None) -> Result:
        """Type a command; words with spaces come in `more`."""
        return CliRunner(env=self.environment).invoke(cli, [*command.split(), *more], input=stdin)

    def answered(self, command: str, *more: str, stdin: str | None = None) -> str:
        """What a command printed."""
        result = self.types(command, *more, stdin=stdin)
        assert result.exit_code == 0, result.output
        return result.stdout

    def reads(self, command: str, *more: str) -> Any:
        """The JSON that a command printed."""
        return json.loads(self.answered(command, "--json", *more))

    def refused(self, command: str, *more: str, stdin: str | None = None) -> str:
        """The sentence with which a command refused."""
        result = self.types(command, *more, stdin=stdin)
        assert result.exit_code == 2, result.output
        assert result.stdout == ""
        return result.stderr

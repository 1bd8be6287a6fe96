"""How a log line is written; without it ids beside a message would be lost, and a caller's words could forge lines."""

from __future__ import annotations

import logging

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class OneLine(logging.Formatter):
    """Level, logger, message, and what was given as `extra`; line ends in them are spelt out."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and below it the traceback where there is one."""
        extra = "".join(f" {name}={value!r}" for name, value in vars(record).items() if name not in _OWN)
        line = f"{record.levelname} {record.name}: {record.getMessage()}{extra}"
        line = line.replace("\r", "\\r").replace("\n", "\\n")
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def set_up(level: int = logging.INFO) -> None:
    """Write log lines on stderr, from this level on."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    logging.basicConfig(level=level, handlers=[handler])

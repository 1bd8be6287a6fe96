"""Makes `python -m hotline` the commands; without it there would be no command to type."""

from __future__ import annotations

import os

from hotline.cli import cli

_FOR_US_ALONE = 0o077


def main() -> None:
    """Run the command that was typed. What it and its processes write, nobody else on the machine can read."""
    os.umask(_FOR_US_ALONE)
    cli(prog_name="hotline")


if __name__ == "__main__":
    main()

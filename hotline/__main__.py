"""Makes `python -m hotline` the commands; without it there would be no command to type."""

from __future__ import annotations

from hotline.cli import cli


def main() -> None:
    """Run the command that was typed."""
    cli(prog_name="hotline")


if __name__ == "__main__":
    main()

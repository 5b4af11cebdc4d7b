"""`satchel-server` and `python -m sync.server`."""

import sys

from sync.server.cli import run


def main() -> None:
    """Run the command line and leave with its code."""
    sys.exit(run())


if __name__ == "__main__":
    main()

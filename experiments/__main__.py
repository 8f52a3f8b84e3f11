"""Where `llo` begins: little is loaded here, so that Ctrl-C is heard before the rest has loaded."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `llo`; what the user got wrong is one line and exit code 2, Ctrl-C is 130."""
    try:
        from experiments import cli

        cli.main()
    except KeyboardInterrupt:
        print("llo: stopped; nothing was left half-written", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()

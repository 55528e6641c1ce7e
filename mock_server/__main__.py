"""`lehnz-mock`, also `python -m mock_server`: reads the options, then serves until SIGINT or SIGTERM.

Exit codes: 0 after SIGINT or SIGTERM, 2 for an unusable option, file or port.
"""

from __future__ import annotations

import signal
import sys
from typing import NoReturn

if sys.version_info < (3, 11):  # noqa: UP036 - a checkout can be run without an installer that checks it
    found = ".".join(map(str, sys.version_info[:2]))
    print(f"lehnz-mock: Python 3.11 or newer is needed, and this is {found}", file=sys.stderr)
    raise SystemExit(2)

from mock_server.command.options import PROGRAM, UsageError, read_settings
from mock_server.runtime import collector

_AGAIN_SECONDS = 0.2


def _interrupt(*_: object) -> NoReturn:
    """Interrupt the start. This handler runs at every signal until one takes effect, because some libraries swallow an
    interrupt (jsonschema-rs does while it compiles)."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, _interrupt)
        signal.setitimer(signal.ITIMER_REAL, _AGAIN_SECONDS)
    raise KeyboardInterrupt


def _unraisable(unraisable: sys.UnraisableHookArgs) -> None:
    """Print nothing for an interrupt that a library swallowed: another one follows."""
    if unraisable.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(unraisable)


def main() -> int:
    """Run the command and return its exit code."""
    sys.unraisablehook = _unraisable
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    collector.start()
    try:
        settings = read_settings(sys.argv[1:])
        from mock_server.command.running import run  # here, because --help and a bad option don't need the server

        run(settings)
    except UsageError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # Ctrl+C or TERM during the start; later the server handles both
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())

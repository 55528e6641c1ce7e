"""`python -m load latency|probe|prepare`: starts a run by name, against a target or a mock that it starts itself.

It starts a mock if no target is given, fills it, runs locust with the options of that run, and returns locust's exit
code; `prepare` only fills a target."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Container, Mapping, Sequence
from importlib.util import find_spec
from math import isfinite
from pathlib import Path
from types import FrameType
from typing import Any

from fixtures.connection import OPTIONS, Connection, read_connection
from fixtures.keys import KEYS_FILE_VARIABLE, VARIABLES
from fixtures.mock_process import MockProcessError, running_mock
from fixtures.option_error import OptionError
from fixtures.target import check_url
from fixtures.waiting import wait_for_target
from load import _keys, _prepare
from load._options import add_options

_NEEDED = ("geventhttpclient", "locust")  # missing when only the mock is installed
_MOCKS = {
    "latency": ("--quiet", "--orgs", "40", "--seed-data", "none"),
    "probe": ("--quiet", "--orgs", "2", "--rate-limit", "100/10s"),
    "prepare": ("--quiet", "--orgs", "2", "--seed-data", "none"),
}
_RUNS = {
    "latency": ("--scenario", "browse", "--arrival-rate", "60", "--run-time", "22s"),
    "probe": ("--scenario", "rate-limit-probe"),
}


_LOCUSTS = (
    "Locust's own options (--run-time, --users, --processes, --html, ...): locust --help. --profile selects a profile \
of load/profiles.toml."
)


class _Stopped(BaseException):
    """The process is asked to end: Ctrl-C, or SIGTERM."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code: locust's; 2 for unusable options, 4 if there was nothing to judge."""
    options, rest = _parser().parse_known_args(arguments)
    if options.command == "prepare" and rest:
        print(f"load: unknown option {rest[0]}", file=sys.stderr)
        return 2
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        print(f"load: {', '.join(missing)} missing: make setup installs everything", file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background job ignores SIGINT unless it asks for it
        signal.signal(number, _stop)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # not under nohup
        signal.signal(signal.SIGHUP, _stop)  # the terminal was closed
    try:
        if options.budget < 1 or not (isfinite(options.settle) and options.settle >= 0):
            raise OptionError("--budget must be at least 1, --settle seconds from 0")
        connection = read_connection(options.header, options.ca_file, options.proxy, options.wait_for_target)
        if options.target:
            url, keys = _target(options.target, options.allow_production), _given_keys(options)
            _keys.read_organisations(options.keys_file, keys, {})
            return _run(options, connection, url, options.keys_file, keys, rest)
        with running_mock(*_MOCKS[options.command]) as mock:
            keys_file = str(mock.keys_file)
            if options.command == "latency" and (code := _fill(options, Connection(), mock.url, keys_file, {})):
                return code
            return _run(options, Connection(), mock.url, keys_file, {}, rest)
    except (OptionError, MockProcessError) as error:
        print(f"load: {error}", file=sys.stderr)
        return 2
    except _Stopped:
        print("load: ended before the run began", file=sys.stderr)
        return 4


def _run(
    options: argparse.Namespace,
    connection: Connection,
    url: str,
    keys_file: str,
    keys: Mapping[str, str],
    rest: Sequence[str],
) -> int:
    """Run the command with these keys. `keys`: keys of single organisations, by environment variable."""
    if options.command == "prepare":
        return _fill(options, connection, url, keys_file, keys)
    command = [sys.executable, "-m", "locust", "-f", str(Path(__file__).parent), "--headless", "--only-summary"]
    command += ["--host", url, "--seed", str(options.seed), "--shop", options.shop, "--loglevel", "WARNING"]
    for name, value in (("--keys-file", keys_file), ("--ca-file", connection.ca_file), ("--proxy", connection.proxy)):
        if value:
            command += [name, value]
    for name, value in connection.headers.items():
        command += ["--header", f"{name}:{value}"]
    if connection.wait_for_target:
        command += ["--wait-for-target", str(connection.wait_for_target)]
    if options.allow_production:
        command.append("--allow-production")
    return _wait(_start([*command, *_RUNS[options.command], *rest], keys))


def _start(command: Sequence[str], keys: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start locust in a process group of its own, so that Ctrl-C reaches only this process, which then ends locust in
    order."""
    ours = {*VARIABLES.values(), KEYS_FILE_VARIABLE}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.Popen(  # noqa: S603 - our own command
        command, stdin=subprocess.DEVNULL, process_group=0, env={**environment, **keys}
    )


def _wait(locust: subprocess.Popen[bytes]) -> int:
    """Wait for locust and return its exit code. The first Ctrl-C ends the run in order, with a verdict; the second one
    ends it at once."""
    while True:
        try:
            return locust.wait()
        except _Stopped:
            locust.send_signal(signal.SIGTERM)


def _fill(
    options: argparse.Namespace, connection: Connection, url: str, keys_file: str, keys: Mapping[str, str]
) -> int:
    organisations = _keys.read_organisations(keys_file, keys)
    if connection.wait_for_target and not wait_for_target(url, connection):
        print(f"load: the target didn't answer within {connection.wait_for_target:g} s", file=sys.stderr)
        return 4
    prepared = _prepare.prepare(
        url, organisations, options.shop, options.seed, options.budget, options.settle, connection
    )
    return _prepare.report(prepared)


def _target(url: str, allow_production: bool) -> str:
    try:
        return check_url(url, allow_production=allow_production)
    except OptionError as error:
        raise OptionError(f"--target {error}") from None


def _given_keys(options: argparse.Namespace) -> dict[str, str]:
    """Return the keys from the command line, or else from the environment. locust gets them in its environment, so that
    no process list shows them."""
    found = {}
    for name, variable in VARIABLES.items():
        if value := getattr(options, name) or os.environ.get(variable, ""):
            found[variable] = value
    return found


def _stop(_: int, __: FrameType | None) -> None:
    raise _Stopped


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("command", choices=["latency", "probe", "prepare"])
    parser.add_argument(
        "--target", default="", help="URL of the server to test; empty: a mock that is started for the run"
    )
    parser.add_argument("--keys-file", default=os.environ.get(KEYS_FILE_VARIABLE, ""), help="organisations as JSON")
    for name, variable in VARIABLES.items():
        parser.add_argument(f"--{name.replace('_', '-')}", default="", help=f"instead of {variable}")
    for option, facts in OPTIONS.items():
        parser.add_argument(option, **facts)
    parser.add_argument("--shop", default="small", help="size of the generated shop: small, medium, large")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same shop and traffic")
    parser.add_argument("--budget", type=int, default=20, help="prepare: requests per organisation, at most")
    parser.add_argument("--settle", type=float, default=30.0, help="prepare: seconds until lists must be filled")
    parser.add_argument("--allow-production", action="store_true", help="allow *.lehnz.com as the target")
    parser.epilog = _RunOptions(set(parser._option_string_actions)).format_help()
    return parser


class _RunOptions(argparse.ArgumentParser):
    """The help of the options that a run adds to locust's. `locust -f load --help` leaves them out."""

    def __init__(self, known: Container[str]) -> None:
        super().__init__(add_help=False, usage=argparse.SUPPRESS, epilog=_LOCUSTS)
        self._known, self._group = known, self.add_argument_group("passed to the run, as are all of locust's options")
        add_options(self)

    def add_argument(self, *names: Any, **facts: Any) -> Any:
        """Leave out what only locust's parser understands, and options that are above already."""
        if names[0] not in self._known:
            for only_locusts in ("include_in_web_ui", "env_var"):
                facts.pop(only_locusts, None)
            self._group.add_argument(*names, **facts)


if __name__ == "__main__":
    sys.exit(main())

"""`python -m load latency|probe|prepare`: a run by its name, against a target or a mock that it starts for it.

Nothing here that plain locust couldn't: it starts the mock, fills it, and hands on locust's exit code."""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from load import _keys, _prepare, _targets
from load._errors import ConfigurationError

_NEEDED = ("geventhttpclient", "locust")  # an installation of the mock alone has none of them
_START_PATIENCE = 30.0  # seconds for the mock to answer
_MOCKS = {
    "latency": ("--orgs", "40", "--seed-data", "none"),
    "probe": ("--orgs", "2", "--rate-limit", "100/10s"),
    "prepare": ("--orgs", "2", "--seed-data", "none"),
}
_RUNS = {
    "latency": ("--scenario", "browse", "--arrival-rate", "60", "--run-time", "22s"),
    "probe": ("--scenario", "rate-limit-probe"),
}


class _Stopped(BaseException):
    """Somebody ends us: Ctrl-C, or SIGTERM."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: that of locust; 2 for options that can't be used, 4 if there was nothing to judge."""
    options, rest = _parser().parse_known_args(arguments)
    if options.command == "prepare" and rest:
        print(f"load: unknown option {rest[0]}", file=sys.stderr)
        return 2
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        print(f"load: {', '.join(missing)} missing: make setup installs everything", file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background job ignores SIGINT unless it asks for it
        signal.signal(number, _stop)
    try:
        if options.target:
            target = _targets.check(options.target, options.allow_production)
            _keys.read_organisations(options.keys_file, os.environ)
            return _run(options, target, options.keys_file, rest)
        with _mock(_MOCKS[options.command]) as (url, keys_file):
            if options.command == "latency":
                code = _fill(options, url, keys_file)
                if code:
                    return code
            return _run(options, url, keys_file, rest)
    except ConfigurationError as error:
        print(f"load: {error}", file=sys.stderr)
        return 2
    except _Stopped:
        print("load: ended before the run began", file=sys.stderr)
        return 4


def _run(options: argparse.Namespace, url: str, keys_file: str, rest: Sequence[str]) -> int:
    if options.command == "prepare":
        return _fill(options, url, keys_file)
    command = [sys.executable, "-m", "locust", "-f", str(Path(__file__).parent), "--headless", "--only-summary"]
    command += ["--host", url, "--seed", str(options.seed), "--shop", options.shop, "--loglevel", "WARNING"]
    for name, value in (("--keys-file", keys_file), ("--ca-file", options.ca_file)):
        if value:
            command += [name, value]
    if options.allow_production:
        command.append("--allow-production")
    return _wait(_start([*command, *_RUNS[options.command], *rest]))


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """In a process group of its own: Ctrl-C reaches us alone, and who we started ends when we say so."""
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)  # noqa: S603 - our own words


def _wait(locust: subprocess.Popen[bytes]) -> int:
    """Its exit code. Whoever ends us ends its run in order, and gets its verdict; the second time without waiting."""
    while True:
        try:
            return locust.wait()
        except _Stopped:
            locust.send_signal(signal.SIGTERM)


def _fill(options: argparse.Namespace, url: str, keys_file: str) -> int:
    organisations = _keys.read_organisations(keys_file, os.environ)
    prepared = _prepare.prepare(
        url, organisations, options.shop, options.seed, options.budget, options.settle, options.ca_file
    )
    return _prepare.report(prepared)


@contextmanager
def _mock(options: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The mock as a process of its own: its URL and keys file. Raises ConfigurationError if it doesn't start."""
    with tempfile.TemporaryDirectory() as folder:
        keys_file = Path(folder) / "keys.json"
        command = [sys.executable, "-m", "mock_server", "--port", "0", "--quiet", "--keys-out", str(keys_file)]
        mock = _start([*command, *options])
        try:
            yield _url_of(mock, keys_file), str(keys_file)
        finally:
            mock.terminate()
            mock.wait(10)


def _url_of(mock: subprocess.Popen[bytes], keys_file: Path) -> str:
    deadline = time.monotonic() + _START_PATIENCE
    while time.monotonic() < deadline and mock.poll() is None:
        if keys_file.exists() and (text := keys_file.read_text(encoding="utf-8")).strip().endswith("}"):
            return str(json.loads(text)["url"])
        time.sleep(0.05)
    raise ConfigurationError("the mock didn't start; try `python -m mock_server`")


def _stop(_: int, __: FrameType | None) -> None:
    raise _Stopped


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("command", choices=["latency", "probe", "prepare"])
    parser.add_argument("--target", default="", help="URL of the server to test; empty: a mock of our own")
    parser.add_argument("--keys-file", default=os.environ.get("LEHNZ_KEYS_FILE", ""), help="organisations as JSON")
    parser.add_argument("--ca-file", default="", help="certificates to trust instead of the system's")
    parser.add_argument("--shop", default="small", help="size of the generated shop: small, medium, large")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same shop and traffic")
    parser.add_argument("--budget", type=int, default=20, help="prepare: requests per organisation, at most")
    parser.add_argument("--settle", type=float, default=30.0, help="prepare: seconds until lists must be filled")
    parser.add_argument("--allow-production", action="store_true", help="let *.lehnz.com be the target")
    parser.epilog = "Every other option goes to locust, after ours: see locust -f load --help."
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""Defines every option once: the command line, `pytest contracts ...` and the help text use this table."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from contracts.outcome import UsageError
from fixtures.connection import OPTIONS as CONNECTION
from fixtures.near import did_you_mean

Add = Callable[..., Any]

GROUPS: Mapping[str, list[tuple[str, Mapping[str, Any]]]] = {
    "Target": [
        ("--target", {"metavar": "URL", "help": "the server to judge (default: the bundled mock)"}),
        ("--publishable-key", {"metavar": "PK", "help": "its keys; also LEHNZ_PUBLISHABLE_KEY, LEHNZ_SECRET_KEY, ..."}),
        ("--secret-key", {"metavar": "SK"}),
        ("--other-publishable-key", {"metavar": "PK2", "help": "a second organisation's, for isolation"}),
        ("--other-secret-key", {"metavar": "SK2"}),
        ("--keys-file", {"metavar": "FILE", "help": "URL and keys as the mock's --keys-out writes them"}),
        ("--config", {"metavar": "FILE", "help": "target.toml: target, capabilities, known deviations"}),
        *CONNECTION.items(),
        ("--control", {"metavar": "URL", "help": "the mock's control plane, to skip waiting by its virtual clock"}),
        ("--allow-production", {"action": "store_true", "help": "allow a lehnz.com host as the target"}),
    ],
    "What is judged": [
        (
            "--profile",
            {
                "choices": ["quick", "standard", "deep"],
                "default": "standard",
                "help": "120 or 900 requests, or 3,600 over several windows [standard]",
            },
        ),
        ("--edition", {"choices": ["current", "first"], "default": "current", "help": "[current]"}),
        (
            "--key-policy",
            {
                "choices": ["strict", "superset"],
                "default": None,
                "help": "are secret keys valid for browser operations [strict]",
            },
        ),
        ("--rate-limit", {"metavar": "N/W", "default": None, "help": "the target's limit, as 100/10s [1000/15m]"}),
        ("--exhaust", {"action": "store_true", "help": "use up a whole window at the end"}),
        ("--account-limit", {"action": "store_true", "help": "use up this address's logins: the limit of /auth"}),
        ("--strict", {"action": "store_true", "help": "a failed SHOULD counts"}),
        (
            "--select",
            {"metavar": "ID", "action": "append", "default": [], "help": "only this check or area; repeatable"},
        ),
        (
            "--after",
            {
                "metavar": "ID",
                "action": "append",
                "default": [],
                "help": "with a --select of rules, which send nothing: the check or situations:NAME that does",
            },
        ),
        ("--skip", {"metavar": "ID", "action": "append", "default": [], "help": "not this check or area; repeatable"}),
        ("--require", {"metavar": "ID", "action": "append", "default": [], "help": "inconclusive unless judged"}),
        ("--list", {"action": "store_true", "help": "show every check and exit"}),
    ],
    "How": [
        (
            "--settle",
            {"metavar": "S", "type": float, "default": 10.0, "help": "longest wait for a record to show [10]"},
        ),
        (
            "--timeout",
            {"metavar": "S", "type": float, "default": 15.0, "help": "for one request and its response [15]"},
        ),
        (
            "--deadline",
            {
                "metavar": "S",
                "type": float,
                "default": None,
                "help": "for the whole run [900; with --exhaust two windows more]",
            },
        ),
        ("--max-requests", {"metavar": "N", "type": int, "default": None, "help": "per organisation"}),
        (
            "--no-wait",
            {"action": "store_true", "help": "wait for no rate limit over 3 s: inconclusive instead"},
        ),
        ("--exclusive", {"action": "store_true", "help": "no other client uses the organisations: stricter countdown"}),
        ("--keep", {"action": "store_true", "help": "keep what the run created"}),
        ("--seed", {"metavar": "N", "default": "1", "help": "of generated inputs; `random` for nightly runs [1]"}),
        ("--no-generated", {"action": "store_true", "help": "without schemathesis"}),
        ("--no-reference", {"action": "store_true", "help": "don't show the bundled mock's responses beside findings"}),
    ],
    "Reports": [
        ("--json", {"metavar": "FILE", "help": "the complete result, schema 1"}),
        ("--junit", {"metavar": "FILE", "help": "one test case per check"}),
        ("--html", {"metavar": "FILE", "help": "the report as one page"}),
        ("--badge", {"metavar": "FILE", "help": "for shields.io"}),
        ("--reproduce", {"metavar": "FOLDER", "help": "a script per failed check"}),
        ("--compare", {"metavar": "FILE", "help": "an earlier --json: show new and breaking findings"}),
        ("--write-deviations", {"metavar": "FILE", "help": "draft the known deviations of this run"}),
        ("--strict-deviations", {"action": "store_true", "help": "a known deviation that no longer occurs fails"}),
    ],
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")


def read_arguments(arguments: Sequence[str]) -> dict[str, Any]:
    """Parse the options and return them by name. Raises UsageError; --help exits."""
    made = parser()
    given, unknown = made.parse_known_args(arguments)
    if unknown:
        name = unknown[0].partition("=")[0]
        names = [known for options in GROUPS.values() for known, _ in options]
        longer = [known for known in names if known.startswith(name)]
        question = f"did you mean `{longer[0]}`?" if len(longer) == 1 else did_you_mean(name, names)
        raise UsageError(f"there is no option {name!r} ({question or 'see lehnz-contract --help'})")
    return vars(given)


def parser() -> argparse.ArgumentParser:
    made = _Parser(
        prog="lehnz-contract",
        allow_abbrev=False,
        description="Judges any server against the documented lehnz API.",
        epilog="Exit codes: 0 conforms, 1 a MUST failed, 2 usage, 3 inconclusive, unreachable or an internal error.",
    )
    for title, options in GROUPS.items():
        group = made.add_argument_group(title)
        for name, facts in options:
            group.add_argument(name, **facts)
    return made


def add_to_pytest(pytest_parser: Any) -> None:
    """Add the same options to `pytest contracts ...`. pytest already has `--strict`, which is read from there."""
    group = pytest_parser.getgroup("lehnz-contract", "conformance of a lehnz API server")
    for options in GROUPS.values():
        for name, facts in options:
            if name != "--strict":
                group.addoption(name, dest=_dest(name), **facts)


def _dest(name: str) -> str:
    return "lehnz_" + name.lstrip("-").replace("-", "_")

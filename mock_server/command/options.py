"""The command line: an option for each field of Settings, in groups, and a one-line error for a bad value."""

from __future__ import annotations

import argparse
import difflib
import os
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NoReturn, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from mock_server.settings import Settings

if TYPE_CHECKING:
    from argparse import _ArgumentGroup

PROGRAM = "lehnz-mock"
_PREFIX = str(Settings.model_config["env_prefix"])
GROUPS: Mapping[str, tuple[str, ...]] = {
    "Address": ("host", "port", "keys_out", "end_with_stdin"),
    "The contract": ("spec", "watch", "validate_responses"),
    "Data": (
        "state",
        "state_sync",
        "seed_data",
        "columns",
        "events",
        "seed_orgs",
        "orgs",
        "shard",
        "seed",
        "clock",
        "ingest_delay",
    ),
    "Keys and limits": ("key_policy", "rate_limit", "auth_rate_limit", "trust_proxy", "rate_limit_headers", "max_body"),
    "Control plane and dashboard (/_mock)": (
        "no_control",
        "control_token",
        "allowed_host",
        "journal",
    ),
    "Faults (more of them: /_mock)": ("scenario", "allow_prefer", "strict_client"),
    "In front of a real server": ("proxy", "allow_production"),
    "Output": ("server_timing", "quiet", "log_format"),
}
_METAVARS = {
    "host": "ADDRESS",
    "port": "N",
    "keys_out": "FILE",
    "spec": "FILE",
    "state": "FILE",
    "state_sync": "SYNC",
    "seed_data": "DATA",
    "columns": "COLUMNS",
    "events": "FILE",
    "orgs": "N",
    "shard": "K/M",
    "seed": "N",
    "ingest_delay": "S|A-B",
    "key_policy": "POLICY",
    "rate_limit": "N/WINDOW",
    "auth_rate_limit": "N/WINDOW",
    "trust_proxy": "NETWORK",
    "rate_limit_headers": "DIALECT",
    "max_body": "SIZE",
    "scenario": "NAME",
    "proxy": "URL",
    "control_token": "TOKEN",
    "allowed_host": "NAME",
    "journal": "N",
}
_DESCRIPTION = "A stateful mock of the lehnz recommendation API for your machine: real keys, limits, data and rankings."
_EPILOG = f"""\
Every option is also an environment variable: --rate-limit is {_PREFIX}RATE_LIMIT, 1 turns on a switch.
Options take precedence.

Examples:
  {PROGRAM}                                   a small seeded shop on http://127.0.0.1:4010
  {PROGRAM} --seed-data none --orgs 3         three empty organisations
  {PROGRAM} --seed-data my-catalogue.csv      users and events over your own items
  {PROGRAM} --seed-data my.csv --columns item_id=SKU,title=Titel --events my-events.jsonl
  {PROGRAM} --rate-limit 20/10s               a 429 within seconds
  {PROGRAM} --clock virtual --port 0 --keys-out keys.json    for tests: time moves only by /_mock/clock
"""


_ALONE = {"strict_client": "all"}  # the value of an option that is given without one
_SECRET = {"control_token", "proxy"}  # may contain a secret: a URL may contain a password


class UsageError(Exception):
    """An error that the user can correct: one line for the terminal, exit code 2."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {PROGRAM} --help)")


def read_settings(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the command line and the environment. Raises UsageError. --help and --version exit."""
    _refuse_unknown_variables(os.environ if environment is None else environment)
    parser = build_parser()
    given, unknown = parser.parse_known_args(arguments)
    if unknown:
        known = [option for action in parser._actions for option in action.option_strings]
        near = difflib.get_close_matches(unknown[0].partition("=")[0], known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"see {PROGRAM} --help"
        raise UsageError(f"there is no option {unknown[0]} ({hint})")
    try:
        return Settings(**vars(given))
    except ValidationError as error:
        raise UsageError(_explain(error, vars(given))) from None


def build_parser() -> argparse.ArgumentParser:
    """Build the parser. Options that are not given are absent from its result, so that the environment and defaults
    apply."""
    parser = _Parser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [options]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        add_help=False,
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, max_help_position=32, width=120),
    )
    for title, names in GROUPS.items():
        group = parser.add_argument_group(title)
        for name in names:
            _add_option(group, name, Settings.model_fields[name])
    other = parser.add_argument_group("Other")
    other.add_argument("-h", "--help", action="help", help="show this and stop")
    other.add_argument("--version", action="version", version=f"{PROGRAM} {version('lehnz-contract')}", help="show it")
    return parser


def _add_option(group: _ArgumentGroup, name: str, field: FieldInfo) -> None:
    option = f"--{name.replace('_', '-')}"
    if field.annotation is bool:
        group.add_argument(option, action="store_true", help=field.description)
        return
    choices = get_args(field.annotation) if get_origin(field.annotation) is not None else ()
    words = [choice for choice in choices if isinstance(choice, str)]
    metavar = _METAVARS.get(name) or "|".join(words)
    if name in _ALONE:
        group.add_argument(option, nargs="?", const=_ALONE[name], metavar="RULES", help=field.description)
        return
    default = "" if field.default in (None, ()) else f" [{_as_typed(field.default)}]"
    group.add_argument(option, metavar=metavar, help=f"{field.description}{default}".replace("%", "%%"))


def _as_typed(value: Any) -> str:
    """Write a default value in the syntax of the command line."""
    if isinstance(value, tuple):
        return ",".join(value)
    shortest = getattr(value, "shortest", None)
    return str(value if shortest is None else shortest)


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields}
    for variable in environment:
        if variable.upper().startswith(_PREFIX) and variable.upper() not in known:
            near = difflib.get_close_matches(variable.upper(), known, n=1)
            raise UsageError(f"there is no option {variable}" + (f" (did you mean {near[0]}?)" if near else ""))


def _explain(error: ValidationError, given: Mapping[str, Any]) -> str:
    """Describe the first error, with the option or variable that the user wrote. Shows the value only if it can't be a
    secret."""
    problem = error.errors(include_url=False, include_context=False)[0]
    name = str(problem["loc"][0])
    place = f"--{name.replace('_', '-')}" if name in given else f"{_PREFIX}{name.upper()}"
    value = "" if name in _SECRET else f" {problem['input']}"
    rule = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"{place}{value}: {rule[:1].lower()}{rule[1:]}"

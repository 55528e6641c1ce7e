"""Reads and checks the options of a run before the first request."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from contracts.catalogue import Entry
from contracts.config import deviations_of, read_config
from contracts.earlier import failed_earlier
from contracts.outcome import UsageError
from contracts.situations.table import tables
from contracts.target import Deviation, Target
from fixtures.connection import Connection, read_connection
from fixtures.keys import KEYS_FILE_VARIABLE, Organisation, find_organisations, read_keys_file
from fixtures.option_error import OptionError
from fixtures.spec import RateLimit
from fixtures.target import check_url, parse_rate_limit

DEADLINE = 900.0  # seconds; with --exhaust plus two windows
_DOCUMENTED_LIMIT = "1000/15m"
_MAY_BE_EMPTY = {"ca_file", "proxy"}  # for these, an empty value means none
_REPORTS = ("json", "junit", "html", "badge", "write_deviations")


@dataclass(frozen=True)
class Settings:
    """The options as attributes, and values derived from them; `url` is None for the bundled mock."""

    values: dict[str, Any]
    url: str | None
    organisations: tuple[Organisation, ...]
    connection: Connection
    limit: RateLimit
    capabilities: Mapping[str, bool]
    deviations: tuple[Deviation, ...]
    earlier: frozenset[str] | None  # checks that failed in the earlier run of --compare

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def seconds(self) -> float:
        """The seconds after which the run ends."""
        windows = 2.0 * self.limit.window_seconds if self.values["exhaust"] else 0.0
        return float(self.values["deadline"] or DEADLINE + windows)

    def target(self, url: str, organisations: Sequence[Organisation], connection: Connection) -> Target:
        return Target(
            url=url,
            main=organisations[0],
            other=organisations[1] if len(organisations) > 1 else None,
            limit=self.limit.limit,
            window_seconds=self.limit.window_seconds,
            key_policy=self.values["key_policy"],
            edition=self.values["edition"],
            connection=connection,
            control=self.values["control"],
            capabilities=dict(self.capabilities),
            deviations=self.deviations,
        )


def settings_of(
    values: Mapping[str, Any], catalogue: Mapping[str, Entry], environment: Mapping[str, str] | None = None
) -> Settings:
    """Read the settings. Raises OptionError: one line that names the option and shows no secret."""
    values, environment = dict(values), os.environ if environment is None else environment
    _check_empty(values)
    config: dict[str, Any] = {}
    deviations: tuple[Deviation, ...] = ()
    if values["config"]:
        path = Path(values["config"])
        config = _named("--config", partial(read_config, path))
        deviations = _named("--config", partial(deviations_of, config, set(catalogue), path))
    given = config.get("target", {})
    _check_numbers(values)
    _check_names(values, catalogue)
    _check_reports(values)
    values["key_policy"] = values["key_policy"] or given.get("key_policy", "strict")
    limit = _named(
        "--rate-limit", partial(parse_rate_limit, values["rate_limit"] or given.get("rate_limit", _DOCUMENTED_LIMIT))
    )
    if limit is None:
        raise UsageError("--rate-limit off: a limit is part of the contract; give the target's, as 1000/15m")
    url, organisations = (None, ()) if values["list"] else _who(values, environment, given)
    connection = read_connection(
        values["header"],
        values["ca_file"] or given.get("ca_file"),
        values["proxy"] or given.get("proxy"),
        values["wait_for_target"],
        more_headers=given.get("headers", {}),
    )
    if values["control"]:
        values["control"] = _named("--control", partial(check_url, values["control"], allow_production=True))
    path = values["compare"]
    earlier = _named("--compare", partial(failed_earlier, Path(path))) if path else None
    return Settings(values, url, organisations, connection, limit, config.get("capabilities", {}), deviations, earlier)


def matching(name: str, catalogue: Mapping[str, Entry]) -> list[str]:
    """Return the ids that a --select value matches: an id, a prefix of ids (`PAGE`), or an area."""
    wanted = name.lower()
    return [
        entry.id
        for entry in catalogue.values()
        if entry.id.lower() == wanted or entry.id.lower().startswith(wanted + "-") or entry.area.lower() == wanted
    ]


def _who(
    values: Mapping[str, Any], environment: Mapping[str, str], given: Mapping[str, Any]
) -> tuple[str | None, tuple[Organisation, ...]]:
    """Return URL and organisations from the command line, the environment, the keys file or the configuration, in this
    order."""
    name = values["keys_file"] or environment.get(KEYS_FILE_VARIABLE) or given.get("keys_file")
    file = _named("--keys-file", partial(read_keys_file, Path(name))) if name else None
    organisations = find_organisations(values, environment, file, given)
    url = values["target"] or (file.url if file else None) or given.get("url")
    if url:
        url = _named("--target", partial(check_url, url, allow_production=values["allow_production"]))
        if not organisations:
            raise UsageError("give the target's keys: --publishable-key and --secret-key, or --keys-file")
    elif organisations:
        raise UsageError("keys are given, but no --target")
    return url, organisations


def _check_empty(values: Mapping[str, Any]) -> None:
    """Refuse empty values: an empty value is a variable that isn't set, and running without the option is not what the
    user meant."""
    for name, value in values.items():
        if value == "" and name not in _MAY_BE_EMPTY:
            raise UsageError(f"--{name.replace('_', '-')} is empty: is a variable not set?")


def _check_numbers(values: Mapping[str, Any]) -> None:
    for name, most in (("settle", 600.0), ("timeout", 600.0), ("deadline", 86_400.0)):
        if values[name] is not None and not 0 < values[name] <= most:
            raise UsageError(f"--{name} must be seconds, above 0 and at most {most:g}")
    if values["max_requests"] is not None and values["max_requests"] < 1:
        raise UsageError("--max-requests must be at least 1")
    seed = str(values["seed"])
    if seed != "random" and not (seed.isascii() and seed.isdecimal() and len(seed) <= 18):
        raise UsageError("--seed must be a whole number or `random`")


def _check_names(values: Mapping[str, Any], catalogue: Mapping[str, Entry]) -> None:
    sources = [table.source for table in tables().values()]
    for option in ("select", "after", "skip", "require"):
        for name in values[option]:
            if not matching(name, catalogue) and not (option == "after" and name in sources):
                raise UsageError(f"--{option} {name!r}: no such check or area; see --list")


def _check_reports(values: Mapping[str, Any]) -> None:
    """Find out before the first request that a report can't be written."""
    paths = {name: Path(values[name]) for name in _REPORTS if values[name]}
    if len({path.absolute() for path in paths.values()}) < len(paths):
        raise UsageError("two reports have the same file")
    for name, path in paths.items():
        option = f"--{name.replace('_', '-')} {path}"
        if path.is_dir():
            raise UsageError(f"{option}: is a folder")
        _check_folder(option, path.parent)
        if path.exists() and not os.access(path, os.W_OK):
            raise UsageError(f"{option}: can't be written")
    if values["reproduce"]:
        _check_folder(f"--reproduce {values['reproduce']}", Path(values["reproduce"]))


def _check_folder(option: str, folder: Path) -> None:
    """Check that the folder can be written to, or made if it is missing. The test leaves nothing behind."""
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    nearest = made[-1].parent if made else folder
    if not nearest.is_dir():
        raise UsageError(f"{option}: {nearest} is no folder")
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        raise UsageError(f"{option}: {nearest} can't be written to ({error.strerror})") from None


def _named(option: str, read: Any) -> Any:
    try:
        return read()
    except OptionError as error:
        raise UsageError(f"{option}: {error}") from None

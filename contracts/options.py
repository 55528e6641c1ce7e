"""Every option once: the command line, `pytest contracts ...` and the help text are made from this table."""

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.catalogue import Entry
from contracts.outcome import UsageError
from contracts.target import (
    Deviation,
    Keys,
    Target,
    check_url,
    deviations_of,
    key_from_environment,
    read_config,
    read_keys_file,
)

Add = Callable[..., Any]
_WINDOW = re.compile(r"(\d+)/(\d+(?:\.\d+)?)([smh]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}

GROUPS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "Target": [
        ("--target", {"metavar": "URL", "help": "the server to judge (default: the bundled mock)"}),
        ("--publishable-key", {"metavar": "PK", "help": "its keys; also LEHNZ_PUBLISHABLE_KEY, LEHNZ_SECRET_KEY, ..."}),
        ("--secret-key", {"metavar": "SK"}),
        ("--other-publishable-key", {"metavar": "PK2", "help": "a second organisation's, for isolation"}),
        ("--other-secret-key", {"metavar": "SK2"}),
        ("--keys-file", {"metavar": "FILE", "help": "URL and keys as the mock's --keys-out writes them"}),
        ("--config", {"metavar": "FILE", "help": "target.toml: target, capabilities, known deviations"}),
        ("--header", {"metavar": "NAME:VALUE", "action": "append", "default": [], "help": "sent with every request"}),
        ("--ca-file", {"metavar": "FILE", "help": "certificate authorities to trust"}),
        ("--control", {"metavar": "URL", "help": "the mock's control plane, to skip waiting by its virtual clock"}),
        ("--allow-production", {"action": "store_true", "help": "let the target be a lehnz.com host"}),
    ],
    "What is judged": [
        (
            "--profile",
            {"choices": ["quick", "standard"], "default": "standard", "help": "120 or 900 requests [standard]"},
        ),
        ("--edition", {"choices": ["current", "first"], "default": "current", "help": "[current]"}),
        (
            "--key-policy",
            {"choices": ["strict", "superset"], "default": None, "help": "secret keys elsewhere [strict]"},
        ),
        ("--rate-limit", {"metavar": "N/W", "default": None, "help": "the target's limit, as 100/10s [1000/15m]"}),
        ("--exhaust", {"action": "store_true", "help": "use up a whole window at the end"}),
        ("--account-limit", {"action": "store_true", "help": "use up this address's logins: the limit of /auth"}),
        ("--strict", {"action": "store_true", "help": "a failed SHOULD counts"}),
        (
            "--select",
            {"metavar": "ID", "action": "append", "default": [], "help": "only this check or area; repeatable"},
        ),
        ("--skip", {"metavar": "ID", "action": "append", "default": [], "help": "not this check or area; repeatable"}),
        ("--require", {"metavar": "ID", "action": "append", "default": [], "help": "inconclusive unless judged"}),
        ("--list", {"action": "store_true", "help": "show every check and stop"}),
    ],
    "How": [
        (
            "--settle",
            {"metavar": "S", "type": float, "default": 10.0, "help": "longest wait for a record to show [10]"},
        ),
        ("--timeout", {"metavar": "S", "type": float, "default": 15.0, "help": "longest wait for an answer [15]"}),
        ("--max-requests", {"metavar": "N", "type": int, "default": None, "help": "per organisation"}),
        ("--no-wait", {"action": "store_true", "help": "never wait for a rate limit: inconclusive instead"}),
        ("--exclusive", {"action": "store_true", "help": "nobody else uses the organisations: sharper countdown"}),
        ("--keep", {"action": "store_true", "help": "leave what the run made"}),
        ("--seed", {"metavar": "N", "default": "1", "help": "of generated inputs; `random` for nightly runs [1]"}),
        ("--no-generated", {"action": "store_true", "help": "without schemathesis"}),
        ("--no-reference", {"action": "store_true", "help": "don't ask the bundled mock the same beside a finding"}),
    ],
    "Reports": [
        ("--json", {"metavar": "FILE", "help": "everything, schema 1"}),
        ("--junit", {"metavar": "FILE", "help": "one test case per check"}),
        ("--html", {"metavar": "FILE", "help": "one page to read"}),
        ("--badge", {"metavar": "FILE", "help": "for shields.io"}),
        ("--reproduce", {"metavar": "FOLDER", "help": "a script per failed check"}),
        ("--compare", {"metavar": "FILE", "help": "an earlier --json: what is new, what is breaking"}),
        ("--write-deviations", {"metavar": "FILE", "help": "draft the known deviations of this run"}),
        ("--strict-deviations", {"action": "store_true", "help": "a known deviation that is gone fails"}),
    ],
}


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="lehnz-contract",
        description="Judges any server against the documented lehnz API.",
        epilog="Exit codes: 0 conforms, 1 a MUST failed, 2 usage, 3 inconclusive, unreachable or our own error.",
    )
    for title, options in GROUPS.items():
        group = made.add_argument_group(title)
        for name, facts in options:
            group.add_argument(name, **facts)
    return made


def add_to_pytest(pytest_parser: Any) -> None:
    """The same options for `pytest contracts ...`; `--strict` is pytest's own already and read from there."""
    group = pytest_parser.getgroup("lehnz-contract", "conformance of a lehnz API server")
    for options in GROUPS.values():
        for name, facts in options:
            if name != "--strict":
                group.addoption(name, dest=_dest(name), **facts)


def _dest(name: str) -> str:
    return "lehnz_" + name.lstrip("-").replace("-", "_")


@dataclass(frozen=True)
class Settings:
    """The options, read and checked; everything but the target's address, which the bundled mock may supply."""

    values: dict[str, Any]
    config: dict[str, Any]
    deviations: tuple[Deviation, ...]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def url(self) -> str | None:
        found = self.values["target"] or self.config.get("target", {}).get("url")
        return str(found) if found else None

    def target(self, url: str, pairs: list[Keys]) -> Target:
        """Raises UsageError."""
        given = self.config.get("target", {})
        limit, window = _window(self.values["rate_limit"] or given.get("rate_limit") or "1000/15m")
        return Target(
            url=check_url(url, self.values["allow_production"]),
            main=pairs[0],
            other=pairs[1] if len(pairs) > 1 else None,
            limit=limit,
            window_seconds=window,
            key_policy=self.values["key_policy"] or given.get("key_policy", "strict"),
            edition=self.values["edition"],
            headers=dict(_header(line) for line in self.values["header"]) | dict(given.get("headers", {})),
            ca_file=self.values["ca_file"] or given.get("ca_file"),
            control=self.values["control"],
            capabilities=self.config.get("capabilities", {}),
            deviations=self.deviations,
        )


def settings_of(values: dict[str, Any], catalogue: dict[str, Entry]) -> Settings:
    """Raises UsageError."""
    config: dict[str, Any] = {}
    deviations: tuple[Deviation, ...] = ()
    if values["config"]:
        path = Path(values["config"])
        config = read_config(path)
        deviations = deviations_of(config, set(catalogue), path)
    if values["rate_limit"]:
        _window(values["rate_limit"])
    if values["settle"] <= 0 or values["timeout"] <= 0:
        raise UsageError("--settle and --timeout must be above 0")
    if values["max_requests"] is not None and values["max_requests"] < 1:
        raise UsageError("--max-requests must be at least 1")
    for option in ("select", "skip", "require"):
        for name in values[option]:
            if not matching(name, catalogue):
                raise UsageError(f"--{option} {name!r}: no such check or area; see --list")
    seed = values["seed"]
    if seed != "random" and not str(seed).isdecimal():
        raise UsageError(f"--seed {seed!r}: must be a whole number or `random`")
    return Settings(values, config, deviations)


def pairs_of(settings: Settings) -> tuple[str | None, list[Keys]]:
    """URL (of a keys file) and key pairs that the user gave. Raises UsageError."""
    url: str | None = None
    pairs: list[Keys] = []
    if settings.keys_file:
        url, pairs = read_keys_file(Path(settings.keys_file))
    given = {name: settings.values[name] or key_from_environment(name) for name in _KEY_OPTIONS}
    first, second = given["publishable_key"], given["secret_key"]
    if first or second:
        if not (first and second):
            raise UsageError("give both --publishable-key and --secret-key")
        others = (given["other_publishable_key"], given["other_secret_key"])
        if any(others) and not all(others):
            raise UsageError("give both --other-publishable-key and --other-secret-key")
        pairs = [Keys(str(first), str(second))] + ([Keys(str(others[0]), str(others[1]))] if all(others) else [])
    keys = [key for pair in pairs for key in (pair.publishable, pair.secret)]
    if len(keys) != len(set(keys)):
        raise UsageError("the same key is given twice; publishable, secret and the second organisation's must differ")
    if any(not key.isascii() or not key.isprintable() or len(key) < 4 for key in keys):
        raise UsageError("a key is too short or has characters that no header carries")
    if any(pair.publishable.startswith("lehnz_sk_") and pair.secret.startswith("lehnz_pk_") for pair in pairs):
        raise UsageError("a publishable key starts with lehnz_sk_ and its secret key with lehnz_pk_: they are swapped")
    return url, pairs


_KEY_OPTIONS = ("publishable_key", "secret_key", "other_publishable_key", "other_secret_key")


def matching(name: str, catalogue: dict[str, Entry]) -> list[str]:
    """Ids that a --select value means: an id, the start of ids (`PAGE`), or an area."""
    wanted = name.lower()
    return [
        entry.id
        for entry in catalogue.values()
        if entry.id.lower() == wanted or entry.id.lower().startswith(wanted + "-") or entry.area.lower() == wanted
    ]


def _window(text: str) -> tuple[int, float]:
    found = _WINDOW.fullmatch(text.strip())
    if not found or int(found[1]) < 1 or float(found[2]) <= 0:
        raise UsageError(f"--rate-limit {text!r}: must be requests/window, as 1000/15m or 100/10s")
    return int(found[1]), float(found[2]) * _SECONDS[found[3]]


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise UsageError(f"--header {line!r}: must be NAME:VALUE")
    return name.strip(), value.strip()

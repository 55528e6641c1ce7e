"""The file of --config: `[target]`, `[capabilities]`, `[[deviation]]`; unknown fields are refused."""

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from contracts.outcome import UsageError
from contracts.target import Deviation
from fixtures.keys import VARIABLES
from fixtures.near import did_you_mean
from fixtures.user_file import read_toml

_TABLES = {"target": dict, "capabilities": dict, "deviation": list}
_TARGET = {
    **dict.fromkeys(("url", "rate_limit", "key_policy", "ca_file", "proxy", "keys_file", *VARIABLES), str),
    "headers": dict,
}
_CAPABILITIES = {"arrays": bool}
_DEVIATION = {**dict.fromkeys(("check", "reason", "operation", "case", "link"), str), "expires": date}
_WORDS = {str: "text", bool: "true or false", dict: "a table", list: "a list of tables", date: "a date, as 2027-01-31"}


def read_config(path: Path) -> dict[str, Any]:
    """Read the file and check fields and types. Raises OptionError."""
    document = read_toml(path)
    _check(f"{path}: ", document, _TABLES)
    _check(f"{path}: [target] ", document.get("target", {}), _TARGET)
    _check(f"{path}: [capabilities] ", document.get("capabilities", {}), _CAPABILITIES)
    policy = document.get("target", {}).get("key_policy", "strict")
    if policy not in ("strict", "superset"):
        raise UsageError(f"{path}: [target] key_policy must be strict or superset")
    return document


def deviations_of(document: Mapping[str, Any], known_checks: Collection[str], path: Path) -> tuple[Deviation, ...]:
    """Return the known deviations. Raises UsageError for a deviation without a reason, or with an unknown check or
    field."""
    found = []
    for number, entry in enumerate(document.get("deviation", []), start=1):
        if not isinstance(entry, dict):
            raise UsageError(f"{path}: deviation {number} must be a table")
        place = f"{path}: deviation {number} "
        _check(place, entry, _DEVIATION)
        if entry.get("check") not in known_checks:
            question = did_you_mean(str(entry.get("check", "")), known_checks)
            raise UsageError(f"{place}names no check{f'; {question}' if question else ''}")
        if not entry.get("reason", "").strip():
            raise UsageError(f"{place}needs a reason")
        found.append(Deviation(**entry))
    return tuple(found)


def _check(place: str, table: Mapping[str, Any], fields: Mapping[str, type]) -> None:
    for name, value in table.items():
        if name not in fields:
            question = did_you_mean(name, fields)
            raise UsageError(f"{place}has no field {name!r}{f'; {question}' if question else ''}")
        if not isinstance(value, fields[name]):
            raise UsageError(f"{place}{name} must be {_WORDS[fields[name]]}")

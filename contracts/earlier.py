"""Reads the --json report of an earlier run, for --compare."""

from pathlib import Path

from contracts.outcome import UsageError
from fixtures.user_file import read_json


def failed_earlier(path: Path) -> frozenset[str]:
    """Return the checks that failed in the report. Raises OptionError for a file that is not one of our reports."""
    document = read_json(path)
    try:
        if document["schema"] != 1:
            raise UsageError(f"{path}: is of another version of this program")
        return frozenset(str(check["id"]) for check in document["checks"] if check["outcome"] == "fail")
    except (KeyError, TypeError):
        raise UsageError(f"{path}: is not a --json report") from None

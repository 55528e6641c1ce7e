"""`lehnz-contract`: a thin front of `pytest contracts ...` that knows only our own options."""

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from contracts.catalogue import load_catalogue
from contracts.options import matching, parser, settings_of
from contracts.outcome import EXIT_USAGE, UsageError

_FOLDER = Path(__file__).parent
_NEEDED = ("pytest", "rich", "schemathesis")  # an installation of the mock alone has none of them
_QUIET = ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:warnings", "-p", "no:logging", "-s"]


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 conforms, 1 a MUST failed, 2 usage, 3 inconclusive, unreachable or our own error."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    values = vars(parser().parse_args(arguments))
    catalogue = load_catalogue()
    try:
        settings_of(values, catalogue)
    except UsageError as error:
        print(f"lehnz-contract: {error}", file=sys.stderr)
        return EXIT_USAGE
    if values["list"]:
        names = {i for name in values["select"] for i in matching(name, catalogue)} or set(catalogue)
        for entry in catalogue.values():
            if entry.id in names:
                print(f"{entry.id:34} {entry.level:7} {entry.statement}")
        return 0
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        print(f"lehnz-contract: {', '.join(missing)} missing: make setup installs everything", file=sys.stderr)
        return EXIT_USAGE
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # other people's plugins claim options and reorder
    os.environ.pop("PYTEST_ADDOPTS", None)
    import pytest  # after the environment is set

    paths = ["-c", os.devnull, "--rootdir", str(_FOLDER), "--import-mode=importlib", *_QUIET]
    return int(pytest.main([*paths, str(_FOLDER / "catalogue"), *arguments]))


if __name__ == "__main__":
    sys.exit(main())

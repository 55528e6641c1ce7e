"""`lehnz-contract`: runs pytest without the user's conftest.py, plugins and options."""

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from contracts.catalogue import load_catalogue
from contracts.options import read_arguments
from contracts.outcome import EXIT_USAGE
from contracts.report.escaping import printable
from contracts.settings import matching, settings_of
from contracts.situations.coverage import planned
from fixtures.option_error import OptionError

_FOLDER = Path(__file__).parent
_NEEDED = ("pytest", "rich", "schemathesis")  # missing when only the mock is installed
_QUIET = ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:warnings", "-p", "no:logging", "-s"]
_FOREIGN = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")  # variables that configure a user's own tests


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code: 0 conforms, 1 a MUST failed, 2 usage, 3 inconclusive, unreachable or an
    internal error."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    catalogue = load_catalogue()
    try:
        settings = settings_of(read_arguments(arguments), catalogue)
    except OptionError as error:
        print(f"lehnz-contract: {printable(str(error))}", file=sys.stderr)
        return EXIT_USAGE
    if settings.list:
        names = {i for name in settings.select for i in matching(name, catalogue)} or set(catalogue)
        for entry in catalogue.values():
            if entry.id in names:
                print(f"{entry.id:34} {entry.level:7} {entry.statement}")
        for line in planned(settings.profile) if not settings.select else ():
            print(line)
        return 0
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        print(f"lehnz-contract: {', '.join(missing)} missing: make setup installs everything", file=sys.stderr)
        return EXIT_USAGE
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # other plugins claim options and reorder tests
    for name in _FOREIGN:
        os.environ.pop(name, None)
    import pytest  # after the environment is set

    from contracts import plugin

    paths = ["-c", os.devnull, "--rootdir", str(_FOLDER), "--noconftest", "--import-mode=importlib", *_QUIET]
    return int(pytest.main([*paths, str(_FOLDER / "catalogue")], plugins=[plugin.Given(settings), plugin]))


if __name__ == "__main__":
    sys.exit(main())

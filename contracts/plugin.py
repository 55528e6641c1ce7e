"""Makes pytest the runner: every catalogue entry is an item, one run judges all of them, and the exit codes are
ours."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from contracts.catalogue import FOLDER, load_catalogue, read_area
from contracts.options import add_to_pytest
from contracts.outcome import EXIT_CODES, EXIT_NO_VERDICT, EXIT_USAGE, Level, Outcome, Result, TargetError
from contracts.report import write_reports
from contracts.report.escaping import printable
from contracts.report.terminal import Terminal
from contracts.run.stop import Stop
from contracts.session import Report, judge
from contracts.settings import Settings, settings_of
from fixtures.option_error import OptionError


class CheckFailed(Exception):
    """An exception that carries a result to pytest's report."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.check)
        self.result = result


class CheckItem(pytest.Item):
    result: Result | None = None

    def runtest(self) -> None:
        result = self.result
        if result is None or result.outcome in (Outcome.SKIP, Outcome.DISABLED):
            pytest.skip(result.reason if result else "not judged")
        if result.outcome is Outcome.PASS:
            return
        if result.level is not Level.MUST and not self.config.stash[_SETTINGS].strict:
            pytest.xfail(f"{result.level} {result.outcome}")
        raise CheckFailed(result)

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        if isinstance(excinfo.value, pytest.xfail.Exception):
            return str(excinfo.value)  # nobody needs the traceback, and formatting it takes 0.1 s
        if not isinstance(excinfo.value, CheckFailed):
            return super().repr_failure(excinfo, style)
        result = excinfo.value.result
        lines = [f"{result.level} {result.check}: {result.outcome} {result.times} {result.reason}".rstrip()]
        shown = [f"{f.operation}, {f.case}: expected {f.expected}; got {f.actual}" for f in result.findings]
        lines += [f"  {printable(line)}" for line in shown]
        return "\n".join(lines)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.name


class AreaFile(pytest.File):
    def collect(self) -> Iterator[CheckItem]:
        for entry in read_area(self.path):
            yield CheckItem.from_parent(self, name=entry.id)


class Given:
    """Settings that `lehnz-contract` has already read."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[_SETTINGS] = self._settings


def pytest_addoption(parser: pytest.Parser) -> None:
    add_to_pytest(parser)


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        _stop(config, "run it without -n; the checks share one target", EXIT_USAGE)
    if _SETTINGS in config.stash:
        return
    try:
        config.stash[_SETTINGS] = _settings(config)
    except OptionError as error:
        _stop(config, str(error), EXIT_USAGE)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix == ".toml" and file_path.parent == FOLDER:
        return AreaFile.from_parent(parent, path=file_path)
    return None


def pytest_runtestloop(session: pytest.Session) -> bool:
    if session.config.option.collectonly:
        return True
    items = [item for item in session.items if isinstance(item, CheckItem)]
    settings, catalogue = session.config.stash[_SETTINGS], load_catalogue()
    if len(items) < len(catalogue):  # selected by -k, -m or node ids
        settings.values["select"] = [item.name for item in items]
    terminal = Terminal(len(catalogue))
    stop = Stop(settings.seconds)
    try:
        with stop.on_signals(), terminal.progress() as step:
            report = judge(settings, catalogue, terminal.say, step, stop)
    except OptionError as error:
        _stop(session.config, str(error), EXIT_USAGE)
    except TargetError as error:
        _stop(session.config, str(error), EXIT_NO_VERDICT)
    except KeyboardInterrupt:
        _stop(session.config, "interrupted twice: what the run created may still be there", EXIT_NO_VERDICT)
    results = {result.check: result for result in report.results}
    for item in items:
        item.result = results[item.name]
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    session.config.stash[_REPORT] = report
    for problem in write_reports(report, settings, terminal):
        print(f"lehnz-contract: {problem}", file=sys.stderr)
    return True


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    report = session.config.stash.get(_REPORT, None)
    if _EXIT in session.config.stash:
        session.exitstatus = session.config.stash[_EXIT]
    elif report is not None:
        session.exitstatus = EXIT_CODES[report.verdict]
    elif session.exitstatus in (pytest.ExitCode.NO_TESTS_COLLECTED, pytest.ExitCode.USAGE_ERROR):
        session.exitstatus = EXIT_USAGE
    elif session.exitstatus in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.INTERRUPTED):
        session.exitstatus = EXIT_NO_VERDICT


def pytest_internalerror(excrepr: Any) -> None:
    print(f"lehnz-contract: internal error, please report it\n{excrepr}")


def _stop(config: pytest.Config, line: str, code: int) -> NoReturn:
    """Exit with one line and the code."""
    print(f"lehnz-contract: {printable(line)}", file=sys.stderr)
    config.stash[_EXIT] = code
    pytest.exit(printable(line), returncode=code)


def _settings(config: pytest.Config) -> Settings:
    values = {name[6:]: value for name, value in vars(config.option).items() if name.startswith("lehnz_")}
    values["strict"] = "--strict" in config.invocation_params.args  # pytest's own option of that name sets no value
    return settings_of(values, load_catalogue())


_SETTINGS = pytest.StashKey[Settings]()
_REPORT = pytest.StashKey[Report]()
_EXIT = pytest.StashKey[int]()

"""Forks commands from a process that has done all imports, which are most of the cost of a short run.

`nest("mock").start(...)` forks the command from `python -m tests.support.nest mock`; each test process has one such
process. It doesn't suit tests of the start itself: signals before it, missing libraries."""

import atexit
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import cache
from os import fork, waitpid  # before gevent replaces them: its versions need its event loop, and none runs in a nest
from pathlib import Path
from time import sleep
from typing import Any, NoReturn

ROOT = Path(__file__).parents[2]


class Forked:
    """A started command, with the part of Popen's interface that the tests use."""

    def __init__(self, nest: "Nest", pid: int) -> None:
        self.nest, self.pid = nest, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float) -> int:
        """Return the exit code, negative if a signal ended the process. Raises subprocess.TimeoutExpired."""
        if (code := self._ended(timeout)) is None:
            raise subprocess.TimeoutExpired(self.nest.name, timeout)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, seconds: float) -> int | None:
        if self.returncode is None:
            self.returncode = self.nest.ask(pid=self.pid, seconds=seconds)
        return self.returncode


class Nest:
    """The process from which commands are forked. Each order to it is a line of JSON, and so is each answer."""

    def __init__(self, name: str) -> None:
        self.name = name
        command, pipe = [sys.executable, "-m", "tests.support.nest", name], subprocess.PIPE
        self.process = subprocess.Popen(command, cwd=ROOT, text=True, stdin=pipe, stdout=pipe)

    def start(self, arguments: tuple[object, ...], environment: Mapping[str, str], out: Path, log: Path) -> Forked:
        """Do what a shell's `COMMAND ARGUMENTS >OUT 2>LOG </dev/null &` does."""
        for path in (out, log):
            path.touch()
        words = list(map(str, arguments))
        return Forked(self, self.ask(arguments=words, environment=dict(environment), out=str(out), log=str(log)))

    def ask(self, **order: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(order), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        """Close the input, which ends the process."""
        with self.process:
            pass


@cache
def nest(name: str) -> Nest:
    """Return this process's nest of `locust` or `mock`."""
    nest = Nest(name)
    atexit.register(nest.close)
    return nest


def mock() -> Callable[[], Any]:
    importlib.import_module("mock_server.command.running")
    main = importlib.import_module("mock_server.__main__").main
    return lambda: sys.exit(main())


def locust() -> Callable[[], Any]:
    main = importlib.import_module("locust.main").main
    gevent = importlib.import_module("gevent")
    importlib.import_module("load._hooks")
    importlib.import_module("load._endpoints").endpoints()
    importlib.import_module("load._identity").versions()
    importlib.import_module("load._shop").generated_shop("small", 1)  # loads the libraries; each run makes its own shop

    def run() -> None:
        gevent.reinit()
        main()

    return run


def serve(command: Callable[[], Any], name: str) -> None:
    """Carry out orders until the input ends."""
    for line in sys.stdin:
        order = json.loads(line)
        if "pid" in order:
            answer = ended(order["pid"], order["seconds"])
        elif (answer := fork()) == 0:
            become(command, name, **order)
        print(json.dumps(answer), flush=True)


def become(
    command: Callable[[], Any], name: str, arguments: list[str], environment: dict[str, str], out: str, log: str
) -> NoReturn:
    """Become the command; runs in the forked process."""
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, path in ((1, out), (2, log)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND), number)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [name, *arguments]
    command()
    sys.exit()


def ended(pid: int, seconds: float) -> int | None:
    """Wait so many seconds for the exit code; None if the process is still running."""
    deadline = time.monotonic() + seconds
    while True:
        found, status = waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= deadline:
            return None
        sleep(0.02)


if __name__ == "__main__":
    (name,) = sys.argv[1:]
    command = {"locust": locust, "mock": mock}[name]()
    gc.freeze()
    serve(command, name)

"""One broken server, started, judged and ended: by the suite, or by plain schemathesis as the baseline."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from fixtures.spec import SPEC_PATH
from tests.faults.fault import CATALOGUE, Fault, Variant

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0
RUN_SECONDS = 300.0
WINDOW = "1000/30s"  # where the limit is used up: long enough for a run, short enough to wait for its end
QUICK_WINDOW = "100/6s"  # the same where only the claims are judged
BASELINE_EXAMPLES = 10
TIMED_OUT = -1


@dataclass(frozen=True)
class Judged:
    """What the suite said: its exit code, the ids that failed, the ids that it could not judge."""

    exit_code: int
    failed: tuple[str, ...] = ()
    inconclusive: tuple[str, ...] = ()
    seconds: float = 0.0
    requests: int = 0
    words: str = ""  # its last ones, where it left no report


@dataclass(frozen=True)
class Running:
    url: str
    keys: Path
    folder: Path
    organisations: list[dict[str, str]] = field(default_factory=list)


@contextlib.contextmanager
def process(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Started in the checkout without anybody's settings, ended by its own id on leaving."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LEHNZ_")}
    with log.open("wb") as sink:
        started = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT
        )
        try:
            yield started
        finally:
            if started.poll() is None:
                started.terminate()
                try:
                    started.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    started.kill()
                    started.wait()


@contextlib.contextmanager
def server(name: str, *options: str) -> Iterator[Running]:
    """A fault, a variant or `plain`, as a process. Raises RuntimeError with its last words if it does not start."""
    with tempfile.TemporaryDirectory() as folder:
        keys, log = Path(folder, "keys.json"), Path(folder, "server.log")
        command = [sys.executable, "-m", "tests.faults", "serve", name, "--keys-out", str(keys), *options]
        with process(command, log) as started:
            deadline = time.monotonic() + START_SECONDS
            while not keys.exists():
                if started.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{name} did not start: {log.read_text(errors='replace')[-1000:]}")
                time.sleep(0.02)
            found = json.loads(keys.read_text(encoding="utf-8"))
            yield Running(found["url"], keys, Path(folder), found["organisations"])


def judge(name: str, server_options: tuple[str, ...], suite_options: tuple[str, ...], strict: bool = False) -> Judged:
    """Start it and let the suite judge it."""
    with server(name, *server_options) as running:
        report, log = running.folder / "report.json", running.folder / "suite.log"
        command = [sys.executable, "-m", "contracts", "--target", running.url, "--keys-file", str(running.keys)]
        command += ["--json", str(report), "--no-reference", *(["--strict"] if strict else []), *suite_options]
        began = time.monotonic()
        with process(command, log) as suite:
            try:
                code = suite.wait(timeout=RUN_SECONDS)
            except subprocess.TimeoutExpired:
                code = TIMED_OUT
        seconds = time.monotonic() - began
        if not report.exists():
            return Judged(code, seconds=seconds, words=log.read_text(errors="replace")[-800:])
        document = json.loads(report.read_text(encoding="utf-8"))
    outcomes: dict[str, list[str]] = {}
    for check in document["checks"]:
        outcomes.setdefault(check["outcome"], []).append(check["id"])
    failed, unclear = outcomes.get("fail", []), outcomes.get("inconclusive", []) + outcomes.get("error", [])
    return Judged(code, tuple(failed), tuple(unclear), seconds, sum(document["requests"].values()))


def judge_fault(fault: Fault, claims_only: bool = False) -> Judged:
    """The standard profile, or only the checks that claim the fault with those that they build on."""
    suite: list[str] = ["--profile", "standard"]
    options: tuple[str, ...] = ()
    if fault.exhaust:
        window = QUICK_WINDOW if claims_only else WINDOW
        suite += ["--exhaust", "--rate-limit", window]
        options = ("--rate-limit", window)
    if claims_only:
        suite += [word for each in needed(fault.ids) for word in ("--select", each)]
        if not any(each.startswith("GEN-") for each in fault.ids):
            suite.append("--no-generated")
    return judge(fault.name, options, tuple(suite), strict=fault.level == "SHOULD")


def judge_variant(variant: Variant) -> Judged:
    return judge(variant.name, (), ("--profile", "standard", *variant.suite_options))


def judge_plain(seed: int) -> Judged:
    return judge("plain", ("--seed", str(seed)), ("--profile", "standard", "--seed", str(seed)))


def killed(fault: Fault, judged: Judged) -> bool:
    """Exit 1, and a check of a statement that the fault breaks is among the failures."""
    return judged.exit_code == 1 and bool(set(fault.ids) & set(judged.failed))


def baseline_kills(name: str) -> bool | None:
    """Whether plain `schemathesis run` with valid keys, no limit and the current paths finds anything; None: no end."""
    with server(name, "--rate-limit", "off") as running:
        first = running.organisations[0]
        config = running.folder / "schemathesis.toml"
        config.write_text(
            f'[auth.openapi.SecretKey]\napi_key = "{first["secret_key"]}"\n'
            f'[auth.openapi.PublishableKey]\napi_key = "{first["publishable_key"]}"\n',
            encoding="utf-8",
        )
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "--no-color", "run"]
        command += [str(SPEC_PATH), "--url", running.url, "--include-path-regex", "^/v1/"]
        command += ["--seed", "1", "--max-examples", str(BASELINE_EXAMPLES)]
        with process(command, running.folder / "baseline.log") as run:
            try:
                return run.wait(timeout=120) == 1
            except subprocess.TimeoutExpired:
                return None


@cache
def _depends() -> dict[str, list[str]]:
    entries = (tomllib.loads(path.read_text(encoding="utf-8"))["check"] for path in sorted(CATALOGUE.glob("*.toml")))
    return {entry["id"]: entry.get("depends", []) for area in entries for entry in area}


def needed(ids: tuple[str, ...]) -> list[str]:
    """These ids with all that they depend on."""
    found: dict[str, None] = {}
    todo = list(ids)
    while todo:
        each = todo.pop(0)
        if each not in found:
            found[each] = None
            todo += _depends().get(each, [])
    return list(found)

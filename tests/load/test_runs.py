"""Whole runs of plain locust against a small server: exit codes that can be trusted, counts that agree."""

import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.load_support import (
    ROOMY,
    Forked,
    Result,
    broken_server,
    clean,
    finish,
    free_port,
    headless,
    keys_file,
    run_forked,
    slo_file,
    start_locust,
)
from tests.support.nest import ROOT

pytestmark = pytest.mark.slow  # a run takes real seconds
LIMITS = itertools.count(100_001)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with broken_server(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture
def roomy() -> str:
    """Return a generous limit with a window that no other test uses, so that the server counts for this test alone."""
    return f"{next(LIMITS)}/900"


def reader(folder: Path, host: str, *more: object, p99: int = 5000) -> tuple[object, ...]:
    options = ("--scenario", "reader", "--slo-file", slo_file(folder, p99), "--keys-file", keys_file(folder))
    return ("--host", host, *options, "--arrival-rate", 60, "--run-time", "4s", *more)


def served(base: str) -> int:
    with urllib.request.urlopen(f"{base}/count") as answer:  # noqa: S310 - our own server
        return int(json.load(answer)["count"])


def counted(result: Result) -> int:
    """Return the number of answers in the samples, including warm-up and preflight."""
    return int(sum(one["sent"] for one in result.verdict["rate_limits"].values()))


def test_a_good_target_passes_and_every_report_says_so(server: str, roomy: str, tmp_path: Path) -> None:
    base, summary = f"{server}/none/{roomy}", tmp_path / "summary.md"
    reports = ("--html", tmp_path / "report.html", "--slo-junit", tmp_path / "slo.xml")
    slo_json = tmp_path / "slo.json"
    options = headless(slo_json, *reader(tmp_path, base, *reports))
    result = finish(start_locust(*options, environment={"GITHUB_STEP_SUMMARY": str(summary)}), slo_json)
    assert (result.code, result.verdict["verdict"]) == (0, "PASS"), result.output
    assert served(base) == counted(result) + 2, "two requests looked at the organisations before"
    assert result.verdict["generators"]["arrivals"]["sent"] == pytest.approx(240, abs=2)
    assert result.verdict["failures"] == {}
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert report.count("id='slo'") == 1
    assert report.rstrip().endswith("</html>")
    suite = ElementTree.parse(tmp_path / "slo.xml").getroot()  # noqa: S314 - our own text
    assert (suite.get("failures"), suite.get("errors")) == ("0", "0")
    assert summary.read_text(encoding="utf-8").startswith("## Load: PASS")
    texts = [result.output, report, *(path.read_text(encoding="utf-8") for path in tmp_path.glob("s*.*"))]
    assert not [text for text in texts if "SECRET" in text], "a key in a log or a report"


def test_targets_that_break_a_promise_or_can_not_be_judged_never_pass(
    server: str, roomy: str, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    mistake = tmp_path / "mistake.toml"
    mistake.write_text('[[slo]]\nname = "POST /v1/recomend"\np99_ms = 1', encoding="utf-8")
    runs: dict[str, tuple[tuple[object, ...], int, str]] = {
        "slow": (reader(tmp_path, f"{server}/slow/{roomy}", p99=500), 3, "p99_ms"),
        "errors": (reader(tmp_path, f"{server}/errors/{roomy}"), 1, "max_error_ratio"),
        "all-errors": (reader(tmp_path, f"{server}/all-errors/{roomy}"), 1, "max_error_ratio"),
        "endless": (reader(tmp_path, f"{server}/endless/{roomy}"), 1, "max_error_ratio"),
        "redirect": (reader(tmp_path, f"{server}/redirect/{roomy}"), 4, "redirects to http://127.0.0.1:1/"),
        "abort": (
            reader(
                tmp_path, f"{server}/all-errors/{roomy}", "--run-time", "600s", "--abort-on-fail", "--rate-limit", "off"
            ),
            1,
            "max_error_ratio",
        ),
        "empty": (reader(tmp_path, f"{server}/empty/{roomy}"), 3, "min_nonempty_ratio"),
        "budget": (reader(tmp_path, f"{server}/none/30/900"), 4, "Needed: 9 organisations"),
        "unreachable": (reader(tmp_path, f"http://127.0.0.1:{free_port()}"), 4, "the target doesn't answer"),
        "mistake": (reader(tmp_path, f"{server}/none/{roomy}", "--slo-file", mistake), 2, ""),
        "few": (
            reader(tmp_path, f"{server}/none/{roomy}", "--arrival-rate", 10),
            4,
            "80 needed. Needed: --arrival-rate",
        ),
        "pool": (reader(tmp_path, f"{server}/stall/{roomy}", "--max-in-flight", 2), 4, "dropped for a full pool"),
        "profile": (reader(tmp_path, f"{server}/none/{roomy}", "--profile", "steadi"), 2, ""),
    }
    names = list(runs)
    for batch in range(0, len(names), 5):
        running = {}
        for name in names[batch : batch + 5]:
            slo_json = tmp_path / f"{name}.json"
            running[name] = Forked(*headless(slo_json, *runs[name][0])), slo_json
        for name, (process, slo_json) in running.items():
            result = finish(process, slo_json)
            with subtests.test(name):
                assert result.code == runs[name][1], result.output
                assert runs[name][2] in result.reasons
                if name == "redirect":
                    assert served(f"{server}/redirect/{roomy}") == 1, "stopped before the run"
                if name == "endless":
                    assert "larger than 8 MB" in str(result.verdict["failures"])
                if name == "abort":
                    assert result.verdict["plan"]["ran_seconds"] < 60, "it ended once nothing could mend it"
                if name == "slow":
                    assert served(f"{server}/slow/{roomy}") == counted(result) + 2, "also the last slow ones are in"


def test_closed_load_waits_for_the_reset_and_429s_are_counted_separately(server: str, tmp_path: Path) -> None:
    base = f"{server}/none/40/2"
    options = reader(tmp_path, base, "--arrival-rate", 0, "--users", 8, "--think-time", 0.02, "--rate-limit", "off")
    result = run_forked(tmp_path, *options, "--run-time", "9s")
    requests = result.verdict["requests"]["POST /v1/recommend"]
    assert result.code == 0, result.output
    assert "closed: 8 users" in result.verdict["load"]
    assert requests["failed"] == 0
    assert 8 <= requests["429"] <= 60, "one refusal per user and window, or two"
    assert requests["answered"] > 2 * 40 * 2, "they come back after the Reset"
    assert re.search(r"/v1/recommend strategy=[^\[]* \[429\]", result.output), result.output


def test_two_workers_count_as_one_and_a_killed_one_makes_the_run_invalid(server: str, tmp_path: Path) -> None:
    whole, wounded = f"{server}/none/{next(LIMITS)}/900", f"{server}/none/{next(LIMITS)}/900"
    masters, workers = {}, {}
    for base, seconds in ((whole, "4s"), (wounded, "10s")):  # in parallel: they mostly wait
        port, slo_json = free_port(), tmp_path / f"{seconds}.json"
        master = Forked(
            *headless(slo_json, *reader(tmp_path, base, "--run-time", seconds)),
            *("--master", "--master-bind-port", port, "--master-bind-host", "127.0.0.1", "--expect-workers", 2),
        )
        masters[base] = master, slo_json
        worker = ("--worker", "--master-port", port, "--keys-file", keys_file(tmp_path))
        workers[base] = [Forked(*worker) for _ in range(2)]
    until = time.monotonic() + 30
    while served_or_zero(wounded) < 60 and time.monotonic() < until:
        time.sleep(0.1)
    workers[wounded][0].send_signal(signal.SIGKILL)
    good, bad = finish(*masters[whole]), finish(*masters[wounded])
    for worker_process in (*workers[whole], *workers[wounded]):
        finish(worker_process)
    assert good.code == 0, good.output
    assert served(whole) == counted(good) + 2, good.output
    assert good.verdict["generators"]["workers"] == 2
    assert good.verdict["generators"]["arrivals"]["sent"] == pytest.approx(240, abs=2)
    assert bad.code == 4, bad.output
    assert "1 of 2 workers lost" in bad.reasons


@pytest.mark.parametrize("how", ["background job", "Ctrl-C with workers"])
def test_a_run_ends_in_order_however_it_was_started_and_ended(
    server: str, roomy: str, tmp_path: Path, how: str
) -> None:
    """A background job of a shell ignores SIGINT; Ctrl-C reaches the master and its workers at the same time."""
    slo_json, base, port = tmp_path / "slo.json", f"{server}/none/{roomy}", free_port()
    ports = ("--processes", 2, "--master-bind-port", port, "--master-port", port) if "workers" in how else ()
    options = headless(slo_json, *reader(tmp_path, base, "--run-time", "600s", "--rate-limit", "off"), *ports)
    command = [sys.executable, "-m", "locust", "-f", "load", "--loglevel", "WARNING", *map(str, options)]
    if not ports:
        command = [sys.executable, "-m", "load", "latency", "--target", base, "--keys-file", str(keys_file(tmp_path))]
        command += ["--run-time", "600s", "--rate-limit", "off", "--slo-json", str(slo_json)]
        command = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command]
    process = subprocess.Popen(
        command, cwd=ROOT, env=clean(), start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 60
    while served_or_zero(base) < 120 and time.monotonic() < until:
        time.sleep(0.1)
    if ports:
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.terminate()
    _, output = process.communicate(timeout=60)
    verdict = json.loads(slo_json.read_text(encoding="utf-8"))
    assert process.returncode == 4, output
    assert "Traceback" not in output
    assert "of 600 s" in " ".join(verdict["reasons"]), output
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_the_probes_verdict_is_right_with_several_workers(server: str, tmp_path: Path) -> None:
    port = free_port()
    options = ("--scenario", "rate-limit-probe", "--keys-file", keys_file(tmp_path), "--processes", 3)
    ports = ("--master-bind-port", port, "--master-port", port)
    right = run_forked(tmp_path, "--host", f"{server}/none/40/6", *options, *ports)
    assert right.code == 0, right.output
    assert len(right.verdict["rows"]) >= 13


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_stopped_early_is_invalid_and_says_how_long_it_ran(
    server: str, roomy: str, tmp_path: Path, how: signal.Signals
) -> None:
    slo_json, base = tmp_path / "slo.json", f"{server}/none/{roomy}"
    process = Forked(
        "--headless", "--slo-json", slo_json, *reader(tmp_path, base, "--run-time", "7200s", "--rate-limit", "off")
    )
    until = time.monotonic() + 30
    while served_or_zero(base) < 200 and time.monotonic() < until:
        time.sleep(0.1)
    process.send_signal(how)
    result = finish(process, slo_json)
    assert (result.code, result.verdict["final"]) == (4, True), result.output
    assert "of 7,200 s" in result.reasons
    assert served(base) == counted(result) + 2, "and still nothing is lost"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_certificates_are_verified_against_the_given_file(tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=test"
    make += f" -addext subjectAltName=IP:127.0.0.1 -out {certificate} -keyout {key}"
    subprocess.run(make.split(), check=True, capture_output=True)
    with broken_server(tmp_path, certificate, key) as url:
        unknown = run_forked(tmp_path, *reader(tmp_path, f"{url}/none/{ROOMY}"))
        known = run_forked(tmp_path, *reader(tmp_path, f"{url}/none/{ROOMY}", "--ca-file", certificate))
    assert (unknown.code, "doesn't answer: SSL" in unknown.reasons) == (4, True), unknown.output
    assert known.code == 0, known.output


def served_or_zero(base: str) -> int:
    try:
        return served(base)
    except OSError:
        return 0

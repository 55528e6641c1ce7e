"""Runs under everyday conditions: a proxy with a login, a closed terminal, a crashing target, one wrong key."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.load_support import (
    ROOMY,
    SLO,
    Forked,
    broken_server,
    finish,
    headless,
    keys_file,
    run_forked,
)
from tests.support.small_proxy import small_proxy

pytestmark = pytest.mark.slow  # a run takes real seconds
TOKEN = "Basic aG9tZTpzd2VldC1ob21lLTEyMw=="


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with broken_server(tmp_path_factory.mktemp("server")) as url:
        yield url


def reader(folder: Path, host: str, *more: object, p99: int = 5000, samples: int = 80) -> tuple[object, ...]:
    slo = folder / "slo.toml"
    slo.write_text(SLO.format(p99=p99).replace("min_samples = 80", f"min_samples = {samples}"), encoding="utf-8")
    options = ("--scenario", "reader", "--slo-file", slo, "--keys-file", keys_file(folder))
    return ("--host", host, *options, "--arrival-rate", 60, "--run-time", "4s", *more)


def test_proxy_and_header_reach_the_target_and_their_secrets_reach_no_output(server: str, tmp_path: Path) -> None:
    reports = [tmp_path / name for name in ("report.html", "page.html", "slo.xml")]
    options = ("--html", reports[0], "--slo-html", reports[1], "--slo-junit", reports[2], "--loglevel", "DEBUG")
    with small_proxy() as proxy:
        asked = ("--proxy", proxy.with_login, "--header", f"Authorization: {TOKEN}", "--header", "X-Team: load-team-7")
        result = run_forked(tmp_path, *reader(tmp_path, f"{server}/none/{ROOMY}", *asked), *options)
        assert result.code == 0, result.output
        assert len(proxy.headers) >= 240, "every request went through it"
        assert {(each["authorization"], each["x-team"]) for each in proxy.headers} == {(TOKEN, "load-team-7")}
        assert not any("proxy-authorization" in each for each in proxy.headers)
        wrong = run_forked(tmp_path, *reader(tmp_path, f"{server}/none/{ROOMY}", "--proxy", proxy.url))
    assert (wrong.code, proxy.refused > 0) == (4, True), wrong.output
    texts = [result.output, wrong.output, json.dumps(result.verdict)]
    texts += [path.read_text(encoding="utf-8") for path in reports]
    for secret in ("hunter2", TOKEN.partition(" ")[2], "load-team-7", "SECRET"):
        assert not [text for text in texts if secret in text], secret


def test_closing_the_terminal_ends_a_run_in_order(server: str, tmp_path: Path) -> None:
    slo_json, base = tmp_path / "slo.json", f"{server}/none/100000/901"
    process = Forked(*headless(slo_json, *reader(tmp_path, base, "--run-time", "7200s", "--rate-limit", "off")))
    time.sleep(6)
    process.send_signal(signal.SIGHUP)
    result = finish(process, slo_json)
    assert (result.code, "of 7,200 s" in result.reasons) == (4, True), result.output


def test_a_target_that_crashes_during_the_run_fails_it(tmp_path: Path) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    slo_json = tmp_path / "slo.json"
    with broken_server(folder) as url:
        process = Forked(*headless(slo_json, *reader(tmp_path, f"{url}/none/{ROOMY}", "--run-time", "10s")))
        time.sleep(7)
    result = finish(process, slo_json)
    assert (result.code, "max_error_ratio" in result.reasons) == (1, True), result.output
    assert "Traceback" not in result.output


def test_an_organisation_that_the_target_refuses_is_named_before_the_run(server: str, tmp_path: Path) -> None:
    result = run_forked(tmp_path, *reader(tmp_path, f"{server}/one-refused/{ROOMY}"))
    assert (result.code, result.reasons) == (4, "org-1: the target refuses its publishable key (401)"), result.output


def test_a_promise_broken_beyond_repair_is_a_failure_even_with_few_samples(server: str, tmp_path: Path) -> None:
    """Fewer answers than `min_samples` give no verdict in a complete run; this one was ended by the broken promise."""
    options = ("--run-time", "40s", "--abort-on-fail", "--rate-limit", "off")
    result = run_forked(tmp_path, *reader(tmp_path, f"{server}/slow/{ROOMY}", *options, p99=1, samples=2000))
    assert (result.code, "p99_ms" in result.reasons) == (3, True), result.output
    assert result.verdict["plan"]["ran_seconds"] < 30


def test_a_search_on_a_target_that_refuses_everything_finds_no_rate(server: str, tmp_path: Path) -> None:
    options = ("--profile", "saturate", "--rate-limit", "off", "--slo-file", tmp_path / "slo.toml")
    result = run_forked(tmp_path, *reader(tmp_path, f"{server}/all-errors/{ROOMY}"), *options, "--arrival-rate", 4)
    assert (result.code, "no rate held" in result.reasons) == (3, True), result.output

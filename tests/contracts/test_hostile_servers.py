"""Hostile servers: each run ends in time, uses little memory and prints one line on why there is no verdict."""

import asyncio
import gzip
import time
import tracemalloc

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from contracts.catalogue import load_catalogue
from contracts.options import read_arguments
from contracts.outcome import TargetError, Verdict
from contracts.run.budget import Budget
from contracts.run.client import Client
from contracts.run.credentials import Credential
from contracts.session import judge
from contracts.settings import settings_of
from contracts.target import Target
from fixtures.keys import Organisation
from fixtures.redaction import Redactor
from tests.support.hostile import SERVERS, serving
from tests.support.mock_beside import mock_beside

EXCHANGE, RUN = 0.25, 1.5  # seconds that the options allow
SLACK = 20.0  # seconds that a busy machine may take for everything except waiting
MEMORY = 64_000_000  # peak memory in bytes
KEYS = ("--publishable-key", "lehnz_pk_1", "--secret-key", "lehnz_sk_1")


def judged(url: str) -> str:
    """Return what the run says about a target that can't be judged."""
    options = ["--target", url, *KEYS, "--timeout", str(EXCHANGE), "--deadline", str(RUN), "--no-generated", "--keep"]
    catalogue = load_catalogue()
    try:
        report = judge(settings_of(read_arguments(options), catalogue, {}), catalogue, lambda _: None)
    except TargetError as error:
        return str(error)
    assert report.verdict is Verdict.INCONCLUSIVE
    return report.notes[0]


@pytest.mark.parametrize("name", SERVERS)
def test_a_hostile_server_costs_little_time_and_memory(name: str) -> None:
    with serving(SERVERS[name]) as url:
        tracemalloc.start()
        began = time.monotonic()
        try:
            words = judged(url)
            took, (_, peak) = time.monotonic() - began, tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert took < RUN + SLACK
    assert peak < MEMORY
    assert words.isprintable()
    assert words not in ("", url)


def test_there_are_twenty_hostile_servers() -> None:
    assert len(SERVERS) >= 20


class TurnsSlow:
    """A target that is correct for some requests and then never finishes an answer."""

    def __init__(self, good: int) -> None:
        self._good = good

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def layer(scope: Scope, receive: Receive, send: Send) -> None:
            self._good -= scope["type"] == "http"
            if self._good >= 0 or scope["type"] != "http":
                await app(scope, receive, send)
                return
            await send({"type": "http.response.start", "status": 200, "headers": []})
            while (await receive())["type"] != "http.disconnect":
                await send({"type": "http.response.body", "body": b" ", "more_body": True})
                await asyncio.sleep(0.02)

        return layer


def test_a_target_that_turns_hostile_ends_the_run_at_the_deadline_with_a_full_report() -> None:
    catalogue = load_catalogue()
    with mock_beside("--seed-data", "none", around=TurnsSlow(good=12)) as mock:
        keys = ["--publishable-key", mock.publishable_key, "--secret-key", mock.secret_key]
        options = ["--target", mock.url, *keys, "--timeout", "0.3", "--deadline", "4", "--no-generated"]
        began = time.monotonic()
        report = judge(settings_of(read_arguments(options), catalogue, {}), catalogue, lambda _: None)
    assert time.monotonic() - began < 4 + SLACK
    assert report.verdict is not Verdict.CONFORMS
    assert report.notes[0] == "the deadline of 4 s is over: checks not judged by then are inconclusive"
    assert {result.check for result in report.results} == set(catalogue)


def test_an_answer_within_the_limits_is_read_completely() -> None:
    body = b'{"padding": "%s"}' % (b"x" * 3_900_000)
    packed = gzip.compress(body)
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed)
    with serving(lambda connection: connection.sendall(head + packed)) as url:
        target = Target(url, Organisation("org", *KEYS[1::2]))
        budget = Budget(10, may_wait=False, window_seconds=900, limit=1000, say=lambda _: None)
        client = Client(target, budget, Redactor(), timeout=20)
        answer = client.send("t", "GET", "/", Credential("none", {}, None))
        client.close()
    assert (answer.status, answer.body) == (200, body)
